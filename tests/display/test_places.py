"""What is drawn in part is what would be drawn whole."""

import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from deploy.gallery.board_states import STATES
from display.board import Board
from shared.messages import BoardCounter, DisplayView
from shared.model import CounterState, Instant, Layout, ScreenPlan
from tests.kivy_window import clear, hold, step

SIZE = (1280, 720)
SAMPLE = next(
    one.board
    for one in STATES.values()
    if one.board.view is not None and one.board.view.plan.layout is Layout.ALL
)


class Witness:
    """A painter whose frames are counted by how much of the window they cover."""

    def __init__(self, window: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        import kivy.graphics.opengl as gl

        from shared.window import Painter

        self.window = window
        self.painter = Painter(lambda: None, None)
        self.within: list[tuple[int, ...]] = []
        scissor = gl.glScissor

        def within(*box: int) -> None:
            self.within.append(box)
            scissor(*box)

        monkeypatch.setattr(gl, "glScissor", within)

    def pixels(self) -> bytes:
        """What the buffer holds that was drawn last."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        return bytes(glReadPixels(0, 0, *SIZE, GL_RGB, GL_UNSIGNED_BYTE))

    def whole(self) -> bytes:
        """What it holds when all is drawn."""
        self.window.dispatch("on_draw")
        return self.pixels()


@pytest.fixture
def witness(kivy_window: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    # The flip of an offscreen window does not touch its buffer: what was drawn can be read.
    made = Witness(kivy_window, monkeypatch)
    yield made
    made.painter.close()
    clear(kivy_window)


@pytest.fixture
def wall(kivy_window: Any) -> Any:
    from display.screens.wall import Wall

    made = Wall(clock="10:00", date="Thứ Hai, 23/11", board=SAMPLE)
    hold(kivy_window, made, *SIZE)
    step(kivy_window, 3)
    return made


def changed(board: Board, chance: random.Random, how_many: int) -> Board:
    """The same board but for so many counters."""
    assert board.view is not None
    counters = list(board.view.counters)
    for place in chance.sample(range(len(counters)), how_many):
        counters[place] = other(counters[place], chance)
    return replace(board, view=replace(board.view, counters=tuple(counters)))


def other(counter: BoardCounter, chance: random.Random) -> BoardCounter:
    states = [
        (CounterState.OPEN, f"B{chance.randrange(1000):03}"),
        (CounterState.OPEN, None),
        (CounterState.PAUSED, None),
        (CounterState.CLOSED, None),
    ]
    state, ticket = chance.choice(
        [one for one in states if one != (counter.state, counter.ticket)],
    )
    return replace(counter, state=state, ticket=ticket)


def test_what_is_drawn_in_part_is_what_would_be_drawn_whole(witness: Witness, wall: Any) -> None:
    chance = random.Random(20261126)
    for turn in range(24):
        how_many = 1 + turn % 3
        witness.within.clear()
        wall.board = changed(wall.board, chance, how_many)
        places = wall.take_places()
        assert 1 <= len(places) <= how_many
        witness.painter.paint(partial(tuple, places))
        assert len(witness.within) == len(places)
        assert witness.pixels() == witness.whole(), turn


def test_several_places_are_one_frame(witness: Witness, wall: Any) -> None:
    begun: list[Any] = []
    wall.board = changed(wall.board, random.Random(5), 3)
    witness.window.fbind("on_draw", begun.append)
    witness.painter.paint(wall.take_places)
    witness.window.funbind("on_draw", begun.append)
    assert len(witness.within) == 3
    assert len(begun) == 1


def test_nothing_is_drawn_beside_the_places_that_are_named(witness: Witness, wall: Any) -> None:
    witness.painter.prove()
    before = witness.pixels()
    wall.board = changed(wall.board, random.Random(1), 1)
    witness.painter.paint(lambda: ((0, 0, 2, 2),))
    assert witness.pixels() == before != witness.whole()


def exchanging(window: Any) -> Any:
    """A flip after which the buffer holds something else than what is shown."""
    flip = window.flip

    def exchanged() -> None:
        flip()
        window.clear()  # an older frame, or nothing at all

    return exchanged


def test_with_a_driver_that_exchanges_buffers_all_is_drawn_whole(
    kivy_window: Any, wall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kivy_window, "flip", exchanging(kivy_window))
    witness = Witness(kivy_window, monkeypatch)
    wall.board = changed(wall.board, random.Random(2), 1)
    drawn: list[bytes] = []
    monkeypatch.setattr(kivy_window, "flip", lambda: drawn.append(witness.pixels()))
    witness.painter.paint(wall.take_places)
    witness.painter.close()
    assert witness.within == []
    assert drawn == [witness.whole()]


def test_a_driver_that_begins_to_exchange_them_is_noticed_by_the_next_proof(
    witness: Witness, wall: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall.board = changed(wall.board, random.Random(3), 1)
    witness.painter.paint(wall.take_places)
    assert len(witness.within) == 1
    monkeypatch.setattr(witness.window, "flip", exchanging(witness.window))
    with capture_logs() as logs:
        witness.painter.prove()
        witness.painter.prove()
    assert [one["event"] for one in logs] == ["window.keeps_no_frame"]
    wall.board = changed(wall.board, random.Random(4), 1)
    witness.painter.paint(wall.take_places)
    assert len(witness.within) == 1


def _view(board: Board) -> DisplayView:
    assert board.view is not None
    return board.view


def test_what_changes_more_than_a_few_cells_names_no_place(wall: Any) -> None:
    view = _view(wall.board)
    wall.take_places()
    for board in (
        changed(wall.board, random.Random(4), 9),
        replace(wall.board, view=replace(view, site="Trung tâm khác")),
        replace(wall.board, view=replace(view, hours="8:00–11:00")),
        replace(wall.board, view=replace(view, emergency="Mời ra ngoài.")),
        replace(wall.board, view=replace(view, counters=view.counters[:-1])),
        replace(wall.board, view=replace(view, plan=ScreenPlan(Layout.MAIN))),
        replace(wall.board, since=Instant(wall.board.since + 1)),
    ):
        wall.board = board
        assert wall.take_places() == ()
