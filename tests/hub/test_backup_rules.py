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
    assert kept[:49] == made[:49]
    assert len(kept) == 49 + 28
    assert all(at("23:00", "2026-11-23") % (24 * HOUR) == one % (24 * HOUR) for one in kept[49:])
    assert NOW - min(kept) <= 30 * 24 * HOUR


def test_a_clock_that_jumps_takes_neither_the_newest_three_nor_those_of_the_future() -> None:
    made = [Instant(NOW - hours * HOUR) for hours in range(5)]
    far = Instant(NOW + 1000 * 24 * HOUR)
    assert to_drop(made, far, ZONE, hourly_days=2, days=30) == set(made[3:])
    assert to_drop(made, Instant(0), ZONE, hourly_days=2, days=30) == set()
