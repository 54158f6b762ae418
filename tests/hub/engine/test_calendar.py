"""Opening hours and the business day."""

import msgspec
import pytest

from hub.engine import calendar
from hub.engine.site import Season
from shared import messages as m
from tests.hub.hall_site import BOSS, SITE, Room, at


@pytest.mark.parametrize(
    ("clock", "day", "expected"),
    [
        ("06:29", "2026-11-23", None),
        ("06:30", "2026-11-23", m.OpenDay("2026-11-23")),
        ("23:00", "2026-11-23", m.OpenDay("2026-11-23")),
        ("12:00", "2026-11-22", None),
        ("12:00", "2026-09-02", None),
    ],
)
def test_a_working_day_is_due_an_hour_before_it_opens(
    clock: str, day: str, expected: m.OpenDay | None
) -> None:
    room = Room(opened=False)
    assert calendar.due(room.state, at(clock, day)) == expected


def test_midnight_closes_the_day_and_morning_opens_the_next() -> None:
    room = Room()
    assert calendar.due(room.state, at("23:59")) is None
    assert calendar.due(room.state, at("00:00", "2026-11-24")) == m.CloseDay()
    assert calendar.due(room.state, at("06:30", "2026-11-24")) == m.OpenDay("2026-11-24")


def test_a_clock_set_back_opens_no_second_day() -> None:
    room = Room()
    assert calendar.due(room.state, at("08:00", "2026-11-20")) is None


def test_a_clock_far_ahead_opens_no_day_by_itself() -> None:
    room = Room()
    assert calendar.due(room.state, at("08:00", "2027-11-23")) == m.CloseDay()
    room.does(BOSS, m.CloseDay())
    assert calendar.due(room.state, at("08:00", "2027-11-23")) is None
    assert calendar.due(room.state, at("08:00", "2026-12-24")) == m.OpenDay("2026-12-24")


def test_a_day_that_the_supervisor_closed_stays_closed() -> None:
    room = Room()
    room.does(BOSS, m.CloseDay())
    assert calendar.due(room.state, at("09:00")) is None


def test_always_open_opens_every_day_at_once() -> None:
    room = Room(opened=False, always_open=True)
    assert calendar.due(room.state, at("03:00", "2026-11-22")) == m.OpenDay("2026-11-22")


def test_another_time_zone_counts_from_the_next_day_on() -> None:
    room = Room(msgspec.structs.replace(SITE, timezone="Asia/Tokyo"), opened=False)
    assert calendar.due(room.state, at("22:30")) is None
    assert calendar.due(room.state, at("04:30")) == m.OpenDay("2026-11-23")


def test_hours_are_written_as_people_write_them() -> None:
    room = Room()
    day = room.state.local(room.now).date()
    assert calendar.hours_text(SITE, day) == "7:30–11:30 · 13:30–17:00"
    assert calendar.hours_text(SITE, SITE.holidays[0]) == ""


def test_the_next_opening_is_looked_for_a_month_ahead() -> None:
    moment = Room().state.local(at("16:50", "2026-11-20"))
    opening = calendar.next_opening(SITE, moment)
    assert opening is not None
    assert opening.isoformat() == "2026-11-23T07:15:00+07:00"
    never = msgspec.structs.replace(SITE, hours=(Season((), since="01-01", until="01-02"),))
    assert calendar.next_opening(never, moment) is None


# --- why there are no numbers --------------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "day", "why"),
    [
        ("05:00", "2026-11-23", m.Shut.BEFORE),
        ("07:14", "2026-11-23", m.Shut.BEFORE),
        ("07:15", "2026-11-23", m.Shut.ENDED),
        ("11:15", "2026-11-23", m.Shut.CUT_OFF),
        ("11:29", "2026-11-23", m.Shut.CUT_OFF),
        ("11:30", "2026-11-23", m.Shut.LUNCH),
        ("13:14", "2026-11-23", m.Shut.LUNCH),
        ("16:45", "2026-11-23", m.Shut.CUT_OFF),
        ("17:00", "2026-11-23", m.Shut.AFTER),
        ("10:00", "2026-11-22", m.Shut.DAY_OFF),
        ("10:00", "2026-09-02", m.Shut.HOLIDAY),
    ],
)
def test_the_reason_for_no_numbers_is_that_of_the_hour(clock: str, day: str, why: m.Shut) -> None:
    assert calendar.shut(Room(opened=False).state, at(clock, day)) is why


def test_while_numbers_are_given_nothing_is_shut() -> None:
    assert calendar.shut(Room().state, at("08:00")) is None
    assert calendar.shut(Room(always_open=True).state, at("03:00")) is None


def test_a_day_closed_early_has_ended_and_in_its_breaks_there_is_no_more_today() -> None:
    room = Room()
    room.does(BOSS, m.CloseDay())
    assert calendar.shut(room.state, at("09:00")) is m.Shut.ENDED
    assert calendar.shut(room.state, at("12:00")) is m.Shut.AFTER


def test_always_open_without_a_day_has_ended() -> None:
    room = Room(always_open=True, opened=False)
    assert calendar.shut(room.state, at("03:00")) is m.Shut.ENDED


def test_the_next_day_begins_after_tonight_whatever_today_holds() -> None:
    room = Room()
    for clock in ("05:00", "08:00", "23:59"):
        opening = calendar.next_day(room.state, at(clock))
        assert opening is not None and opening.isoformat() == "2026-11-24T07:15:00+07:00"
    friday = calendar.next_day(room.state, at("08:00", "2026-11-27"))
    assert friday is not None and friday.isoformat() == "2026-11-30T07:15:00+07:00"
