"""The small parent process of a kiosk or display: it starts the program, feels its pulse, starts it
anew when it dies or hangs, and shows a curtain as long as it is away.

    keeper ──starts──▶ program ──"!" once ready, "." a second──▶ keeper
       └──starts──▶ the same program with --curtain ──a picture──▶ keeper ──▶ X, under the program

It is no more than a select over pipes, and imports neither Kivy nor Pillow nor a log before they
are needed: it stands before the first frame, and must never die of what kills its child. When to
kill and when to start are rules of `shared.restarts`.
"""

import ctypes
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from shared import restarts
from shared.restarts import Life
from shared.systemd import VARIABLES, Systemd

ALONE = "--no-keeper"
DRAWS = "--curtain"
ENROLS = "--enrol"
PIPE = "MOTCUA_KEEPER_FD"

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_CHUNK = 1 << 16
_DYING_S = 1.0
"""A killed child that the system does not let go of is killed again so often."""


class Curtain(Protocol):
    """What stands under the program's window; see `shared.curtain.Curtain`."""

    def hang(self) -> None:
        """Be there, if it is not yet or no more."""
        ...

    def close(self) -> None:
        """Take it away. Harmless when called twice."""
        ...


def asked(arguments: Sequence[str]) -> bool:
    """Whether this command line is for the keeper, and not for the program itself."""
    return not {ALONE, DRAWS, ENROLS, "-h", "--help"} & set(arguments)


def keep(name: str, arguments: Sequence[str]) -> int:
    """Keep the program `name` (a package with a `__main__`) running; gives the exit code."""
    from shared.curtain import Curtain as XCurtain

    command = [sys.executable, "-m", name]
    picture = [*command, DRAWS, *arguments]
    keeper = Keeper(
        f"motcua-{name}",
        [*command, ALONE, *arguments],
        lambda selector: XCurtain(picture, selector),
        Systemd(os.environ),
    )
    return keeper.run()


class Keeper:
    """Keeps one program, `command`, from `run` until it is told to end or nothing can mend it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        curtain: Callable[[selectors.BaseSelector], Curtain],
        systemd: Systemd,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._command = list(command)
        self._systemd = systemd
        self._clock = clock
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._selector = selectors.DefaultSelector()
        self._curtain = curtain(self._selector)
        self._child: _Child | None = None
        self._told: int | None = None
        self._deaths: tuple[float, ...] = ()
        self._next_alive = 0.0
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def run(self) -> int:
        """Start the program, and start it anew, until told to end; gives the exit code."""
        heard, wake = socket.socketpair()
        with heard, wake:
            for end in (heard, wake):
                end.setblocking(False)
            self._selector.register(heard, selectors.EVENT_READ, self._on_signals)
            before = signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)
            handlers = {number: signal.signal(number, _noted) for number in _PASSED_ON}
            try:
                return self._keep()
            finally:
                signal.set_wakeup_fd(before)
                for number, handler in handlers.items():
                    signal.signal(number, handler)
                self._curtain.close()
                self._sweep()
                self._selector.close()

    # --- one life after the other ---------------------------------------------------------

    def _keep(self) -> int:
        while True:
            child = self._child = self._start()
            self._curtain.hang()
            code = self._watch(child)
            self._child = None
            if self._told is not None:
                return max(code, 0)
            if restarts.final(code):
                return code
            now = self._clock()
            self._deaths = restarts.remember(self._deaths, now)
            wait = restarts.pause_s(self._deaths)
            self._say_death(code, now - child.life.began, wait)
            if not self._rest(now + wait):
                return 0

    def _start(self) -> "_Child":
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        environment = {name: text for name, text in os.environ.items() if name not in VARIABLES}
        environment[PIPE] = str(writer)
        # What a killed program leaves in its temporary files goes with it.
        self._sweep()
        self._scratch = tempfile.TemporaryDirectory(prefix="motcua-", ignore_cleanup_errors=True)
        environment["TMPDIR"] = self._scratch.name
        try:
            process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                pass_fds=[writer],
                env=environment,
                process_group=0,
                preexec_fn=self._die_with_me(os.getpid()),
            )
        finally:
            os.close(writer)
        return _Child(process, reader, Life(self._clock()))

    def _sweep(self) -> None:
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.cleanup()

    def _die_with_me(self, keeper: int) -> Callable[[], None]:
        """What the child does before it becomes the program: no keeper, no program."""

        def prepare() -> None:
            self._libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            if os.getppid() != keeper:
                os._exit(1)

        return prepare

    def _watch(self, child: "_Child") -> int:
        """Feel the child's pulse until it has ended; gives its exit code, -N for signal N."""
        self._selector.register(child.pulse, selectors.EVENT_READ, self._on_pulse)
        self._selector.register(child.end, selectors.EVENT_READ, child.ended)
        try:
            while child.code is None:
                self._turn(restarts.last_moment(child.life))
                if child.code is None and self._clock() >= restarts.last_moment(child.life):
                    child.kill()
                    self._turn(self._clock() + _DYING_S)
        finally:
            self._selector.unregister(child.end)
            if child.pulse in self._selector.get_map():
                self._selector.unregister(child.pulse)
            child.close()
        return child.code

    def _rest(self, until: float) -> bool:
        """Wait; says whether to go on."""
        while self._told is None and self._clock() < until:
            self._turn(until)
        return self._told is None

    def _turn(self, until: float) -> None:
        """Wait for the next thing that happens, at most `until`, and deal with it."""
        if self._systemd.every_s is not None:
            if self._clock() >= self._next_alive:
                self._systemd.alive()
                self._next_alive = self._clock() + self._systemd.every_s
            until = min(until, self._next_alive)
        for key, _events in self._selector.select(max(0.0, until - self._clock())):
            key.data(key.fileobj)

    # --- what happens ---------------------------------------------------------------------

    def _on_signals(self, heard: Any) -> None:
        for number in heard.recv(_CHUNK):
            self._told = number if self._told is None else self._told
            self._systemd.ending()
            if self._child is not None:
                self._child.tell(number, self._clock())

    def _on_pulse(self, pulse: int) -> None:
        child = self._child
        assert child is not None
        signs = os.read(pulse, _CHUNK)
        if not signs:  # it has closed the pipe: what it does now, nobody knows
            self._selector.unregister(pulse)
        before = child.life
        child.life = restarts.feel(before, signs, self._clock())
        if child.life.ready and not before.ready:
            self._systemd.ready()

    def _say_death(self, code: int, ran_s: float, wait_s: float) -> None:
        import structlog

        ended = {"signal": signal.Signals(-code).name} if code < 0 else {"code": code}
        structlog.get_logger().error(
            "program.died", program=self._name, ran_s=round(ran_s, 1), wait_s=wait_s, **ended
        )


class _Child:
    """The running program: its pulse, its end, and what is known of its life."""

    def __init__(self, process: "subprocess.Popen[bytes]", pulse: int, life: Life) -> None:
        self.life = life
        self.pulse = pulse
        self.end = os.pidfd_open(process.pid)
        self.code: int | None = None
        self._process = process

    def tell(self, number: int, now: float) -> None:
        """Pass a signal on, and expect the end."""
        self.life = restarts.tell(self.life, now)
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it and all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def ended(self, _fd: int) -> None:
        """It has: take what it has started with it."""
        # Before its id is given back: until then the group can be nobody else's.
        self.kill()
        self.code = self._process.wait()

    def close(self) -> None:
        """Let go of pipe and process."""
        os.close(self.pulse)
        os.close(self.end)


def _noted(_number: int, _frame: object) -> None:
    """A signal is dealt with where the selector tells of it."""
