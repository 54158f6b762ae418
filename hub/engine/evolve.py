"""The only function that changes the state, in place, one event at a time."""

from bisect import bisect_left, insort
from collections.abc import Callable
from typing import Any

from hub.engine import events as e
from hub.engine.state import RECENT_AT_COUNTER, RECENT_CALLS, Call, Counter, State, Ticket
from hub.engine.wall import arranged
from shared.messages import PaperState
from shared.model import CounterNumber, CounterState, Instant, Seq, TicketId, TicketState

_PACE_WEIGHT = 0.2
"""How much the newest service time counts in the running mean."""

_PACE_RANGE_MINUTES = (1.0, 60.0)


def evolve(state: State, event: e.Event, seq: Seq, at: Instant) -> None:
    """Take in the event that stands at `seq` in the journal and happened at `at`."""
    _EVOLVE[type(event)](state, event, seq, at)
    state.seq = seq


def _day_opened(state: State, event: e.DayOpened, seq: Seq, at: Instant) -> None:
    state.begin(event.day)
    state.last_day = event.day
    if state.moved is not None and state.moved.day < event.day:
        state.moved = None  # that day is over, or was never held


def _numbers_moved(state: State, event: e.NumbersMoved, seq: Seq, at: Instant) -> None:
    if event.day != state.last_day:
        state.moved = event
        return
    state.moved = None
    state.others = max(state.others, event.others)
    for prefix, ordinal in event.after.items():
        state.ordinals[prefix] = max(state.ordinals.get(prefix, 0), ordinal)


def _day_reopened(state: State, event: e.DayReopened, seq: Seq, at: Instant) -> None:
    state.day = event.day


def _day_closed(state: State, event: e.DayClosed, seq: Seq, at: Instant) -> None:
    state.day = None
    for counter in state.counters.values():
        counter.state = CounterState.CLOSED
        counter.since = at
        counter.opened_by = ""
    # A wall that stays on must not call through the night; the count of calls goes on.
    state.recent, state.called = [], {}
    state.forget()


def _issued(state: State, event: e.TicketIssued, seq: Seq, at: Instant) -> None:
    ticket = Ticket(
        id=event.ticket,
        number=event.number,
        service=event.service,
        issued_at=at,
        arrival=event.arrival,
        joined=seq,
        priority=event.priority,
        bonus_minutes=event.bonus_minutes,
        dossier=event.dossier,
        procedure=event.procedure,
    )
    state.tickets[ticket.id] = ticket
    state.totals[TicketState.WAITING] += 1
    state.ordinals[event.prefix] = event.ordinal
    if event.by is not None:
        state.last_issue[event.by] = at
    if event.card is not None:
        state.cards.setdefault(event.card, []).append(ticket.id)
    state.issued[event.service] = state.issued.get(event.service, 0) + 1
    state.latest_arrival = max(
        state.latest_arrival, Instant(event.arrival + event.bonus_minutes * 60_000)
    )
    _join(state, ticket)


def _printed(state: State, event: e.TicketPrinted, seq: Seq, at: Instant) -> None:
    state.tickets[event.ticket].paper = PaperState.PRINTED


def _sent(state: State, event: e.TicketSent, seq: Seq, at: Instant) -> None:
    state.tickets[event.ticket].paper = PaperState.SENT


def _print_failed(state: State, event: e.PrintFailed, seq: Seq, at: Instant) -> None:
    state.tickets[event.ticket].paper = PaperState.FAILED


def _called(state: State, event: e.TicketCalled, seq: Seq, at: Instant) -> None:
    ticket = _move(state, event.ticket, TicketState.CALLED)
    ticket.counter = event.counter
    ticket.called_at = at
    ticket.started_at = None
    ticket.reason = event.reason
    ticket.calls += 1
    ticket.not_before = None
    counter = state.counter(event.counter)
    counter.ticket = ticket.id
    counter.since = at
    state.forget()
    _announce(state, Call(event.call, seq, ticket.id, ticket.number, event.counter, at))


def _recalled(state: State, event: e.TicketRecalled, seq: Seq, at: Instant) -> None:
    ticket = state.tickets[event.ticket]
    ticket.calls += 1
    _announce(state, Call(event.call, seq, ticket.id, ticket.number, event.counter, at))


def _announce(state: State, call: Call) -> None:
    state.calls = call.call
    others = [earlier for earlier in state.recent if earlier.ticket != call.ticket]
    state.recent = [call, *others[: RECENT_CALLS - 1]]
    if state.tickets[call.ticket].calls > 1:
        for number, calls in state.called.items():
            state.called[number] = [one for one in calls if one.ticket != call.ticket]
    here = state.called.get(call.counter, [])
    state.called[call.counter] = [call, *here[: RECENT_AT_COUNTER - 1]]


def _started(state: State, event: e.ServiceStarted, seq: Seq, at: Instant) -> None:
    _move(state, event.ticket, TicketState.SERVING).started_at = at


def _finished(state: State, event: e.TicketFinished, seq: Seq, at: Instant) -> None:
    ticket = _move(state, event.ticket, TicketState.DONE)
    counter = _leave(state, event.counter, at)
    counter.served += 1
    minutes = (at - (ticket.started_at or ticket.called_at or at)) / 60_000
    low, high = _PACE_RANGE_MINUTES
    known = state.site.service.get(ticket.service)
    before = state.pace.get(ticket.service, known.minutes if known else minutes)
    newest = min(max(minutes, low), high)
    state.pace[ticket.service] = before + _PACE_WEIGHT * (newest - before)


def _no_show(state: State, event: e.TicketNoShow, seq: Seq, at: Instant) -> None:
    _move(state, event.ticket, TicketState.NO_SHOW)
    _leave(state, event.counter, at)


def _held(state: State, event: e.TicketHeld, seq: Seq, at: Instant) -> None:
    _move(state, event.ticket, TicketState.HELD)
    _leave(state, event.counter, at)


def _returned(state: State, event: e.TicketReturned, seq: Seq, at: Instant) -> None:
    ticket = state.tickets[event.ticket]
    ticket.returned = ticket.state is TicketState.NO_SHOW
    if ticket.returned:
        ticket.joined = seq
        ticket.arrival = event.arrival
        state.latest_arrival = max(state.latest_arrival, event.arrival)
    _move(state, event.ticket, TicketState.WAITING).counter = None


def _delayed(state: State, event: e.TicketDelayed, seq: Seq, at: Instant) -> None:
    ticket = _step_out(state, event.ticket)
    ticket.arrival = event.arrival
    ticket.not_before = Instant(at + event.minutes * 60_000)
    ticket.delay_minutes = event.minutes
    ticket.joined = seq
    _join(state, ticket)


def _transferred(state: State, event: e.TicketTransferred, seq: Seq, at: Instant) -> None:
    ticket = state.tickets[event.ticket]
    ticket.service = event.service
    ticket.to = event.to
    ticket.transferred_from = event.counter
    _move(state, event.ticket, TicketState.WAITING).counter = None
    _leave(state, event.counter, at)


def _cancelled(state: State, event: e.TicketCancelled, seq: Seq, at: Instant) -> None:
    ticket = state.tickets[event.ticket]
    if ticket.state is TicketState.CALLED and ticket.counter is not None:
        _leave(state, ticket.counter, at)
    _move(state, event.ticket, TicketState.CANCELLED)


def _counter_opened(state: State, event: e.CounterOpened, seq: Seq, at: Instant) -> None:
    _set_counter(state, event.counter, CounterState.OPEN, at).opened_by = event.by


def _counter_paused(state: State, event: e.CounterPaused, seq: Seq, at: Instant) -> None:
    _set_counter(state, event.counter, CounterState.PAUSED, at)


def _counter_closed(state: State, event: e.CounterClosed, seq: Seq, at: Instant) -> None:
    _set_counter(state, event.counter, CounterState.CLOSED, at).opened_by = ""


def _arranged(state: State, event: e.DisplayArranged, seq: Seq, at: Instant) -> None:
    arranged(state, event.display, event.plan)


def _raised(state: State, event: e.EmergencyRaised, seq: Seq, at: Instant) -> None:
    state.emergency, state.emergency_by = event.text, event.by


def _cleared(state: State, event: e.EmergencyCleared, seq: Seq, at: Instant) -> None:
    state.emergency = state.emergency_by = ""


def _set_counter(state: State, number: CounterNumber, to: CounterState, at: Instant) -> Counter:
    counter = state.counter(number)
    counter.state = to
    counter.since = at
    state.forget()
    return counter


def _move(state: State, ticket_id: TicketId, to: TicketState) -> Ticket:
    """Change a ticket's state, and its line with it."""
    ticket = _step_out(state, ticket_id)
    state.totals[ticket.state] -= 1
    state.totals[to] += 1
    ticket.state = to
    if to is TicketState.WAITING:
        _join(state, ticket)
    return ticket


def _step_out(state: State, ticket_id: TicketId) -> Ticket:
    """Take a ticket out of its line, if it stands in one."""
    ticket = state.tickets[ticket_id]
    if ticket.state is TicketState.WAITING:
        line = state.lines[ticket.line]
        del line[bisect_left(line, ticket.place)]
        state.waiting[ticket.service] -= 1
        if not line:
            state.forget()
    return ticket


def _join(state: State, ticket: Ticket) -> None:
    line = state.lines.setdefault(ticket.line, [])
    if not line:
        state.forget()
    insort(line, ticket.place)
    state.waiting[ticket.service] = state.waiting.get(ticket.service, 0) + 1


def _leave(state: State, number: CounterNumber, at: Instant) -> Counter:
    counter = state.counter(number)
    counter.ticket = None
    counter.since = at
    state.forget()
    return counter


_EVOLVE: dict[type, Callable[[State, Any, Seq, Instant], None]] = {
    e.DayOpened: _day_opened,
    e.DayReopened: _day_reopened,
    e.DayClosed: _day_closed,
    e.NumbersMoved: _numbers_moved,
    e.TicketIssued: _issued,
    e.TicketPrinted: _printed,
    e.TicketSent: _sent,
    e.PrintFailed: _print_failed,
    e.TicketCalled: _called,
    e.TicketRecalled: _recalled,
    e.ServiceStarted: _started,
    e.TicketFinished: _finished,
    e.TicketNoShow: _no_show,
    e.TicketHeld: _held,
    e.TicketReturned: _returned,
    e.TicketDelayed: _delayed,
    e.TicketTransferred: _transferred,
    e.TicketCancelled: _cancelled,
    e.CounterOpened: _counter_opened,
    e.CounterPaused: _counter_paused,
    e.CounterClosed: _counter_closed,
    e.DisplayArranged: _arranged,
    e.EmergencyRaised: _raised,
    e.EmergencyCleared: _cleared,
}
