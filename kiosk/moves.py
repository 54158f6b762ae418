"""What can happen to a kiosk, and what it can do about it: the words `kiosk.flow` is written in."""

from enum import StrEnum

import msgspec

from kiosk.paper import Paper, PrintOutcome, Slip
from shared.messages import (
    Finding,
    Issued,
    IssueTicket,
    KioskView,
    PrinterState,
    Question,
    Refused,
)
from shared.model import Instant, PriorityId, RequestId, ServiceId, TicketId
from shared.procedures import Catalogue
from shared.receipt_code import Scan

ANSWER_WITHIN_S = 7.5
"""A question is given up after this long: within 8 s the screen says something clear."""


class Reach(StrEnum):
    """How the kiosk stands to the hub; the same words as `shared.link.Touch`."""

    LIVE = "live"
    LOST = "lost"
    STALE = "stale"


class Wish(msgspec.Struct, frozen=True):
    """A number asked for. One wish has one request id, however often it is sent."""

    request_id: RequestId
    command: IssueTicket
    at: Instant
    """When the finger touched."""


# --- what happens ------------------------------------------------------------------------


class Touched(msgspec.Struct, frozen=True):
    """A finger is on the glass, wherever: somebody is there and needs the time."""


class Start(msgspec.Struct, frozen=True):
    """Home's big button."""


class TurnPage(msgspec.Struct, frozen=True):
    """To another page of services."""

    by: int


class PickService(msgspec.Struct, frozen=True):
    """A service. The id is used at once where the site knows no priority classes."""

    service: ServiceId
    request_id: RequestId


class PickPriority(msgspec.Struct, frozen=True):
    """The answer to the priority question; the number is asked for under this id."""

    priority: PriorityId | None
    request_id: RequestId


class Back(msgspec.Struct, frozen=True):
    """One screen back."""


class Home(msgspec.Struct, frozen=True):
    """To the beginning; also "understood" under a refusal."""


class GiveUp(msgspec.Struct, frozen=True):
    """Wait no longer for the number."""


class Done(msgspec.Struct, frozen=True):
    """The ticket has been seen."""


class DropTicket(msgspec.Struct, frozen=True):
    """ "Đổi ý, bỏ số": asks first."""


class ConfirmDrop(msgspec.Struct, frozen=True):
    """Yes, drop it."""


class KeepTicket(msgspec.Struct, frozen=True):
    """No, keep it."""


class OpenLookup(msgspec.Struct, frozen=True):
    """Home's "Tra cứu hồ sơ"."""


class PadKey(msgspec.Struct, frozen=True):
    """A key of the code's keypad, or of the four digits': a letter, digit, ".", "-", "erase" or
    "clear"."""

    key: str


class PickStart(msgspec.Struct, frozen=True):
    """A code's usual beginning."""

    text: str


class LookUp(msgspec.Struct, frozen=True):
    """The code is typed: look it up."""


class AskName(msgspec.Struct, frozen=True):
    """Whose dossier is it? Leads to the four digits."""


class TakeForDossier(msgspec.Struct, frozen=True):
    """A number for the dossier's next step, under this id."""

    request_id: RequestId


class TakeForProcedure(msgspec.Struct, frozen=True):
    """A number for the procedure on the screen, under this id."""

    request_id: RequestId


class TakeWithPriority(msgspec.Struct, frozen=True):
    """The same for the dossier or procedure on the screen, by way of the priority question."""


class PrintSlip(msgspec.Struct, frozen=True):
    """What the screen says of the dossier, on paper."""


class OpenProcedures(msgspec.Struct, frozen=True):
    """Home's "Tìm thủ tục"."""


class TypeKey(msgspec.Struct, frozen=True):
    """A key of the on-screen keyboard: a small letter, digit, " ", "erase" or "clear"."""

    key: str


class PickProcedure(msgspec.Struct, frozen=True):
    """A procedure of the list."""

    code: str


class Mode(StrEnum):
    """A way of drawing that makes the screens easier to use."""

    LARGE = "large"
    CONTRAST = "contrast"
    LOW = "low"


class Toggle(msgspec.Struct, frozen=True):
    """One of the buttons that make the screens easier to use; on every screen."""

    mode: Mode


class PickLanguage(msgspec.Struct, frozen=True):
    """Read on in this language; on every screen."""

    language: str


class Guided(msgspec.Struct, frozen=True):
    """Spoken guidance begins or ends: who listens needs longer than who looks."""

    on: bool


class NoCard(msgspec.Struct, frozen=True):
    """CARD's "Tôi không mang căn cước"."""


class Scanned(msgspec.Struct, frozen=True):
    """The scanner has read something, on whatever screen."""

    scan: Scan


class Answer(msgspec.Struct, frozen=True):
    """What became of the question `asked`; None: no answer in time, or no connection."""

    asked: int
    finding: Finding | Refused | None


class CatalogueCame(msgspec.Struct, frozen=True):
    """The procedures, at start and when the hub has newer ones."""

    catalogue: Catalogue


class SlipDone(msgspec.Struct, frozen=True):
    """The printer is done with a slip; `code` is one of `kiosk.paper`'s."""

    slip: int
    code: str


class ViewCame(msgspec.Struct, frozen=True):
    """The hub's newest view."""

    view: KioskView


class TimeCame(msgspec.Struct, frozen=True):
    """The hub's time, ISO."""

    at: str


class ReachChanged(msgspec.Struct, frozen=True):
    """The link came or went."""

    reach: Reach


class Answered(msgspec.Struct, frozen=True):
    """The hub gave a number."""

    request_id: RequestId
    issued: Issued


class Declined(msgspec.Struct, frozen=True):
    """The hub gave none."""

    request_id: RequestId
    code: str
    reason: str
    retry_s: int = 0
    """In so many seconds it may be asked for again; 0: not known."""
    number: str = ""
    """The number that stands in the way, if one does."""


class Dropped(msgspec.Struct, frozen=True):
    """The hub has answered to the dropping of a ticket; `code` is its refusal's, "" for done."""

    ticket: TicketId
    code: str = ""


class Printed(msgspec.Struct, frozen=True):
    """The printer is done with a paper, well or badly."""

    outcome: PrintOutcome


class PrinterIs(msgspec.Struct, frozen=True):
    """The printer is like that from now on."""

    state: PrinterState


class Resumed(msgspec.Struct, frozen=True):
    """The kiosk has restarted and finds a wish that nobody answered."""

    wish: Wish


class Tick(msgspec.Struct, frozen=True):
    """Time has passed."""


Thing = (
    Touched
    | Start
    | TurnPage
    | PickService
    | PickPriority
    | Back
    | Home
    | GiveUp
    | Done
    | DropTicket
    | ConfirmDrop
    | KeepTicket
    | OpenLookup
    | PadKey
    | PickStart
    | LookUp
    | AskName
    | TakeForDossier
    | TakeForProcedure
    | TakeWithPriority
    | PrintSlip
    | OpenProcedures
    | TypeKey
    | PickProcedure
    | Toggle
    | PickLanguage
    | Guided
    | NoCard
    | Scanned
    | Answer
    | CatalogueCame
    | SlipDone
    | ViewCame
    | TimeCame
    | ReachChanged
    | Answered
    | Declined
    | Dropped
    | Printed
    | PrinterIs
    | Resumed
    | Tick
)
TAPS = (
    Start,
    TurnPage,
    PickService,
    PickPriority,
    Back,
    Home,
    GiveUp,
    Done,
    DropTicket,
    ConfirmDrop,
    KeepTicket,
    OpenLookup,
    PadKey,
    PickStart,
    LookUp,
    AskName,
    TakeForDossier,
    TakeForProcedure,
    TakeWithPriority,
    PrintSlip,
    OpenProcedures,
    TypeKey,
    PickProcedure,
    Toggle,
    PickLanguage,
    NoCard,
)


# --- what to do about it -----------------------------------------------------------------


class Send(msgspec.Struct, frozen=True):
    """Ask the hub for this number, durably: kept until answered."""

    wish: Wish


class Abandon(msgspec.Struct, frozen=True):
    """Nobody waits for this wish any more; remember it, so that a late ticket is cancelled."""

    request_id: RequestId


class CancelTicket(msgspec.Struct, frozen=True):
    """Give this place up at the hub; answered by `Dropped`."""

    ticket: TicketId


class Print(msgspec.Struct, frozen=True):
    """Put this on paper."""

    paper: Paper


class Report(msgspec.Struct, frozen=True):
    """Tell the hub what became of the paper."""

    outcome: PrintOutcome


class Inquire(msgspec.Struct, frozen=True):
    """Ask the hub; answered by `Answer` with the same number within ANSWER_WITHIN_S."""

    asked: int
    question: Question


class PutOnPaper(msgspec.Struct, frozen=True):
    """Print a slip; answered by `SlipDone`."""

    number: int
    slip: Slip


class Forget(msgspec.Struct, frozen=True):
    """A person has left: nothing of them may stay in widgets or caches."""


Effect = Send | Abandon | CancelTicket | Print | Report | Inquire | PutOnPaper | Forget
