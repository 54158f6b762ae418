"""A display that hangs, from the first second to the voice: all programs real, nothing hastened."""

import os
import select
import signal
import time
import urllib.request
import wave
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench.raw import RawClient, command
from deploy.hall.programs import ROOT, Program, python
from deploy.hall.screen import VirtualScreen
from deploy.hall.verdict import read_lines
from shared.messages import ScreenFault, SupervisorScreen, SupervisorView
from tests.hub.hub_process import HubProcess
from tests.journeys.hall import missing
from tests.lockdown.public_machine import kept, until

NAMED_WITHIN_S = 20.0
BACK_WITHIN_S = 15.0
"""From the death of the display: a start on a busy machine, and a first report."""
SPOKEN_WITHIN_S = 25.0
REPORTED_AFTER_S = 1.0
COUNTER = 5
WALL = "sảnh"

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")


class _Frame(msgspec.Struct):
    type: str
    view: SupervisorView | None = None


class Hall:
    """A hub, a display under its keeper, and a supervisor who calls numbers and sees the wall."""

    def __init__(self, folder: Path, ending: ExitStack) -> None:
        self.folder = folder
        self.hub = HubProcess(folder / "hub")
        ending.callback(self.hub.stop)
        self.hub.start()
        boss = self.hub.enrol("supervisor", "sếp")
        self._asking, self._watching = (
            RawClient(self.hub.live, "supervisor", boss) for _ in range(2)
        )
        ending.callback(self._asking.close)
        ending.callback(self._watching.close)
        self._wall: SupervisorScreen | None = None
        screen = ending.enter_context(VirtualScreen(1280, 720))
        credential = folder / "credential"
        credential.touch(mode=0o600)
        credential.write_text(self.hub.enrol("display", WALL), encoding="utf-8")
        self.display = Program(
            "display",
            [
                *python("display", "--config", str(ROOT / "config" / "display.toml")),
                *("--hub", self.hub.live, "--credential-file", str(credential)),
                *("--size", "1280x720", "--position", "0,0", "--without-card", "well"),
                *("--announcements", str(folder / "said")),
            ],
            folder / "display.log",
            screen.env(),
        )
        ending.callback(self.display.stop)

    def call(self) -> None:
        """Somebody takes a number and is called with it."""
        for what in (
            '{"kind":"issue_ticket","service":"dat-dai"}',
            f'{{"kind":"call_next","counter":{COUNTER}}}',
        ):
            answer = self._asking.ask(command(what))
            assert answer.startswith(b'{"type":"result"'), answer

    def wall(self) -> SupervisorScreen | None:
        """What the supervisor is shown of the display now."""
        while select.select([self._watching.socket], [], [], 0)[0]:
            for text in self._watching.feed():
                frame = msgspec.json.decode(text, type=_Frame)
                for screen in frame.view.screens if frame.view else ():
                    self._wall = screen
        return self._wall

    def fault(self) -> ScreenFault | None:
        """What the supervisor is told is wrong with it."""
        wall = self.wall()
        return wall.fault if wall else None

    def well(self) -> bool:
        """Whether the supervisor is told that the display is well."""
        wall = self.wall()
        return wall is not None and wall.checked and wall.fault is None

    def in_figures(self, fault: ScreenFault) -> bool:
        """Whether /metrics names that fault of the display."""
        with urllib.request.urlopen(f"{self.hub.url}/metrics", timeout=5) as page:
            name = f'motcua_display_fault{{display="{WALL}",fault="{fault}"}} 1.0'
            return name in page.read().decode()

    def spoken(self) -> list[Any]:
        """The calls whose words have begun, oldest first."""
        return [line["call"] for line in read_lines(self.folder / "said" / "spoken.jsonl")]

    def has_been_over(self) -> bool:
        """Whether the first announcement has been over long enough to be reported: its file, as
        long as itself, is written when its words begin. On a busy machine a display cannot tell
        whether it was heard, but always when it is over."""
        if self.spoken() != [1]:
            return False
        file = self.folder / "said" / "1.wav"
        with wave.open(str(file), "rb") as sound:
            lasts_s = sound.getnframes() / sound.getframerate()
        return time.time() > file.stat().st_mtime + lasts_s + REPORTED_AFTER_S


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Hall]:
    with ExitStack() as ending:
        yield Hall(tmp_path, ending)


def test_a_display_that_hangs_is_named_started_anew_and_speaks_what_it_missed(hall: Hall) -> None:
    hall.display.wait_ready()
    until(hall.well, "a display that is well", BACK_WITHIN_S)
    hall.call()
    until(hall.has_been_over, "the first announcement", SPOKEN_WITHIN_S)
    assert hall.spoken() == [1]

    child = kept(hall.display)
    began = time.monotonic()
    os.kill(child.pid, signal.SIGSTOP)
    hall.call()
    until(lambda: hall.in_figures(ScreenFault.MUTE), "a figure", NAMED_WITHIN_S)
    until(lambda: hall.fault() is ScreenFault.MUTE, "a word to the supervisor", 2)
    assert time.monotonic() - began < NAMED_WITHIN_S
    hall.call()

    until(lambda: not child.is_running(), "its end by the keeper", NAMED_WITHIN_S)
    until(hall.well, "a display that is well again", BACK_WITHIN_S)
    assert not hall.in_figures(ScreenFault.MUTE)
    assert kept(hall.display).pid != child.pid
    until(lambda: len(hall.spoken()) >= 3, "the calls it missed", SPOKEN_WITHIN_S)
    hall.call()
    until(lambda: 4 in hall.spoken(), "the next call", SPOKEN_WITHIN_S)
    assert hall.spoken() == [1, 2, 3, 4]
