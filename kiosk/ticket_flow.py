"""The part of the flow from a wish to a number on paper: pure, `kiosk.flow` leads here.

wish_for ──▶ WAITING ── Answered ──▶ TICKET: paper RUNNING ─▶ DONE or FAILED ── Done, time ──▶
               │ Declined              │ DropTicket, ConfirmDrop
               ▼                       ▼
            REFUSED                 DROPPED
"""

from msgspec.structs import replace

from kiosk import paper
from kiosk.moves import (
    Abandon,
    CancelTicket,
    ConfirmDrop,
    Declined,
    Done,
    DropTicket,
    KeepTicket,
    Print,
    Send,
    Thing,
    Wish,
)
from kiosk.paper import Paper, PrintOutcome
from kiosk.state import Flow, Printing, Screen, Step, rest, service, show
from shared.messages import Issued, IssueTicket, KioskView
from shared.model import Instant, PriorityId, RequestId
from shared.receipt_code import procedure_code

TRYING_MS = 3_000
"""After this long without an answer the screen says that it is still trying."""

GIVE_UP_MS = 30_000
"""After this long it offers to give up."""

WISH_LIVES_MS = 120_000
"""Nobody is there any more: a ticket that comes later is cancelled."""

TICKET_MS = 20_000
TROUBLE_MS = 60_000
PRINTED_MS = 10_000
"""The ticket stays at least this long after its paper came out."""

DROPPED_MS = 6_000


def wish_for(flow: Flow, priority: PriorityId | None, request_id: RequestId, now: Instant) -> Step:
    """Ask for a number for the flow's service, with what the person comes for."""
    assert flow.service is not None
    dossier, procedure = _purpose(flow)
    command = IssueTicket(flow.service, priority, dossier=dossier, procedure=procedure)
    wish = Wish(request_id, command, now)
    # The wish says all that is needed from here on; what was looked up need not be kept.
    flow = replace(flow, wish=wish, lookup=None, browse=None)
    return show(flow, Screen.WAITING, now), (Send(wish),)


def _purpose(flow: Flow) -> tuple[str | None, str | None]:
    """The dossier and the procedure that the number is for; the hub takes only whole codes."""
    if flow.lookup is not None and flow.lookup.dossier is not None:
        dossier = flow.lookup.dossier
        return dossier.code, procedure_code(dossier.procedure_code)
    if flow.browse is not None:
        return None, flow.browse.code or None
    return None, None


# --- touches -----------------------------------------------------------------------------


def tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    """A touch on TICKET."""
    assert flow.ticket is not None
    match tap, flow.dropping:
        case Done(), False:
            return rest(flow, now), ()
        case DropTicket(), False:
            return replace(flow, dropping=True, since=now), ()
        case KeepTicket(), True:
            return replace(flow, dropping=False, since=now), ()
        case ConfirmDrop(), True:
            dropped = replace(flow, dropping=False, ends=Instant(now + DROPPED_MS))
            return show(dropped, Screen.DROPPED, now), (CancelTicket(flow.ticket.ticket),)
        case _:
            return flow, ()


# --- the hub, the printer, time ----------------------------------------------------------


def answered(flow: Flow, request_id: RequestId, issued: Issued, now: Instant) -> Step:
    """A ticket nobody waits for any more must not stand in a line."""
    if flow.wish is None or flow.wish.request_id != request_id:
        return flow, (CancelTicket(issued.ticket),)
    flow = replace(
        flow,
        wish=None,
        service=issued.service,
        ticket=issued,
        printing=Printing.RUNNING,
        ends=Instant(now + TICKET_MS),
    )
    return show(flow, Screen.TICKET, now), (Print(_paper(flow.view, issued)),)


def _paper(view: KioskView | None, issued: Issued) -> Paper:
    known = service(view, issued.service) if view else None
    return Paper(
        ticket=issued.ticket,
        number=issued.number,
        service=known.name if known else "",
        site=view.site if view else "",
        province=view.province if view else "",
        ahead=issued.ahead,
        wait=issued.wait,
        counters=issued.counters,
        at=issued.at,
        url=issued.url,
    )


def declined(flow: Flow, refusal: Declined, now: Instant) -> Flow:
    """The hub gives no number, and says why."""
    if flow.wish is None or flow.wish.request_id != refusal.request_id:
        return flow
    flow = replace(flow, wish=None, code=refusal.code, reason=refusal.reason, touched=now)
    return show(flow, Screen.REFUSED, now)


def printed(flow: Flow, outcome: PrintOutcome, now: Instant) -> Flow:
    """The paper is out, or why not."""
    if flow.screen is not Screen.TICKET or flow.ticket is None:
        return flow
    if flow.ticket.ticket != outcome.ticket:
        return flow
    if outcome.printed:
        ends = max(flow.ends, now + PRINTED_MS)
        return replace(flow, printing=Printing.DONE, trouble="", ends=Instant(ends))
    return _in_trouble(flow, outcome.code, now)


def _in_trouble(flow: Flow, code: str, now: Instant) -> Flow:
    ends = Instant(now + TROUBLE_MS)
    return replace(flow, printing=Printing.FAILED, trouble=code, ends=ends)


def resumed(flow: Flow, wish: Wish, now: Instant) -> Step:
    """A wish of an earlier run, taken up while somebody may still stand there."""
    if flow.wish is not None or not 0 <= now - wish.at < WISH_LIVES_MS:
        return flow, (Abandon(wish.request_id),)
    flow = replace(flow, wish=wish, service=wish.command.service, lookup=None, browse=None)
    return show(flow, Screen.WAITING, now), ()


def ticked(flow: Flow, now: Instant) -> Flow:
    """The number stays as long as somebody needs it."""
    if now < flow.ends:
        return flow
    if flow.printing is Printing.RUNNING:
        # A printer that says nothing must not hide from the person that there is no paper.
        return _in_trouble(flow, paper.TIMEOUT, now)
    return rest(flow, now)
