"""Today, folded together: what `decide` reads, and only `evolve` changes."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from hub.engine.events import NumbersMoved
from hub.engine.site import Site
from shared.messages import PaperState
from shared.model import (
    CounterNumber,
    CounterState,
    Instant,
    PriorityId,
    ScreenPlan,
    Seq,
    ServiceId,
    TicketId,
    TicketState,
)

RECENT_CALLS = 40
"""Called numbers a board gets, newest first: as many as a burst from all counters, so that views
that were passed over while only the newest mattered lose no call."""

RECENT_AT_COUNTER = 12
"""The same for one counter."""

LineKey = str
"""A line's name: a service's id, or `@7` for those sent to counter 7 and no other."""

Place = tuple[Instant, Seq, TicketId]
"""A place in a line. Lines are sorted by it: effective arrival, then order of joining."""


class Ticket(msgspec.Struct):
    """One person's wish to be served, from taking the number to its end.

                       cancel, end of day
        ┌────────────────────────────────────────────────► CANCELLED
        │             │            ▲             ▲
        │    call     │            │ cancel      │ end of day
      WAITING ─────► CALLED ──────────► SERVING ─┼──────────────► DONE
        ▲  ▲         │ │ │  start        │ │     │  finish          ▲
        │  │         │ │ └───────────────┼─┼─────┼──────────────────┘
        │  │ transfer│ │ no_show   hold  │ │     │   finish
        │  └─────────┼─┼─────────────────┘ │     │
        │            │ └───► NO_SHOW ──────┼─────┤
        │  return    └─────► HELD ◄────────┘     │
        └───────────────────── HELD, NO_SHOW ────┘
                               (call_ticket calls these again, too)

    `arrival` is the effective arrival that orders the line. `to` binds it to one counter.
    """

    id: TicketId
    number: str
    service: ServiceId
    issued_at: Instant
    arrival: Instant
    joined: Seq
    priority: PriorityId | None = None
    bonus_minutes: int = 0
    state: TicketState = TicketState.WAITING
    to: CounterNumber | None = None
    counter: CounterNumber | None = None
    called_at: Instant | None = None
    started_at: Instant | None = None
    reason: str = ""
    calls: int = 0
    returned: bool = False
    transferred_from: CounterNumber | None = None
    paper: PaperState | None = None
    """What became of its paper; None: nobody has told."""
    dossier: str | None = None
    procedure: str | None = None
    not_before: Instant | None = None
    """Its holder asked for more time: the rule does not call it earlier. Gone once it is called."""
    delay_minutes: int = 0
    """How much more time it was given, once."""

    @property
    def place(self) -> Place:
        """Its place in line."""
        return (self.arrival, self.joined, self.id)

    @property
    def line(self) -> LineKey:
        """The line it waits in."""
        return self.service if self.to is None else f"@{self.to}"


class Counter(msgspec.Struct):
    """A desk today."""

    number: CounterNumber
    state: CounterState = CounterState.CLOSED
    ticket: TicketId | None = None
    served: int = 0
    since: Instant | None = None
    opened_by: str = ""
    """The sign-in name of who opened it, for the panel of the counter."""


class Call(msgspec.Struct, frozen=True):
    """An announcement of a number."""

    call: int
    seq: Seq
    ticket: TicketId
    number: str
    counter: CounterNumber
    at: Instant


@lru_cache(maxsize=8192)
def _iso(seconds: int, zone: ZoneInfo) -> str:
    """Kept, because views write the same moments again and again."""
    return datetime.fromtimestamp(seconds, zone).isoformat()


class State:
    """The business day so far. `day` is None while closed; `last_day` is the newest ever opened."""

    def __init__(self, site: Site, *, always_open: bool = False) -> None:
        self.site = site
        self.always_open = always_open
        self.seq = Seq(0)
        self.last_day: str | None = None
        self.plans: dict[str, ScreenPlan] = {}
        self.emergency = ""
        self.emergency_by = ""
        self.moved: NumbersMoved | None = None
        """What numbers must come after on a day that has not begun."""
        self.begin(None)

    def begin(self, day: str | None) -> None:
        """An empty day; what stands on the wall stays."""
        self.day = day
        self.tickets: dict[TicketId, Ticket] = {}
        self.counters = {c.number: Counter(c.number) for c in self.site.counters}
        self.lines: dict[LineKey, list[Place]] = {}
        self.ordinals: dict[str, int] = {}
        self.others = 0
        """The ordinal that prefixes without one of their own go on after."""
        self.issued: dict[ServiceId, int] = {}
        self.waiting: dict[ServiceId, int] = {}
        """People waiting for a service, those sent to one certain counter too."""
        self.calls = 0
        self.recent: list[Call] = []
        self.called: dict[CounterNumber, list[Call]] = {}
        """The newest calls to each counter, newest first, for those who see only some counters."""
        self.totals = dict.fromkeys(TicketState, 0)
        self.pace: dict[ServiceId, float] = {}
        self.latest_arrival = Instant(0)
        self.last_issue: dict[str, Instant] = {}
        """When each kiosk last gave a number."""
        self.cards: dict[str, list[TicketId]] = {}
        """Tickets by the mark of the identity card they were given for."""
        self.hands: dict[ServiceId, tuple[float, bool]] = {}
        self.desks: dict[tuple[ServiceId, CounterNumber | None], Any] = {}
        """What `estimate` and `views` found out about a service's counters, kept until `forget`."""

    def forget(self) -> None:
        """A counter has changed, or a line became empty or is no longer: what was kept of them
        may be wrong now."""
        self.hands.clear()
        self.desks.clear()

    def counter(self, number: CounterNumber) -> Counter:
        """The counter; one the configuration has since dropped comes back for the replay."""
        return self.counters.get(number) or self.counters.setdefault(number, Counter(number))

    def line(self, key: LineKey) -> Sequence[Place]:
        """The places of a line, in calling order."""
        return self.lines.get(key, ())

    def lines_of(self, counter: CounterNumber) -> tuple[LineKey, ...]:
        """The lines a counter calls from."""
        return (*self.site.services_of.get(counter, ()), f"@{counter}")

    def ahead(self, ticket: Ticket) -> int:
        """How many come before it: of its line, or, if it is bound to a counter, of all lines
        that counter calls from. 0 when it does not wait."""
        if ticket.state is not TicketState.WAITING:
            return 0
        if ticket.to is None:
            return bisect_left(self.line(ticket.line), ticket.place)
        return sum(bisect_left(self.line(key), ticket.place) for key in self.lines_of(ticket.to))

    def service_name(self, service: ServiceId) -> str:
        """Its name, or its id if the configuration has dropped it."""
        known = self.site.service.get(service)
        return known.name if known else service

    def local(self, at: Instant) -> datetime:
        """That moment in the site's time zone."""
        return datetime.fromtimestamp(at / 1000, self.site.zone)

    def iso(self, at: Instant) -> str:
        """That moment as views and results write it, e.g. `2026-11-23T08:00:00+07:00`."""
        return _iso(at // 1000, self.site.zone)

    def clock(self, at: Instant) -> str:
        """That moment as people read it, `HH:MM`."""
        return f"{self.local(at):%H:%M}"
