"""The part of the flow from a wish to a number on paper: pure, `kiosk.flow` leads here.

wish_for ──▶ WAITING ── Answered ──▶ TICKET: paper RUNNING ─▶ DONE or FAILED ── Done, time ──▶
  │ ▲          │ Declined              │ DropTicket, ConfirmDrop
  ▼ │          ▼                       ▼
 CARD       REFUSED                 DROPPED: RUNNING ── Dropped ─▶ DONE or REFUSED
               └─ too soon: asks anew when the time has come

A number is dropped when the hub says so, and not before.
"""

from uuid import UUID, uuid5

from msgspec.structs import replace

from kiosk import paper
from kiosk.moves import (
    Abandon,
    CancelTicket,
    ConfirmDrop,
    Declined,
    Done,
    Dropped,
    DropTicket,
    Home,
    KeepTicket,
    Print,
    Send,
    Thing,
    Wish,
)
from kiosk.paper import Paper, PrintOutcome
from kiosk.state import (
    Claim,
    Dropping,
    Flow,
    Printing,
    Screen,
    Step,
    held,
    leave,
    rest,
    resting,
    service,
    show,
)
from shared.i18n import local, speaking, spoken
from shared.messages import Issued, IssueTicket, KioskService, KioskView, PrinterState
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
ASKS_MS = 15_000
"""So long before a number goes that may be on no paper the screen asks."""

PRINTED_MS = 10_000
"""The ticket stays at least this long after its paper came out."""

GUIDED_MS = 120_000
"""Who listens to the number needs longer than who reads it."""

DROPPED_MS = 6_000
"""How long the screen tells that a number is given up."""

DROPS_WITHIN_MS = 8_000
"""Without an answer by then the screen says so."""

TOLD_MS = 20_000
"""How long it tells what did not come out as wished."""

TOO_SOON = "too_soon"
"""The hub's code while this kiosk has just given a number."""

QUOTA_REACHED = "quota_reached"
SERVICE_CLOSED = "service_closed"

NO_CARD = "no_card"
"""Our own: the person has no identity card with them."""


def wish_for(flow: Flow, priority: PriorityId | None, request_id: RequestId, now: Instant) -> Step:
    """Ask for a number for the flow's service, with what the person comes for; where the centre
    gives one number an identity card, ask for that first."""
    if flow.view is not None and flow.view.card_needed:
        claim = Claim(priority, request_id, back=flow.screen)
        return show(replace(flow, claim=claim), Screen.CARD, now), ()
    return send(flow, priority, request_id, now)


def send(
    flow: Flow,
    priority: PriorityId | None,
    request_id: RequestId,
    now: Instant,
    card: str | None = None,
) -> Step:
    """Ask the hub; `card` is the mark of an identity card."""
    assert flow.service is not None
    dossier, procedure = _purpose(flow)
    command = IssueTicket(flow.service, priority, dossier=dossier, procedure=procedure, card=card)
    return _sent(flow, Wish(request_id, command, now), now)


def _sent(flow: Flow, wish: Wish, now: Instant) -> Step:
    # The wish says all that is needed from here on; what was looked up need not be kept.
    flow = replace(flow, wish=wish, again=None, claim=None, lookup=None, browse=None)
    return show(flow, Screen.WAITING, now), (Send(wish),)


def refuse(flow: Flow, code: str, now: Instant, reason: str = "") -> Flow:
    """There is no number, and REFUSED says why."""
    flow = replace(flow, code=code, reason=reason, number="", again=None)
    return show(flow, Screen.REFUSED, now)


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
        case Home(), False if _unsure(flow):  # the answer to the question
            return rest(flow, now), ()
        case DropTicket(), False:
            return replace(flow, dropping=True, since=now), ()
        case KeepTicket(), True:
            return replace(flow, dropping=False, since=now), ()
        case ConfirmDrop(), True:
            ends = Instant(now + DROPS_WITHIN_MS)
            dropped = replace(flow, dropping=False, dropped=Dropping.RUNNING, ends=ends)
            return show(dropped, Screen.DROPPED, now), (CancelTicket(flow.ticket.ticket),)
        case _:
            return flow, ()


def touched(flow: Flow, now: Instant) -> Flow:
    """A finger on the glass, or a key: TICKET stays for as long as somebody needs it, and so does
    DROPPED once it has its answer."""
    if flow.screen is Screen.TICKET:
        stays = ticket_ms(flow)
    elif _is_told(flow):
        stays = _told_ms(flow, DROPPED_MS)
    else:
        return flow
    return replace(flow, ends=max(flow.ends, Instant(now + stays)))


def _is_told(flow: Flow) -> bool:
    """Whether DROPPED says how it went."""
    return flow.screen is Screen.DROPPED and flow.dropped is not Dropping.RUNNING


def _told_ms(flow: Flow, least: int) -> int:
    """How long that stays: it takes longer to hear than to read."""
    return max(least, GUIDED_MS) if flow.guided else least


def ticket_ms(flow: Flow) -> int:
    """How long the number stays at least; longer where it is on no paper, or may be."""
    least = TICKET_MS
    if flow.printing is Printing.FAILED or held(flow):
        least = TROUBLE_MS
    elif flow.printing is Printing.SENT:
        least += ASKS_MS
    return max(least, GUIDED_MS) if flow.guided else least


def _unsure(flow: Flow) -> bool:
    """Whether nobody can say that the number is on paper."""
    return flow.printing in (Printing.FAILED, Printing.SENT) or held(flow)


def left_ms(flow: Flow, now: Instant) -> int | None:
    """What is left of a number that may be on no paper, or for whoever is told by voice that it is
    given up, in the last ASKS_MS; None before them.

    Who has the paper has what the screen shows, and is not asked.
    """
    if flow.screen is Screen.DROPPED:
        asks = _is_told(flow) and flow.guided
    else:
        asks = _unsure(flow) and not flow.dropping
    if not asks:
        return None
    left = flow.ends - now
    return left if left <= ASKS_MS else None


def left_refused(flow: Flow, now: Instant) -> Flow:
    """Back from REFUSED: there may be a number for something else."""
    if resting(flow, now) is not Screen.HOME:
        return leave(flow, now)
    again = replace(flow, service=None, again=None, code="", reason="", number="")
    return show(again, Screen.SERVICES, now)


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
        ends=Instant(now + (GUIDED_MS if flow.guided else TICKET_MS)),
    )
    return show(_patient(flow, now), Screen.TICKET, now), (Print(_paper(flow, issued)),)


def printer_is(flow: Flow, state: PrinterState, now: Instant) -> Flow:
    """The printer is like that now."""
    return _patient(replace(flow, printer=state), now)


def _patient(flow: Flow, now: Instant) -> Flow:
    """Whoever waits for the refill is given the time for it."""
    return replace(flow, ends=max(flow.ends, Instant(now + TROUBLE_MS))) if held(flow) else flow


def _paper(flow: Flow, issued: Issued) -> Paper:
    view = flow.view
    with speaking(flow.language):
        return _in_words(view, service(view, issued.service) if view else None, issued)


def _in_words(view: KioskView | None, known: KioskService | None, issued: Issued) -> Paper:
    return Paper(
        ticket=issued.ticket,
        number=issued.number,
        service=local(known.name, known.names) if known else "",
        site=local(view.site, view.site_names) if view else "",
        province=local(view.province, view.province_names) if view else "",
        ahead=issued.ahead,
        wait=issued.wait,
        counters=issued.counters,
        at=issued.at,
        url=issued.url,
        language=spoken(),
    )


def declined(flow: Flow, refusal: Declined, now: Instant) -> Flow:
    """The hub gives no number, and says why."""
    if flow.wish is None or flow.wish.request_id != refusal.request_id:
        return flow
    wish = flow.wish
    flow = refuse(replace(flow, wish=None, touched=now), refusal.code, now, refusal.reason)
    flow = replace(flow, number=refusal.number)
    if refusal.code != TOO_SOON or not refusal.retry_s:
        return flow
    return replace(flow, again=wish, ends=Instant(now + refusal.retry_s * 1000))


def ask_again(flow: Flow, wish: Wish, now: Instant) -> Step:
    """The time has come for what was asked for too soon: a new wish, under an id of its own."""
    request_id = RequestId(str(uuid5(UUID(wish.request_id), "again")))
    return _sent(flow, replace(wish, request_id=request_id, at=now), now)


def drop_answered(flow: Flow, answer: Dropped, now: Instant) -> Flow:
    """The hub has given the number up, or has not."""
    if flow.screen is not Screen.DROPPED or flow.ticket is None:
        return flow
    if flow.ticket.ticket != answer.ticket:
        return flow
    if answer.code:
        ends = Instant(now + _told_ms(flow, TOLD_MS))
        return replace(flow, dropped=Dropping.REFUSED, code=answer.code, ends=ends)
    return replace(flow, dropped=Dropping.DONE, ends=Instant(now + _told_ms(flow, DROPPED_MS)))


def drop_ticked(flow: Flow, now: Instant) -> Flow:
    """DROPPED ends by itself, but not without a word."""
    if now < flow.ends:
        return flow
    if flow.dropped is Dropping.RUNNING:
        ends = Instant(now + _told_ms(flow, TOLD_MS))
        return replace(flow, dropped=Dropping.LATE, ends=ends)
    return rest(flow, now)


def printed(flow: Flow, outcome: PrintOutcome, now: Instant) -> Flow:
    """The paper is out, or why not."""
    if flow.screen is not Screen.TICKET or flow.ticket is None:
        return flow
    if flow.ticket.ticket != outcome.ticket:
        return flow
    if outcome.printed or outcome.code == paper.SENT:
        stays = PRINTED_MS if outcome.printed else PRINTED_MS + ASKS_MS
        printing = Printing.DONE if outcome.printed else Printing.SENT
        ends = Instant(max(flow.ends, now + stays))
        return replace(flow, printing=printing, trouble="", ends=ends)
    return _in_trouble(flow, outcome.code, now)


def _in_trouble(flow: Flow, code: str, now: Instant) -> Flow:
    ends = Instant(now + TROUBLE_MS)
    return replace(flow, printing=Printing.FAILED, trouble=code, ends=ends)


def resumed(flow: Flow, wish: Wish, now: Instant) -> Step:
    """A wish of an earlier run, taken up while somebody may still stand there."""
    if flow.wish is not None or not 0 <= now - wish.at < WISH_LIVES_MS:
        return flow, (Abandon(wish.request_id),)
    flow = replace(flow, wish=wish, service=wish.command.service)
    flow = replace(flow, again=None, claim=None, lookup=None, browse=None)
    return show(flow, Screen.WAITING, now), ()


def ticked(flow: Flow, now: Instant) -> Flow:
    """The number stays as long as somebody needs it."""
    if now < flow.ends:
        return flow
    if flow.printing is Printing.RUNNING and not held(flow):
        # A printer that says nothing must not hide from the person that there is no paper.
        return _in_trouble(flow, paper.TIMEOUT, now)
    return rest(flow, now)
