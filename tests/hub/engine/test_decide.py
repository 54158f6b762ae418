"""Numbers, days, quotas and rights."""

from datetime import time

import msgspec
import pytest

from hub.engine import events as e
from hub.engine.rights import ALLOWED, Actor
from hub.engine.site import Season
from hub.engine.views import kiosk_view
from shared import messages as m
from shared.model import (
    CounterNumber,
    CounterState,
    PriorityId,
    Role,
    ScreenPlan,
    ServiceId,
    TicketId,
    TicketState,
)
from tests.hub.hall_site import BOSS, KIOSK, LAND, OLD, RESULT, SITE, TRADE, Room, at, officer


def test_numbers_run_per_prefix_from_one() -> None:
    room = Room()
    tickets = [room.issue(LAND), room.issue(TRADE), room.issue(LAND)]
    assert [room.number(ticket) for ticket in tickets] == ["A001", "B001", "A002"]


def test_services_with_one_prefix_share_its_run() -> None:
    land, trade, result = SITE.services
    shared = msgspec.structs.replace(trade, prefix="B")
    room = Room(
        msgspec.structs.replace(
            SITE, services=(land, msgspec.structs.replace(shared, prefix=land.prefix), result)
        )
    )
    assert [room.number(room.issue(s)) for s in (LAND, TRADE, LAND)] == ["B001", "B002", "B003"]


def test_a_prefix_that_runs_past_999_goes_on_to_four_digits() -> None:
    room = Room()
    room.state.ordinals["A"] = 998
    assert [room.number(room.issue()) for _ in range(3)] == ["A999", "A1000", "A1001"]


def test_a_new_day_begins_at_one_again() -> None:
    room = Room()
    room.issue()
    room.now = at("08:00", "2026-11-24")
    events = room.does(BOSS, m.OpenDay())
    assert [type(event) for event in events] == [e.TicketCancelled, e.DayClosed, e.DayOpened]
    assert room.number(room.issue()) == "A001"


def test_a_day_never_opens_twice_or_backwards() -> None:
    room = Room()
    assert room.refuses(BOSS, m.OpenDay()) == "day_open"
    assert room.refuses(BOSS, m.OpenDay("2026-11-22")) == "day_past"
    assert room.refuses(BOSS, m.OpenDay("23/11/2026")) == "bad_day"
    assert room.refuses(BOSS, m.OpenDay("20261124")) == "bad_day"
    assert room.refuses(BOSS, m.OpenDay("2026-11-24")) == "bad_day"
    assert room.refuses(BOSS, m.OpenDay("9999-12-31")) == "bad_day"


def test_after_a_day_was_closed_early_the_next_opening_is_on_another_day() -> None:
    room = Room()
    room.does(BOSS, m.CloseDay())
    refusal = room.tries(KIOSK, m.IssueTicket(LAND))
    assert not isinstance(refusal, list)
    assert "từ 07:15 ngày 24/11." in refusal.reason
    assert kiosk_view(room.state, room.now).next_opening == "2026-11-24T07:15:00+07:00"


def test_a_day_closed_too_early_goes_on_with_its_numbers() -> None:
    room = Room()
    waiting = room.issue()
    room.does(BOSS, m.CloseDay())
    assert room.state.tickets[waiting].state is TicketState.CANCELLED
    assert room.does(BOSS, m.OpenDay()) == [e.DayReopened("2026-11-23")]
    assert room.number(room.issue()) == "A002"


def test_the_end_of_the_day_ends_every_ticket() -> None:
    room = Room()
    tickets = [room.issue() for _ in range(5)]
    room.next(1)
    room.does(officer(1), m.StartService())
    room.next(2)
    room.does(officer(2), m.NoShow())
    room.next(2)
    room.does(officer(2), m.Hold())
    room.next(2)
    room.does(BOSS, m.CloseDay())
    states = [room.state.tickets[ticket].state for ticket in tickets]
    assert states == [
        TicketState.DONE,
        TicketState.NO_SHOW,
        TicketState.CANCELLED,
        TicketState.CANCELLED,
        TicketState.CANCELLED,
    ]
    assert all(c.state is CounterState.CLOSED for c in room.state.counters.values())
    assert all(c.ticket is None for c in room.state.counters.values())


def test_without_a_day_nothing_is_given_or_called() -> None:
    room = Room(opened=False)
    assert room.refuses(KIOSK, m.IssueTicket(LAND)) == "service_closed"
    assert room.refuses(officer(1), m.CallNext()) == "day_closed"
    assert room.refuses(BOSS, m.CloseDay()) == "day_closed"


@pytest.mark.parametrize(
    ("clock", "words"),
    [
        ("07:14", "từ 07:15."),
        ("11:15", "từ 13:15."),
        ("12:00", "từ 13:15."),
        ("16:45", "từ 07:15 ngày 24/11."),
    ],
)
def test_outside_the_hours_no_number_is_given_and_the_next_opening_is_said(
    clock: str, words: str
) -> None:
    room = Room()
    room.now = at(clock)
    refusal = room.tries(KIOSK, m.IssueTicket(LAND))
    assert not isinstance(refusal, list)
    assert refusal.code == "service_closed"
    assert words in refusal.reason


def test_a_centre_that_never_opens_again_says_whom_to_ask() -> None:
    never = msgspec.structs.replace(SITE, hours=(Season((), days=(0,)),))
    room = Room(never)
    refusal = room.tries(KIOSK, m.IssueTicket(LAND))
    assert not isinstance(refusal, list)
    assert "hỏi quầy hướng dẫn" in refusal.reason


def test_always_open_ignores_the_hours() -> None:
    room = Room(always_open=True)
    room.now = at("23:59")
    assert room.number(room.issue()) == "A001"


def test_a_quota_ends_the_numbers_of_its_service_only() -> None:
    room = Room()
    for _ in range(3):
        room.issue(RESULT)
    assert room.refuses(KIOSK, m.IssueTicket(RESULT)) == "quota_reached"
    room.issue(LAND)


def test_unknown_things_are_refused_by_name() -> None:
    room = Room()
    assert room.refuses(KIOSK, m.IssueTicket(ServiceId("?"))) == "unknown_service"
    assert room.refuses(KIOSK, m.IssueTicket(LAND, PriorityId("?"))) == "unknown_priority"
    for command in (
        m.Cancel(TicketId("?")),
        m.TicketPrinted(TicketId("?")),
        m.TicketSent(TicketId("?")),
        m.PrintFailed(TicketId("?"), "hết giấy"),
    ):
        assert room.refuses(KIOSK, command) == "unknown_ticket"


def test_a_place_can_be_given_up_until_service_begins() -> None:
    room = Room()
    waiting, called, serving = room.issue(), room.issue(), room.issue()
    room.does(officer(1), m.CallTicket(called))
    room.does(officer(2), m.CallTicket(serving))
    room.does(officer(2), m.StartService())
    room.does(KIOSK, m.Cancel(waiting))
    room.does(Actor(Role.TICKET, "ticket", ticket=called), m.Cancel(called))
    assert room.state.counter(CounterNumber(1)).ticket is None
    assert room.refuses(KIOSK, m.Cancel(serving)) == "wrong_state"
    assert room.refuses(KIOSK, m.Cancel(waiting)) == "wrong_state"


def test_a_phone_gives_up_no_place_but_its_own() -> None:
    room = Room()
    mine, other = room.issue(), room.issue()
    phone = Actor(Role.TICKET, "ticket", ticket=mine)
    assert room.refuses(phone, m.Cancel(other)) == "not_yours"
    room.does(phone, m.Cancel(mine))


def test_what_became_of_the_paper_is_kept_once() -> None:
    room = Room()
    ticket = room.issue()
    assert room.does(KIOSK, m.PrintFailed(ticket, "x" * 500)) == [e.PrintFailed(ticket, "x" * 200)]
    assert room.does(KIOSK, m.PrintFailed(ticket, "again")) == []
    assert room.does(KIOSK, m.TicketSent(ticket)) == [e.TicketSent(ticket)]
    assert room.does(KIOSK, m.TicketSent(ticket)) == []
    assert room.does(KIOSK, m.TicketPrinted(ticket)) == [e.TicketPrinted(ticket)]
    assert room.does(KIOSK, m.TicketPrinted(ticket)) == []
    assert room.does(KIOSK, m.TicketSent(ticket)) == [], "printed says more"
    assert room.state.tickets[ticket].state is TicketState.WAITING


def _one_of_each() -> list[m.Command]:
    ticket = TicketId("t")
    return [
        m.OpenDay(),
        m.CloseDay(),
        m.IssueTicket(LAND, OLD),
        m.CallNext(),
        m.CallTicket(ticket),
        m.Recall(),
        m.StartService(),
        m.Finish(),
        m.NoShow(),
        m.ReturnTicket(ticket),
        m.Hold(),
        m.Transfer(TRADE),
        m.Cancel(ticket),
        m.Delay(ticket),
        m.OpenCounter(),
        m.PauseCounter(),
        m.CloseCounter(),
        m.TicketPrinted(ticket),
        m.TicketSent(ticket),
        m.PrintFailed(ticket, "?"),
        m.ArrangeDisplay("display-1", ScreenPlan()),
        m.RaiseEmergency("Cháy"),
        m.ClearEmergency(),
    ]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("command", _one_of_each(), ids=lambda c: type(c).__name__)
def test_the_table_of_rights_decides_before_anything_else(role: Role, command: m.Command) -> None:
    room = Room()
    decision = room.tries(Actor(role, "x", CounterNumber(1), TicketId("t")), command)
    refused = not isinstance(decision, list) and decision.code == "not_allowed"
    assert refused is (type(command) not in ALLOWED[role])


def test_every_command_has_its_row_in_the_table() -> None:
    assert {type(c) for c in _one_of_each()} == set().union(*ALLOWED.values())


def test_a_season_can_run_over_new_year() -> None:
    winter = Season(((time(8), time(12)),), since="10-16", until="04-15")
    room = Room(msgspec.structs.replace(SITE, hours=(winter,)))
    room.now = at("07:46")
    room.issue()
    room.now = at("07:46", "2026-05-04")
    assert room.refuses(KIOSK, m.IssueTicket(LAND)) == "service_closed"
