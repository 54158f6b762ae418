"""What displays show by their plan, and what an emergency and the hour add."""

from datetime import date

import pytest
from msgspec.structs import replace

from hub.engine import views
from hub.engine.display_views import board, display_view
from hub.engine.notices import Notice
from hub.engine.plans import Display
from hub.engine.rights import Actor
from hub.engine.state import RECENT_CALLS
from shared import messages as m
from shared.model import CounterNumber, Layout, Role, ScreenPlan
from tests.hub.hall_site import BOSS, LAND, RESULT, SITE, TRADE, Room, at, officer

ONE, TWO, FOUR = CounterNumber(1), CounterNumber(2), CounterNumber(4)
ZONE = ScreenPlan(Layout.ZONE, (FOUR, TWO), "Trả kết quả")
PANEL = ScreenPlan(Layout.COUNTER, (TWO,), officers=True)


def numbers(view: m.DisplayView) -> list[str]:
    return [call.number for call in view.calls]


def test_a_zone_shows_its_counters_calls_and_lines_and_no_others() -> None:
    room = Room()
    for service in (LAND, TRADE, RESULT, LAND):
        room.issue(service)
    room.next(1)
    room.next(3)
    room.next(4)
    room.does(BOSS, m.ArrangeDisplay("display-2", ZONE))
    view = display_view(room.state, "display-2", room.now)
    assert view.plan == ZONE
    assert [counter.number for counter in view.counters] == [2, 4]
    assert numbers(view) == ["G001"]
    assert [(line.name, line.count) for line in view.waiting] == [
        ("Đất đai", 1),
        ("Nhận kết quả", 0),
    ]
    hall = display_view(room.state, "display-1", room.now)
    assert (len(hall.counters), numbers(hall)) == (4, ["G001", "B001", "A001"])


def test_a_panel_names_its_services_and_who_sits_there_only_where_both_want_it() -> None:
    room = Room(replace(SITE, officers={"quầy 2": "Nguyễn Thị Hoa"}))
    room.does(officer(2), m.OpenCounter())
    [panel] = board(room.state, PANEL, room.now).counters
    assert (panel.services, panel.officer) == (("Đất đai", "Nhận kết quả"), "Nguyễn Thị Hoa")
    [quiet] = board(room.state, replace(PANEL, officers=False), room.now).counters
    assert (quiet.services, quiet.officer) == (panel.services, "")
    room.does(officer(1), m.OpenCounter())
    [unnamed] = board(room.state, replace(PANEL, counters=(ONE,)), room.now).counters
    assert unnamed.officer == ""
    for hall in (ScreenPlan(officers=True), replace(ZONE, officers=True)):
        shown = board(room.state, hall, room.now).counters
        assert {(one.services, one.officer) for one in shown} == {((), "")}


@pytest.mark.parametrize("end", [m.CloseCounter(), m.CloseDay()])
def test_nobody_sits_at_a_closed_counter(end: m.Command) -> None:
    room = Room(replace(SITE, officers={"quầy 2": "Nguyễn Thị Hoa"}))
    room.does(officer(2), m.OpenCounter())
    room.does(BOSS if isinstance(end, m.CloseDay) else officer(2), end)
    assert board(room.state, PANEL, room.now).counters[0].officer == ""


def test_calls_elsewhere_push_no_call_of_a_zone_out() -> None:
    room = Room(always_open=True)
    room.issue(RESULT)
    room.next(4)
    for _ in range(RECENT_CALLS + 1):
        room.issue(TRADE)
        room.next(3)
    assert "G001" not in numbers(board(room.state, ScreenPlan(), room.now))
    assert numbers(board(room.state, ZONE, room.now)) == ["G001"]


def test_a_number_called_again_stands_where_it_was_called_last() -> None:
    room = Room()
    first, second = room.issue(LAND), room.issue(LAND)
    room.next(2)
    room.next(2)
    room.does(officer(2), m.Recall())
    zone = board(room.state, ZONE, room.now)
    assert [(call.number, call.call) for call in zone.calls] == [("A002", 3), ("A001", 1)]
    room.does(officer(2), m.Hold())
    room.does(officer(2), m.ReturnTicket(second))
    room.does(officer(1), m.CallTicket(second))
    assert numbers(board(room.state, ZONE, room.now)) == [room.number(first)]


def test_a_counter_that_the_file_has_dropped_leaves_the_rest_of_a_zone() -> None:
    gone = ScreenPlan(Layout.ZONE, (FOUR, CounterNumber(9)))
    assert [one.number for one in board(Room().state, gone, at("08:00")).counters] == [4]


def test_only_todays_notices_are_shown_with_where_their_files_are() -> None:
    pages = (
        Notice("text", "Mời ông/bà giữ trật tự.", seconds=12),
        Notice("picture", picture="tet.png", digest="ab"),
        Notice("video", video="dich-vu-cong.mp4", digest="cd", until=date(2026, 11, 23)),
        Notice("over", "Đã qua.", until=date(2026, 11, 22)),
        Notice("to come", "Chưa đến.", since=date(2026, 11, 24)),
    )
    room = Room(replace(SITE, notices=pages))
    view = display_view(room.state, "display-1", room.now)
    assert view.notices == (
        m.Notice("text", "Mời ông/bà giữ trật tự.", seconds=12),
        m.Notice("picture", picture="/notices/tet.png", digest="ab"),
        m.Notice("video", video="/notices/dich-vu-cong.mp4", digest="cd"),
    )
    assert view.pages == "https://motcua.example"


@pytest.mark.parametrize(
    ("clock", "until"),
    [
        ("10:44", None),
        ("10:45", "2026-11-23T11:15:00+07:00"),
        ("11:14", "2026-11-23T11:15:00+07:00"),
        ("16:15", "2026-11-23T16:45:00+07:00"),
    ],
)
def test_the_end_of_numbers_is_said_half_an_hour_before(clock: str, until: str | None) -> None:
    view = display_view(Room().state, "display-1", at(clock))
    assert (view.open, view.numbers_until, view.next_opening) == (True, until, None)


def test_a_closed_hall_says_when_it_opens() -> None:
    view = display_view(Room().state, "display-1", at("12:00"))
    assert not view.open
    assert view.next_opening == "2026-11-23T13:15:00+07:00"
    assert view.numbers_until is None
    shut = Room()
    shut.does(BOSS, m.CloseDay())
    view = display_view(shut.state, "display-1", at("09:00"))
    assert (view.open, view.next_opening) == (False, "2026-11-24T07:15:00+07:00")


def test_a_hall_that_is_always_open_never_closes_soon() -> None:
    view = display_view(Room(always_open=True).state, "display-1", at("11:14"))
    assert (view.open, view.numbers_until) == (True, None)


def test_an_emergency_is_in_every_view_but_the_phones() -> None:
    room = Room()
    room.does(BOSS, m.RaiseEmergency("Mất điện"))
    for actor in (
        Actor(Role.KIOSK, "k"),
        Actor(Role.DISPLAY, "d"),
        Actor(Role.SUPERVISOR, "s"),
        Actor(Role.COUNTER, "c", ONE),
    ):
        shown = views.view(room.state, actor, room.now)
        assert getattr(shown, "emergency") == "Mất điện"  # noqa: B009


def test_after_the_end_of_the_day_no_display_calls_anybody() -> None:
    room = Room()
    for counter in (1, 2):
        room.issue()
        room.next(counter)
    room.does(BOSS, m.ArrangeDisplay("panel", ScreenPlan(Layout.COUNTER, (ONE,))))
    room.does(BOSS, m.CloseDay())
    for name in ("main", "panel"):
        assert display_view(room.state, name, room.now).calls == ()
    room.does(BOSS, m.OpenDay())
    room.issue()
    room.next(1)
    [call] = display_view(room.state, "panel", room.now).calls
    assert (call.number, call.call) == ("A003", 3), "calls are counted on"


def test_a_supervisor_sees_every_display_with_its_plan_and_trouble() -> None:
    room = Room(replace(SITE, displays=(Display("b", Layout.ALL),)))
    room.does(BOSS, m.ArrangeDisplay("c", ZONE))
    room.does(BOSS, m.ArrangeDisplay("gone for good", ScreenPlan()))
    troubles = {"a": (m.ScreenFault.MUTE, at("07:59")), "c": None, "d": (None, room.now)}
    assert views.supervisor_view(room.state, room.now, troubles).screens == (
        m.SupervisorScreen("a", ScreenPlan(), m.ScreenFault.MUTE, "2026-11-23T07:59:00+07:00"),
        m.SupervisorScreen("b", ScreenPlan(Layout.ALL), checked=False),
        m.SupervisorScreen("c", ZONE),
        m.SupervisorScreen("d", ScreenPlan(), checked=False),
    )
