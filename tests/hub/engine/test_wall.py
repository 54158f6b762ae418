"""Displays are arranged and emergencies said by supervisors; both outlive the day."""

import unicodedata

import pytest
from msgspec.structs import replace

from hub.engine import events as e
from hub.engine.answers import answer
from hub.engine.concern import Concern, concern_of
from hub.engine.plans import Display
from hub.engine.wall import MOST_ARRANGED, plan_of
from shared import messages as m
from shared.model import CounterNumber, Layout, ScreenPlan, TicketState
from tests.hub.hall_site import BOSS, KIOSK, LAND, SITE, TRADE, Room, at, officer

ONE, TWO = CounterNumber(1), CounterNumber(2)
ZONE = ScreenPlan(Layout.ZONE, (ONE, TWO), "Đất đai")
FIRE = "Mời ông/bà rời sảnh theo lối thoát hiểm."


@pytest.mark.parametrize("opened", [True, False])
def test_a_supervisor_arranges_a_display_on_any_day(opened: bool) -> None:
    room = Room(opened=opened)
    events = room.does(BOSS, m.ArrangeDisplay("display-1", ZONE))
    assert events == [e.DisplayArranged("display-1", ZONE)]
    assert answer(room.state, room.wish, events) == m.DisplayArranged("display-1", ZONE)
    assert concern_of(room.state, events) == Concern(everyone=True)
    assert plan_of(room.state, "display-1") == ZONE
    assert room.does(BOSS, m.ArrangeDisplay("display-1", ZONE)) == []


def test_a_display_shows_what_was_arranged_else_the_file_else_the_whole_hall() -> None:
    site = replace(SITE, displays=(Display("display-1", Layout.ALL), Display("display-2")))
    room = Room(site)
    assert plan_of(room.state, "display-1") == ScreenPlan(Layout.ALL)
    room.does(BOSS, m.ArrangeDisplay("display-1", ScreenPlan()))
    assert plan_of(room.state, "display-1") == ScreenPlan()
    assert plan_of(room.state, "display-9") == ScreenPlan()


def test_what_a_display_shows_anyway_is_not_kept_and_does_not_count() -> None:
    site = replace(SITE, displays=(Display("display-1", Layout.ALL),))
    room = Room(site)
    for number in range(MOST_ARRANGED):
        room.does(BOSS, m.ArrangeDisplay(f"d{number}", ZONE))
    assert room.refuses(BOSS, m.ArrangeDisplay("one more", ZONE)) == "bad_name"
    assert room.does(BOSS, m.ArrangeDisplay("one more", ScreenPlan())) == []
    assert room.does(BOSS, m.ArrangeDisplay("d0", ScreenPlan())) == [
        e.DisplayArranged("d0", ScreenPlan())
    ]
    assert "d0" not in room.state.plans
    room.does(BOSS, m.ArrangeDisplay("display-1", ScreenPlan()))
    assert room.state.plans["display-1"] == ScreenPlan(), "its file says otherwise"
    room.does(BOSS, m.ArrangeDisplay("display-1", ScreenPlan(Layout.ALL)))
    assert "display-1" not in room.state.plans


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (ScreenPlan(Layout.ZONE, (CounterNumber(9),)), "không tồn tại"),
        (ScreenPlan(Layout.ZONE, (ONE, ONE)), "hai lần"),
        (ScreenPlan(Layout.ZONE), "ít nhất một quầy"),
        (ScreenPlan(Layout.COUNTER), "đúng một quầy"),
        (ScreenPlan(Layout.COUNTER, (ONE, TWO)), "đúng một quầy"),
        (ScreenPlan(Layout.MAIN, (ONE,)), "không chọn riêng"),
        (ScreenPlan(Layout.ALL, (ONE,)), "không chọn riêng"),
        (ScreenPlan(Layout.ZONE, (ONE,), "x" * 61), "60 chữ"),
        (ScreenPlan(Layout.ZONE, (ONE,), "Đất\nđai"), "60 chữ"),
    ],
)
def test_a_plan_that_cannot_be_drawn_is_refused_in_words(plan: ScreenPlan, words: str) -> None:
    room = Room()
    refusal = room.tries(BOSS, m.ArrangeDisplay("display-1", plan))
    assert not isinstance(refusal, list)
    assert refusal.code == "bad_plan"
    assert words in refusal.reason


@pytest.mark.parametrize("name", ["", " ", " display-1", "x" * 61, "a\x00", "Đa\u0323t"])
def test_a_display_without_a_sound_name_is_refused(name: str) -> None:
    assert Room().refuses(BOSS, m.ArrangeDisplay(name, ScreenPlan())) == "bad_name"


def test_names_without_end_are_refused_and_known_ones_arranged_on() -> None:
    room = Room()
    for place in range(MOST_ARRANGED):
        room.does(BOSS, m.ArrangeDisplay(f"display-{place}", ZONE))
    assert room.refuses(BOSS, m.ArrangeDisplay("one-more", ZONE)) == "bad_name"
    room.does(BOSS, m.ArrangeDisplay("display-0", ScreenPlan(Layout.ALL)))


@pytest.mark.parametrize("opened", [True, False])
def test_an_emergency_is_said_until_it_is_cleared(opened: bool) -> None:
    room = Room(opened=opened)
    events = room.does(BOSS, m.RaiseEmergency(f"  {FIRE.replace(' ', '  ')}\n"))
    assert events == [e.EmergencyRaised(FIRE, "sếp")]
    assert answer(room.state, room.wish, events) == m.EmergencyChanged(FIRE)
    assert room.does(BOSS, m.RaiseEmergency(FIRE)) == []
    other = unicodedata.normalize("NFD", "Mất điện")
    assert room.does(BOSS, m.RaiseEmergency(other)) == [e.EmergencyRaised("Mất điện", "sếp")]
    events = room.does(BOSS, m.ClearEmergency())
    assert events == [e.EmergencyCleared("sếp")]
    assert answer(room.state, room.wish, events) == m.EmergencyChanged("")
    assert concern_of(room.state, events) == Concern(everyone=True)
    assert room.does(BOSS, m.ClearEmergency()) == []


def test_under_an_emergency_nobody_is_called_and_nobody_is_absent() -> None:
    room = Room()
    first, second = room.issue(LAND), room.issue(LAND)
    room.does(officer(1), m.CallNext())
    room.does(BOSS, m.RaiseEmergency(FIRE))
    for command in (m.CallNext(), m.CallTicket(second), m.Recall(), m.NoShow()):
        assert room.refuses(officer(1), command) == "emergency"
        assert room.refuses(KIOSK, command) == "not_allowed"
    assert room.state.tickets[first].state is TicketState.CALLED
    room.does(officer(1), m.StartService())
    room.does(officer(1), m.Finish())


def test_whom_an_emergency_has_silenced_is_called_again_in_order() -> None:
    room = Room()
    tickets = [room.issue(LAND), room.issue(LAND), room.issue(TRADE)]
    for place, counter in enumerate((2, 1, 3)):
        room.now = at(f"08:0{place}")
        room.does(officer(counter), m.CallNext())
    room.does(officer(1), m.StartService())  # has come: is not called again
    room.does(BOSS, m.RaiseEmergency(FIRE))
    calls = room.state.calls
    room.now = at("08:30")
    events = room.does(BOSS, m.ClearEmergency())
    assert events == [
        e.EmergencyCleared("sếp"),
        e.TicketRecalled(tickets[0], TWO, calls + 1),
        e.TicketRecalled(tickets[2], CounterNumber(3), calls + 2),
    ]
    recent = room.state.recent
    assert [(call.number, call.at) for call in list(recent)[:2]] == [
        ("B001", at("08:30")),
        ("A001", at("08:30")),
    ]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 201, "Cháy\x07"])
def test_an_emergency_needs_words_that_fit_a_wall(text: str) -> None:
    assert Room().refuses(BOSS, m.RaiseEmergency(text)) == "bad_text"


def test_officers_and_kiosks_arrange_nothing_and_raise_no_alarm() -> None:
    room = Room()
    for actor in (KIOSK, officer(1)):
        assert room.refuses(actor, m.ArrangeDisplay("display-1", ScreenPlan())) == "not_allowed"
        assert room.refuses(actor, m.RaiseEmergency(FIRE)) == "not_allowed"
        assert room.refuses(actor, m.ClearEmergency()) == "not_allowed"


def test_what_stands_is_written_again_at_the_head_of_the_next_day() -> None:
    room = Room()
    room.does(BOSS, m.ArrangeDisplay("display-2", ZONE))
    room.does(BOSS, m.ArrangeDisplay("display-1", ScreenPlan(Layout.ALL)))
    room.does(BOSS, m.RaiseEmergency(FIRE))
    room.now = at("07:00", "2026-11-24")
    assert room.does(BOSS, m.OpenDay()) == [
        e.DayClosed("2026-11-23"),
        e.DayOpened("2026-11-24", "Asia/Ho_Chi_Minh"),
        e.DisplayArranged("display-1", ScreenPlan(Layout.ALL)),
        e.DisplayArranged("display-2", ZONE),
        e.EmergencyRaised(FIRE, "sếp"),
    ]
    assert room.state.emergency == FIRE
    room.does(BOSS, m.ClearEmergency())
    room.now = at("07:00", "2026-11-25")
    assert room.does(BOSS, m.OpenDay())[-1] == e.DisplayArranged("display-2", ZONE)
