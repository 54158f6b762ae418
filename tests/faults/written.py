"""Rules about what stands in the journal."""

from collections.abc import Iterator

import msgspec

from hub.engine import events as e
from hub.engine.rights import Actor
from hub.journal.base import Entry
from shared import messages as m
from shared.model import Instant, RequestId, TicketId
from tests.faults.case import Case
from tests.faults.history import Kind
from tests.hub.simple_hall import Model, said

_ENDED = (e.TicketFinished, e.TicketCancelled)
_BY_ITSELF = ("day_", "numbers_moved")
_PUT_DOWN = (*_ENDED, e.TicketNoShow, e.TicketHeld, e.TicketTransferred)


def journal_has_no_gap(case: Case) -> Iterator[str]:
    """Events are numbered 1, 2, 3 …."""
    for expected, entry in enumerate(case.entries, start=1):
        if entry.seq != expected:
            yield f"event {entry.seq} stands where {expected} belongs"
            return


def numbers_are_unique_and_without_gaps(case: Case) -> Iterator[str]:
    """A day's numbers of one letter are 1, 2, 3 … in the order in which they were given, but for
    those that were passed over."""
    last: dict[tuple[str, str], int] = {}
    others: dict[str, int] = {}
    tickets: set[TicketId] = set()
    for entry, event in case.written:
        if isinstance(event, e.NumbersMoved):
            others[event.day] = event.others
            last |= {(event.day, prefix): ordinal for prefix, ordinal in event.after.items()}
        if not isinstance(event, e.TicketIssued):
            continue
        run = entry.day, event.prefix
        expected = last.get(run, others.get(entry.day, 0)) + 1
        if event.ordinal != expected:
            yield f"{event.number} was given where {event.prefix}{expected:03d} belongs"
        if event.number != f"{event.prefix}{event.ordinal:03d}":
            yield f"{event.number} is printed for ordinal {event.ordinal}"
        if event.ticket in tickets:
            yield f"{event.number} has the id of another ticket"
        tickets.add(event.ticket)
        last[run] = event.ordinal


def nothing_was_done_that_nobody_asked_for(case: Case) -> Iterator[str]:
    """Every ticket and call was acknowledged, or its asker does not know: there are no ghosts."""
    for request, written in case.groups:
        kinds = ", ".join(entry.kind for entry, _event in written)
        if request is None or request not in case.asked:
            # The hub itself opens and closes days, and moves numbers on after a loss.
            if not any(entry.kind.startswith(_BY_ITSELF) for entry, _event in written):
                yield f"nobody asked for seq {written[0][0].seq}: {kinds}"
            continue
        told = [one.kind for one in case.told.get(request, [])]
        if told and all(kind is Kind.REFUSED for kind in told):
            yield f"{case.wish(request)} was refused, and written all the same: {kinds}"


def a_ticket_has_one_effective_call(case: Case) -> Iterator[str]:
    """It is called when no counter has it and before its end, to a counter that has none."""
    in_hand: dict[int, TicketId] = {}
    ended: set[TicketId] = set()
    for _entry, event in case.written:
        if isinstance(event, e.DayOpened):
            in_hand = {}
        elif isinstance(event, e.TicketCalled):
            number = case.number(event.ticket)
            if event.ticket in ended:
                yield f"{number} was called after its end"
            if event.ticket in in_hand.values():
                yield f"{number} was called while a counter had it"
            if event.counter in in_hand:
                yield f"{number} was called to counter {event.counter}, which had another"
            in_hand[event.counter] = event.ticket
        elif isinstance(event, _PUT_DOWN):
            in_hand = {desk: mine for desk, mine in in_hand.items() if mine != event.ticket}
            ended |= {event.ticket} if isinstance(event, _ENDED) else set()


def calls_are_counted_without_gaps(case: Case) -> Iterator[str]:
    """A day's announcements are 1, 2, 3 …, so that a wall can tell a new one from an old one."""
    calls = 0
    for _entry, event in case.written:
        if isinstance(event, e.DayOpened):
            calls = 0
        elif isinstance(event, e.TicketCalled | e.TicketRecalled):
            calls += 1
            if event.call != calls:
                yield f"call {event.call} was made where {calls} belongs"


class _Waiting(msgspec.Struct):
    """A ticket for those who watch the order: `place` is its arrival, then when it joined. Who was
    `absent` and comes back gets a new one."""

    service: str
    place: tuple[int, int]
    to: int | None = None
    not_before: int = 0
    waits: bool = True
    absent: bool = False


def nobody_was_passed_over_but_by_the_rule(case: Case) -> Iterator[str]:
    """Who was called next had the earliest effective arrival of all whom that counter may call."""
    tickets: dict[TicketId, _Waiting] = {}
    for entry, event in case.written:
        if isinstance(event, e.DayOpened):
            tickets = {}
        elif isinstance(event, e.TicketIssued):
            tickets[event.ticket] = _Waiting(event.service, (event.arrival, entry.seq))
        elif isinstance(event, e.TicketCalled):
            yield from _overtaken(case, entry, event, tickets)
            one = tickets[event.ticket]
            one.waits, one.absent, one.not_before = False, False, 0
        elif (ticket := getattr(event, "ticket", None)) is not None:
            _goes_on(tickets[ticket], entry, event)


def _goes_on(one: _Waiting, entry: Entry, event: e.Event) -> None:
    """What else happens to who waits, and to who waits again."""
    if isinstance(event, e.TicketCancelled):
        one.waits = False
    elif isinstance(event, e.TicketNoShow):
        one.absent = True
    elif isinstance(event, e.TicketReturned):
        one.waits, one.place = True, (event.arrival, entry.seq) if one.absent else one.place
    elif isinstance(event, e.TicketDelayed):
        one.place = (event.arrival, entry.seq)
        one.not_before = entry.at + event.minutes * 60_000
    elif isinstance(event, e.TicketTransferred):
        one.service, one.to, one.waits = event.service, event.to, True


def _overtaken(
    case: Case, entry: Entry, event: e.TicketCalled, tickets: dict[TicketId, _Waiting]
) -> Iterator[str]:
    asked = case.asked.get(entry.request_id or RequestId(""))
    if asked is None or not isinstance(asked[1], m.CallNext):
        return  # who is called by name is called out of turn
    served, called = case.site.services_of[event.counter], tickets[event.ticket]
    for ticket, one in tickets.items():
        here = one.service in served if one.to is None else one.to == event.counter
        if not (one.waits and here and one.not_before <= entry.at):
            continue
        if one.place < called.place:
            passed, by = case.number(ticket), case.number(event.ticket)
            yield f"{passed} was passed over by {by} at counter {event.counter}"


def the_simple_model_does_the_same(case: Case) -> Iterator[str]:
    """Every wish that was granted has in tests/hub/simple_hall.py the same effect."""
    model = Model(case.always_open)
    for request, written in case.groups:
        asked = case.asked.get(request) if request is not None else None
        at = written[0][0].at
        moved = [event for _entry, event in written if isinstance(event, e.NumbersMoved)]
        for event in moved:
            model.pass_over(event.day, event.after, event.others)
        expected = model.keep_day(at) if asked is None else _grant(model, *asked, at)
        done = [event for _entry, event in written if event not in moved]
        facts = [said(event, case.numbers) for event in done]
        if expected != facts:
            seq = written[0][0].seq
            yield f"seq {seq}: {facts} is written, and the model says {expected}"
            return
        if done and isinstance(done[0], e.TicketIssued) and model.touched is not None:
            model.touched.ticket = done[0].ticket
    yield from _state_is_the_models(case, model)


def _grant(model: Model, actor: Actor, command: m.Command, at: Instant) -> str | list[str]:
    named = getattr(command, "counter", None)
    bound = actor if named is None else msgspec.structs.replace(actor, counter=named)
    try:
        return model.grant(bound, command, at)
    except AssertionError as error:  # the model is in a state that it cannot be in
        return f"an impossible state {error}"


def _state_is_the_models(case: Case, model: Model) -> Iterator[str]:
    state = case.state()
    if (state.day, state.last_day) != (model.day, model.last_day):
        yield f"the day is {state.day}, and the model's {model.day}"
    if list(state.tickets) != [person.ticket for person in model.people]:
        yield "the day's tickets are not the model's"
        return
    for person in model.people:
        ticket = state.tickets[person.ticket]
        stands = (ticket.state, ticket.arrival, ticket.service, ticket.to)
        expected = (person.state, person.arrival, person.service, person.to)
        if stands != expected:
            yield f"{ticket.number} stands {stands}, and in the model {expected}"
