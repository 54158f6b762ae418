"""The tests can fail: `make mutants` tries every mutant, this is the sample of every test run."""

import msgspec
import pytest

from tests.faults import tried
from tests.faults.mutants import CLOCK, MUTANTS

QUICK = ("normal_instead_of_full", "day_from_the_clock", "acknowledge_before_commit")


@pytest.mark.parametrize("name", QUICK)
def test_a_mutant_is_caught(name: str) -> None:
    assert tried.spoilt(name)


def test_a_mutant_that_harms_nothing_is_not_taken_for_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The date of the clock has nothing to do with the order of the line.
    survivor = msgspec.structs.replace(MUTANTS["order_by_number"], caught_by=CLOCK)
    monkeypatch.setitem(MUTANTS, "order_by_number", survivor)
    assert not tried.spoilt("order_by_number")
    assert tried.as_they_are(CLOCK)


def test_a_mutant_that_breaks_something_else_is_not_taken_for_caught(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = msgspec.structs.replace(MUTANTS["day_from_the_clock"], says="the printer is on fire")
    monkeypatch.setitem(MUTANTS, "day_from_the_clock", other)
    assert not tried.spoilt("day_from_the_clock")


def test_every_mutant_says_what_is_wrong_with_it() -> None:
    assert len(MUTANTS) >= 12
    assert all(one.install.__doc__ for one in MUTANTS.values())
