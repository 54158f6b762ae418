"""A whole hall for journeys: every program real, in a process of its own, with real CUPS between.

Only the paper and the loudspeaker are stand-ins: an emulated thermal printer on a TCP port, and
SDL's silent sound device; what would be heard is kept as files.
"""

import os
import pty
import shutil
import signal
import subprocess
import time
import tty
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image

from deploy.hall.cups import PrivateCups
from deploy.hall.one_stop import OneStop
from deploy.hall.places import Places
from deploy.hall.printer import ThermalEmulator
from deploy.hall.programs import ROOT, Program, python
from deploy.hall.screen import VirtualScreen
from deploy.hall.verdict import read_lines
from kiosk.flow import SETTLE_MS
from tests.hub.hub_process import HubProcess
from tests.hub.web.browser import PASSWORD
from tests.journeys.glass import CALL_PANEL, DISPLAY, KIOSK, until

OFFICER = "Trần Thị Hoa"
COUNTER = 5
PLACES = Places()
LAND = "dat-dai"
MANY_LOOKUPS = """
[lookup]
device_codes = 10000
"""


class Hall:
    """Hub, printer, CUPS, kiosk and display, from `open` to `close`; all files are in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.one_stop = OneStop(folder / "one-stop")
        settings = self.one_stop.hub_settings(MANY_LOOKUPS)
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True)
        self._env = {"TMPDIR": str(self.temporary)}
        options = ("--config", str(settings))
        self.hub = HubProcess(folder / "hub", options=options, env=self._env)
        self.printer = ThermalEmulator(folder / "paper")
        self.cups = PrivateCups(folder / "cups")
        self.announcements = folder / "announcements"
        self.inflight = folder / "kiosk" / "inflight"
        self.screen: VirtualScreen
        self.kiosk: Program
        self.display: Program
        self.frames = folder / "frames.jsonl"
        self.broken_off: set[int] = set()
        """Calls in the middle of which the display was killed: they are spoken again."""
        self._lives = 0
        self._ending = ExitStack()
        self._scanner, self._line = pty.openpty()
        tty.setraw(self._line)

    def open(self) -> None:
        """Start everything, and wait until both screens show the hub's view."""
        self._ending.callback(self.one_stop.close)
        self._ending.callback(os.close, self._line)
        self._ending.callback(os.close, self._scanner)
        self._ending.callback(self.hub.stop)
        self.hub.start()
        for role in ("kiosk", "display"):
            credential = self.hub.enrol(role, role)
            file = self.folder / f"{role}.credential"
            file.touch(mode=0o600)
            file.write_text(credential, encoding="utf-8")
        self.hub.add_officer(OFFICER, COUNTER, PASSWORD)
        self._ending.enter_context(self.printer)
        self._ending.enter_context(self.cups)
        self.cups.add_thermal("ve", self.printer.port)
        size = (KIOSK[0] + DISPLAY[0], max(KIOSK[1], DISPLAY[1]))
        self.screen = VirtualScreen(*size, log=self.folder / "xvfb.log")
        self._ending.callback(self.screen.close)
        self.start_kiosk()
        self.start_display()
        self.kiosk.wait_ready()
        self.display.wait_ready()
        self.wait_shows("home")

    def close(self) -> None:
        """Stop everything, last started first."""
        self._ending.close()

    def start_kiosk(self) -> None:
        """Start the kiosk, for the first time or again."""
        self.kiosk = self._start(
            *("kiosk", KIOSK, 0, "--data", str(self.folder / "kiosk")),
            *("--printer", "ve", "--cups", str(self.cups.socket)),
            *("--scanner", f"serial:{os.ttyname(self._line)}"),
            *("--frame-log", str(self.frames)),
        )

    def start_display(self) -> None:
        """Start the display, for the first time or again."""
        self.display = self._start(
            "display", DISPLAY, KIOSK[0], "--announcements", str(self.announcements)
        )

    def _start(self, name: str, size: tuple[int, int], left: int, *more: str) -> Program:
        self._lives += 1
        program = Program(
            name,
            [
                # Without their keepers: journeys look at these processes, and end them for good.
                *python(name, "--no-keeper", "--config", str(ROOT / "config" / f"{name}.toml")),
                *("--hub", self.hub.live),
                *("--credential-file", str(self.folder / f"{name}.credential")),
                *("--size", f"{size[0]}x{size[1]}", "--position", f"{left},0", *more),
            ],
            self.folder / f"{name}-{self._lives}.log",
            self.screen.env() | self._env | {"SDL_AUDIODRIVER": "dummy"},
        )
        self._ending.callback(program.stop)
        return program

    # --- the kiosk's glass ---------------------------------------------------------------

    def kiosk_picture(self) -> Image.Image:
        """What the kiosk shows now."""
        return self.screen.picture((0, 0, *KIOSK)).convert("RGB")

    def tap(self, name: str) -> None:
        """Touch the button of that name, see `Places`, on the screen that is shown."""
        self.screen.tap(*PLACES.centre(name, self.shown()))

    def shown(self) -> str:
        """Which screen the kiosk has drawn last; "" before the first."""
        return (self.drawn() or [""])[-1]

    def wait_shows(self, *wanted: str) -> None:
        """Wait for a screen of the kiosk, and until it takes touches."""
        until(lambda: self.shown() in wanted, f"the kiosk shows {' or '.join(wanted)}")
        time.sleep(SETTLE_MS / 1000)  # until then it takes touches for the screen before

    def go_home(self) -> None:
        """Leave what an earlier test has left on the kiosk."""
        if self.shown() == "ticket":
            self.tap("done")
        elif self.shown() in ("dossier", "finding", "procedure"):
            self.screen.tap(*self._home())
        self.wait_shows("home", "ticket")
        if self.shown() == "ticket":
            self.tap("done")
            self.wait_shows("home")

    def _home(self) -> tuple[float, float]:
        return PLACES.centre("home", self.shown())

    def ask_for_number(self) -> None:
        """Three touches from home to a wish for a number for land."""
        self.go_home()
        for name, then in (("start", "services"), (LAND, "priority")):
            self.tap(name)
            self.wait_shows(then)
        self.tap("no_priority")

    def take_number(self) -> dict[str, Any]:
        """Take a number; gives the journal's `ticket_issued` with `request_id`."""
        before = self.last_seq()
        self.ask_for_number()
        self.wait_shows("ticket")
        (issued,) = self.journal("ticket_issued", since=before)
        return issued

    def frantic(self, place: tuple[int, int], times: int, delay_ms: int) -> None:
        """Tap one place again and again."""
        # Without --sync: it waits for a movement, for ever where the pointer is there already.
        words = ["mousemove", *map(str, place), "click"]
        words += ["--repeat", str(times), "--delay", str(delay_ms), "1"]
        env = os.environ | {"DISPLAY": self.screen.display}
        subprocess.run(["xdotool", *words], env=env, check=True, timeout=30)

    # --- the scanner ---------------------------------------------------------------------

    def scan(self, text: str) -> None:
        """Hold something under the kiosk's scanner."""
        os.write(self._scanner, text.encode() + b"\r")

    def drawn(self) -> list[str]:
        """The kiosk's screens so far, in the order in which they came up."""
        return [row["screen"] for row in read_lines(self.frames) if "screen" in row]

    def scan_until(self, text: str, screen: str, within_s: float = 15.0) -> float:
        """Scan, wait until that screen comes up anew, and give the seconds it took."""
        before = len(self.drawn())
        began = time.monotonic()
        self.scan(text)
        until(lambda: screen in self.drawn()[before:], f"a scan leads to {screen}", within_s)
        took = time.monotonic() - began
        time.sleep(SETTLE_MS / 1000)  # as in `wait_shows`
        return took

    # --- the board and the loudspeaker ---------------------------------------------------

    def call_panel(self) -> Image.Image:
        """The newest call on the board."""
        left, top, right, bottom = CALL_PANEL
        return self.screen.picture((KIOSK[0] + left, top, KIOSK[0] + right, bottom)).convert("RGB")

    def spoken(self) -> list[dict[str, Any]]:
        """What was announced, oldest first."""
        return read_lines(self.announcements / "spoken.jsonl")

    def wait_spoken(self, call: int) -> dict[str, Any]:
        """Wait until a call has been announced."""
        until(lambda: any(one["call"] == call for one in self.spoken()), f"call {call} is spoken")
        return next(one for one in self.spoken() if one["call"] == call)

    # --- the journal ---------------------------------------------------------------------

    def journal(self, *kinds: str, since: int = 0) -> list[dict[str, Any]]:
        """Events, oldest first, with seq and request_id beside what each holds."""
        lines = self.hub.command("journal", "--since", str(since)).splitlines()
        rows = [msgspec.json.decode(line) for line in lines]
        return [
            row["body"] | {"kind": row["kind"], "seq": row["seq"], "request_id": row["request_id"]}
            for row in rows
            if not kinds or row["kind"] in kinds
        ]

    def wait_event(self, kind: str, since: int = 0, within_s: float = 15.0) -> dict[str, Any]:
        """Wait until the journal has an event of that kind; gives the first."""
        found: list[dict[str, Any]] = []

        def came() -> bool:
            found[:] = self.journal(kind, since=since)
            return bool(found)

        until(came, f"the journal has {kind}", within_s)
        return found[0]

    def last_seq(self) -> int:
        """The newest event's."""
        return max((row["seq"] for row in self.journal()), default=0)

    # --- trouble -------------------------------------------------------------------------

    def freeze_hub(self) -> None:
        """The hub stands still: it takes bytes and answers none."""
        os.kill(self.hub.pid, signal.SIGSTOP)

    def thaw_hub(self) -> None:
        """It goes on."""
        os.kill(self.hub.pid, signal.SIGCONT)


def unsound(journal: Iterable[dict[str, Any]]) -> list[str]:
    """What no hall may ever do, found in its journal: gaps in numbers, a wish with two tickets, a
    ticket called twice without a return between."""
    faults = []
    ordinals: dict[str, int] = {}
    wishes: set[str] = set()
    in_hand: set[str] = set()
    for event in journal:
        if event["kind"] == "ticket_issued":
            expected = ordinals.get(event["prefix"], 0) + 1
            if event["ordinal"] != expected:
                faults.append(f"{event['number']} comes where {expected} should")
            ordinals[event["prefix"]] = event["ordinal"]
            if event["request_id"] in wishes:
                faults.append(f"a second ticket for one wish: {event['number']}")
            wishes.add(event["request_id"])
        elif event["kind"] == "ticket_called":
            if event["ticket"] in in_hand:
                faults.append(f"called twice: {event}")
            in_hand.add(event["ticket"])
        elif event["kind"] == "ticket_returned":
            in_hand.discard(event["ticket"])
    return faults


def missing() -> str:
    """Which Debian program is not installed, and how to get it; "" when all are there."""
    packages = {"Xvfb": "xvfb", "xdotool": "xdotool", "cupsd": "cups", "chromium": "chromium"}
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin"
    lacking = [package for name, package in packages.items() if not shutil.which(name, path=path)]
    return f"missing: apt-get install {' '.join(lacking)}" if lacking else ""
