"""Rules about what subscribers were shown."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from display import board
from hub.engine.evolve import evolve
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.state import State
from hub.engine.views import view
from shared.messages import DisplayView
from shared.model import Epoch, Instant, Role, Seq
from tests.faults.case import Case
from tests.faults.history import Seen

_OF_THE_CLOCK = {
    *("hours", "next_opening", "next_day_opening", "numbers_until", "notices", "screens", "shut"),
    "wait",
}
"""What views say of the hour and of the screens, which the journal does not know."""


def subscribers_saw_seq_rise(case: Case) -> Iterator[str]:
    """Across reconnects, too; only another life of the journal (epoch) may begin lower."""
    last: dict[str, Seen] = {}
    epochs: dict[str, list[Epoch]] = defaultdict(list)
    for one in case.history.seen:
        before = last.get(one.client)
        if before is not None and before.epoch == one.epoch and one.seq < before.seq:
            yield f"{one.client} was shown seq {one.seq} after {before.seq}"
        if before is None or before.epoch != one.epoch:
            if one.epoch in epochs[one.client]:
                yield f"{one.client} was shown epoch {one.epoch} again after another"
            epochs[one.client].append(one.epoch)
        last[one.client] = one


def a_display_speaks_a_call_once(case: Case) -> Iterator[str]:
    """However often it was cut off meanwhile: what it is shown goes through the display's own
    board."""
    walls: dict[str, board.Board] = {}
    spoken: dict[str, set[tuple[int, Instant]]] = defaultdict(set)
    for one in case.history.seen:
        if case.history.actors[one.client].role is not Role.DISPLAY:
            continue
        wall = msgspec.json.decode(one.view, type=DisplayView)
        now = board.instant(wall.calls[0].at) if wall.calls else Instant(0)
        walls[one.client], calls = board.react(walls.get(one.client, board.Board()), wall, now)
        for call in calls:
            if (call.call, call.at) in spoken[one.client]:
                yield f"{one.client} spoke call {call.call} of {call.number} again"
            spoken[one.client].add((call.call, call.at))


def views_show_what_the_journal_says(case: Case) -> Iterator[str]:
    """Every view is the one of its seq: nothing was shown that was not kept, and nothing else."""
    shown = sorted(
        (one for one in case.history.seen if one.epoch == case.epoch), key=lambda one: one.seq
    )
    state = State(case.site, always_open=case.always_open)
    written = iter(case.written)
    known: dict[tuple[Actor, Seq], object] = {}
    for one in shown:
        while state.seq < one.seq:
            following = next(written, None)
            if following is None:
                yield f"{one.client} was shown seq {one.seq}, and the journal ends at {state.seq}"
                return
            evolve(state, following[1], following[0].seq, following[0].at)
        actor = case.history.actors[one.client]
        key = actor, one.seq
        if key not in known:
            known[key] = _expected(case, state, actor, one.seq)
        if known[key] != _shown(one.view):
            yield f"{one.client} was not shown at seq {one.seq} what the journal says then"


def subscribers_ended_with_the_hubs_view(case: Case) -> Iterator[str]:
    """Whoever was there to the end was shown the end."""
    state = case.state()
    last = {one.client: one for one in case.history.seen}
    for client, one in last.items():
        actor = case.history.actors[client]
        if client in case.history.left:
            continue
        if _shown(one.view) != _expected(case, state, actor, state.seq):
            yield f"{client} ended with the view of seq {one.seq}, the hub at {state.seq}"


def every_ticket_is_accounted_for(case: Case) -> Iterator[str]:
    """Issued = waiting + called + serving + held + done + no-show + cancelled."""
    state = case.state()
    for client, one in {one.client: one for one in case.history.seen}.items():
        if case.history.actors[client].role is not Role.SUPERVISOR or client in case.history.left:
            continue
        totals = msgspec.json.decode(one.view)["totals"]
        if sum(totals.values()) != len(state.tickets):
            yield f"{client} counts {totals} of {len(state.tickets)} tickets"


def _expected(case: Case, state: State, actor: Actor, seq: Seq) -> object:
    """What `actor` is to be shown at that point of the journal, the hour left out."""
    place = bisect_left(case.entries, seq, key=lambda entry: entry.seq)
    at = case.entries[place].at if place < len(case.entries) else Instant(0)
    shown = view(state, actor, at)
    return None if isinstance(shown, Refusal) else _shown(msgspec.json.encode(shown))


def _shown(text: msgspec.Raw | bytes) -> object:
    return {
        name: value
        for name, value in msgspec.json.decode(text).items()
        if name not in _OF_THE_CLOCK
    }
