"""Whom a batch of events concerns, so that only their views are computed again."""

from collections.abc import Iterable

import msgspec

from hub.engine import events as e
from hub.engine.state import LineKey, State
from shared.model import CounterNumber, TicketId


class Concern(msgspec.Struct):
    """Lines, counters and tickets that changed; `everyone` when the day itself did."""

    lines: set[LineKey] = msgspec.field(default_factory=set)
    counters: set[CounterNumber] = msgspec.field(default_factory=set)
    tickets: set[TicketId] = msgspec.field(default_factory=set)
    everyone: bool = False

    def merge(self, other: "Concern") -> None:
        """Add what `other` concerns."""
        self.lines |= other.lines
        self.counters |= other.counters
        self.tickets |= other.tickets
        self.everyone |= other.everyone


_ALL = (
    e.DayOpened
    | e.DayReopened
    | e.DayClosed
    | e.NumbersMoved
    | e.DisplayArranged
    | e.EmergencyRaised
    | e.EmergencyCleared
)
"""What everyone is told."""

_OF_PAPER = e.TicketIssued | e.TicketPrinted | e.TicketSent | e.PrintFailed


def concern_of(state: State, events: Iterable[e.Event]) -> Concern:
    """Whom the events of one command concern. `state` has just taken them in, and no more."""
    concern = Concern()
    for event in events:
        if isinstance(event, _ALL):
            return Concern(everyone=True)
        if isinstance(event, e.CounterOpened | e.CounterPaused | e.CounterClosed):
            concern.lines.update(state.lines_of(event.counter))
            concern.counters.add(event.counter)
            continue
        ticket = state.tickets.get(event.ticket)
        if ticket is None:
            continue  # its day has ended with this very command; everyone will be told
        concern.tickets.add(ticket.id)
        concern.lines.update((ticket.service, ticket.line))
        if ticket.counter is not None:
            concern.counters.add(ticket.counter)
        if not isinstance(event, _OF_PAPER):
            _at_counter(state, event, concern)
    return concern


def _at_counter(state: State, event: e.Event, concern: Concern) -> None:
    number = getattr(event, "counter", None)
    if number is not None:
        concern.counters.add(number)
        concern.lines.update(state.lines_of(number))
