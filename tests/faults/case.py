"""A journal's life and all that its clients heard of it, laid out for those who judge."""

from collections import defaultdict
from functools import cached_property
from itertools import groupby
from pathlib import Path

from msgspec.structs import replace

from hub.database import Database
from hub.engine import events as e
from hub.engine.evolve import evolve
from hub.engine.rights import Actor
from hub.engine.site import Site
from hub.engine.state import State
from hub.journal.base import Answer, Entry
from hub.journal.codec import unpack
from hub.journal.sqlite import FILE, read_only
from shared.messages import Command
from shared.model import Epoch, RequestId, TicketId
from tests.faults.history import History, Kind, Moment
from tests.hub.hall_site import SITE

NOT_NOW = "too_busy"
"""The code of a refusal that says nothing of the request: its frame was not looked at."""

Written = tuple[Entry, e.Event]


class Case:
    """One journal's life and all that its clients heard of it, in the small centre of
    tests/hub/hall_site.py."""

    def __init__(
        self,
        history: History,
        entries: tuple[Entry, ...],
        answers: dict[RequestId, Answer],
        epoch: Epoch,
        *,
        always_open: bool = True,
        site: Site = SITE,
    ) -> None:
        self.history = history
        self.entries = entries
        self.answers = answers
        self.epoch = epoch
        self.always_open = always_open
        self.site = site

    @cached_property
    def written(self) -> list[Written]:
        """The journal's events, in order."""
        return [(one, unpack(one.kind, one.body, one.seq, one.at)) for one in self.entries]

    @cached_property
    def groups(self) -> list[tuple[RequestId | None, list[Written]]]:
        """Events that stand together because of one request, in order."""
        grouped = groupby(self.written, lambda one: one[0].request_id)
        return [(request, list(written)) for request, written in grouped]

    @cached_property
    def asked(self) -> dict[RequestId, tuple[Actor, Command]]:
        """Who asked for what."""
        found: dict[RequestId, tuple[Actor, Command]] = {}
        for one in self.history.moments:
            if one.command is not None:
                found.setdefault(one.request, (self.history.actors[one.client], one.command))
        return found

    @cached_property
    def moments(self) -> list[Moment]:
        """What happened to requests. "Not now" leaves one unknown, and so does a grant that may be
        lost: it may be there all the same, and may be done anew when it is asked for again."""
        return [
            replace(one, kind=Kind.UNKNOWN)
            if one.code == NOT_NOW or (one.kind is Kind.OK and self.history.may_be_lost(one))
            else one
            for one in self.history.moments
        ]

    @cached_property
    def told(self) -> dict[RequestId, list[Moment]]:
        """What each request's asker heard of it, in order."""
        found: dict[RequestId, list[Moment]] = defaultdict(list)
        for one in self.moments:
            if one.kind is not Kind.INVOKE:
                found[one.request].append(one)
        return found

    @cached_property
    def granted(self) -> list[Moment]:
        """Every acknowledgement."""
        return [one for one in self.moments if one.kind is Kind.OK]

    @cached_property
    def done(self) -> dict[RequestId, list[Written]]:
        """The events of each request, wherever they stand."""
        found: dict[RequestId, list[Written]] = defaultdict(list)
        for request, written in self.groups:
            if request is not None:
                found[request] += written
        return found

    @cached_property
    def numbers(self) -> dict[TicketId, str]:
        """What stands on the tickets."""
        issued = (event for _entry, event in self.written if isinstance(event, e.TicketIssued))
        return {event.ticket: event.number for event in issued}

    def number(self, ticket: TicketId) -> str:
        """What stands on that ticket."""
        return self.numbers.get(ticket, f"the unknown ticket {ticket}")

    def wish(self, request: RequestId) -> str:
        """A request, for people."""
        actor, command = self.asked.get(request, (None, None))
        who = actor.name if actor is not None else "nobody"
        return f"{who}'s {type(command).__name__} {request}"

    def state(self) -> State:
        """What the hub's own code folds out of the whole journal."""
        state = State(self.site, always_open=self.always_open)
        for entry, event in self.written:
            evolve(state, event, entry.seq, entry.at)
        return state


def gather(history: History, folder: Path, *, always_open: bool = True) -> Case:
    """The case of the journal in a data folder, whose hub may run. Raises StorageError."""
    database = Database(folder / FILE, read_only=True)
    try:
        columns = "request_id, at, fingerprint, seq, value"
        answers = [Answer(*row) for row in database.run(f"SELECT {columns} FROM answer")]
        epoch = Epoch(database.run("SELECT value FROM meta WHERE name = 'epoch'")[0][0])
        entries = tuple(read_only(folder))
    finally:
        database.close()
    kept = {one.request_id: one for one in answers}
    return Case(history, entries, kept, epoch, always_open=always_open)
