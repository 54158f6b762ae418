"""Which backups are kept."""

import pytest

from hub.backup_rules import moment_of, name_at, to_drop
from shared.model import Instant
from tests.hub.hall_site import ZONE, at

HOUR = 3600 * 1000
NOW = at("12:00")


def test_a_backup_is_named_after_its_moment_and_known_by_it() -> None:
    assert name_at(at("08:00")) == "motcua-20261123T010000.000Z.db"
    assert moment_of(name_at(Instant(at("08:00") + 7))) == at("08:00") + 7


@pytest.mark.parametrize(
    "name",
    [
        "journal.db",
        "motcua-20261123T010000.000Z.db.part",
        "motcua-gestern.000Z.db",
        "motcua-20261123T010000Z.db",
        "motcua-20261123T010000.xZ.db",
        "motcua-20261123T010000.0001Z.db",
    ],
)
def test_other_files_are_not_ours(name: str) -> None:
    assert moment_of(name) is None


def test_hourly_ones_are_kept_two_days_then_the_last_of_each_day_for_thirty() -> None:
    made = [Instant(NOW - hours * HOUR) for hours in range(24 * 40)]
    dropped = to_drop(made, NOW, ZONE, hourly_days=2, days=30)
    kept = sorted(set(made) - dropped, reverse=True)
    whole = 13 + 24 + 24  # from noon today back to the midnight before the day before yesterday
    assert kept[:whole] == made[:whole]
    assert len(kept) == whole + 28
    last = at("23:00", "2026-11-23") % (24 * HOUR)
    assert all(one % (24 * HOUR) == last for one in kept[whole:])
    assert NOW - min(kept) <= 30 * 24 * HOUR


@pytest.mark.parametrize("away", [1000, 400, -400])
def test_a_clock_that_is_wrong_for_a_while_costs_no_backup(away: int) -> None:
    made = [Instant(NOW - hours * HOUR) for hours in range(24 * 20)]
    sound = set(made) - to_drop(made, NOW, ZONE, hourly_days=2, days=30)
    wrong = Instant(NOW + away * 24 * HOUR)
    # By that clock three more are made, and after each it is looked what may go.
    later = [Instant(wrong + hours * HOUR) for hours in range(3)]
    left = set(sound)
    for one in later:
        left.add(one)
        left -= to_drop(left, one, ZONE, hourly_days=2, days=30)
    left -= to_drop(left, NOW, ZONE, hourly_days=2, days=30)
    days = {one // (24 * HOUR) for one in sound}
    assert {one // (24 * HOUR) for one in left & sound} == days
    assert len(sound - left) <= 24, "of one day the hours have become its last one"


def test_a_centre_that_is_closed_for_long_keeps_what_it_has() -> None:
    made = [Instant(NOW - hours * HOUR) for hours in range(24 * 5)]
    after = Instant(NOW + 60 * 24 * HOUR)
    kept = set(made) - to_drop(made, after, ZONE, hourly_days=2, days=30)
    assert {one // (24 * HOUR) for one in kept} == {one // (24 * HOUR) for one in made}
