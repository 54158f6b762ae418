"""Rules about what clients were told."""

from collections.abc import Iterator

import msgspec

from hub.engine import events as e
from shared import messages as m
from shared.model import RequestId, Seq
from tests.faults.case import Case
from tests.faults.history import Kind, Moment

_WITHOUT_EFFECT = (
    *(m.OpenCounter, m.PauseCounter, m.CloseCounter),
    *(m.TicketPrinted, m.TicketSent, m.PrintFailed),
)
"""Commands that are granted without an event when all is so already."""


def acknowledged_is_in_the_journal(case: Case) -> Iterator[str]:
    """With the answer that was given, and the effect that it tells of."""
    for one in case.granted:
        kept = case.answers.get(one.request)
        if kept is None:
            yield f"{case.wish(one.request)} was acknowledged, and its answer is not kept"
        elif (kept.seq, kept.value) != (one.seq, one.value):
            yield f"{case.wish(one.request)} was told {one.value}, and {kept.value} is kept"
        yield from _effect(case, one)


def _effect(case: Case, granted: Moment) -> Iterator[str]:
    """Whether what was told is what was written."""
    _actor, command = case.asked[granted.request]
    written = case.done.get(granted.request, [])
    if not written:
        if not isinstance(command, _WITHOUT_EFFECT):
            yield f"{case.wish(granted.request)} was acknowledged, and nothing was written"
        return
    if written[-1][0].seq != granted.seq:
        yield f"{case.wish(granted.request)} was told seq {granted.seq}, not {written[-1][0].seq}"
    value = msgspec.json.decode(granted.value)
    for name in ("ticket", "number", "call", "counter"):
        told = value.get(name)
        kept = [getattr(event, name) for _entry, event in written if hasattr(event, name)]
        if told is not None and kept and told not in kept:
            yield f"{case.wish(granted.request)} was told {name} {told}, and {kept} is written"


def one_request_has_one_result(case: Case) -> Iterator[str]:
    """However often it was sent, and one effect."""
    for request, told in case.told.items():
        results = {(one.seq, one.value) for one in told if one.kind is Kind.OK}
        if len(results) > 1:
            values = " and ".join(sorted(value for _seq, value in results))
            yield f"{case.wish(request)} was told {values}"
        kinds = [one.kind for one in told if one.kind is not Kind.UNKNOWN]
        if Kind.OK in kinds and Kind.REFUSED in kinds[kinds.index(Kind.OK) :]:
            yield f"{case.wish(request)} was refused after it had been granted"
    yield from _effects_twice(case)


def _effects_twice(case: Case) -> Iterator[str]:
    seen: set[RequestId] = set()
    for request, written in case.groups:
        if request is None:
            continue
        if request in seen:
            yield f"{case.wish(request)} was done twice"
        seen.add(request)
        for once in (e.TicketIssued, e.TicketCalled):
            if sum(isinstance(event, once) for _entry, event in written) > 1:
                yield f"{case.wish(request)} has two of {once.__name__}"


def no_number_was_told_twice(case: Case) -> Iterator[str]:
    """Whatever became of the journal that told it: the papers are in people's hands."""
    holders: dict[tuple[str, str], str] = {}
    for one in case.history.moments:
        if one.kind is not Kind.OK or not isinstance(case.asked[one.request][1], m.IssueTicket):
            continue
        issued = msgspec.json.decode(one.value)
        number = issued["at"][:10], issued["number"]
        if holders.setdefault(number, issued["ticket"]) != issued["ticket"]:
            yield f"{issued['number']} was told to two people"


def later_requests_come_later(case: Case) -> Iterator[str]:
    """Who asks after another was answered stands behind, and has the larger number."""
    last_seq, last_ordinal = Seq(0), dict[tuple[str, str], int]()
    begun: dict[RequestId, tuple[Seq, dict[tuple[str, str], int]]] = {}
    for one in case.moments:
        written = case.done.get(one.request, [])
        if one.kind is Kind.INVOKE:
            begun.setdefault(one.request, (last_seq, dict(last_ordinal)))
            continue
        if one.kind is not Kind.OK or not written:
            continue
        floor, ordinals = begun[one.request]
        if written[0][0].seq <= floor:
            yield f"{case.wish(one.request)} stands before what was acknowledged before it"
        last_seq = max(last_seq, written[-1][0].seq)
        for entry, event in written:
            if isinstance(event, e.TicketIssued):
                run = entry.day, event.prefix
                if event.ordinal <= ordinals.get(run, 0):
                    yield f"{event.number} was asked for when a larger number had been given"
                last_ordinal[run] = max(last_ordinal.get(run, 0), event.ordinal)
