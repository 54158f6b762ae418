"""What each screen is shown, and what each command is answered."""

import msgspec
import pytest

from hub.engine import views
from hub.engine.answers import answer
from hub.engine.concern import Concern, concern_of
from hub.engine.display_views import display_view
from hub.engine.estimate import expected_wait
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from shared import messages as m
from shared.model import (
    CounterNumber,
    CounterState,
    Role,
    ServiceId,
    TicketId,
    TicketState,
    Wait,
)
from tests.hub.hall_site import BOSS, KIOSK, LAND, OLD, RESULT, SITE, TRADE, Room, at, officer

ONE, TWO = CounterNumber(1), CounterNumber(2)


def answered(room: Room, actor: Actor, command: m.Command) -> m.Value:
    events = room.does(actor, command)
    return answer(room.state, room.wish, events)


def test_a_number_is_answered_with_what_the_paper_needs() -> None:
    room = Room()
    room.issue()
    value = answered(room, KIOSK, m.IssueTicket(LAND))
    assert value == m.Issued(
        ticket=TicketId("t3"),
        number="A002",
        service=LAND,
        ahead=1,
        wait=Wait(5, 10),
        counters=(ONE, TWO),
        at="2026-11-23T08:00:00+07:00",
        url="https://motcua.example/t#t3",
    )


def test_every_command_is_answered_with_what_it_changed() -> None:
    room = Room()
    ticket = room.issue()
    called = answered(room, officer(1), m.CallNext())
    assert called == m.Called(ticket, "A001", ONE, 1, "Đến lượt: vào hàng lúc 08:00")
    assert isinstance(answered(room, officer(1), m.Recall()), m.Called)
    for command, state in (
        (m.StartService(), TicketState.SERVING),
        (m.Hold(), TicketState.HELD),
        (m.ReturnTicket(ticket), TicketState.WAITING),
        (m.TicketSent(ticket), TicketState.WAITING),
        (m.TicketPrinted(ticket), TicketState.WAITING),
        (m.Delay(ticket), TicketState.WAITING),
        (m.Cancel(ticket), TicketState.CANCELLED),
    ):
        phone = Actor(Role.TICKET, "", ticket=ticket)
        by = {m.TicketSent: KIOSK, m.TicketPrinted: KIOSK, m.Delay: phone}
        actor = by.get(type(command), officer(1))
        assert answered(room, actor, command) == m.TicketChanged(ticket, "A001", state)
    paused = answered(room, officer(1), m.PauseCounter())
    assert paused == m.CounterChanged(ONE, CounterState.PAUSED)
    opened = answered(room, BOSS, m.OpenCounter(TWO))
    assert opened == m.CounterChanged(TWO, CounterState.OPEN)
    assert answered(room, BOSS, m.CloseDay()) == m.DayChanged("2026-11-23", False)


def test_an_officer_sees_what_became_of_the_paper() -> None:
    room = Room()
    ticket = room.issue()
    room.does(officer(1), m.CallNext())
    seen = []
    for told in (None, m.PrintFailed(ticket, "no_paper"), m.TicketSent(ticket)):
        if told is not None:
            room.does(KIOSK, told)
        shown = views.view(room.state, officer(1), room.now)
        assert isinstance(shown, m.CounterView) and shown.current is not None
        seen.append(shown.current.paper)
    assert seen == [None, m.PaperState.FAILED, m.PaperState.SENT]


def test_an_officer_sees_what_the_person_has_come_for() -> None:
    room = Room()
    room.does(KIOSK, m.IssueTicket(LAND, dossier="H41.15-261110-0042", procedure="1.013831"))
    assert room.refuses(KIOSK, m.IssueTicket(LAND, dossier="Nguyễn Văn An")) == "bad_code"
    assert room.refuses(KIOSK, m.IssueTicket(LAND, dossier="h41.15-261110-0042")) == "bad_code"
    assert room.refuses(KIOSK, m.IssueTicket(LAND, procedure="1.013831.000")) == "bad_code"
    room.next(1)
    current = views.counter_view(room.state, ONE, room.now).current
    assert current is not None
    assert (current.dossier, current.procedure) == ("H41.15-261110-0042", "1.013831")


def test_a_phone_is_told_who_came_later_and_was_called_before() -> None:
    room = Room()
    first, mine = room.issue(), room.issue()
    room.later(1)
    room.issue(LAND, OLD)
    room.later(1)
    last = room.issue()
    room.next(1)
    assert room.number(first) == "A001"
    room.does(officer(2), m.CallTicket(last))
    shown = views.ticket_view(room.state, mine, room.now)
    assert shown.overtakers == (m.Overtaker("A003", 15), m.Overtaker("A004", 0))
    room.does(Actor(Role.TICKET, "", ticket=mine), m.Delay(mine))
    assert views.ticket_view(room.state, mine, room.now).overtakers == ()
    room.does(officer(2), m.Transfer(TRADE))
    room.does(officer(3), m.CallNext())
    room.does(officer(3), m.Transfer(LAND))
    assert views.ticket_view(room.state, last, room.now).overtakers == ()
    assert views.ticket_view(room.state, last, room.now).overtakers == ()


def test_a_kiosk_sees_services_by_agency_with_their_lines() -> None:
    room = Room()
    room.issue(LAND)
    view = views.kiosk_view(room.state, room.now)
    assert [service.id for service in view.services] == [LAND, RESULT, TRADE]
    assert [service.waiting for service in view.services] == [1, 0, 0]
    assert view.open and view.next_opening is None
    assert view.priorities == (m.PriorityClass(OLD, "Người cao tuổi", 15),)
    assert view.waiting == 1


def test_a_kiosk_says_why_a_service_is_closed_and_when_it_opens() -> None:
    room = Room()
    for _ in range(3):
        room.issue(RESULT)
    whys = {s.id: s.why for s in views.kiosk_view(room.state, room.now).services}
    assert whys == {LAND: None, RESULT: "Hết số hôm nay", TRADE: None}
    view = views.kiosk_view(room.state, at("12:00"))
    assert not view.open
    assert view.next_opening == "2026-11-23T13:15:00+07:00"
    assert {s.why for s in view.services} == {"Hết số hôm nay", "Ngoài giờ phát số"}
    never = Room(msgspec.structs.replace(SITE, hours=()))
    assert views.kiosk_view(never.state, room.now).next_opening is None


def test_a_board_shows_counters_calls_newest_first_and_longest_lines_first() -> None:
    room = Room()
    for _ in range(3):
        room.issue(LAND)
    room.issue(TRADE)
    room.next(1)
    room.next(3)
    view = display_view(room.state, "display-1", room.now)
    assert [(call.number, call.counter) for call in view.calls] == [("B001", 3), ("A001", 1)]
    assert view.site == "Trung tâm Phục vụ hành chính công tỉnh Nghệ An"
    assert view.counters[0] == m.BoardCounter(ONE, CounterState.OPEN, "A001", "Bàn 1")
    assert [(line.name, line.count) for line in view.waiting] == [
        ("Đất đai", 2),
        ("Doanh nghiệp", 0),
        ("Nhận kết quả", 0),
    ]


def test_an_officer_sees_the_line_in_calling_order_and_what_is_set_aside() -> None:
    room = Room()
    held, missed = room.issue(), room.issue()
    room.later(1)
    room.issue(LAND)
    room.issue(LAND, OLD)
    room.does(officer(1), m.CallTicket(held))
    room.does(officer(1), m.Hold())
    room.does(officer(1), m.CallTicket(missed))
    room.does(officer(1), m.NoShow())
    view = views.counter_view(room.state, ONE, room.now)
    assert [(t.number, t.priority) for t in view.line] == [
        ("A004", "Người cao tuổi"),
        ("A003", None),
    ]
    assert [t.number for t in view.aside] == ["A001", "A002"]
    assert (view.waiting, view.current, view.served_today) == (2, None, 0)
    assert views.counter_view(room.state, CounterNumber(3), room.now).aside == ()


def test_an_officer_sees_the_ticket_in_hand_with_the_reason_of_its_turn() -> None:
    room = Room()
    room.issue(RESULT, OLD)
    room.next(2)
    room.later(2)
    room.does(officer(2), m.StartService())
    current = views.counter_view(room.state, TWO, room.now).current
    assert current is not None
    assert current.started_at == "2026-11-23T08:02:00+07:00"
    assert (current.called_at, current.target_minutes) == ("2026-11-23T08:00:00+07:00", 5)
    assert "cộng 15 phút ưu tiên" in current.reason


def test_a_supervisor_sees_counters_lines_and_totals() -> None:
    room = Room()
    room.issue()
    room.issue()
    room.next(1)
    view = views.supervisor_view(room.state, room.now)
    assert view.day == "2026-11-23"
    assert view.totals["waiting"] == view.totals["called"] == 1
    line = next(line for line in view.lines if line.service == LAND)
    assert (line.waiting, line.issued, line.oldest_at) == (1, 2, "2026-11-23T08:00:00+07:00")
    assert view.counters[0].ticket == "A001"
    assert view.counters[3].since is None


def test_a_phone_sees_its_own_ticket_and_what_the_wall_shows_anyway() -> None:
    room = Room()
    mine = room.issue()
    room.later(1)
    room.issue(LAND, OLD)
    view = views.ticket_view(room.state, mine, room.now)
    assert (view.number, view.ahead, view.counters, view.serving) == ("A001", 1, (1, 2), ())
    room.next(1)
    view = views.ticket_view(room.state, mine, room.now)
    assert (view.ahead, [s.ticket for s in view.serving]) == (0, ["A002"])
    room.next(2)
    view = views.ticket_view(room.state, mine, room.now)
    assert (view.state, view.counter, view.wait) == (TicketState.CALLED, 2, None)
    room.does(officer(2), m.Transfer(LAND, to=ONE))
    assert views.ticket_view(room.state, mine, room.now).counters == (ONE,)


def test_each_role_gets_its_own_view_and_no_other() -> None:
    room = Room()
    mine = room.issue()
    kinds = {
        Actor(Role.KIOSK, "k"): m.KioskView,
        Actor(Role.DISPLAY, "d"): m.DisplayView,
        Actor(Role.SUPERVISOR, "s"): m.SupervisorView,
        Actor(Role.COUNTER, "c", ONE): m.CounterView,
        Actor(Role.TICKET, "t", ticket=mine): m.TicketView,
    }
    for actor, kind in kinds.items():
        assert type(views.view(room.state, actor, room.now)) is kind


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        (Actor(Role.TICKET, "t", ticket=TicketId("?")), "unknown_ticket"),
        (Actor(Role.COUNTER, "c", CounterNumber(99)), "unknown_counter"),
        (Actor(Role.COUNTER, "c"), "unknown_counter"),
    ],
)
def test_there_is_no_view_of_what_does_not_exist(actor: Actor, code: str) -> None:
    refusal = views.view(Room().state, actor, at("08:00"))
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


def test_the_wait_grows_with_the_line_and_shrinks_with_open_counters() -> None:
    room = Room()
    assert expected_wait(room.state, LAND, 0) == Wait(0, 5)
    one = Room()
    one.does(officer(1), m.OpenCounter())
    assert expected_wait(one.state, LAND, 0) == Wait(0, 5)
    assert expected_wait(one.state, LAND, 6) == Wait(40, 80)
    one.does(officer(2), m.OpenCounter())
    assert expected_wait(one.state, LAND, 6) == Wait(20, 40)
    assert expected_wait(room.state, ServiceId("?"), 3) is None


def test_the_wait_learns_from_todays_service_times() -> None:
    room = Room()
    before = expected_wait(room.state, LAND, 10)
    for _ in range(5):
        room.issue()
        room.next(1)
        room.later(30)
        room.does(officer(1), m.Finish())
    after = expected_wait(room.state, LAND, 10)
    assert before is not None
    assert after is not None
    assert after.high > before.high


def test_what_the_configuration_has_dropped_is_still_shown() -> None:
    room = Room()
    ticket = room.issue(LAND, OLD)
    room.next(1)
    room.state.site = msgspec.structs.replace(SITE, services=SITE.services[:1], priorities=())
    view = views.counter_view(room.state, ONE, room.now)
    assert view.current is not None
    assert (view.current.service_name, view.current.priority) == ("dat-dai", OLD)
    assert views.ticket_view(room.state, ticket, room.now).counters == ()
    room.does(officer(1), m.Finish())
    assert LAND in room.state.pace
    assert room.state.counter(CounterNumber(77)).number == 77


def test_a_batch_concerns_only_those_whose_view_it_changes() -> None:
    room = Room()
    ticket = room.issue()
    issued = concern_of(room.state, room.events[-1:])
    assert (issued.lines, issued.counters, issued.tickets) == ({LAND}, set(), {ticket})
    room.next(2)
    called = concern_of(room.state, room.events[-1:])
    assert called.counters == {TWO}
    assert called.lines == {LAND, RESULT, "@2"}
    opened = concern_of(room.state, room.does(officer(3), m.OpenCounter()))
    assert (opened.counters, opened.lines) == ({3}, {TRADE, "@3"})
    room.does(officer(2), m.Hold())
    returned = concern_of(room.state, room.does(officer(2), m.ReturnTicket(ticket)))
    assert (returned.tickets, returned.everyone) == ({ticket}, False)
    room.now = at("08:00", "2026-11-24")
    assert concern_of(room.state, room.does(BOSS, m.OpenDay())) == Concern(everyone=True)
    both = Concern({"a"}, {ONE}, {ticket})
    both.merge(Concern({"b"}, set(), set(), True))
    assert both == Concern({"a", "b"}, {ONE}, {ticket}, True)


# --- what a kiosk says in further languages, and when it says no -------------------------------


def test_a_kiosk_is_told_names_in_further_languages_and_who_else_can_help() -> None:
    english, elsewhere = {"en": "Land"}, {"vi": "UBND xã cũng làm.", "en": "Communes do, too."}
    replace = msgspec.structs.replace
    site = replace(
        SITE,
        names={"en": "Service Centre"},
        province_names={"en": "Province"},
        elsewhere=elsewhere,
        groups=tuple(replace(group, names=english) for group in SITE.groups),
        services=tuple(replace(one, names=english, elsewhere=elsewhere) for one in SITE.services),
        priorities=tuple(replace(one, names=english) for one in SITE.priorities),
        one_ticket_per_card=True,
    )
    view = views.kiosk_view(Room(site).state, at("08:00"))
    assert (view.site_names, view.province_names) == ({"en": "Service Centre"}, {"en": "Province"})
    assert view.elsewhere == elsewhere and view.card_needed
    assert all(group.names == english for group in view.groups)
    assert all(service.names == english for service in view.services)
    assert all(priority.names == english for priority in view.priorities)
    assert {one.elsewhere["en"] for one in view.services} == {"Communes do, too."}


def test_a_kiosk_is_told_until_when_there_are_numbers_and_when_again() -> None:
    room = Room()
    view = views.kiosk_view(room.state, at("11:00"))
    assert (view.numbers_until, view.shut) == ("2026-11-23T11:15:00+07:00", None)
    assert views.kiosk_view(room.state, at("08:00")).numbers_until is None
    assert view.next_day_opening == "2026-11-24T07:15:00+07:00"
    lunch = views.kiosk_view(room.state, at("12:00"))
    assert (lunch.numbers_until, lunch.shut) == (None, m.Shut.LUNCH)
    assert views.kiosk_view(Room(always_open=True).state, at("11:14")).numbers_until is None


def test_a_service_whose_quota_is_used_up_is_full() -> None:
    room = Room()
    for _ in range(3):
        room.issue(RESULT)
    full = {one.id: one.full for one in views.kiosk_view(room.state, room.now).services}
    assert full == {LAND: False, TRADE: False, RESULT: True}
