"""What each kind of screen is shown: whole values, decoded by kiosk and display.

docs/protocol.md explains every field. Moments are ISO 8601 with the site's offset.
"""

import msgspec

from shared.model import (
    CounterNumber,
    CounterState,
    GroupId,
    PriorityId,
    Seq,
    ServiceId,
    TicketId,
    TicketState,
    Wait,
)


class Group(msgspec.Struct, frozen=True):
    """An agency whose services stand together."""

    id: GroupId
    name: str


class PriorityClass(msgspec.Struct, frozen=True):
    """A reason to be served earlier, as the citizen reads it, and the head start it gives."""

    id: PriorityId
    name: str
    minutes: int


class KioskService(msgspec.Struct, frozen=True):
    """A service one can take a number for; when not `open`, `why` says so in words."""

    id: ServiceId
    name: str
    group: GroupId
    prefix: str
    open: bool
    waiting: int
    wait: Wait | None
    counters: tuple[CounterNumber, ...]
    why: str | None = None


class KioskView(msgspec.Struct, frozen=True):
    """What a kiosk shows. `services` stand in the order to be shown."""

    site: str
    province: str
    open: bool
    hours: str
    next_opening: str | None
    groups: tuple[Group, ...]
    services: tuple[KioskService, ...]
    priorities: tuple[PriorityClass, ...]
    waiting: int
    counters_open: int
    dossier_prefixes: tuple[str, ...] = ()
    """How dossier codes of this centre usually begin; empty: it has no look-up."""
    pages: str = ""
    """Where phones find the hub's pages, without a closing slash; empty while unknown."""


class BoardCounter(msgspec.Struct, frozen=True):
    """A counter on the wall: the number it has in hand in `ticket`, or none."""

    number: CounterNumber
    state: CounterState
    ticket: str | None
    name: str = ""


class BoardCall(msgspec.Struct, frozen=True):
    """A call on the wall. `call` is new with every announcement, so a recall is a new call."""

    call: int
    seq: Seq
    number: str
    counter: CounterNumber
    at: str


class BoardLine(msgspec.Struct, frozen=True):
    """How many wait for a service."""

    service: ServiceId
    name: str
    count: int


class DisplayView(msgspec.Struct, frozen=True):
    """What a wall display shows: one row a counter, calls newest first, longest lines first."""

    site: str
    hours: str
    notice: str
    counters: tuple[BoardCounter, ...]
    calls: tuple[BoardCall, ...]
    waiting: tuple[BoardLine, ...]


class LineTicket(msgspec.Struct, frozen=True):
    """A ticket as an officer sees it in a line or aside."""

    ticket: TicketId
    number: str
    service: ServiceId
    service_name: str
    state: TicketState
    issued_at: str
    priority: str | None
    bonus_minutes: int
    not_before: str | None = None
    """Asked to be called later: not before this moment."""


class TicketInHand(msgspec.Struct, frozen=True):
    """The ticket a counter has called or serves, with the stored reason for its turn."""

    ticket: TicketId
    number: str
    service: ServiceId
    service_name: str
    state: TicketState
    issued_at: str
    called_at: str
    started_at: str | None
    priority: str | None
    reason: str
    target_minutes: int
    calls: int
    dossier: str | None = None
    procedure: str | None = None
    """Codes of what the person has come for."""


class ServiceName(msgspec.Struct, frozen=True):
    """A service and where it is served, to choose from in a transfer."""

    id: ServiceId
    name: str
    counters: tuple[CounterNumber, ...]


class CounterView(msgspec.Struct, frozen=True):
    """What one counter's officer sees. `line` holds the first of `waiting`, in calling order."""

    counter: CounterNumber
    name: str
    state: CounterState
    day_open: bool
    current: TicketInHand | None
    line: tuple[LineTicket, ...]
    waiting: int
    aside: tuple[LineTicket, ...]
    served_today: int
    services: tuple[ServiceName, ...]


class SupervisorLine(msgspec.Struct, frozen=True):
    """One service's line, for the supervisor."""

    service: ServiceId
    name: str
    waiting: int
    issued: int
    wait: Wait | None
    oldest_at: str | None


class SupervisorCounter(msgspec.Struct, frozen=True):
    """One counter, for the supervisor."""

    number: CounterNumber
    name: str
    state: CounterState
    ticket: str | None
    since: str | None
    served_today: int


class SupervisorView(msgspec.Struct, frozen=True):
    """The whole hall in figures. `totals` counts today's tickets by state."""

    day: str | None
    counters: tuple[SupervisorCounter, ...]
    lines: tuple[SupervisorLine, ...]
    totals: dict[str, int]


class Overtaker(msgspec.Struct, frozen=True):
    """A number that was taken later and called before; `minutes` is its head start, 0 where an
    officer or a transfer is the reason."""

    number: str
    minutes: int


class TicketView(msgspec.Struct, frozen=True):
    """One ticket, for the phone that holds it. `serving` are the numbers its counters have."""

    number: str
    service: str
    state: TicketState
    ahead: int
    wait: Wait | None
    counters: tuple[CounterNumber, ...]
    counter: CounterNumber | None
    serving: tuple[BoardCounter, ...]
    issued_at: str
    site: str
    overtakers: tuple[Overtaker, ...] = ()
    may_delay: bool = False
    not_before: str | None = None
    delay_minutes: int = 0


View = KioskView | DisplayView | CounterView | SupervisorView | TicketView
