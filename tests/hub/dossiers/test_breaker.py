"""The breaker: when requests go, and when the system is left alone."""

import pytest

from hub.dossiers.breaker import FAILURES, Breaker


def state_of(breaker: Breaker) -> str:
    return breaker.state.value


def failing(breaker: Breaker, now: float, times: int = FAILURES) -> None:
    """So many requests that go and fail."""
    for _ in range(times):
        turn = breaker.begin(now)
        assert turn is not None
        breaker.failed(turn, now)


def test_it_opens_after_five_failures_in_a_row() -> None:
    breaker = Breaker()
    failing(breaker, 0.0, 4)
    assert state_of(breaker) == "closed"
    failing(breaker, 0.0, 1)
    assert state_of(breaker) == "open"
    assert breaker.begin(9.999) is None


def test_a_success_between_failures_starts_the_count_anew() -> None:
    breaker = Breaker()
    failing(breaker, 0.0, 4)
    turn = breaker.begin(0.0)
    assert turn is not None
    breaker.succeeded(turn)
    failing(breaker, 0.0, 4)
    assert state_of(breaker) == "closed"


def test_after_the_pause_one_request_goes_and_no_second_one() -> None:
    breaker = Breaker()
    failing(breaker, 0.0)
    assert not breaker.refuses(10.0)
    assert breaker.begin(10.0) is not None
    assert state_of(breaker) == "half_open"
    assert breaker.refuses(10.0)
    assert breaker.begin(1000.0) is None


def test_a_probe_that_is_answered_closes_it() -> None:
    breaker = Breaker()
    failing(breaker, 0.0)
    probe = breaker.begin(10.0)
    assert probe is not None
    breaker.succeeded(probe)
    assert state_of(breaker) == "closed"
    failing(breaker, 20.0, 4)
    assert state_of(breaker) == "closed"


def test_each_probe_that_fails_doubles_the_pause_up_to_a_minute_and_a_success_resets_it() -> None:
    breaker = Breaker()
    now = 0.0
    failing(breaker, now)
    for pause in (10.0, 20.0, 40.0, 60.0, 60.0):
        assert breaker.begin(now + pause - 0.001) is None
        now += pause
        failing(breaker, now, 1)
    probe = breaker.begin(now + 60.0)
    assert probe is not None
    breaker.succeeded(probe)
    failing(breaker, now)
    assert breaker.begin(now + 9.999) is None
    assert breaker.begin(now + 10.0) is not None


def test_a_probe_that_is_abandoned_lets_another_one_go() -> None:
    breaker = Breaker()
    failing(breaker, 0.0)
    probe = breaker.begin(10.0)
    assert probe is not None
    breaker.abandoned(probe)
    assert state_of(breaker) == "half_open"
    assert breaker.begin(10.0) is not None


@pytest.mark.parametrize("ending", ["succeeded", "failed", "abandoned"])
def test_a_request_of_earlier_days_changes_nothing(ending: str) -> None:
    breaker = Breaker()
    late = breaker.begin(0.0)
    assert late is not None
    failing(breaker, 0.0)
    assert breaker.begin(10.0) is not None
    if ending == "failed":
        breaker.failed(late, 10.0)
    else:
        getattr(breaker, ending)(late)
    assert state_of(breaker) == "half_open"
    assert breaker.refuses(10.0)


def test_failures_of_one_cause_in_a_row_are_one() -> None:
    breaker = Breaker(failures=3)
    for cause in (1, 1, 1, 1, 2, 2, 2):
        turn = breaker.begin(0.0)
        assert turn is not None
        breaker.failed(turn, 0.0, cause)
    assert state_of(breaker) == "closed"
    turn = breaker.begin(0.0)
    assert turn is not None
    breaker.failed(turn, 0.0, 1)
    assert state_of(breaker) == "open"


def test_a_success_makes_the_same_cause_count_again() -> None:
    breaker = Breaker(failures=2)
    for cause in (1, None, 1, None):
        turn = breaker.begin(0.0)
        assert turn is not None
        if cause is None:
            breaker.succeeded(turn)
        else:
            breaker.failed(turn, 0.0, cause)
    assert breaker._failures == 0
    for cause in (1, 2):
        turn = breaker.begin(0.0)
        assert turn is not None
        breaker.failed(turn, 0.0, cause)
    assert state_of(breaker) == "open"


def test_a_probe_that_fails_at_the_cause_that_opened_it_lets_another_go_at_once() -> None:
    breaker = Breaker(failures=2)
    for cause in (1, 2):
        turn = breaker.begin(0.0)
        assert turn is not None
        breaker.failed(turn, 0.0, cause)
    probe = breaker.begin(10.0)
    assert probe is not None
    assert breaker.refuses(10.0)
    breaker.failed(probe, 10.0, 2)
    other = breaker.begin(10.0)
    assert other is not None
    breaker.succeeded(other)
    assert state_of(breaker) == "closed"
