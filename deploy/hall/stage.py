"""The programs of one hall: a sandbox e-one-stop system, a hub, a printer, a kiosk and a display,
started in their order."""

import fcntl
import secrets
import shutil
import socket
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from deploy.hall.cups import CUPSD, PrivateCups
from deploy.hall.one_stop import OneStop
from deploy.hall.printer import ThermalEmulator
from deploy.hall.programs import ROOT, Program, ProgramError, addresses, python
from deploy.hall.screen import Screen, VirtualScreen, real_screen
from hub.registry import Registry
from shared.model import CounterNumber, Instant, Role

KIOSK = (1080, 1920)
DISPLAY = (1920, 1080)
WEB_PORT = 8080
OFFICER = "hoa"
OFFICER_COUNTER = CounterNumber(5)


class Stage:
    """A hall that runs, until closed. Pictures, paper and logs are files in `out`.

    `scale` shrinks both windows; without one they are as large as the screen allows.
    """

    def __init__(self, out: Path, *, virtual: bool, scale: float | None = None) -> None:
        self.out = out
        self.logs = out / "hall"
        self.data = self.logs / "data"
        self.paper = out / "paper"
        self.announcements = self.logs / "announcements"
        self.pictures = {"kiosk": out / "kiosk.png", "board": out / "board.png"}
        self.password = f"mot-cua-{secrets.randbelow(10**6):06d}"
        self.programs: list[Program] = []
        self.live = self.web = ""
        self.one_stop: OneStop | None = None
        self._virtual = virtual
        self._asked_scale = scale
        self._stack = ExitStack()
        self._closing = False
        self.screen: Screen | None = None
        self.on_real_screen = False
        self.scale = 1.0

    def clear(self) -> None:
        """Take away what an earlier hall has left, so that nothing old is taken for new.

        Raises ProgramError while another hall in this checkout is open.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        turn = self._stack.enter_context((self.out / "hall.lock").open("w"))
        try:
            fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ProgramError(f"a hall is open already in {self.out}; close it first") from None
        for folder in (self.logs, self.paper):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        for picture in self.pictures.values():
            picture.unlink(missing_ok=True)

    def start_sandbox(self) -> None:
        """Start the e-one-stop system that the hub will look dossiers up in."""
        sandbox = self.one_stop = OneStop(self.logs / "one-stop")
        self._stack.callback(sandbox.close)
        self.programs.append(sandbox.program)
        if self._closing:  # the stack may have been emptied while it started
            sandbox.close()
            raise ProgramError("the hall is closing")

    def start_hub(self) -> None:
        """Start the hub, with a look-up if there is a sandbox; sets `live` and `web`, HOST:PORT."""
        config = ["--config", str(self.one_stop.hub_settings())] if self.one_stop else []
        hub = self._start(
            "hub",
            python("hub", "serve"),
            *("--site", str(ROOT / "config" / "site.toml"), "--data", str(self.data)),
            *("--live", "127.0.0.1:0", "--web", f"127.0.0.1:{free_port(WEB_PORT)}"),
            *("--always-open", *config),
        )
        ready = addresses(hub.wait_ready())
        self.live, self.web = ready["live"], ready["web"]

    def enrol(self, counters: Iterable[CounterNumber]) -> dict[CounterNumber, str]:
        """Let the devices, the officer and these counters in; gives the counters' credentials."""
        at = Instant(time.time_ns() // 1_000_000)
        registry = Registry(self.data)
        try:
            for role in (Role.KIOSK, Role.DISPLAY, Role.SUPERVISOR):
                self._keep(role, registry.enrol(role, f"{role}-1", None, at))
            registry.add_officer(OFFICER, OFFICER_COUNTER, self.password, at)
            return {
                counter: registry.enrol(Role.COUNTER, f"counter-{counter}", counter, at)
                for counter in counters
            }
        finally:
            registry.close()

    def credential(self, role: Role) -> str:
        """What a device of that role shows to the hub."""
        return self._credential_file(role).read_text(encoding="utf-8").strip()

    def start_screens(self) -> None:
        """Printer, kiosk and display; returns when both windows show the hub's first view."""
        printer = self._open_printer()
        screen = self.screen = self._open_screen()
        kiosk, display = self.size(KIOSK), self.size(DISPLAY)
        env = screen.env()
        kiosk_window = self._start(
            "kiosk",
            python("kiosk", "--config", str(ROOT / "config" / "kiosk.toml")),
            *self._window("kiosk", Role.KIOSK, kiosk, (0, 0)),
            *printer,
            *("--data", str(self.logs / "kiosk")),
            env=env,
        )
        board = self._start(
            "display",
            python("display", "--config", str(ROOT / "config" / "display.toml")),
            *self._window("board", Role.DISPLAY, display, (kiosk[0], 0)),
            *("--announcements", str(self.announcements), "--without-card", "well"),
            env=env,
        )
        kiosk_window.wait_ready()
        board.wait_ready()

    def size(self, full: tuple[int, int]) -> tuple[int, int]:
        """A window's size on this screen, px."""
        return round(full[0] * self.scale), round(full[1] * self.scale)

    def dead(self) -> Program | None:
        """A program that has ended by itself, if any."""
        if self._closing:
            return None
        return next((program for program in self.programs if not program.alive), None)

    def journal(self) -> Path:
        """The hub's journal as JSON lines, in a file."""
        file = self.logs / "journal.jsonl"
        with Program("journal", python("hub", "journal", "--data", str(self.data)), file) as asked:
            asked.process.wait(30)
        return file

    def close(self) -> None:
        """Stop everything, last started first. Harmless when called twice."""
        self._closing = True
        self._stack.close()

    def _open_printer(self) -> list[str]:
        """What tells the kiosk of its printer; nothing where CUPS is missing."""
        if not Path(CUPSD).exists():
            return []
        emulator = self._stack.enter_context(ThermalEmulator(self.paper))
        cups = self._stack.enter_context(PrivateCups(self.logs / "cups"))
        queue = cups.add_thermal("ve", emulator.port)
        return ["--printer", queue, "--cups", str(cups.socket)]

    def _open_screen(self) -> Screen:
        real = None if self._virtual else real_screen()
        both = (KIOSK[0] + DISPLAY[0], max(KIOSK[1], DISPLAY[1]))
        if real is not None:
            fits = min(1.0, real.size[0] / both[0], 0.94 * real.size[1] / both[1])
            self.scale = self._asked_scale or fits
            self.on_real_screen = True
            return real
        self.scale = self._asked_scale or 1.0
        virtual = VirtualScreen(*self.size(both), log=self.logs / "xvfb.log")
        self._stack.callback(virtual.close)
        return virtual

    def _window(
        self, name: str, role: Role, size: tuple[int, int], at: tuple[int, int]
    ) -> list[str]:
        return [
            *("--hub", self.live, "--credential-file", str(self._credential_file(role))),
            *("--size", f"{size[0]}x{size[1]}", "--position", f"{at[0]},{at[1]}"),
            *("--picture", str(self.pictures[name])),
        ]

    def _start(
        self, name: str, command: list[str], *more: str, env: dict[str, str] | None = None
    ) -> Program:
        if self._closing:
            raise ProgramError("the hall is closing")
        program = Program(name, [*command, *more], self.logs / f"{name}.log", env)
        self._stack.callback(program.stop)
        self.programs.append(program)
        return program

    def _credential_file(self, role: Role) -> Path:
        return self.logs / f"{role}.credential"

    def _keep(self, role: Role, credential: str) -> None:
        file = self._credential_file(role)
        file.touch(mode=0o600)
        file.write_text(credential + "\n", encoding="utf-8")

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def free_port(wanted: int) -> int:
    """`wanted` if nothing listens there, else 0, which lets the system choose."""
    with socket.socket() as asked:
        asked.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asked.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted
