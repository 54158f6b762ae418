"""The realtime protocol: every frame, command and view, as frozen types.

docs/protocol.md says the same in words, and a test holds the two together. Frames are JSON
texts; `type` tags a frame and `kind` tags a command. Unknown fields are refused. Moments are
ISO 8601 with the site's offset, e.g. `2026-11-23T08:00:00+07:00`.
"""

from typing import ClassVar

import msgspec

from shared.model import (
    CounterNumber,
    Epoch,
    PriorityId,
    RequestId,
    Role,
    Seq,
    ServiceId,
    TicketId,
)
from shared.printers import (
    TROUBLES as TROUBLES,
    PaperState as PaperState,
    PrinterFrame as PrinterFrame,
    PrinterState as PrinterState,
    PrintFailed as PrintFailed,
    TicketPrinted as TicketPrinted,
    TicketSent as TicketSent,
)
from shared.questions import (
    CardMarked as CardMarked,
    DossierFound as DossierFound,
    DossierNotFound as DossierNotFound,
    DossierUnavailable as DossierUnavailable,
    Finding as Finding,
    ListProcedures as ListProcedures,
    LookUpDossier as LookUpDossier,
    LookUpProcedure as LookUpProcedure,
    LookUpTicket as LookUpTicket,
    MarkCard as MarkCard,
    Procedure as Procedure,
    ProcedureFound as ProcedureFound,
    ProcedureNotFound as ProcedureNotFound,
    ProcedurePage as ProcedurePage,
    Question as Question,
    TicketFound as TicketFound,
    TicketNotFound as TicketNotFound,
)
from shared.results import (
    Called as Called,
    CounterChanged as CounterChanged,
    DayChanged as DayChanged,
    Issued as Issued,
    TicketChanged as TicketChanged,
    Value as Value,
)
from shared.screens import (
    REPORT_EVERY_S as REPORT_EVERY_S,
    ArrangeDisplay as ArrangeDisplay,
    ClearEmergency as ClearEmergency,
    DisplayArranged as DisplayArranged,
    EmergencyChanged as EmergencyChanged,
    RaiseEmergency as RaiseEmergency,
    ReportFrame as ReportFrame,
    Sound as Sound,
)
from shared.views import (
    BoardCall as BoardCall,
    BoardCounter as BoardCounter,
    BoardLine as BoardLine,
    CounterView as CounterView,
    DisplayView as DisplayView,
    Group as Group,
    KioskService as KioskService,
    KioskView as KioskView,
    LineTicket as LineTicket,
    Notice as Notice,
    Overtaker as Overtaker,
    PriorityClass as PriorityClass,
    ScreenFault as ScreenFault,
    ServiceName as ServiceName,
    Shut as Shut,
    SupervisorCounter as SupervisorCounter,
    SupervisorLine as SupervisorLine,
    SupervisorPrinter as SupervisorPrinter,
    SupervisorScreen as SupervisorScreen,
    SupervisorView as SupervisorView,
    TicketInHand as TicketInHand,
    TicketView as TicketView,
    View as View,
)

VERSION = 1
"""The protocol's version, sent in `hello`; the hub refuses any other."""

MAX_FRAME = 8 * 1024
"""The longest frame the hub takes, in bytes."""

HELLO_WITHIN_S = 3.0
BEAT_EVERY_S = 5.0
STALE_AFTER_S = 15.0


# --- commands ----------------------------------------------------------------------------


class _Command(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """A wish. Subclasses are the only commands there are."""


class OpenDay(_Command, frozen=True, tag="open_day"):
    """Start a business day; without `day` (`YYYY-MM-DD`) the site's current date."""

    day: str | None = None


class CloseDay(_Command, frozen=True, tag="close_day"):
    """End the business day: everyone still waiting, called or held is cancelled as `day_closed`."""


class IssueTicket(_Command, frozen=True, tag="issue_ticket"):
    """Take a number for a service, with a priority class or none.

    `dossier` and `procedure` are codes of what the person comes for, for the officer to see. `card`
    is what `mark_card` has answered, where the site gives one number an identity card.
    """

    service: ServiceId
    priority: PriorityId | None = None
    dossier: str | None = None
    procedure: str | None = None
    card: str | None = None


class CallNext(_Command, frozen=True, tag="call_next"):
    """Finish what the counter has in hand and call whoever is next by the rule.

    `ticket` is the one the officer saw in hand, null for none: if that is no longer so, the
    command is refused, so that pressing twice calls once. Left out, it is not looked at.
    """

    counter: CounterNumber | None = None
    ticket: TicketId | msgspec.UnsetType | None = msgspec.UNSET


class CallTicket(_Command, frozen=True, tag="call_ticket"):
    """Call one certain ticket (waiting, held or no-show) out of turn."""

    ticket: TicketId
    counter: CounterNumber | None = None


class Recall(_Command, frozen=True, tag="recall"):
    """Announce the ticket in hand once more."""

    ticket: TicketId | None = None
    counter: CounterNumber | None = None


class StartService(_Command, frozen=True, tag="start_service"):
    """The called person is here."""

    ticket: TicketId | None = None
    counter: CounterNumber | None = None


class Finish(_Command, frozen=True, tag="finish"):
    """The ticket in hand is done."""

    ticket: TicketId | None = None
    counter: CounterNumber | None = None


class NoShow(_Command, frozen=True, tag="no_show"):
    """The called person did not come."""

    ticket: TicketId | None = None
    counter: CounterNumber | None = None


class ReturnTicket(_Command, frozen=True, tag="return_ticket"):
    """Put a held or no-show ticket back into its line."""

    ticket: TicketId
    counter: CounterNumber | None = None


class Hold(_Command, frozen=True, tag="hold"):
    """Set the ticket in hand aside: the person will be back (a copy, a signature)."""

    ticket: TicketId | None = None
    counter: CounterNumber | None = None


class Transfer(_Command, frozen=True, tag="transfer"):
    """Send the ticket in hand to another service, or to one certain counter of it."""

    service: ServiceId
    to: CounterNumber | None = None
    ticket: TicketId | None = None
    counter: CounterNumber | None = None


class Cancel(_Command, frozen=True, tag="cancel"):
    """Give a place up."""

    ticket: TicketId


class Delay(_Command, frozen=True, tag="delay"):
    """ "I need ten more minutes": once, and behind those who come meanwhile."""

    ticket: TicketId


class OpenCounter(_Command, frozen=True, tag="open_counter"):
    """Begin, or go on after a pause, to take people."""

    counter: CounterNumber | None = None


class PauseCounter(_Command, frozen=True, tag="pause_counter"):
    """Take nobody for a while; the ticket in hand stays."""

    counter: CounterNumber | None = None


class CloseCounter(_Command, frozen=True, tag="close_counter"):
    """Take nobody more today; refused while a ticket is in hand."""

    counter: CounterNumber | None = None


Command = (
    OpenDay
    | CloseDay
    | IssueTicket
    | CallNext
    | CallTicket
    | Recall
    | StartService
    | Finish
    | NoShow
    | ReturnTicket
    | Hold
    | Transfer
    | Cancel
    | Delay
    | OpenCounter
    | PauseCounter
    | CloseCounter
    | TicketPrinted
    | TicketSent
    | PrintFailed
    | ArrangeDisplay
    | RaiseEmergency
    | ClearEmergency
)


# --- frames ------------------------------------------------------------------------------


class _ClientFrame(msgspec.Struct, frozen=True, tag_field="type", forbid_unknown_fields=True):
    """What a client sends; the hub refuses a field it does not know."""


class _HubFrame(msgspec.Struct, frozen=True, tag_field="type"):
    """What the hub sends; a client passes over fields it does not know, so hubs may grow."""


class Hello(_ClientFrame, frozen=True, tag="hello", omit_defaults=True):
    """First frame of a client. A browser leaves `credential` out and sends its cookie. A device
    that is not known yet shows the `code` that lets it in, with a credential of its own making.
    `generation` is the highest that the client has been welcomed with; 0: none."""

    version: int
    role: Role
    credential: str | None = None
    code: str | None = None
    generation: int = 0


class CommandFrame(_ClientFrame, frozen=True, tag="command"):
    """A wish, with the id that makes it safe to repeat."""

    request_id: RequestId
    command: Command


class QuestionFrame(_ClientFrame, frozen=True, tag="question"):
    """A question; it changes nothing, so `request_id` only names its answer."""

    request_id: RequestId
    question: Question


ClientFrame = Hello | CommandFrame | QuestionFrame | ReportFrame | PrinterFrame


class SiteInfo(msgspec.Struct, frozen=True):
    """Which centre this is."""

    id: str
    name: str
    timezone: str


class Welcome(_HubFrame, frozen=True, tag="welcome"):
    """The hub's first frame: where it stands, and the role's whole view.

    `announced`, for a display: what it reported last under that name, as in `ReportFrame`.
    `generation` grows whenever another hub takes over: of two, the lower one is out of date.
    """

    site: SiteInfo
    epoch: Epoch
    seq: Seq
    at: str
    view: msgspec.Raw
    announced: tuple[Seq, ...] | None = None
    generation: int = 0


class ViewFrame(_HubFrame, frozen=True, tag="view"):
    """The role's view has changed: here it is, whole."""

    seq: Seq
    view: msgspec.Raw


class Result(_HubFrame, frozen=True, tag="result"):
    """The command is done and on disk; `value` is one of `Value`."""

    request_id: RequestId
    seq: Seq
    value: msgspec.Raw


class AnswerFrame(_HubFrame, frozen=True, tag="answer"):
    """What the hub has found; `finding` is one of `Finding`."""

    request_id: RequestId
    finding: msgspec.Raw


class Refused(_HubFrame, frozen=True, tag="refused"):
    """Not done, and nothing has changed. Without `request_id` the frame itself was refused.

    `retry_s`: in so many seconds the same may be granted; 0: not known. `number`: the asker's own
    number that stands in the way.
    """

    request_id: RequestId | None
    code: str
    reason: str
    retry_s: int = 0
    number: str = ""


class Beat(_HubFrame, frozen=True, tag="beat"):
    """The hub is alive and stands here; `at` is the hall's time."""

    seq: Seq
    at: str


HubFrame = Welcome | ViewFrame | Result | AnswerFrame | Refused | Beat


class Close:
    """Websocket close codes the hub uses, and when."""

    GOING_AWAY: ClassVar[int] = 1001
    UNSUPPORTED: ClassVar[int] = 1003
    POLICY: ClassVar[int] = 1008
    TOO_BIG: ClassVar[int] = 1009
    TRY_AGAIN: ClassVar[int] = 1013
    BEGIN_ANEW: ClassVar[int] = 4000
    """To a display whose glass does not follow what it was sent: end the program, and let the
    keeper start it anew."""
