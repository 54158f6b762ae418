from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from display.announcer import Manner, Utterance, phrase
from display.board import Announcement
from display.voice import RATE, Voice, read_clip, silence
from shared.model import CounterNumber, Instant
from tests.kivy_window import until


def utterance(
    call: int = 7, number: str = "A012", counter: int = 5, first: bool = True
) -> Utterance:
    spoken = Announcement(call, number, CounterNumber(counter), Instant(0))
    return Utterance(spoken, phrase(number, spoken.counter, Manner.SHORT), first)


class FakeSound:
    """A sound that ends when the test says so, or never."""

    length = 1.0
    volume = 0.0

    def __init__(self) -> None:
        self.ends: list[Callable[..., None]] = []
        self.calls: list[str] = []

    def bind(self, on_stop: Callable[..., None]) -> None:
        self.ends.append(on_stop)

    def unbind(self, on_stop: Callable[..., None]) -> None:
        self.ends.clear()

    def play(self) -> None:
        self.calls.append("play")

    def stop(self) -> None:
        self.calls.append("stop")

    def unload(self) -> None:
        self.calls.append("unload")


def make(voice_folder: Path, keep: Path | None = None, **options: Any) -> Any:
    from display.devices.speech import Speech

    return Speech(Voice(voice_folder), preroll_ms=300, keep=keep, **options)


async def test_the_wav_is_its_clips_after_the_preroll(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path, load=lambda _path: FakeSound())
    speech.say(utterance(7, "AB1000", 37), lambda: None)
    clips = ["letter_a", "letter_b", "digit_1", *["digit_0"] * 3, "quay", "counter_37"]
    expected = silence(300) + b"".join(
        read_clip(voice_folder / f"{clip}.wav").frames for clip in clips
    )
    assert read_clip(tmp_path / "7.wav").frames == expected
    line = msgspec.json.decode((tmp_path / "spoken.jsonl").read_bytes())
    assert line == {
        "call": 7,
        "number": "AB1000",
        "counter": 37,
        "clips": clips,
        "wav": "7.wav",
    }
    speech.close()


async def test_only_what_follows_a_silence_has_the_preroll(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path, load=lambda _path: FakeSound())
    speech.say(utterance(1, first=True), lambda: None)
    first = len(read_clip(tmp_path / "1.wav").frames)
    speech.close()
    speech = make(voice_folder, tmp_path, load=lambda _path: FakeSound())
    speech.say(utterance(2, first=False), lambda: None)
    assert first - len(read_clip(tmp_path / "2.wav").frames) == len(silence(300)) == RATE * 6 // 10
    speech.close()


async def test_a_sound_is_played_and_its_end_told_once(
    kivy_window: Any, voice_folder: Path
) -> None:
    speech = make(voice_folder)
    ended: list[int] = []
    speech.say(utterance(), lambda: ended.append(1))
    await until(kivy_window, lambda: ended, 10)
    await until(kivy_window, lambda: speech._sound is None, 2)
    assert ended == [1]
    speech.close()


async def test_the_end_that_the_sound_reports_comes_before_the_timer(
    kivy_window: Any, voice_folder: Path
) -> None:
    sound = FakeSound()
    speech = make(voice_folder, load=lambda _path: sound)
    ended: list[int] = []
    speech.say(utterance(), lambda: ended.append(1))
    assert ended == []
    sound.ends[0](sound)
    assert (ended, sound.calls) == ([1], ["play", "stop", "unload"])
    assert speech._timer is None
    speech.close()
    assert ended == [1]


async def test_a_sound_that_never_reports_its_end_is_ended_by_the_timer(
    kivy_window: Any, voice_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices import speech as module

    monkeypatch.setattr(module, "GRACE_S", -2.0)
    speech = make(voice_folder, load=lambda _path: FakeSound())
    ended: list[int] = []
    speech.say(utterance(), lambda: ended.append(1))
    await until(kivy_window, lambda: ended, 5)
    speech.close()


async def test_a_loudspeaker_that_fails_is_logged_once_and_so_is_its_recovery(
    kivy_window: Any, voice_folder: Path
) -> None:
    answers: list[Any] = [None, None, FakeSound()]
    speech = make(voice_folder, load=lambda _path: answers.pop(0))
    with structlog.testing.capture_logs() as logs:
        for call in range(3):
            speech.say(utterance(call), lambda: None)
            speech._end()
    assert [entry["event"] for entry in logs] == ["speech.failed", "speech.recovered"]
    speech.close()
    speech.close()
