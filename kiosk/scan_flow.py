"""The part of the flow that hears the scanner: pure, `kiosk.flow` leads here."""

from msgspec.structs import replace

from kiosk import card_flow, dossier_flow, procedure_flow
from kiosk.state import Flow, News, Printing, Screen, Step
from shared.model import Instant
from shared.receipt_code import (
    DossierCode,
    IdentityCard,
    ProcedureCode,
    Scan,
    TicketLink,
    Unknown,
)


def scanned(flow: Flow, scan: Scan, now: Instant) -> Step:
    """Whoever holds a paper before the scanner is there now, on whatever screen; a receipt that
    was left there is nobody."""
    if flow.screen is Screen.CARD:
        return card_flow.scanned(flow, scan, now)
    if not _hears(flow, scan):
        return flow, ()
    if isinstance(scan, DossierCode) and dossier_flow.read_again(flow, scan.code, now):
        return flow, ()
    flow = replace(flow, touched=now)
    if flow.screen is Screen.AWAY:
        return dossier_flow.tell(flow, News.OFFLINE, now), ()
    match scan:
        case DossierCode(code=code):
            return dossier_flow.scanned_code(flow, code, now)
        case TicketLink(ticket=ticket):
            return dossier_flow.scanned_ticket(flow, ticket, now)
        case IdentityCard(last_four=last_four):
            return dossier_flow.scanned_card(flow, last_four, now)
        case ProcedureCode(code=code):
            known = procedure_flow.scanned(flow, code, now)
            return known or dossier_flow.tell(flow, News.PROCEDURE_NOT_FOUND, now), ()
        case _:
            return dossier_flow.tell(flow, _UNKNOWN.get(scan.why, News.STRANGE), now), ()


_UNKNOWN = {
    news.value: news
    for news in (News.EMPTY, News.TOO_LONG, News.NOT_TEXT, News.OTHER_LINK, News.ALMOST)
}
"""What a scanner says of codes that are none of ours."""


def _hears(flow: Flow, scan: Scan) -> bool:
    """A scan must not cost anybody their number, nor what they are at; what begins nothing must
    not hide either."""
    if isinstance(scan, Unknown) and _visited(flow):
        return False
    if isinstance(scan, IdentityCard) and _visited(flow):
        return flow.screen in (Screen.DOSSIER, Screen.DIGITS)
    match flow.screen:
        case Screen.WAITING:
            return False
        case Screen.TICKET:
            # Without its paper the screen is all that there is of the number.
            begins = not isinstance(scan, IdentityCard | Unknown)
            out = flow.printing in (Printing.DONE, Printing.SENT)
            return begins and out and not flow.dropping
        case Screen.REFUSED:
            return flow.again is None
        case _:
            return True


def _visited(flow: Flow) -> bool:
    """Whether the screen holds what somebody has found, typed or chosen."""
    match flow.screen:
        case Screen.DOSSIER | Screen.DIGITS | Screen.PRIORITY | Screen.PROCEDURE:
            return True
        case Screen.CODE:
            return flow.lookup is not None and bool(flow.lookup.code)
        case Screen.PROCEDURES:
            return flow.browse is not None and bool(flow.browse.query)
        case _:
            return False
