"""Ids, units and the small closed sets that every program uses the same way."""

from enum import StrEnum
from typing import NewType

import msgspec

Instant = NewType("Instant", int)
"""A moment, in whole milliseconds since 1970-01-01T00:00:00Z."""

ServiceId = NewType("ServiceId", str)
GroupId = NewType("GroupId", str)
PriorityId = NewType("PriorityId", str)
CounterNumber = NewType("CounterNumber", int)
TicketId = NewType("TicketId", str)
"""Unguessable (96 random bits, base64url): whoever holds it may see that one ticket."""

RequestId = NewType("RequestId", str)
"""A UUID in its canonical 36-character form, made by the client once per wish."""

Seq = NewType("Seq", int)
"""The place of an event in the journal, from 1; 0 is the empty journal."""

Epoch = NewType("Epoch", str)
"""Names one journal's life. A restored backup starts another."""


Texts = dict[str, str]
"""What a site's configuration says in further languages: language code to text."""


class Role(StrEnum):
    """Who may speak to the hub; each sees one kind of view."""

    KIOSK = "kiosk"
    DISPLAY = "display"
    COUNTER = "counter"
    SUPERVISOR = "supervisor"
    TICKET = "ticket"
    STANDBY = "standby"
    """A second hub that follows the first one's journal; it speaks HTTP only."""


class TicketState(StrEnum):
    """Where a ticket is in its life; `hub.engine.state.Ticket` draws the machine."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    DONE = "done"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class CounterState(StrEnum):
    """Whether a counter takes people now."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


class Wait(msgspec.Struct, frozen=True):
    """An expected wait as a range, in whole minutes, low <= high."""

    low: int
    high: int


class Layout(StrEnum):
    """What a wall display draws."""

    MAIN = "main"
    """The newest call large, earlier calls, the lines."""
    ALL = "all"
    """Every counter at once."""
    ZONE = "zone"
    """Like `main`, for some counters only."""
    COUNTER = "counter"
    """One counter's own panel."""


class ScreenPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one display shows. `zone` names its `counters`, `counter` exactly one; `main` and `all`
    none. `title` stands over a zone; `officers`: a counter's panel names who sits there."""

    layout: Layout = Layout.MAIN
    counters: tuple[CounterNumber, ...] = ()
    title: str = ""
    officers: bool = False
