"""Look-ups: how soon a scan is an answer on the glass, and what a dead e-one-stop costs the queue.

The e-one-stop system is the sandbox, over TLS, in a process of its own.
"""

import itertools
import os
import pty
import tempfile
import time
import tty
import uuid
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType

import msgspec

from bench.hubs import BenchHub
from bench.queue import kiosks, open_loop, percentile
from bench.raw import RawClient, frame
from deploy.hall.fingertip import Fingertip
from deploy.hall.one_stop import OneStop
from deploy.hall.programs import ROOT, Program, python
from deploy.hall.screen import VirtualScreen
from hub.dossiers.sandbox.dossiers import generate

ANSWER_MS = 50
"""What the e-one-stop system takes for each answer while scans are measured."""
SCANS = 40
WARM = 3
GLASS = (1080, 1920)
LEAVE = (190, 1800)
"""The dossier's "Trang đầu"."""
LOOK_S = 0.4
"""A person looks at least so long before the next receipt is scanned."""

TODAY = date(2026, 11, 23)
RATE = 250
"""Numbers a second: as many as a whole province at its peak."""
KIOSKS = 8
ASKERS = 6
QUESTIONS = 4
"""Questions that each asker has open all the time."""
HANGS_S = 5.5
"""So long every look-up hangs; a little later the first ones give up and the breaker opens."""
_FRESH = itertools.count()

FREE = """
[lookup]
device_codes = 1000000
code_failures = 1000000
"""


class Frame(msgspec.Struct):
    """A line of the kiosk's frame log."""

    drawn_ns: int
    screen: str = ""


class LookupHall:
    """A sandbox that takes `answer_ms` for each answer, and a hub that asks it."""

    def __init__(self, *, answer_ms: int = 0) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="motcua-bench-")
        self.one_stop = OneStop(Path(self._folder.name), answer_ms=answer_ms, today=TODAY)
        self.hub = BenchHub(settings=self.one_stop.hub_settings(FREE))

    def __enter__(self) -> "LookupHall":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hub.close()
        self.one_stop.close()
        self._folder.cleanup()


def scan_to_status() -> dict[str, float]:
    """From the scanner's last byte on the serial line to the frame that shows the dossier."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    with LookupHall(answer_ms=ANSWER_MS) as hall, VirtualScreen(*GLASS) as screen:
        frames = hall.hub.folder / "frames.jsonl"
        credential = hall.hub.folder / "kiosk.credential"
        credential.touch(mode=0o600)
        credential.write_text(hall.hub.credentials["kiosk"] + "\n", encoding="utf-8")
        kiosk = Program(
            "kiosk",
            [
                *python("kiosk", "--no-keeper", "--config", str(ROOT / "config" / "kiosk.toml")),
                *("--hub", hall.hub.live, "--credential-file", str(credential)),
                *("--size", f"{GLASS[0]}x{GLASS[1]}", "--position", "0,0"),
                *("--data", str(hall.hub.folder / "kiosk"), "--frame-log", str(frames)),
                *("--scanner", f"serial:{os.ttyname(slave)}"),
            ],
            hall.hub.folder / "kiosk.log",
            screen.env(),
        )
        with kiosk:
            kiosk.wait_ready()
            codes = [record.code for record in generate(1, TODAY)[: SCANS + WARM]]
            with Fingertip(screen) as finger:
                took = [_scan(master, frames, code, finger) for code in codes]
    os.close(master)
    os.close(slave)
    return {
        "scan_to_status_ms_p50": percentile(took[WARM:], 0.5),
        "scan_to_status_ms_p99": percentile(took[WARM:], 0.99),
    }


def _scan(master: int, frames: Path, code: str, finger: Fingertip) -> float:
    """Scan a receipt at home, each time another so that no cache answers; ms to its frame."""
    before = len(_shown(frames))
    at = time.monotonic_ns()
    os.write(master, code.encode() + b"\r")
    end = time.monotonic() + 10
    while len(shown := _shown(frames)) == before:
        if time.monotonic() > end:
            raise TimeoutError("a scan was never answered on the screen")
        time.sleep(0.005)
    time.sleep(LOOK_S)
    finger.tap(LEAVE)
    time.sleep(LOOK_S)
    return (shown[before] - at) / 1e6


def _shown(frames: Path) -> list[int]:
    """When each dossier was drawn, ns."""
    if not frames.exists():
        return []
    found = [msgspec.json.decode(line, type=Frame) for line in frames.read_bytes().splitlines()]
    return [one.drawn_ns for one in found if one.screen == "dossier"]


def issue_while_down() -> dict[str, float]:
    """How long a number takes while every look-up hangs at a system that never answers."""
    with LookupHall() as hall:
        clients = kiosks(hall.hub, KIOSKS)
        open_loop(clients, RATE, 1.0)
        hall.one_stop.fail("hang")
        beside = {asker: _asks_on(asker) for asker in kiosks(hall.hub, ASKERS)}
        for asker in beside:
            for _ in range(QUESTIONS):
                asker.socket.sendall(_question())
        took = open_loop(clients, RATE, HANGS_S, beside)
    return {
        "lookup_while_down_issue_ms_p50": percentile(took, 0.5),
        "lookup_while_down_issue_ms_p99": percentile(took, 0.99),
    }


def _asks_on(asker: RawClient) -> Callable[[bytes], None]:
    """Asks anew as soon as an answer comes."""

    def heard(text: bytes) -> None:
        if text.startswith((b'{"type":"answer"', b'{"type":"refused"')):
            asker.socket.sendall(_question())

    return heard


def _question() -> bytes:
    """A question for a dossier that nobody has asked for yet."""
    code = f"H41.15-261123-{next(_FRESH):05d}"
    question = f'{{"kind":"look_up_dossier","code":"{code}","digits":null}}'
    text = f'{{"type":"question","request_id":"{uuid.uuid4()}","question":{question}}}'
    return frame(text.encode())
