"""What officers do at their desks, and the order in which people are called."""

import pytest
from msgspec.structs import replace

from hub.engine import events as e
from hub.engine.display_views import display_view
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.views import counter_view, ticket_view
from shared import messages as m
from shared.model import CounterNumber, CounterState, Role, ServiceId, TicketId, TicketState
from tests.hub.hall_site import BOSS, KIOSK, LAND, OLD, RESULT, SITE, TRADE, Room, at, officer

ONE, TWO, THREE = CounterNumber(1), CounterNumber(2), CounterNumber(3)


def test_next_calls_in_the_order_of_arrival() -> None:
    room = Room()
    room.issue()
    room.issue()
    assert [room.next(1), room.next(1)] == ["A001", "A002"]


def test_next_opens_a_closed_counter_and_finishes_what_it_has_in_hand() -> None:
    room = Room()
    first = room.issue()
    room.issue()
    room.next(1)
    assert room.state.counter(ONE).state is CounterState.OPEN
    events = room.does(officer(1), m.CallNext())
    assert [type(event) for event in events] == [e.TicketFinished, e.TicketCalled]
    assert room.state.tickets[first].state is TicketState.DONE
    assert room.state.counter(ONE).served == 1


def test_a_counter_with_two_services_calls_the_earlier_arrival_of_both() -> None:
    room = Room()
    room.issue(RESULT)
    room.later(1)
    room.issue(LAND)
    assert [room.next(2), room.next(2)] == ["G001", "A001"]


def test_a_priority_ticket_passes_only_those_within_its_head_start() -> None:
    room = Room()
    room.issue()
    room.later(16)
    room.issue()
    room.later(1)
    room.issue(LAND, OLD)
    assert [room.next(1) for _ in range(3)] == ["A001", "A003", "A002"]
    reasons = [event.reason for event in room.events if isinstance(event, e.TicketCalled)]
    assert reasons[0] == "Đến lượt: vào hàng lúc 08:00"
    assert reasons[1] == "Đến lượt: vào hàng lúc 08:17, cộng 15 phút ưu tiên"


def test_who_asks_for_ten_minutes_falls_behind_those_who_came_within_ten_minutes() -> None:
    room = Room()
    first = room.issue()
    for minutes in (5, 4, 2):  # at 08:05, 08:09 and 08:11
        room.later(minutes)
        room.issue()
    phone = Actor(Role.TICKET, "phone", ticket=first)
    assert room.does(phone, m.Delay(first)) == [e.TicketDelayed(first, at("08:10"), 10, "ticket")]
    shown = ticket_view(room.state, first, room.now)
    assert (shown.not_before, shown.may_delay) == ("2026-11-23T08:21:00+07:00", False)
    assert (shown.ahead, shown.delay_minutes) == (2, 10)
    assert shown.wait is not None and shown.wait.low >= 10
    assert [room.next(1), room.next(1)] == ["A002", "A003"]
    assert room.next(1) == "A004", "nobody is called before the time they asked for"
    refusal = room.tries(officer(1), m.CallNext())
    assert isinstance(refusal, Refusal) and "08:21" in refusal.reason
    line = counter_view(room.state, ONE, room.now).line
    assert [one.not_before for one in line] == ["2026-11-23T08:21:00+07:00"]
    room.later(10)
    assert room.next(1) == "A001"
    called = [event for event in room.events if isinstance(event, e.TicketCalled)][-1]
    assert called.reason == "Đến lượt: vào hàng lúc 08:00, đã xin thêm 10 phút"


def test_a_delayed_ticket_that_comes_late_again_is_called_for_that() -> None:
    room = Room()
    ticket = room.issue()
    room.does(Actor(Role.TICKET, "", ticket=ticket), m.Delay(ticket))
    room.does(officer(1), m.CallTicket(ticket))
    room.does(officer(1), m.NoShow())
    room.later(3)
    room.does(officer(1), m.ReturnTicket(ticket))
    assert room.next(1) == "A001"
    called = [event for event in room.events if isinstance(event, e.TicketCalled)][-1]
    assert called.reason == "Quay lại hàng lúc 08:03"


def test_more_time_is_given_once_and_to_the_ticket_itself() -> None:
    room = Room()
    mine, other = room.issue(), room.issue()
    phone = Actor(Role.TICKET, "phone", ticket=mine)
    assert room.refuses(phone, m.Delay(other)) == "not_yours"
    assert room.refuses(phone, m.Delay(TicketId("none"))) == "unknown_ticket"
    room.does(phone, m.Delay(mine))
    assert room.refuses(phone, m.Delay(mine)) == "delayed_already"
    room.does(officer(1), m.CallTicket(mine))
    assert room.refuses(phone, m.Delay(mine)) == "wrong_state"
    room.does(officer(1), m.Hold())
    room.does(officer(1), m.ReturnTicket(mine))
    assert room.next(1) == "A002", "its place is ten minutes later"
    assert room.next(1) == "A001", "whoever came after all is called by the rule again"


def test_a_site_may_give_no_more_time() -> None:
    room = Room(replace(SITE, delay_minutes=0))
    ticket = room.issue()
    assert not ticket_view(room.state, ticket, room.now).may_delay
    phone = Actor(Role.TICKET, "phone", ticket=ticket)
    assert room.refuses(phone, m.Delay(ticket)) == "delayed_already"


def test_a_clock_set_back_does_not_let_later_people_pass() -> None:
    room = Room()
    room.issue()
    room.later(-30)
    room.issue()
    assert [room.next(1), room.next(1)] == ["A001", "A002"]


def test_pressing_next_twice_calls_once() -> None:
    room = Room()
    first = room.issue()
    room.issue()
    room.does(officer(1), m.CallNext(ticket=None))
    assert room.refuses(officer(1), m.CallNext(ticket=None)) == "not_current"
    room.does(officer(1), m.CallNext(ticket=first))
    assert room.refuses(officer(1), m.CallNext(ticket=first)) == "not_current"


def test_next_with_nobody_waiting_changes_nothing() -> None:
    room = Room()
    room.issue()
    room.next(1)
    assert room.refuses(officer(1), m.CallNext()) == "nobody_waiting"
    assert room.state.counter(ONE).ticket is not None


def test_two_counters_never_get_the_same_ticket() -> None:
    room = Room()
    room.issue()
    room.issue()
    assert {room.next(1), room.next(2)} == {"A001", "A002"}


def test_a_called_ticket_is_started_and_finished() -> None:
    room = Room()
    ticket = room.issue()
    room.next(1)
    room.does(officer(1), m.StartService(ticket))
    assert room.state.tickets[ticket].state is TicketState.SERVING
    assert room.refuses(officer(1), m.StartService()) == "wrong_state"
    assert room.refuses(officer(1), m.Recall()) == "wrong_state"
    assert room.refuses(officer(1), m.NoShow()) == "wrong_state"
    room.does(officer(1), m.Finish(ticket))
    assert room.state.tickets[ticket].state is TicketState.DONE


def test_who_forgot_to_start_may_finish() -> None:
    room = Room()
    ticket = room.issue()
    room.next(1)
    room.does(officer(1), m.Finish())
    assert room.state.tickets[ticket].state is TicketState.DONE


def test_a_recall_is_a_new_call_of_the_same_ticket() -> None:
    room = Room()
    ticket = room.issue()
    room.next(1)
    [event] = room.does(officer(1), m.Recall(ticket))
    assert event == e.TicketRecalled(ticket, ONE, 2)
    assert [call.call for call in room.state.recent] == [2]
    assert room.state.tickets[ticket].calls == 2


def test_a_stale_screen_cannot_finish_another_persons_ticket() -> None:
    room = Room()
    first = room.issue()
    room.issue()
    room.next(1)
    room.next(1)
    for command in (m.Finish(first), m.Hold(first), m.Transfer(TRADE, ticket=first)):
        assert room.refuses(officer(1), command) == "not_current"


def test_without_a_ticket_in_hand_there_is_nothing_to_do() -> None:
    room = Room()
    for command in (m.Recall(), m.StartService(), m.Finish(), m.NoShow(), m.Hold()):
        assert room.refuses(officer(1), command) == "nothing_in_hand"
    assert room.refuses(officer(1), m.Transfer(TRADE)) == "nothing_in_hand"


def test_a_no_show_that_returns_goes_to_the_end_of_the_line() -> None:
    room = Room()
    missed = room.issue()
    room.later(5)
    room.issue()
    room.next(1)
    room.does(officer(1), m.NoShow(missed))
    room.later(5)
    room.does(officer(1), m.ReturnTicket(missed))
    assert [room.next(1), room.next(1)] == ["A002", "A001"]
    assert room.state.tickets[missed].reason == "Quay lại hàng lúc 08:10"


def test_a_held_ticket_that_returns_keeps_its_place() -> None:
    room = Room()
    held = room.issue()
    room.later(1)
    room.issue()
    room.next(1)
    room.does(officer(1), m.Hold(held))
    room.later(1)
    room.does(officer(1), m.ReturnTicket(held))
    assert room.next(1) == "A001"


def test_only_held_and_missed_tickets_return() -> None:
    room = Room()
    ticket = room.issue()
    assert room.refuses(officer(1), m.ReturnTicket(ticket)) == "wrong_state"
    assert room.refuses(officer(1), m.ReturnTicket(TicketId("?"))) == "unknown_ticket"


def test_a_transferred_ticket_keeps_its_arrival() -> None:
    room = Room()
    ticket = room.issue(LAND)
    room.later(5)
    room.issue(TRADE)
    room.next(1)
    room.does(officer(1), m.Transfer(TRADE))
    assert room.state.counter(ONE).ticket is None
    assert room.next(3) == "A001"
    assert room.state.tickets[ticket].reason == "Chuyển từ quầy 1, vào hàng lúc 08:00"


def test_a_ticket_sent_to_one_counter_is_called_there_and_nowhere_else() -> None:
    room = Room()
    room.issue(TRADE)
    room.next(3)
    room.does(officer(3), m.Transfer(LAND, to=TWO))
    assert room.refuses(officer(1), m.CallNext()) == "nobody_waiting"
    board = display_view(room.state, "display-1", room.now)
    assert [line.count for line in board.waiting if line.service == LAND] == [1]
    assert room.refuses(officer(2), m.CloseCounter()) == "counter_busy"
    assert room.next(2) == "B001"


def test_who_is_sent_to_one_counter_sees_all_that_it_calls_first() -> None:
    room = Room()
    room.issue(LAND)
    room.issue(RESULT)
    room.later(1)
    sent = room.issue(TRADE)
    room.next(3)
    room.does(officer(3), m.Transfer(LAND, to=TWO))
    assert ticket_view(room.state, sent, room.now).ahead == 2


def test_a_no_show_goes_behind_all_even_when_the_clock_was_set_back() -> None:
    room = Room()
    missed = room.issue()
    room.later(-15)
    room.issue()
    room.issue()
    room.next(1)
    room.does(officer(1), m.NoShow())
    room.does(officer(1), m.ReturnTicket(missed))
    assert [room.next(1) for _ in range(3)] == ["A002", "A003", "A001"]


def test_a_transfer_must_lead_somewhere_else() -> None:
    room = Room()
    room.issue()
    room.next(1)
    assert room.refuses(officer(1), m.Transfer(LAND)) == "same_line"
    assert room.refuses(officer(1), m.Transfer(LAND, to=ONE)) == "same_line"
    assert room.refuses(officer(1), m.Transfer(LAND, to=THREE)) == "wrong_counter"
    assert room.refuses(officer(1), m.Transfer(ServiceId("?"))) == "unknown_service"
    room.does(officer(1), m.Transfer(LAND, to=TWO))
    room.next(2)
    assert room.refuses(officer(2), m.Transfer(LAND, to=TWO)) == "same_line"
    room.does(officer(2), m.Transfer(LAND))
    room.next(2)
    room.does(officer(2), m.Transfer(RESULT, to=TWO))


def test_a_certain_ticket_may_be_called_out_of_turn_with_the_reason_kept() -> None:
    room = Room()
    room.issue()
    second = room.issue()
    room.does(officer(1), m.CallTicket(second))
    assert room.state.tickets[second].reason == "Cán bộ quầy 1 gọi đích danh"
    assert room.refuses(officer(1), m.CallTicket(second)) == "wrong_state"
    assert room.refuses(officer(1), m.CallTicket(TicketId("?"))) == "unknown_ticket"
    assert room.refuses(officer(3), m.CallTicket(room.issue())) == "wrong_counter"


def test_a_held_ticket_is_called_straight_back_by_the_counter_that_holds_it() -> None:
    room = Room()
    held = room.issue()
    room.next(1)
    room.does(officer(1), m.Hold())
    room.does(officer(1), m.CallTicket(held))
    assert room.state.tickets[held].state is TicketState.CALLED


def test_a_supervisor_names_the_counter_and_an_officer_has_one() -> None:
    room = Room()
    room.issue()
    assert room.refuses(BOSS, m.CallNext()) == "counter_needed"
    assert room.refuses(BOSS, m.CallNext(CounterNumber(99))) == "unknown_counter"
    assert room.refuses(officer(1), m.CallNext(TWO)) == "not_yours"
    room.does(BOSS, m.CallNext(ONE))


def test_every_desk_command_refuses_a_counter_that_is_not_there() -> None:
    room = Room()
    ticket = room.issue()
    nowhere = officer(99)
    for command in (
        m.CallNext(),
        m.CallTicket(ticket),
        m.OpenCounter(),
        m.PauseCounter(),
        m.CloseCounter(),
        m.Finish(),
    ):
        assert room.refuses(nowhere, command) == "unknown_counter"


def test_a_counter_opens_pauses_goes_on_and_closes() -> None:
    room = Room()
    assert room.refuses(officer(1), m.PauseCounter()) == "counter_closed"
    for command, state in (
        (m.OpenCounter(), CounterState.OPEN),
        (m.PauseCounter(), CounterState.PAUSED),
        (m.OpenCounter(), CounterState.OPEN),
        (m.CloseCounter(), CounterState.CLOSED),
    ):
        assert len(room.does(officer(1), command)) == 1
        assert room.state.counter(ONE).state is state
        assert room.does(officer(1), command) == []


def test_a_counter_with_somebody_at_it_does_not_close() -> None:
    room = Room()
    room.issue()
    room.next(1)
    assert room.refuses(officer(1), m.CloseCounter()) == "counter_busy"


@pytest.mark.parametrize("role", [Role.DISPLAY, Role.KIOSK, Role.TICKET])
def test_only_desks_and_supervisors_call(role: Role) -> None:
    room = Room()
    room.issue()
    assert room.refuses(KIOSK.__class__(role, "x", ONE), m.CallNext()) == "not_allowed"
