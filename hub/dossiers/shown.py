"""A dossier as a screen may show it, and where its next step is. Pure."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hub.dossiers.base import Found
from hub.engine.site import Site
from shared.dossier_words import is_due
from shared.dossiers import DossierState, DossierView
from shared.model import Instant, ServiceId
from shared.procedures import Catalogue
from shared.questions import Procedure
from shared.receipt_code import procedure_code

_TO_BE_ASKED = (
    DossierState.NOT_ACCEPTED,
    DossierState.PAPERS_WANTED,
    DossierState.WITHDRAWN,
    DossierState.STOPPED,
)


def shown(
    found: Found, site: Site, catalogue: Catalogue, applicant: str | None, now: Instant
) -> DossierView:
    """What leaves the hub of a dossier: `applicant` is masked, or None."""
    dossier = found.dossier
    procedure = _procedure(dossier.procedure_code, catalogue)
    return DossierView(
        code=dossier.code,
        procedure_code=dossier.procedure_code,
        procedure=dossier.procedure or (procedure.name if procedure else ""),
        state=dossier.state,
        received=_iso(dossier.received, site.zone),
        due=_iso(dossier.due, site.zone),
        done=_iso(dossier.done, site.zone),
        unit=dossier.unit,
        fees=dossier.fees,
        supplements=dossier.supplements,
        progress=dossier.progress,
        applicant=applicant,
        service=_service(found, site, procedure, now),
        at=iso(found.as_of, site.zone),
    )


def iso(at: Instant, zone: ZoneInfo) -> str:
    """That moment as views write it, to the second."""
    return datetime.fromtimestamp(at // 1000, zone).isoformat()


def _iso(at: Instant | None, zone: ZoneInfo) -> str | None:
    return None if at is None else iso(at, zone)


def _procedure(code: str, catalogue: Catalogue) -> Procedure | None:
    """The catalogue's word on it; codes may carry a suffix, which the catalogue has not."""
    plain = procedure_code(code)
    return catalogue.by_code(plain) if plain else None


def _service(
    found: Found, site: Site, procedure: Procedure | None, now: Instant
) -> ServiceId | None:
    """What to take a number for now, None where nothing is to be done or the site has no line."""
    own = procedure.service if procedure else None
    today = datetime.fromtimestamp(now / 1000, site.zone).date()
    state = found.dossier.state
    wanted: ServiceId | None = None
    if state is DossierState.FINISHED:
        wanted = site.collect_service or own
    elif state is DossierState.PAYMENT_WANTED:
        wanted = site.pay_service or own
    elif state in _TO_BE_ASKED or is_due(state, _day(found.dossier.due, site.zone), today):
        wanted = own
    return wanted if wanted in site.service else None


def _day(at: Instant | None, zone: ZoneInfo) -> date | None:
    return None if at is None else datetime.fromtimestamp(at / 1000, zone).date()
