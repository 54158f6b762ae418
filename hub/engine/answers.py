"""What a granted wish is answered: a value of shared.messages, read off the state after it."""

from hub.engine import events as e
from hub.engine.decide import Wish
from hub.engine.estimate import expected_wait
from hub.engine.state import State
from shared import messages as m
from shared.model import CounterNumber, TicketId

_OF_A_TICKET = m.Cancel | m.Delay | m.ReturnTicket | m.TicketPrinted | m.TicketSent | m.PrintFailed


def answer(state: State, wish: Wish, events: list[e.Event]) -> m.Value:
    """The result of `wish` once `events` are in `state`."""
    command = wish.command
    if isinstance(command, m.IssueTicket):
        return _issued(state, wish.fresh)
    if isinstance(command, m.CallNext | m.CallTicket | m.Recall):
        return _called(state, events)
    if isinstance(command, m.OpenDay | m.CloseDay):
        return m.DayChanged(state.last_day or "", state.day is not None)
    if isinstance(command, m.OpenCounter | m.PauseCounter | m.CloseCounter):
        return _counter(state, wish, command.counter)
    if isinstance(command, m.ArrangeDisplay):
        return m.DisplayArranged(command.display, command.plan)
    if isinstance(command, m.RaiseEmergency | m.ClearEmergency):
        return m.EmergencyChanged(state.emergency)
    if isinstance(command, _OF_A_TICKET):
        return _ticket(state, command.ticket)
    [event] = events
    return _ticket(state, event.ticket)  # type: ignore[union-attr]


def _issued(state: State, ticket_id: TicketId) -> m.Issued:
    ticket = state.tickets[ticket_id]
    ahead = state.ahead(ticket)
    return m.Issued(
        ticket=ticket.id,
        number=ticket.number,
        service=ticket.service,
        ahead=ahead,
        wait=expected_wait(state, ticket.service, ahead),
        counters=state.site.service[ticket.service].counters,
        at=state.iso(ticket.issued_at),
        url=f"{state.site.public_url}/t#{ticket.id}",
    )


def _called(state: State, events: list[e.Event]) -> m.Called:
    event = events[-1]
    assert isinstance(event, e.TicketCalled | e.TicketRecalled)
    ticket = state.tickets[event.ticket]
    return m.Called(ticket.id, ticket.number, event.counter, event.call, ticket.reason)


def _counter(state: State, wish: Wish, named: CounterNumber | None) -> m.CounterChanged:
    number = named if named is not None else wish.actor.counter
    assert number is not None
    return m.CounterChanged(number, state.counter(number).state)


def _ticket(state: State, ticket_id: TicketId) -> m.TicketChanged:
    ticket = state.tickets[ticket_id]
    return m.TicketChanged(ticket.id, ticket.number, ticket.state)
