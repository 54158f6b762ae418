"""Screens: how soon a call is seen, how soon a touch is paper, and what a still screen costs.

The real programs on a virtual screen of their own, each measured against the same monotonic clock
that its witness writes down: the display's frame log, the printer's last byte.
"""

import time
from pathlib import Path

import msgspec
import psutil

from bench.hubs import BenchHub
from bench.queue import percentile
from bench.raw import RawClient, command, issue
from deploy.hall.cups import PrivateCups
from deploy.hall.fingertip import Fingertip
from deploy.hall.places import Places
from deploy.hall.printer import ThermalEmulator
from deploy.hall.programs import ROOT, Program, python
from deploy.hall.screen import Screen, VirtualScreen

CALLS = 60
CALL_GAP_S = 0.5
TICKETS = 40
LOOK_S = 0.4
"""Between two touches: the kiosk passes over those in the first 250 ms of a screen."""
REST_S = 5.0
IDLE_S = 15.0
COUNTER = 5
WALL = (1920, 1080)
GLASS = (1080, 1920)


class CallAnswer(msgspec.Struct):
    """A `call_next`'s result, as far as it matters here."""

    class Value(msgspec.Struct):
        """What was called."""

        call: int

    value: Value


class Frame(msgspec.Struct):
    """A line of the display's frame log."""

    call: int | None
    heard_ns: int
    drawn_ns: int


def idle_pct(program: Program) -> float:
    """How much of one processor a program uses that has nothing to do, in percent."""
    time.sleep(REST_S)
    process = psutil.Process(program.pid)
    process.cpu_percent()
    time.sleep(IDLE_S)
    return process.cpu_percent()


def call_to_pixel() -> dict[str, float]:
    """From a counter's call_next on its way to the board that shows the call on the screen."""
    with BenchHub() as hub, VirtualScreen(*WALL) as screen:
        frames = hub.folder / "frames.jsonl"
        voice = ["--announcements", str(hub.folder / "spoken"), "--frame-log", str(frames)]
        with program(hub, "display", screen, WALL, *voice) as display:
            display.wait_ready()
            idle = idle_pct(display)
            sent = call(hub)
            shown = drawn(frames, set(sent))
    took = [(shown[one].drawn_ns - at) / 1e6 for one, at in sent.items()]
    return {
        "call_to_pixel_ms_p50": percentile(took, 0.5),
        "call_to_pixel_ms_p99": percentile(took, 0.99),
        "display_idle_cpu_pct": idle,
    }


def call(hub: BenchHub) -> dict[int, int]:
    """Call `CALLS` numbers at an officer's pace; each call and the ns at which it was asked for."""
    kiosk = RawClient(hub.live, "kiosk", hub.credentials["kiosk"])
    for _ in range(CALLS):
        kiosk.ask(issue())
    kiosk.close()
    counter = RawClient(hub.live, "counter", hub.credentials[f"counter {COUNTER}"])
    sent = {}
    for _ in range(CALLS):
        at = time.monotonic_ns()
        answer = msgspec.json.decode(counter.ask(command('{"kind":"call_next"}')), type=CallAnswer)
        sent[answer.value.call] = at
        time.sleep(CALL_GAP_S)
    counter.close()
    return sent


def drawn(frames: Path, calls: set[int], within_s: float = 10.0) -> dict[int, Frame]:
    """The frame in which each call was first on the screen as the newest."""
    end = time.monotonic() + within_s
    while True:
        found: dict[int, Frame] = {}
        for line in frames.read_bytes().splitlines():
            frame = msgspec.json.decode(line, type=Frame)
            if frame.call is not None:
                found.setdefault(frame.call, frame)
        if calls <= found.keys():
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"never drawn: calls {sorted(calls - found.keys())}")
        time.sleep(0.1)


def tap_to_paper() -> dict[str, float]:
    """From the finger that leaves "Không" to the last byte at the printer."""
    with (
        BenchHub() as hub,
        VirtualScreen(*GLASS) as screen,
        ThermalEmulator(hub.folder / "paper") as printer,
        PrivateCups(hub.folder / "cups") as cups,
    ):
        paper = ["--printer", cups.add_thermal("ve", printer.port), "--cups", str(cups.socket)]
        data = ["--data", str(hub.folder / "kiosk")]
        with program(hub, "kiosk", screen, GLASS, *paper, *data) as kiosk:
            kiosk.wait_ready()
            idle = idle_pct(kiosk)
            with Fingertip(screen) as finger:
                took = [_take(finger, printer, number) for number in range(1, TICKETS + 1)]
    return {
        "tap_to_paper_ms_p50": percentile(took, 0.5),
        "tap_to_paper_ms_p99": percentile(took, 0.99),
        "kiosk_idle_cpu_pct": idle,
    }


def _take(finger: Fingertip, printer: ThermalEmulator, number: int) -> float:
    """Take the `number`-th ticket, and leave; ms from the last touch to its last byte."""
    places = Places()
    for name in ("start", "dat-dai"):
        finger.tap(places.centre(name))
        time.sleep(LOOK_S)
    let_go = finger.tap(places.centre("no_priority"))
    if not printer.wait_printed(number):
        raise TimeoutError(f"ticket {number} was not printed: {printer.errors or 'no tap arrived'}")
    last_byte = int(printer.tickets()[number - 1]["at"])
    time.sleep(LOOK_S)
    finger.tap(places.centre("done"))
    time.sleep(LOOK_S)
    return (last_byte - let_go) / 1e6


def program(hub: BenchHub, name: str, screen: Screen, size: tuple[int, int], *more: str) -> Program:
    """A kiosk or display over the whole screen, let in by the hub."""
    credential = hub.folder / f"{name}.credential"
    credential.touch(mode=0o600)
    credential.write_text(hub.credentials[name] + "\n", encoding="utf-8")
    return Program(
        name,
        [
            *python(name, "--no-keeper", "--config", str(ROOT / "config" / f"{name}.toml")),
            *("--hub", hub.live),
            *("--credential-file", str(credential), "--size", f"{size[0]}x{size[1]}"),
            *("--position", "0,0", *more),
        ],
        hub.folder / f"{name}.log",
        screen.env() | {"SDL_AUDIODRIVER": "dummy"},
    )
