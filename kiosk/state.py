"""What the kiosk knows at a moment: `Flow`, and the small steps that all its parts take.

`kiosk.flow` draws the machine; `kiosk.dossier_flow` and `kiosk.procedure_flow` are parts of it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from kiosk.moves import Effect, Reach, Wish
from shared.dossiers import DossierView
from shared.i18n import LANGUAGES, SOURCE
from shared.messages import (
    TROUBLES,
    Issued,
    KioskService,
    KioskView,
    PrinterState,
    TicketView,
)
from shared.model import Instant, PriorityId, RequestId, ServiceId, TicketId
from shared.procedures import Catalogue

SETTLE_MS = 250
"""Touches this soon after a new screen were meant for the one before: a double tap is one tap."""

LOST_MS = 3_000
"""A connection gone for less than this is nobody's concern."""


ATTRACT_MS = 60_000
"""So long after the last touch home calls people; a touch beside its button does nothing but wake
it."""


class Screen(StrEnum):
    """What is shown."""

    HOME = "home"
    SERVICES = "services"
    PRIORITY = "priority"
    WAITING = "waiting"
    TICKET = "ticket"
    DROPPED = "dropped"
    REFUSED = "refused"
    AWAY = "away"
    CLOSED = "closed"
    CODE = "code"
    LOOKING = "looking"
    DOSSIER = "dossier"
    DIGITS = "digits"
    PROCEDURES = "procedures"
    PROCEDURE = "procedure"
    FINDING = "finding"
    CARD = "card"
    """An identity card is wanted before the number."""
    EMERGENCY = "emergency"


class Printing(StrEnum):
    """What became of the paper."""

    RUNNING = "running"
    HELD = "held"
    """The printer is in trouble, and will print when that is over: for faces only."""
    DONE = "done"
    SENT = "sent"
    """Handed to a printer that never says whether it prints."""
    FAILED = "failed"


class Dropping(StrEnum):
    """What became of a number that was given up."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    LATE = "late"
    """The hub has not answered yet; it is still asked."""


class Trouble(StrEnum):
    """Why CARD still waits."""

    UNREAD = "unread"
    """The scanner has read something that it could not make out."""
    NO_CARD = "no_card"
    """It was no identity card."""
    UNANSWERED = "unanswered"
    """The hub has said nothing, or no."""


class News(StrEnum):
    """What FINDING tells; for an unknown code the scanner's own word for it."""

    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    LOOKUP_OFF = "lookup_off"
    TICKET = "ticket"
    TICKET_NOT_FOUND = "ticket_not_found"
    PROCEDURE_NOT_FOUND = "procedure_not_found"
    RECEIPT_FIRST = "receipt_first"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    OTHER_LINK = "other_link"
    ALMOST = "almost"
    STRANGE = "strange"
    OFFLINE = "offline"


class Ease(msgspec.Struct, frozen=True):
    """How the screens are drawn for this person; gone with them."""

    large: bool = False
    contrast: bool = False
    low: bool = False
    """Everything in the lower half, for who cannot reach higher."""


PLAIN = Ease()


class Lookup(msgspec.Struct, frozen=True):
    """One person's look-up; gone with the person. Its repr tells nothing of them."""

    code: str = ""
    """The dossier's, as typed or scanned; "" for a ticket."""
    typed: bool = False
    """Back leads to the keypad."""
    asked: int = 0
    """The question whose answer is awaited; 0: none."""
    dossier: DossierView | None = None
    digits: str = ""
    """As many of the four as are typed; they go with the question."""
    problem: str = ""
    """DIGITS: why there is no name, a `News`."""
    slip: int = 0
    """The slip that was ordered last; 0: none."""
    printing: Printing | None = None
    trouble: str = ""
    """The slip's, one of the codes of `kiosk.paper`."""
    news: News | None = None
    """FINDING: what it tells, and with what."""
    since: str | None = None
    """UNAVAILABLE: when the e-one-stop system last answered, ISO."""
    refusal: str = ""
    refused: str = ""
    """REFUSED, also as DIGITS' problem: the hub's code and words."""
    ticket: TicketView | None = None

    def __repr__(self) -> str:
        return "Lookup(…)"


class Browse(msgspec.Struct, frozen=True):
    """One person's way through the procedures."""

    query: str = ""
    page: int = 0
    code: str = ""
    """The procedure on the screen; "" in the list."""
    keys: str = ""
    """The keys as they were touched, without what Telex makes of them; "" once one was erased."""


class Claim(msgspec.Struct, frozen=True):
    """A number that wants an identity card first; nothing of the card itself is kept."""

    priority: PriorityId | None
    request_id: RequestId
    back: Screen
    """Where it came from."""
    asked: int = 0
    """The question whose answer is awaited; 0: none."""
    trouble: Trouble | None = None


class Flow(msgspec.Struct, frozen=True):
    """Everything the screens are drawn from."""

    screen: Screen = Screen.AWAY
    since: Instant = Instant(-SETTLE_MS)
    """When this screen came up."""
    view: KioskView | None = None
    catalogue: Catalogue | None = None
    reach: Reach = Reach.LOST
    lost_at: Instant | None = None
    """When the connection went, until it is back; None at start: out of touch from the first."""
    told_at: str = ""
    """The hall's time as last heard, ISO; heard at `told`."""
    told: Instant = Instant(0)
    touched: Instant = Instant(0)
    """When a finger was last on the glass, or a paper before the scanner."""
    visit: int = 0
    """Counts the people."""
    orders: int = 0
    """Counts questions and slips: none has the number of another."""
    languages: tuple[str, ...] = LANGUAGES
    """What can be chosen here, the site's first."""
    language: str = SOURCE
    """What this person reads; the screens are Vietnamese again for the next."""
    ease: Ease = PLAIN
    guided: bool = False
    """This person listens to the screens."""
    page: int = 0
    service: ServiceId | None = None
    lookup: Lookup | None = None
    browse: Browse | None = None
    left_mark: int | None = None
    """A mark of the code whose look-up was left by touch at `left_at`: its receipt may still lie
    under the scanner. Not the code itself, which is gone with the person."""
    left_at: Instant = Instant(0)
    claim: Claim | None = None
    wish: Wish | None = None
    again: Wish | None = None
    """REFUSED as too soon: what is asked for anew at `ends`."""
    ticket: Issued | None = None
    printing: Printing = Printing.RUNNING
    trouble: str = ""
    """Why there is no paper, one of the codes of `kiosk.paper`."""
    printer: PrinterState | None = None
    """How the printer is; None while nobody knows."""
    ends: Instant = Instant(0)
    """When TICKET or DROPPED ends by itself, and when REFUSED as too soon goes on."""
    dropping: bool = False
    """Whether TICKET asks if the number is really to be given up."""
    dropped: Dropping = Dropping.RUNNING
    """DROPPED: what the hub says to it."""
    code: str = ""
    reason: str = ""
    """REFUSED: the hub's code and words."""
    number: str = ""
    """REFUSED: the number that stands in the way."""
    behind: Screen | None = None
    """EMERGENCY: what it stands over, since `since`."""


Step = tuple[Flow, tuple[Effect, ...]]


def show(flow: Flow, screen: Screen, now: Instant) -> Flow:
    """That screen comes up."""
    return replace(flow, screen=screen, since=now)


def rest(flow: Flow, now: Instant) -> Flow:
    """Forget the person; show home, or why there is none."""
    return Flow(
        screen=resting(flow, now),
        since=now,
        view=flow.view,
        catalogue=flow.catalogue,
        reach=flow.reach,
        lost_at=flow.lost_at,
        told_at=flow.told_at,
        told=flow.told,
        touched=flow.touched,
        visit=flow.visit + 1,
        orders=flow.orders,
        languages=flow.languages,
        printer=flow.printer,
    )


def leave(flow: Flow, now: Instant) -> Flow:
    """Home, or why there is none, for a person who is still there: what they were at is gone, how
    they read stays."""
    return replace(rest(flow, now), language=flow.language, ease=flow.ease, guided=flow.guided)


def eased(flow: Flow) -> bool:
    """Whether the screens are not as the next person expects them."""
    return flow.guided or flow.language != SOURCE or flow.ease != PLAIN


def attracting(flow: Flow, now: Instant) -> bool:
    """Whether home calls people: nobody has touched it for so long, nor is led through it."""
    quiet = flow.screen is Screen.HOME and not flow.guided
    return quiet and now - max(flow.touched, flow.since) >= ATTRACT_MS


def awaited(flow: Flow) -> int:
    """The question whose answer somebody waits for; 0: none."""
    if flow.claim is not None and flow.claim.asked:
        return flow.claim.asked
    return flow.lookup.asked if flow.lookup is not None else 0


def held(flow: Flow) -> bool:
    """Whether the paper waits for the printer's trouble to be over."""
    printing = flow.ticket is not None and flow.printing is Printing.RUNNING
    return printing and flow.printer in TROUBLES


def paper_awaited(flow: Flow) -> TicketId | None:
    """The ticket whose paper somebody waits for."""
    if flow.ticket is None or flow.screen is Screen.DROPPED:
        return None
    return flow.ticket.ticket


PER_PAGE = 20
PER_PAGE_LARGE = 12
PER_PAGE_LARGE_LOW = 6


def per_page(ease: Ease) -> int:
    """How many services a page holds."""
    if ease.large and ease.low:
        return PER_PAGE_LARGE_LOW
    return PER_PAGE_LARGE if ease.large or ease.low else PER_PAGE


def pages(view: KioskView, ease: Ease = PLAIN) -> int:
    """How many pages the services fill."""
    return max(1, -(-len(view.services) // per_page(ease)))


def resting(flow: Flow, now: Instant) -> Screen:
    """The screen where nobody is."""
    if flow.view is None or flow.reach is Reach.STALE:
        return Screen.AWAY
    if flow.lost_at is not None and now - flow.lost_at >= LOST_MS:
        return Screen.AWAY
    return Screen.HOME if flow.view.open else Screen.CLOSED


def service(view: KioskView, wanted: ServiceId | None) -> KioskService | None:
    """That service of the view, if there is one."""
    return next((one for one in view.services if one.id == wanted), None)


def known_service(flow: Flow, wanted: ServiceId | None) -> KioskService | None:
    """That service, if the hub has named it."""
    return service(flow.view, wanted) if flow.view else None


def gives_numbers(flow: Flow, wanted: ServiceId | None, now: Instant) -> bool:
    """Whether a number can be had for that service now."""
    known = known_service(flow, wanted)
    return known is not None and known.open and resting(flow, now) is Screen.HOME


def moment(flow: Flow, now: Instant) -> datetime | None:
    """The hall's time; None until the hub has told it."""
    if not flow.told_at:
        return None
    return datetime.fromisoformat(flow.told_at) + timedelta(milliseconds=now - flow.told)
