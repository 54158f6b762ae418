"""What the display says of its own frames is true: they are read back, and they keep it alive."""

import asyncio
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from display.board import Board, react
from shared.messages import BoardCall, BoardCounter, BoardLine, DisplayView
from shared.model import CounterNumber, CounterState, Instant, Seq, ServiceId
from shared.pulse import VARIABLE, Pulse
from tests.kivy_window import hold, step, until

AT = "2026-11-24T08:00:00+07:00"
NOW = Instant(1_795_482_001_000)
SIZES = [(1920, 1080), (1280, 720), (1080, 1920)]


def view(chance: random.Random) -> DisplayView:
    """A board of some seven calls."""
    numbers = chance.sample(range(1000), 8)
    calls = tuple(
        BoardCall(9 - n, Seq(9 - n), f"A{number:03}", CounterNumber(chance.randint(1, 37)), AT)
        for n, number in enumerate(numbers)
    )
    lines = tuple(BoardLine(ServiceId(f"s{n}"), f"Lĩnh vực {n}", 20 - n) for n in range(1, 4))
    counters = (BoardCounter(CounterNumber(1), CounterState.OPEN, None),)
    return DisplayView("Trung tâm", "7:30–11:30", "", counters, calls, lines)


def other(number: str, chance: random.Random) -> str:
    """The same number but for one digit."""
    place = chance.randint(1, 3)
    digit = chance.choice([sign for sign in "0123456789" if sign != number[place]])
    return number[:place] + digit + number[place + 1 :]


@pytest.fixture
def painter(kivy_window: Any) -> Iterator[Any]:
    from shared.window import Painter

    made = Painter(lambda: None, None)
    yield made
    made.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_hash_changes_with_any_digit_on_the_wall_and_with_nothing_else(
    kivy_window: Any, painter: Any, size: tuple[int, int]
) -> None:
    from display.screens.wall import Wall

    wall = Wall()
    hold(kivy_window, wall, *size)
    chance = random.Random(20261124)

    def shown(board: DisplayView) -> str:
        wall.board = react(Board(), board, NOW)[0]
        step(kivy_window)
        return str(painter.prove())

    for turn in range(8):
        before = view(chance)
        first = shown(before)
        assert painter.prove() == first
        place = turn % 6
        calls = list(before.calls)
        calls[place] = replace(calls[place], number=other(calls[place].number, chance))
        assert shown(replace(before, calls=tuple(calls))) != first, (turn, calls[place])
        lines = (replace(before.waiting[0], count=21), *before.waiting[1:])
        assert shown(replace(before, waiting=lines)) != first
        assert shown(before) == first


class Kept:
    """A keeper's end of a pulse, and a painter that feeds it."""

    def __init__(self, painter: Any) -> None:
        self.painter = painter
        self.reader, writer = os.pipe()
        os.set_blocking(self.reader, False)
        self.pulse = Pulse({VARIABLE: str(writer)}, time.monotonic)

    def beats(self) -> int:
        try:
            return len(os.read(self.reader, 1024))
        except BlockingIOError:
            return 0

    def close(self) -> None:
        self.pulse.close()
        os.close(self.reader)


@pytest.fixture
def kept(painter: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    from shared import window

    monkeypatch.setattr(window, "EVERY_S", 0.05)
    monkeypatch.setattr(window, "FRAME_WITHIN_S", 0.4)
    monkeypatch.setattr("shared.pulse.EVERY_S", 0.05)
    made = Kept(painter)
    yield made
    made.close()


async def test_a_still_screen_is_rendered_anew_and_beats(kivy_window: Any, kept: Kept) -> None:
    kept.painter.keep_alive(kept.pulse, every_s=0.15)
    await until(kivy_window, kept.beats, 5, "a first beat")
    first = kept.painter.rendered
    await until(kivy_window, lambda: kept.painter.rendered > first + 0.2, 5, "a frame")
    await until(kivy_window, kept.beats, 5, "a beat")


async def test_a_loop_that_hangs_does_not_beat(kivy_window: Any, kept: Kept) -> None:
    kept.painter.keep_alive(kept.pulse, every_s=0.15)
    await until(kivy_window, kept.beats, 5, "a first beat")
    kept.beats()
    await asyncio.sleep(0.3)  # Kivy's clock does not turn in this time
    assert kept.beats() == 0


async def test_frames_that_do_not_come_stop_the_beats_though_the_loop_turns(
    kivy_window: Any, kept: Kept
) -> None:
    kept.painter.keep_alive(kept.pulse, every_s=0.15)
    await until(kivy_window, kept.beats, 5, "a first beat")
    kivy_window.unbind(on_flip=kept.painter._flip)  # as if nothing reached the screen any more
    await until(kivy_window, lambda: kept.painter.age_s() > 0.4, 5, "an old frame")
    kept.beats()
    turned: list[float] = []
    from kivy.clock import Clock

    event = Clock.schedule_interval(turned.append, 0.05)
    await until(kivy_window, lambda: len(turned) > 5, 5, "a loop that turns")
    event.cancel()
    assert kept.beats() == 0


async def test_what_else_must_live_stops_the_beats_too(kivy_window: Any, kept: Kept) -> None:
    well = [True]
    kept.painter.keep_alive(kept.pulse, lambda: well[0], every_s=0.15)
    await until(kivy_window, kept.beats, 5, "a first beat")
    well[0] = False
    kept.beats()
    first = kept.painter.rendered
    await until(kivy_window, lambda: kept.painter.rendered > first + 0.3, 5, "some frames")
    assert kept.beats() == 0


def test_a_picture_can_still_be_kept(kivy_window: Any, tmp_path: Path) -> None:
    from shared.window import Painter

    painter = Painter(lambda: None, tmp_path / "wall.png")
    assert painter.age_s() == float("inf")
    painter.render()
    assert painter.age_s() < 5
    painter.close()
