"""The hall: a board of all counters, a finger on the glass, a kiosk's start, the gallery."""

import subprocess
import time
from pathlib import Path

import msgspec

from bench.hubs import BenchHub
from bench.queue import percentile
from bench.raw import RawClient, command, issue
from bench.screens import GLASS, LOOK_S, REST_S, WALL, call, drawn, program
from deploy.hall.fingertip import Fingertip
from deploy.hall.places import Places
from deploy.hall.programs import ROOT, python
from deploy.hall.screen import VirtualScreen
from hub.engine.site import Site
from shared.settings import load

TOUCHES = 60
STARTS = 3


class Feedback(msgspec.Struct):
    """A line of the kiosk's frame log."""

    drawn_ns: int
    touched: str | None = None


def board_update() -> dict[str, float]:
    """From a view's arrival at a display to its pixels, on the board of all 37 counters."""
    with BenchHub() as hub, VirtualScreen(*WALL) as screen:
        supervisor = RawClient(hub.live, "supervisor", hub.credentials["supervisor"])
        plan = '{"layout":"all","counters":[],"title":"","officers":false}'
        supervisor.ask(command(f'{{"kind":"arrange_display","display":"display","plan":{plan}}}'))
        supervisor.close()
        frames = hub.folder / "frames.jsonl"
        with program(hub, "display", screen, WALL, "--frame-log", str(frames)) as display:
            display.wait_ready()
            _fill(hub)
            sent = call(hub)
            shown = drawn(frames, set(sent))
    took = [(shown[one].drawn_ns - shown[one].heard_ns) / 1e6 for one in sent]
    return {
        "board_update_ms_p50": percentile(took, 0.5),
        "board_update_ms_p99": percentile(took, 0.99),
    }


def _fill(hub: BenchHub) -> None:
    """Give every counter somebody to serve: a panel in colour costs more than a bare edge."""
    kiosk = RawClient(hub.live, "kiosk", hub.credentials["kiosk"])
    site = load(ROOT / "config" / "site.toml", Site)
    for number, service in {n: one.id for one in site.services for n in one.counters}.items():
        kiosk.ask(issue(service))
        counter = RawClient(hub.live, "counter", hub.credentials[f"counter {number}"])
        counter.ask(command('{"kind":"call_next"}'))
        counter.close()
    kiosk.close()


def touch_to_feedback() -> dict[str, float]:
    """From the finger that lands on a button to the frame that shows it pressed; and the kiosk's
    way from its start to a screen that can be touched."""
    with BenchHub() as hub, VirtualScreen(*GLASS) as screen:
        ready = []
        for number in range(STARTS):
            data = ["--data", str(hub.folder / f"kiosk-{number}")]
            began = time.monotonic()
            with program(hub, "kiosk", screen, GLASS, *data) as kiosk:
                kiosk.wait_ready()
                ready.append(time.monotonic() - began)
        frames = hub.folder / "kiosk.jsonl"
        data = ["--data", str(hub.folder / "kiosk"), "--frame-log", str(frames)]
        with program(hub, "kiosk", screen, GLASS, *data) as kiosk:
            kiosk.wait_ready()
            time.sleep(REST_S)
            with Fingertip(screen) as finger:
                pressed = _press(finger)
        shown = _feedback(frames)
    took = [(after - before) / 1e6 for before, after in zip(pressed, shown, strict=True)]
    return {
        "touch_to_feedback_ms_p50": percentile(took, 0.5),
        "touch_to_feedback_ms_p99": percentile(took, 0.99),
        "kiosk_ready_s": sorted(ready)[STARTS // 2],
    }


def _press(finger: Fingertip) -> list[int]:
    """To the services and home again, at a person's pace; the ns at which the finger landed."""
    places = Places()
    landed = []
    for number in range(TOUCHES):
        landed.append(finger.press(places.centre("home" if number % 2 else "start")))
        time.sleep(0.15)
        finger.let_go()
        time.sleep(LOOK_S)
    return landed


def _feedback(frames: Path) -> list[int]:
    lines = [msgspec.json.decode(one, type=Feedback) for one in frames.read_bytes().splitlines()]
    return [one.drawn_ns for one in lines if one.touched is not None]


def gallery() -> dict[str, float]:
    """Every picture of the gallery."""
    began = time.monotonic()
    subprocess.run(python("deploy.gallery"), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return {"gallery_s": time.monotonic() - began}
