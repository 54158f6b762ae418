"""From headphones to the ticket: a keypad's own events, and espeak-ng's own voice."""

import asyncio
import shutil
import subprocess
import wave
from array import array
from pathlib import Path
from typing import Any

import pytest
from evdev import ecodes

from kiosk.devices.keypad import EvdevKeypad
from kiosk.devices.speaker import EspeakSpeaker
from kiosk.flow import Screen
from shared import messages as m
from tests.kiosk.in_window import Hall, hall
from tests.kiosk.test_scanner import Event, FakeDevice

PAD, SOCKET = "/dev/input/by-id/pad", "/dev/input/by-path/jack"
LOUD = 1_000
"""The loudest sample of something said is above this (of 32,767)."""
RECORDER = """#!/bin/sh
# Each voice speaks into a file of its own, numbered: what would be heard in the headphones.
exec espeak-ng -w "{folder}/$(ls "{folder}" | wc -l).wav" "$@"
"""

pytestmark = pytest.mark.skipif(
    not shutil.which("espeak-ng"), reason="missing: apt-get install espeak-ng"
)


class Headphones(EspeakSpeaker):
    """The kiosk's own voice, with files at its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "heard"
        self.folder.mkdir()
        recorder = folder / "recorder"
        recorder.write_text(RECORDER.format(folder=self.folder), encoding="utf-8")
        recorder.chmod(0o755)
        super().__init__(program=(str(recorder),))
        self.said: list[str] = []

    def say(self, text: str, language: str, interrupt: bool = True) -> None:
        self.said.append(text)
        super().say(text, language, interrupt)

    @property
    def quiet(self) -> bool:
        """Whether all that was to be said is over."""
        return self._worker is None or self._worker.done()

    def heard(self) -> list[Path]:
        """What came to the ears, oldest first."""
        return sorted(self.folder.iterdir(), key=lambda file: int(file.stem))


class Person:
    """Hears, and presses keys: sees nothing."""

    def __init__(self, folder: Path) -> None:
        self.pad, self.socket = FakeDevice(), FakeDevice()
        devices = {PAD: self.pad, SOCKET: self.socket}
        self.keypad = EvdevKeypad(PAD, SOCKET, opener=devices.__getitem__)
        self.ears = Headphones(folder)

    async def plugs(self, one: Hall, into: bool) -> None:
        """Put the headphones in, or pull them out."""
        one.ms += 1_000
        self.socket.add(Event(ecodes.EV_SW, ecodes.SW_HEADPHONE_INSERT, int(into)))
        self.socket.wake()
        await one.until(lambda: one.app.flow.guided is into, "headphones are noticed")

    async def presses(self, one: Hall, name: str) -> None:
        """One key, down and up."""
        one.ms += 1_000
        for value in (1, 0):
            self.pad.add(Event(ecodes.EV_KEY, ecodes.ecodes[name], value))
        self.pad.wake()

    async def chooses(self, one: Hall, words: str) -> None:
        """Go on until something with `words` has been said to the end, and choose that."""
        for _key in range(40):
            await one.until(lambda: self.ears.said and self.ears.quiet, "silence")
            if words in self.ears.said[-1]:
                await self.presses(one, "KEY_ENTER")
                return
            before = len(self.ears.said)
            await self.presses(one, "KEY_DOWN")
            await one.until(lambda: len(self.ears.said) > before, "another item")  # noqa: B023
        raise AssertionError(f"{words!r} is never said: {self.ears.said}")


def loudest(file: Path) -> int:
    with wave.open(str(file), "rb") as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    return max(map(abs, samples), default=0)


def spoken_apart(speaker: EspeakSpeaker, text: str, file: Path) -> bytes:
    """What espeak-ng makes of a text by itself, asked as the kiosk asks it."""
    how = speaker._command("vi")
    words = ["espeak-ng", "-w", str(file), *how[how.index("-v") :]]
    subprocess.run(words, input=text.encode(), check=True, timeout=30)
    return file.read_bytes()


async def test_from_headphones_to_the_ticket_by_ear_and_keypad(
    kivy_window: Any, tmp_path: Path
) -> None:
    somebody = Person(tmp_path)
    ears = somebody.ears
    async with hall(kivy_window, tmp_path, voice=(somebody.keypad, ears)) as one:
        one.app.begin()
        await one.shows(Screen.HOME)
        await somebody.plugs(one, True)
        await somebody.chooses(one, "Lấy số")
        await one.shows(Screen.SERVICES)
        await somebody.chooses(one, "Đất đai")
        await one.shows(Screen.PRIORITY)
        await somebody.chooses(one, "Không")
        await one.shows(Screen.TICKET)
        assert len(one.hub.commands(m.IssueTicket)) == 1
        await one.until(lambda: ears.quiet and "Số của ông bà" in " ".join(ears.said), "the number")
        files = ears.heard()
        assert min(loudest(file) for file in files) > LOUD
        number = next(text for text in ears.said if "Số của ông bà" in text)
        assert "Số của ông bà là rờ, không một hai." in number
        assert "Dự kiến chờ từ 15 đến 25 phút." in number
        apart = await asyncio.to_thread(spoken_apart, ears, number, tmp_path / "number.wav")
        assert apart in [file.read_bytes() for file in files]
        await somebody.plugs(one, False)
    assert somebody.pad.grabbed and somebody.pad.closed and somebody.socket.closed
    assert ears.quiet
