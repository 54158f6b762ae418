"""A keeper and its program, as processes: whatever ends it, it comes back; nothing stays."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from shared import keeper

KEEPER = """
import os, sys
from shared import keeper, restarts
from shared.systemd import Systemd
# The rules have their own tests; here only their order counts, and nobody waits a minute.
restarts.START_S, restarts.SILENCE_S, restarts.STOP_S, restarts.PAUSE_S = 20, 0.6, 0.6, 1.5
class NoCurtain:
    def hang(self): print("hung", flush=True)
    def close(self): print("closed", flush=True)
command = [sys.executable, "-c", sys.argv[1], sys.argv[2]]
sys.exit(keeper.Keeper("motcua-test", command, lambda _: NoCurtain(), Systemd(os.environ)).run())
"""

PROGRAM = """
import os, signal, subprocess, sys, time
pipe, lives = int(os.environ["MOTCUA_KEEPER_FD"]), sys.argv[1]
with open(lives, "a") as file:
    print(os.getpid(), file=file)
life = len(open(lives).readlines())
def serve(seconds=60):
    os.write(pipe, b"!")
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        os.write(pipe, b".")
        time.sleep(0.1)
"""


class Kept:
    """A keeper with a program of which `does` is the end."""

    def __init__(self, folder: Path, does: str, **environment: str) -> None:
        self.lives = folder / "lives"
        self.log = folder / "log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", KEEPER, PROGRAM + does, str(self.lives)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | environment,
                start_new_session=True,
            )

    def pids(self) -> list[int]:
        """The program's, one a life."""
        lines = self.lives.read_text().splitlines() if self.lives.exists() else []
        return [int(line) for line in lines]

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def wait_ready(self, times: int) -> None:
        until(lambda: self.said().count("ready\n") >= times)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal the keeper; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Callable[..., Kept]]:
    begun: list[Kept] = []

    def begin(does: str, **environment: str) -> Kept:
        begun.append(Kept(tmp_path, does, **environment))
        return begun[-1]

    yield begin
    for kept in begun:
        kept.process.kill()
        kept.process.wait()
        for pid in kept.pids():
            until(lambda pid=pid: not alive(pid))  # type: ignore[misc]


def until(holds: Callable[[], object], within_s: float = 20.0) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether there is such a process that is more than a remnant."""
    with suppress(OSError):
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    return False


@pytest.mark.parametrize(
    ("number", "says"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGSEGV, "SIGSEGV")]
)
def test_a_program_that_dies_comes_back_at_once(
    keep: Callable[..., Kept], number: signal.Signals, says: str
) -> None:
    kept = keep("serve()")
    kept.wait_ready(1)
    os.kill(kept.pids()[0], number)
    kept.wait_ready(2)
    assert len(set(kept.pids())) == 2
    assert "program.died" in kept.said()
    assert f"signal={says}" in kept.said()
    assert "program=motcua-test" in kept.said()
    assert kept.end() == 0


def test_a_program_that_ends_by_itself_comes_back_too(keep: Callable[..., Kept]) -> None:
    kept = keep("sys.exit(0) if life == 1 else serve()")
    kept.wait_ready(1)
    assert "code=0" in kept.said()
    assert kept.end() == 0


def test_a_program_that_hangs_is_killed_with_all_that_it_has_started(
    keep: Callable[..., Kept], tmp_path: Path
) -> None:
    kept = keep(
        "other = subprocess.Popen(['sleep', '60'])\n"
        f"open({str(tmp_path / 'other')!r}, 'a').write(f'{{other.pid}} ')\n"
        "serve(0.3) if life == 1 else serve()\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "time.sleep(60)"
    )
    kept.wait_ready(2)
    assert "signal=SIGKILL" in kept.said()
    first = int((tmp_path / "other").read_text().split()[0])
    until(lambda: not alive(first))


def test_a_program_that_hangs_before_it_is_ready_is_given_its_time(
    keep: Callable[..., Kept],
) -> None:
    kept = keep("time.sleep(1.5); serve()")
    kept.wait_ready(1)
    assert len(kept.pids()) == 1


def test_what_only_a_person_can_mend_ends_the_keeper_with_the_programs_words(
    keep: Callable[..., Kept],
) -> None:
    kept = keep("print('motcua-test: no such file', file=sys.stderr); sys.exit(2)")
    assert kept.process.wait(20) == 2
    assert len(kept.pids()) == 1
    assert kept.said().splitlines()[-1] == "closed"
    assert "motcua-test: no such file" in kept.said()


def test_after_five_deaths_it_waits_before_the_next_try(keep: Callable[..., Kept]) -> None:
    kept = keep("serve() if life == 6 else sys.exit(1)")
    kept.wait_ready(1)
    assert kept.said().count("wait_s=0.0") == 4
    assert kept.said().count("wait_s=1.5") == 1


def test_while_it_waits_it_still_ends_when_told(keep: Callable[..., Kept]) -> None:
    kept = keep("sys.exit(1)")
    until(lambda: "wait_s=1.5" in kept.said())
    assert kept.end() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_passed_on_and_the_program_ends_in_its_own_way(
    keep: Callable[..., Kept], number: signal.Signals
) -> None:
    kept = keep(
        f"signal.signal({int(number)}, lambda *_: (print('bye', flush=True), os._exit(0)))\nserve()"
    )
    kept.wait_ready(1)
    assert kept.end(number) == 0
    assert "bye" in kept.said()
    assert kept.said().splitlines()[-1] == "closed"
    assert not alive(kept.pids()[0])


def test_a_program_that_will_not_end_is_killed(keep: Callable[..., Kept]) -> None:
    kept = keep("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nserve()")
    kept.wait_ready(1)
    assert kept.end() == 0
    assert not alive(kept.pids()[0])


def test_a_keeper_that_is_killed_takes_the_program_with_it(keep: Callable[..., Kept]) -> None:
    kept = keep("serve()")
    kept.wait_ready(1)
    kept.end(signal.SIGKILL)
    until(lambda: not alive(kept.pids()[0]))


def test_the_program_does_not_speak_to_systemd_and_the_keeper_does(
    keep: Callable[..., Kept], tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        kept = keep(
            "print(sorted(set(os.environ) & {'NOTIFY_SOCKET', 'WATCHDOG_USEC'}), flush=True)\n"
            "serve()",
            NOTIFY_SOCKET=str(tmp_path / "notify"),
            WATCHDOG_USEC="400000",
        )
        heard = {systemd.recv(99) for _ in range(6)}
        assert heard == {b"READY=1", b"WATCHDOG=1"}
        assert kept.end() == 0
        last = systemd.recv(99)
        while last != b"STOPPING=1":
            last = systemd.recv(99)
    assert "[]" in kept.said()


def test_it_keeps_no_file_open_from_life_to_life(keep: Callable[..., Kept]) -> None:
    kept = keep("serve()")
    kept.wait_ready(1)
    files = Path(f"/proc/{kept.process.pid}/fd")
    before = len(list(files.iterdir()))
    for life in (1, 2, 3):
        os.kill(kept.pids()[-1], signal.SIGKILL)
        kept.wait_ready(life + 1)
    until(lambda: len(list(files.iterdir())) == before)


def test_what_a_killed_program_leaves_in_its_temporary_files_is_swept_away(
    keep: Callable[..., Kept], tmp_path: Path
) -> None:
    kept = keep(
        "import tempfile; tempfile.mkdtemp(prefix=f'life{life}-'); serve()", TMPDIR=str(tmp_path)
    )
    kept.wait_ready(1)
    (left,) = tmp_path.glob("motcua-*/life1-*")
    os.kill(kept.pids()[0], signal.SIGKILL)
    kept.wait_ready(2)
    assert not left.exists()
    assert kept.end() == 0
    assert list(tmp_path.glob("motcua-*")) == []


def test_help_and_the_program_itself_need_no_keeper() -> None:
    assert keeper.asked(["--config", "kiosk.toml"])
    assert not keeper.asked(["--config", "kiosk.toml", "--no-keeper"])
    assert not keeper.asked(["--help"])


def test_the_keeper_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys, kiosk.__main__, shared.curtain\n"
        "print(sorted({'kivy', 'PIL', 'structlog', 'asyncio', 'Xlib', 'babel'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
