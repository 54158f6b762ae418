"""What each kind of screen is shown: whole values, decoded by kiosk and display.

docs/protocol.md explains every field. Moments are ISO 8601 with the site's offset.
"""

from enum import StrEnum

import msgspec

from shared.model import (
    CounterNumber,
    CounterState,
    GroupId,
    PriorityId,
    ScreenPlan,
    Seq,
    ServiceId,
    Texts,
    TicketId,
    TicketState,
    Wait,
)
from shared.printers import PaperState, PrinterState


class Group(msgspec.Struct, frozen=True):
    """An agency whose services stand together."""

    id: GroupId
    name: str
    names: Texts = {}


class PriorityClass(msgspec.Struct, frozen=True):
    """A reason to be served earlier, as the citizen reads it, and the head start it gives."""

    id: PriorityId
    name: str
    minutes: int
    names: Texts = {}


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
    full: bool = False
    """Today's quota is used up."""
    names: Texts = {}
    elsewhere: Texts = {}
    """Who else does this, for those who come in vain: language (also "vi") to a sentence."""


class Shut(StrEnum):
    """Why no numbers are given."""

    BEFORE = "before"
    """Not yet, today."""
    CUT_OFF = "cut_off"
    """The centre is open, and those who have a number are served."""
    LUNCH = "lunch"
    AFTER = "after"
    """No more today."""
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    ENDED = "ended"
    """In opening hours, but the business day has been closed or not been opened."""


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
    shut: Shut | None = None
    """Why not `open`; None while it is."""
    numbers_until: str | None = None
    """When numbers end in this sitting; None while none are given."""
    next_day_opening: str | None = None
    """When numbers begin on the next working day: for services whose quota is used up."""
    emergency: str = ""
    """Said by a supervisor to everybody, over everything else."""
    elsewhere: Texts = {}
    """Who else can help out of hours: language (also "vi") to a sentence."""
    site_names: Texts = {}
    province_names: Texts = {}
    card_needed: bool = False
    """A number is given for an identity card only; see the question `mark_card`."""


class BoardCounter(msgspec.Struct, frozen=True):
    """A counter on the wall: the number it has in hand in `ticket`, or none."""

    number: CounterNumber
    state: CounterState
    ticket: str | None
    name: str = ""
    services: tuple[str, ...] = ()
    """Names of what it serves; only on a counter's own panel."""
    officer: str = ""
    """Who sits there; only where the plan wants it and the site names the person."""


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


class Notice(msgspec.Struct, frozen=True):
    """One page of the side area: a text, a picture or a silent video, shown for `seconds`.

    `picture` and `video` are paths under the hub's pages, `digest` their SHA-256 in hex.
    """

    id: str
    text: str = ""
    picture: str = ""
    video: str = ""
    digest: str = ""
    seconds: int = 10


class DisplayView(msgspec.Struct, frozen=True):
    """What a wall display shows: one row a counter, calls newest first, longest lines first.

    Of a zone or one counter only that zone's or counter's counters, calls and lines.
    """

    site: str
    hours: str
    notice: str
    counters: tuple[BoardCounter, ...]
    calls: tuple[BoardCall, ...]
    waiting: tuple[BoardLine, ...]
    plan: ScreenPlan = ScreenPlan()
    notices: tuple[Notice, ...] = ()
    """Those of today, in the order to be shown; `notice` is not among them."""
    pages: str = ""
    """Where the hub's pages are, for pictures; without a closing slash."""
    open: bool = True
    """Whether numbers are given now."""
    next_opening: str | None = None
    numbers_until: str | None = None
    """When numbers end, from half an hour before on: "closing soon"; None else."""
    emergency: str = ""
    """Said by a supervisor to everybody, over everything else."""


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
    paper: PaperState | None = None
    """What became of its paper; None: nobody has told, or an officer gave it."""


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
    emergency: str = ""


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


class ScreenFault(StrEnum):
    """What is wrong with a display, as its reports and the hub's own record tell."""

    GONE = "gone"
    """Seen today, or expected by the site, and not connected for 10 s."""
    MUTE = "mute"
    """Connected, but it has not reported for 11 s."""
    STALE = "stale"
    """It shows an older view than it was sent."""
    FROZEN = "frozen"
    """It draws no frames, or its frames do not change with what they show."""
    SILENT = "silent"
    """It cannot speak, or does not get through its calls."""


class SupervisorScreen(msgspec.Struct, frozen=True):
    """One wall display: what it is to show, and whether it does. `since` is the fault's. `checked`:
    it has reported, or is known to be faulty; else whether it is well is not known yet."""

    name: str
    plan: ScreenPlan
    fault: ScreenFault | None = None
    since: str | None = None
    checked: bool = True
    hushed: bool = False
    """It is set up to make no sound."""


class SupervisorPrinter(msgspec.Struct, frozen=True):
    """One kiosk's printer: how it is, and since when; None: the kiosk is not connected."""

    name: str
    state: PrinterState | None
    since: str


class SupervisorView(msgspec.Struct, frozen=True):
    """The whole hall in figures. `totals` counts today's tickets by state."""

    day: str | None
    counters: tuple[SupervisorCounter, ...]
    lines: tuple[SupervisorLine, ...]
    totals: dict[str, int]
    screens: tuple[SupervisorScreen, ...] = ()
    printers: tuple[SupervisorPrinter, ...] = ()
    emergency: str = ""


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
