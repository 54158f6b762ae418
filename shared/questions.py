"""What may be asked of the hub, and what it finds: nothing here changes anything, or is kept."""

import msgspec

from shared.dossiers import DossierView
from shared.model import ServiceId, TicketId
from shared.views import TicketView


class _Question(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """A question. Subclasses are the only questions there are."""


class LookUpDossier(_Question, frozen=True, tag="look_up_dossier"):
    """Where does a dossier stand? With `digits`, the last four of the applicant's telephone or
    identity number, the answer names the applicant, masked."""

    code: str
    digits: str | None = None


class LookUpTicket(_Question, frozen=True, tag="look_up_ticket"):
    """Where does a ticket stand? For a kiosk that has scanned one."""

    ticket: TicketId


class LookUpProcedure(_Question, frozen=True, tag="look_up_procedure"):
    """What does the catalogue say of one procedure? `code` is its `d.dddddd`."""

    code: str


class ListProcedures(_Question, frozen=True, tag="list_procedures"):
    """The catalogue, in pages: those from place `after` on. One who has the catalogue of
    `fingerprint` already gets an empty page."""

    after: int = 0
    fingerprint: str = ""


class MarkCard(_Question, frozen=True, tag="mark_card"):
    """What stands for an identity card today? `digest` is the SHA-256 of its number, in hex; it is
    kept nowhere. For a kiosk of a site that gives one number a card."""

    digest: str

    def __repr__(self) -> str:
        return "MarkCard(…)"


Question = LookUpDossier | LookUpTicket | LookUpProcedure | ListProcedures | MarkCard


class Procedure(msgspec.Struct, frozen=True):
    """A public procedure (thủ tục), as a citizen needs it.

    `papers` are to be handed in; `time` and `fee` are texts as the agency writes them; `service`
    is what to take a number for, empty where the centre has none. `words` are other words that
    people search with.
    """

    code: str
    name: str
    agency: str
    service: ServiceId
    papers: tuple[str, ...] = ()
    time: str = ""
    fee: str = ""
    note: str = ""
    words: tuple[str, ...] = ()


class _Finding(msgspec.Struct, frozen=True, tag_field="kind"):
    """An answer."""


class DossierFound(_Finding, frozen=True, tag="dossier_found"):
    """The e-one-stop system knows it."""

    dossier: DossierView


class DossierNotFound(_Finding, frozen=True, tag="dossier_not_found"):
    """There is no such dossier; or, to a question with digits, those do not fit or there is none:
    the two look alike and take the same time."""

    digits: bool = False


class DossierUnavailable(_Finding, frozen=True, tag="dossier_unavailable"):
    """The e-one-stop system does not answer; `since` (ISO) is when it last did, null for never."""

    since: str | None = None


class TicketFound(_Finding, frozen=True, tag="ticket_found"):
    """The ticket's own view."""

    ticket: TicketView


class TicketNotFound(_Finding, frozen=True, tag="ticket_not_found"):
    """No such ticket today."""


class ProcedureFound(_Finding, frozen=True, tag="procedure_found"):
    """The procedure."""

    procedure: Procedure


class ProcedureNotFound(_Finding, frozen=True, tag="procedure_not_found"):
    """The catalogue does not have it."""


class ProcedurePage(_Finding, frozen=True, tag="procedure_page"):
    """A part of the catalogue that `fingerprint` names; all of it has `total` procedures."""

    fingerprint: str
    total: int
    procedures: tuple[Procedure, ...]


class CardMarked(_Finding, frozen=True, tag="card_marked"):
    """A keyed hash for `issue_ticket`; its key is made each day and never outlives it."""

    mark: str


Finding = (
    DossierFound
    | DossierNotFound
    | DossierUnavailable
    | TicketFound
    | TicketNotFound
    | ProcedureFound
    | ProcedureNotFound
    | ProcedurePage
    | CardMarked
)
