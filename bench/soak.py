"""`python -m bench.soak`: a kiosk and a display at fifty times a normal day's speed.

The real programs on a virtual screen, with a real hub, printer and loudspeaker (SDL's dummy, whose
clips are so short that it keeps up). Visitors tap, scan, read, look up, change language and modes
and leave; notices turn in the side area; a second kiosk gives as many numbers; officers call all of
them; a supervisor arranges the display and speaks to everybody; now and then the hub hangs until
screens say that they are out of date. The verdict: what memory an hour of simulated use costs,
whether files or clock events stay behind, how long frames take, and whether numbers were given and
spoken to the end.
"""

import argparse
import os
import random
import re
import shutil
import sys
import time
import tty
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import msgspec
from PIL import Image

from bench.hubs import BenchHub
from bench.queue import percentile
from bench.soak_day import Glass, Staff, Visitor
from deploy.hall.cups import PrivateCups
from deploy.hall.fingertip import Fingertip
from deploy.hall.printer import ThermalEmulator
from deploy.hall.programs import ROOT, Program, python
from deploy.hall.screen import VirtualScreen
from display.clips import RATE, silence, write_wav
from display.tongues import VIETNAMESE, needed
from display.voice import CHIME
from shared.vitals import Vital, read

SPEED = 50
TICKETS_A_DAY = 300
"""At one kiosk; a centre with two of them gives 600 numbers a day (domain.md, load)."""
DAY_HOURS = 9.0
WARM_UP = 0.5
"""Of the run is left out: until every screen has been met in every manner, its letters drawn and
kept, a program grows as it should."""
GLASS = (1080, 1920)
WALL = (1920, 1080)
CLIP_MS = 12
NOTICE_S = 5
ARRANGE_EVERY, ALARM_EVERY, HANG_EVERY = 5, 17, 60
"""After so many visitors."""
LEAST_TAKEN = 0.95
"""Of the visitors who came for a number, how many must have got it; the others met the kiosk in the
moment in which it says that it is out of date."""


class Verdict(msgspec.Struct, frozen=True):
    """What one program has cost. `rss_mb_an_hour` is of simulated use."""

    rss_mb_an_hour: float
    files_left: int
    clock_events_left: int
    frame_ms_p99: float
    spoken: int

    def faults(self, name: str, speaks: bool) -> list[str]:
        """What is not as it must be."""
        found = []
        if self.rss_mb_an_hour >= 1.0:
            found.append(f"{name}: memory grows by {self.rss_mb_an_hour:.2f} MB an hour, limit 1")
        if self.files_left > 0:
            found.append(f"{name}: {self.files_left} files were left open")
        if self.clock_events_left > 0:
            found.append(f"{name}: {self.clock_events_left} clock events were left behind")
        if self.frame_ms_p99 >= 50:
            found.append(f"{name}: frames take {self.frame_ms_p99:.0f} ms (p99), limit 50")
        if speaks and not self.spoken:
            found.append(f"{name}: the sound has died")
        return found


def judge(lines: list[Vital]) -> Verdict:
    """The verdict over a program's vitals, once it is warm."""
    steady = lines[int(len(lines) * WARM_UP) :]
    quarter = max(1, len(steady) // 4)
    first, last = steady[:quarter], steady[-quarter:]
    hours = (last[0].at - first[0].at) * SPEED / 3600
    growth_kb = _median(one.rss_kb for one in last) - _median(one.rss_kb for one in first)
    frames = [ms for one in steady for ms in one.frames_ms]
    return Verdict(
        rss_mb_an_hour=growth_kb / 1024 / hours,
        files_left=round(_at_rest(last, "files") - _at_rest(first, "files")),
        clock_events_left=round(_at_rest(last, "clock_events") - _at_rest(first, "clock_events")),
        frame_ms_p99=percentile(frames, 0.99) if frames else 0.0,
        spoken=last[-1].spoken - last[0].spoken,
    )


def _median(values: Iterable[int]) -> float:
    ordered = sorted(values)
    return float(ordered[len(ordered) // 2])


def _at_rest(lines: list[Vital], name: str) -> float:
    """What a program has when it does nothing beside: a quarter of a while it has no more. The
    very least is a moment between two things, which comes now and then."""
    return percentile([float(getattr(one, name)) for one in lines], 0.25)


def centre(folder: Path) -> Path:
    """The site of config/ with two notices for the side area, a text and a picture."""
    shutil.copytree(ROOT / "config", folder, dirs_exist_ok=True)
    site = folder / "site.toml"
    shown = ", ".join(
        f"{{ {one}, seconds = {NOTICE_S} }}"
        for one in ('id = "a", text = "Trả kết quả tại quầy 33."', 'id = "b", picture = "b.png"')
    )
    text, found = re.subn(
        r"^notices = \[$", f"notices = [{shown},", site.read_text("utf-8"), flags=re.M
    )
    assert found == 1, "config/site.toml has a list of notices"
    site.write_text(text, encoding="utf-8")
    (folder / "notices").mkdir(exist_ok=True)
    Image.linear_gradient("L").resize((1600, 1200)).save(folder / "notices" / "b.png")
    return site


class Scanner:
    """A scanner on a serial line of the kernel's own."""

    def __init__(self) -> None:
        self._out, self._line = os.openpty()
        tty.setraw(self._line)

    @property
    def setting(self) -> str:
        """As the kiosk's command line names it."""
        return f"serial:{os.ttyname(self._line)}"

    def read(self, text: str) -> None:
        """Somebody holds that before it."""
        os.write(self._out, text.encode() + b"\r")

    def close(self) -> None:
        """It is pulled out."""
        for end in (self._out, self._line):
            os.close(end)


def soak(seconds: float, folder: Path, say: Callable[[str], None]) -> dict[str, Verdict]:
    """Run kiosk and display for so long; gives a verdict each."""
    files = {name: folder / f"{name}.vitals.jsonl" for name in ("kiosk", "display")}
    frames = folder / "kiosk.frames.jsonl"
    for file in (*files.values(), frames):
        file.unlink(missing_ok=True)
    size = (GLASS[0] + WALL[0], max(GLASS[1], WALL[1]))
    with (
        BenchHub(site=centre(folder / "centre")) as hub,
        closing(Scanner()) as scanner,
        VirtualScreen(*size) as screen,
        ThermalEmulator(folder / "paper") as printer,
        PrivateCups(hub.folder / "cups") as cups,
        _program(
            hub,
            "kiosk",
            GLASS,
            0,
            screen,
            [
                *("--printer", cups.add_thermal("ve", printer.port), "--cups", str(cups.socket)),
                *("--data", str(hub.folder / "kiosk"), "--vitals", str(files["kiosk"])),
                *("--frame-log", str(frames), "--scanner", scanner.setting),
            ],
        ) as kiosk,
        _program(
            hub,
            "display",
            WALL,
            GLASS[0],
            screen,
            [
                *("--voice", str(_brief_voice(folder)), "--without-card", "well"),
                *("--vitals", str(files["display"])),
            ],
        ) as display,
        Fingertip(screen) as finger,
    ):
        kiosk.wait_ready()
        display.wait_ready()
        with closing(Glass(frames)) as glass:
            visitor = Visitor(finger, glass, printer, scanner.read, random.Random(1))
            _live(visitor, Staff(hub), seconds, say)
        taken = printer.printed
        say(f"{taken} of {visitor.wanted} got their number; lost: {visitor.lost or 'nobody'}")
        if taken < visitor.wanted * LEAST_TAKEN:
            raise RuntimeError(f"of {visitor.wanted} who wanted a number {taken} got one")
        for program in (kiosk, display):
            if not program.alive:
                raise RuntimeError(program.obituary())
    return {name: judge(read(file)) for name, file in files.items()}


def _live(visitor: Visitor, staff: Staff, seconds: float, say: Callable[[str], None]) -> None:
    """A day in a hurry."""
    gap_s = DAY_HOURS * 3600 / TICKETS_A_DAY / SPEED
    began = due = time.monotonic()
    number = 0
    while time.monotonic() - began < seconds:
        number += 1
        due += gap_s
        visitor.come()
        staff.work()
        if number % ARRANGE_EVERY == 0:
            staff.arrange()
        if number % ALARM_EVERY == 0:
            staff.alarm()
        if number % HANG_EVERY == 0:
            staff.hang()
        if number % 25 == 0:
            say(f"{time.monotonic() - began:.0f} s: {number} visitors, {visitor.touches} touches")
        now = time.monotonic()
        time.sleep(max(0.0, due - now))
        due = max(due, now)  # who came late does not make the next ones hurry


def _brief_voice(folder: Path) -> Path:
    """The names of a whole voice, each a click: what is soaked is the player, not the patience."""
    voice = folder / "voice"
    voice.mkdir(parents=True, exist_ok=True)
    loud = (b"\x00\x20" * (RATE * CLIP_MS // 1000)) + silence(2)
    for name in (CHIME, *needed(VIETNAMESE)):
        write_wav(voice / f"{name}.wav", loud)
    return voice


def _program(
    hub: BenchHub,
    name: str,
    size: tuple[int, int],
    left: int,
    screen: VirtualScreen,
    more: list[str],
) -> Program:
    credential = hub.folder / f"{name}.credential"
    credential.touch(mode=0o600)
    credential.write_text(hub.credentials[name] + "\n", encoding="utf-8")
    return Program(
        name,
        [
            *python(name, "--config", str(ROOT / "config" / f"{name}.toml"), "--hub", hub.live),
            *("--credential-file", str(credential), "--size", f"{size[0]}x{size[1]}"),
            *("--position", f"{left},0", "--no-keeper", *more),
        ],
        hub.folder / f"{name}.log",
        screen.env(),
    )


def main() -> int:
    """Soak, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="real minutes; 10 by default")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "soak")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    found = soak(options.minutes * 60, options.out, lambda text: print(text, flush=True))
    faults: list[str] = []
    for name, verdict in found.items():
        print(f"{name}: {msgspec.json.encode(verdict).decode()}")
        faults += verdict.faults(name, speaks=name == "display")
    for fault in faults:
        print(f"FAULT {fault}")
    (options.out / "soak.json").write_bytes(msgspec.json.encode(found))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
