from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from display.chime import TEST_S, tone
from display.clips import write_wav
from tests.kivy_window import until


class FakeSound:
    """A sound that ends when the test says so, or never."""

    volume = 0.0

    def __init__(self, length: float = 1.0, starts: bool = True) -> None:
        self.length = length
        self.starts = starts
        self.state = "stop"
        self.ends: list[Callable[..., None]] = []
        self.calls: list[str] = []

    def bind(self, on_stop: Callable[..., None]) -> None:
        self.ends.append(on_stop)

    def unbind(self, on_stop: Callable[..., None]) -> None:
        self.ends.clear()

    def play(self) -> None:
        self.calls.append("play")
        self.state = "play" if self.starts else "stop"

    def stop(self) -> None:
        self.calls.append("stop")

    def unload(self) -> None:
        self.calls.append("unload")


class Playing:
    """A player with one sound of `seconds`, and what it said of it."""

    def __init__(self, folder: Path, sound: Any, seconds: float) -> None:
        from display.devices.player import Player

        self.judged: list[str] = []
        self.over: list[int] = []
        self.lost: list[int] = []
        self.path = folder / "sound.wav"
        write_wav(self.path, tone())
        load = {"load": lambda _path: sound} if sound != "real" else {}
        self.player = Player(self.judged.append, **load)
        self.player.play(
            self.path, seconds, 1.0, lambda: self.over.append(1), lambda: self.lost.append(1)
        )


async def judged(window: Any, folder: Path) -> Playing:
    """A real sound, once its time is over and it has been judged."""
    playing = Playing(folder, "real", TEST_S)
    await until(window, lambda: playing.over and playing.judged, 10)
    assert playing.over == [1]
    return playing


async def test_a_real_sound_starts_goes_on_ends_and_leaves_nothing_behind(
    kivy_window: Any, tmp_path: Path
) -> None:
    from display.devices.calling import DEAF_TESTS

    # As the display judges its loudspeaker: SDL's device is a thread of its own, and on a busy
    # machine it may get no turn for so long that one sound is late.
    for _sound in range(DEAF_TESTS):
        playing = await judged(kivy_window, tmp_path)
        if playing.judged == [""]:
            break
    assert playing.judged == [""]
    assert not playing.path.exists()
    assert not playing.player._sounding


async def test_a_sound_that_ends_as_it_begins_was_not_played_and_keeps_its_time(
    kivy_window: Any, tmp_path: Path
) -> None:
    sound = FakeSound()
    playing = Playing(tmp_path, sound, 1.0)
    sound.ends[0](sound)
    assert playing.judged == ["the sound ends as soon as it begins"]
    assert playing.over == []
    assert sound.calls == ["play", "stop", "unload"]
    await until(kivy_window, lambda: playing.over, 5)
    assert playing.judged == ["the sound ends as soon as it begins"]
    assert playing.lost == [1]


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (None, "no sound device"),
        (FakeSound(length=0.0), "no sound device"),
        (FakeSound(starts=False), "does not start"),
    ],
)
async def test_a_sound_that_does_not_start_was_not_played(
    kivy_window: Any, tmp_path: Path, sound: Any, why: str
) -> None:
    playing = Playing(tmp_path, sound, 0.05)
    assert len(playing.judged) == 1 and why in playing.judged[0]
    assert playing.lost == [1]
    await until(kivy_window, lambda: playing.over, 5)
    assert not playing.path.exists()


async def test_a_sound_that_never_ends_is_stuck_and_holds_nobody_up(
    kivy_window: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices import player as module

    monkeypatch.setattr(module, "GRACE_S", 0.1)
    playing = Playing(tmp_path, FakeSound(), 0.05)
    await until(kivy_window, lambda: playing.over, 5)
    assert playing.judged == []
    await until(kivy_window, lambda: playing.judged, 5)
    assert playing.judged == ["the sound does not end"]
    assert playing.lost == [], "it may have been heard"
    assert not playing.player._sounding


async def test_nothing_is_told_any_more_once_it_is_closed(kivy_window: Any, tmp_path: Path) -> None:
    from kivy.clock import Clock

    events = len(Clock.get_events())
    sound = FakeSound()
    playing = Playing(tmp_path, sound, 30.0)
    playing.player.close()
    assert sound.calls == ["play", "stop", "unload"]
    assert len(Clock.get_events()) == events
    assert (playing.over, playing.judged) == ([], [])
