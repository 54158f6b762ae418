import itertools

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from display import board as wall
from display.board import Board, Cell, Desk, Line, Row, instant
from shared.messages import BoardCall, BoardCounter, BoardLine, DisplayView
from shared.model import CounterNumber, CounterState, Instant, Layout, ScreenPlan, Seq, ServiceId

EIGHT = instant("2026-11-23T08:00:00+07:00")


def at(second: float) -> Instant:
    return Instant(EIGHT + round(second * 1000))


def call(number: int, ticket: str, counter: int, second: int = 0) -> BoardCall:
    minute, second = divmod(second, 60)
    moment = f"2026-11-23T08:{minute:02}:{second:02}+07:00"
    return BoardCall(number, Seq(number), ticket, CounterNumber(counter), moment)


def view(*calls: BoardCall, lines: tuple[BoardLine, ...] = ()) -> DisplayView:
    """`calls` oldest first, as they are made."""
    return DisplayView("Trung tâm", "", "", (), tuple(reversed(calls)), lines)


def started(*calls: BoardCall, now: Instant = EIGHT) -> Board:
    return wall.react(Board(), view(*calls), now)[0]


A1, B1, C1 = call(1, "A001", 5), call(2, "B001", 12), call(3, "C001", 21)


def test_a_new_call_is_large_gold_and_spoken() -> None:
    board, spoken = wall.react(started(), view(A1), at(0.1))
    assert (board.large, board.gold) == (A1, True)
    assert [(s.call, s.number, s.counter, s.at) for s in spoken] == [(1, "A001", 5, EIGHT)]


def test_what_the_first_view_brings_is_shown_but_not_spoken() -> None:
    board, spoken = wall.react(Board(), view(A1, B1), at(3))
    assert spoken == ()
    assert (board.large, board.gold) == (B1, True)
    assert [row.number for row in wall.rows(board, 8)] == ["A001"]
    assert wall.due(board) == at(10)


def test_a_display_begun_anew_takes_up_the_calls_it_was_not_done_with_in_their_order() -> None:
    board, spoken = wall.react(Board(), view(A1, B1, C1), at(8), (A1.seq,))
    assert [s.seq for s in spoken] == [2, 3]
    assert (board.large, board.gold) == (B1, True)
    assert [(row.number, row.fresh) for row in wall.rows(board, 8)] == [
        ("C001", True),
        ("A001", False),
    ]
    again, spoken = wall.react(board, view(A1, B1, C1), at(9), (A1.seq,))
    assert (again, spoken) == (board, ())


@given(
    ages=st.lists(st.integers(0, 59), min_size=1, max_size=8),
    done=st.none() | st.sets(st.integers(1, 8)),
)
def test_a_display_begun_anew_speaks_what_is_young_and_was_not_announced_and_only_once(
    ages: list[int], done: set[int] | None
) -> None:
    moments = sorted(60 - age for age in ages)
    calls = [call(n, f"A{n:03}", n, second) for n, second in enumerate(moments, 1)]
    announced = None if done is None else tuple(Seq(seq) for seq in done)
    board, spoken = wall.react(Board(), view(*calls), at(60), announced)
    young = [one.seq for one in calls if at(60) - instant(one.at) <= wall.SPOKEN_BEFORE_MS]
    assert [s.seq for s in spoken] == [seq for seq in young if done is not None and seq not in done]
    assert {row.number for row in wall.rows(board, 99)} | {
        board.large.number if board.large else ""
    } == {one.number for one in calls}
    later = view(*calls, call(9, "C009", 9, 61))
    assert [s.seq for s in wall.react(board, later, at(61), announced)[1]] == [9]


def test_an_old_call_of_the_first_view_is_not_gold() -> None:
    board = started(A1, now=at(11))
    assert (board.large, board.gold) == (A1, False)
    assert wall.due(board) is None


def test_under_an_emergency_calls_are_kept_and_neither_spoken_nor_gold() -> None:
    board, _spoken = wall.react(started(), view(A1, B1), at(0.1))
    alarmed = replace(view(A1, B1, C1), emergency="Mất điện")
    board, spoken = wall.react(board, alarmed, at(1))
    assert (spoken, board.gold, board.pending, board.large) == ((), False, (), C1)
    board, spoken = wall.react(board, view(A1, B1, C1), at(2))
    assert (spoken, board.gold) == ((), False)
    assert [row.number for row in wall.rows(board, 8)] == ["B001", "A001"]


def test_a_call_is_gold_for_ten_seconds_and_stays_large_after() -> None:
    board, _ = wall.react(started(), view(A1), at(0))
    assert wall.due(board) == at(10)
    assert wall.tick(board, at(9.9)) == board
    calm = wall.tick(board, at(10))
    assert (calm.large, calm.gold) == (A1, False)
    assert wall.tick(calm, at(99)) == calm


def test_calls_at_once_are_each_large_in_turn_and_none_is_hidden() -> None:
    board, spoken = wall.react(started(), view(A1, B1, C1), at(0))
    assert [s.number for s in spoken] == ["A001", "B001", "C001"]
    assert board.large == A1
    assert wall.rows(board, 8) == (
        Row("C001", CounterNumber(21), True),
        Row("B001", CounterNumber(12), True),
    )
    board = wall.tick(board, at(5))
    assert (board.large, board.gold) == (B1, True)
    board = wall.tick(board, at(10))
    assert (board.large, board.gold) == (C1, True)
    assert [(row.number, row.fresh) for row in wall.rows(board, 8)] == [
        ("B001", False),
        ("A001", False),
    ]
    assert wall.due(board) == at(20)
    assert wall.tick(board, at(20)).gold is False


def test_a_burst_of_thirty_seven_has_been_large_within_a_minute() -> None:
    calls = [call(n, f"A{n:03}", n) for n in range(1, 38)]
    board, spoken = wall.react(started(), view(*calls), at(0))
    assert len(spoken) == 37
    shown = [board.large]
    while (due := wall.due(board)) is not None:
        board = wall.tick(board, due)
        if board.gold:
            assert board.since <= at(60)
            shown.append(board.large)
    assert shown == calls


def test_ten_calls_at_once_share_half_a_minute_equally() -> None:
    board, _ = wall.react(started(), view(*(call(n, f"A{n:03}", n) for n in range(1, 11))), at(0))
    starts = [board.since - EIGHT]
    while board.pending:
        board = wall.tick(board, Instant(wall.due(board) or 0))
        starts.append(board.since - EIGHT)
    turns = {later - earlier for earlier, later in itertools.pairwise(starts)}
    assert turns <= {3333, 3334}
    assert starts[-1] <= 30_000


def test_a_call_pending_for_a_minute_stays_a_row() -> None:
    board, _ = wall.react(started(), view(A1, B1), at(0))
    board = wall.tick(board, at(61))
    assert (board.large, board.gold, board.pending) == (B1, False, ())


def test_a_call_that_fell_out_of_the_view_still_has_its_turn() -> None:
    board, _ = wall.react(started(), view(A1, B1, C1), at(0))
    board, _ = wall.react(board, view(C1), at(1))
    assert [row.number for row in wall.rows(board, 8)] == ["C001", "B001"]
    assert wall.tick(board, at(5)).large == B1


def test_a_call_older_than_thirty_seconds_is_shown_but_never_spoken() -> None:
    board, spoken = wall.react(started(), view(A1), at(31))
    assert spoken == ()
    assert (board.large, board.gold) == (A1, False)


def test_the_same_view_again_speaks_nothing_again() -> None:
    board, _ = wall.react(started(), view(A1), at(0))
    again, spoken = wall.react(board, view(A1), at(2))
    assert (again, spoken) == (board, ())


def test_the_same_call_id_of_another_day_is_another_call() -> None:
    board, _ = wall.react(started(), view(A1), at(0))
    tomorrow = BoardCall(1, Seq(9), "A001", CounterNumber(5), "2026-11-24T08:00:00+07:00")
    _, spoken = wall.react(board, view(tomorrow), instant(tomorrow.at))
    assert [s.number for s in spoken] == ["A001"]


def test_a_recall_of_the_large_call_is_spoken_and_gold_anew() -> None:
    board, _ = wall.react(started(), view(A1), at(0))
    again = call(2, "A001", 5, 6)
    board, spoken = wall.react(board, view(A1, again), at(6))
    assert [s.call for s in spoken] == [2]
    assert (board.large, wall.due(board)) == (again, at(16))
    assert wall.rows(board, 8) == ()


def test_a_recall_of_a_calm_call_is_gold_again() -> None:
    board = wall.tick(wall.react(started(), view(A1), at(0))[0], at(10))
    again = call(2, "A001", 5, 12)
    board, _ = wall.react(board, view(A1, again), at(12))
    assert (board.large, board.gold) == (again, True)


def test_a_recall_of_a_pending_call_keeps_its_turn() -> None:
    board, _ = wall.react(started(), view(A1, B1, C1), at(0))
    again = call(4, "B001", 12, 1)
    third = call(5, "C001", 21, 1)
    board, spoken = wall.react(board, view(A1, B1, C1, again, third), at(1))
    assert [s.call for s in spoken] == [4, 5]
    assert board.pending == (again, third)


def test_a_clock_set_back_does_not_hold_the_gold() -> None:
    board, _ = wall.react(started(), view(A1), at(0))
    board = wall.tick(board, at(-3600))
    assert wall.due(board) == at(-3590)


ZONE = ScreenPlan(Layout.ZONE, (CounterNumber(5),), "Khu A")


def test_a_wall_that_shows_other_counters_calls_for_these_alone() -> None:
    whole, _spoken = wall.react(started(), view(A1, B1, C1), at(0.1))
    assert (whole.large, whole.pending) == (A1, (B1, C1))
    zone, spoken = wall.react(whole, replace(view(A1), plan=ZONE), at(0.5))
    assert (zone.large, zone.gold, zone.pending, spoken) == (A1, True, (), ())
    other, _spoken = wall.react(wall.tick(whole, at(6)), replace(view(A1), plan=ZONE), at(6.5))
    assert (other.large, other.gold, other.pending) == (A1, False, ())


def test_an_empty_view_clears_the_wall() -> None:
    board, _ = wall.react(started(), view(A1, B1), at(0))
    board, spoken = wall.react(board, view(), at(1))
    assert (board.large, board.gold, board.pending, spoken) == (None, False, (), ())
    assert wall.tick(board, at(99)).large is None


def test_a_wall_without_a_view_is_empty() -> None:
    assert wall.rows(Board(), 8) == ()
    assert wall.lines(Board(), 6) == ()
    assert wall.cells(Board()) == ()
    assert wall.tick(Board(), EIGHT) == Board()


def test_rows_are_newest_first_and_no_more_than_asked_for() -> None:
    board = started(*(call(n, f"A{n:03}", n) for n in range(1, 13)), now=at(99))
    assert [row.number for row in wall.rows(board, 3)] == ["A011", "A010", "A009"]


def test_remembered_calls_do_not_grow_without_end() -> None:
    board = started(*(call(n, f"A{n}", 1) for n in range(wall.REMEMBERED + 9)))
    assert len(board.known) == wall.REMEMBERED


def lined(*counts: int) -> Board:
    waiting = tuple(BoardLine(ServiceId(f"s{n}"), f"Dịch vụ {n}", n) for n in counts)
    return wall.react(Board(), view(lines=waiting), EIGHT)[0]


def test_only_lines_that_somebody_stands_in_are_listed() -> None:
    assert wall.lines(lined(3, 1, 0), 6) == (Line("Dịch vụ 3", 3), Line("Dịch vụ 1", 1))


def test_lines_beyond_the_limit_are_summed() -> None:
    assert wall.lines(lined(5, 4, 3, 2), 3)[1:] == (Line("Dịch vụ 4", 4), Line("Lĩnh vực khác", 5))


def test_every_counter_shows_its_number_or_a_word() -> None:
    states = [
        BoardCounter(CounterNumber(1), CounterState.OPEN, "A001"),
        BoardCounter(CounterNumber(2), CounterState.OPEN, "B002"),
        BoardCounter(CounterNumber(3), CounterState.OPEN, "C003"),
        BoardCounter(CounterNumber(4), CounterState.OPEN, None),
        BoardCounter(CounterNumber(5), CounterState.PAUSED, None),
        BoardCounter(CounterNumber(6), CounterState.CLOSED, None),
    ]
    one, two = call(1, "A001", 1), call(2, "B002", 2)
    new = replace(view(one, two), counters=tuple(states))
    board, _ = wall.react(started(), new, at(0))
    assert wall.cells(board) == (
        Cell(CounterNumber(1), "A001", Desk.CALLING),
        Cell(CounterNumber(2), "B002", Desk.CALLING),
        Cell(CounterNumber(3), "C003", Desk.BUSY),
        Cell(CounterNumber(4), "Sẵn sàng", Desk.FREE),
        Cell(CounterNumber(5), "Tạm dừng", Desk.PAUSED),
        Cell(CounterNumber(6), "Đóng", Desk.CLOSED),
    )
    calm = wall.tick(wall.tick(board, at(5)), at(15))
    assert wall.cells(calm)[:2] == (
        Cell(CounterNumber(1), "A001", Desk.BUSY),
        Cell(CounterNumber(2), "B002", Desk.BUSY),
    )


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="offset"):
        instant("2026-11-23T08:00:00")
