"""When a program is killed, when it comes back, and when nothing can be done."""

from hypothesis import given, strategies as st

from shared import restarts
from shared.restarts import Life, feel, final, last_moment, pause_s, remember, tell


def test_a_program_that_says_nothing_has_a_minute_to_start() -> None:
    assert last_moment(Life(100.0)) == 160.0


def test_a_program_that_beats_but_is_not_ready_is_not_killed_while_it_beats() -> None:
    assert last_moment(feel(Life(100.0), restarts.BEAT, 101.0)) == 160.0
    assert last_moment(feel(Life(100.0), restarts.BEAT, 190.0)) == 205.0


def test_a_ready_program_is_killed_after_fifteen_silent_seconds() -> None:
    life = feel(Life(100.0), restarts.READY, 102.0)
    assert last_moment(life) == 117.0
    assert last_moment(feel(life, restarts.BEAT * 3, 110.0)) == 125.0


def test_an_empty_pipe_is_no_sign_of_life() -> None:
    life = feel(Life(100.0), restarts.READY, 102.0)
    assert feel(life, b"", 110.0) == life


def test_a_program_that_was_told_to_end_has_four_seconds_however_often_it_is_told() -> None:
    life = tell(feel(Life(100.0), restarts.READY, 102.0), 103.0)
    assert last_moment(life) == 107.0
    assert tell(life, 105.0) == life
    assert last_moment(feel(life, restarts.BEAT, 106.0)) == 107.0


def test_only_what_a_person_must_mend_is_final() -> None:
    assert [code for code in (-9, -11, 0, 1, 2, 102) if final(code)] == [2]


def test_four_deaths_in_a_minute_are_answered_at_once_and_the_fifth_after_ten_seconds() -> None:
    deaths: tuple[float, ...] = ()
    pauses = []
    for at in (1.0, 2.0, 3.0, 4.0, 5.0, 70.0):
        deaths = remember(deaths, at)
        pauses.append(pause_s(deaths))
    assert pauses == [0, 0, 0, 0, 10, 0]


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=60))
def test_no_more_than_four_restarts_at_once_fall_into_any_minute(moments: list[float]) -> None:
    deaths: tuple[float, ...] = ()
    at_once = []
    for at in sorted(moments):
        deaths = remember(deaths, at)
        if pause_s(deaths) == 0:
            at_once.append(at)
    for first in at_once:
        assert sum(first <= at < first + restarts.OFTEN_S - 1e-6 for at in at_once) < restarts.OFTEN
