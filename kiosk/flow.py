"""What the kiosk does next: a pure state machine over touches, scans, the hub's words and time.

                 Start          PickService        PickPriority        Answered
    HOME ───────────────▶ SERVICES ───────▶ PRIORITY ──────────▶ WAITING ─────▶ TICKET
     ▲ ▲                      │ Back, Home,     │                 │ │ Declined    │ Done, countdown
     │ └── countdown, Home ───┴── countdown ────┘        give up, │ └▶ REFUSED    │
     └────────────────────────────────────────────────── 2 min ───┴───────────────┤
                                          DROPPED ◀── DropTicket, ConfirmDrop ─────┘

    HOME ── OpenLookup ─────▶ CODE, LOOKING, DOSSIER, DIGITS, FINDING: `kiosk.dossier_flow`
    HOME ── OpenProcedures ─▶ PROCEDURES, PROCEDURE: `kiosk.procedure_flow`
    any  ── Scanned ────────▶ one of these; passed over while a number is at stake, and in AWAY

DOSSIER and PROCEDURE lead to PRIORITY or WAITING with what the number is for; Back from there leads
to them again.

In HOME's stead stands AWAY while the hub is out of touch, and CLOSED while no numbers are given;
both interrupt SERVICES and PRIORITY too, and go away by themselves; a PRIORITY that a dossier or a
procedure has led to falls back to that. WAITING and TICKET stay: the
place is safe whatever happens to the connection or the printer. Looking up goes on out of hours.

Whatever is left of a person when they go is gone from `Flow`, and `Forget` tells the shell so.

`step` is given `now`, in milliseconds that never run backwards.
"""

from msgspec.structs import replace

from kiosk import dossier_flow, procedure_flow, ticket_flow
from kiosk.moves import (
    TAPS,
    Abandon,
    Answer,
    Answered,
    Back,
    CatalogueCame,
    Declined,
    Forget,
    GiveUp,
    Home,
    OpenLookup,
    OpenProcedures,
    PickPriority,
    PickService,
    Printed,
    Reach,
    ReachChanged,
    Report,
    Resumed,
    Scanned,
    SlipDone,
    Start,
    Thing,
    TimeCame,
    Touched,
    TurnPage,
    ViewCame,
)
from kiosk.state import (
    SETTLE_MS as SETTLE_MS,
    Flow as Flow,
    News,
    Printing as Printing,
    Screen as Screen,
    Step,
    rest as _rest,
    resting as _resting,
    service as service,
    show as _show,
)
from kiosk.ticket_flow import (
    DROPPED_MS as DROPPED_MS,
    GIVE_UP_MS as GIVE_UP_MS,
    PRINTED_MS as PRINTED_MS,
    TICKET_MS as TICKET_MS,
    TROUBLE_MS as TROUBLE_MS,
    TRYING_MS as TRYING_MS,
    WISH_LIVES_MS as WISH_LIVES_MS,
    wish_for,
)
from shared.messages import KioskView
from shared.model import Instant
from shared.receipt_code import (
    DossierCode,
    IdentityCard,
    ProcedureCode,
    Scan,
    TicketLink,
    Unknown,
)

IDLE_MS = 45_000
WARNING_MS = 15_000
PER_PAGE = 20


def step(flow: Flow, thing: Thing, now: Instant) -> Step:
    """The flow after `thing`, and what is to be done; what fits no screen is passed over."""
    after, effects = _stepped(flow, thing, now)
    if _holds(flow) and (after.visit != flow.visit or not _holds(after)):
        return after, (Forget(), *effects)
    return after, effects


def _holds(flow: Flow) -> bool:
    """Whether there is anything of a person that screens may show."""
    return any(one is not None for one in (flow.lookup, flow.browse, flow.ticket))


def _stepped(flow: Flow, thing: Thing, now: Instant) -> Step:
    if isinstance(thing, Touched):
        return _touched(flow, now), ()
    if isinstance(thing, TAPS):
        if now - flow.since < SETTLE_MS:
            return flow, ()
        return _tapped(_touched(flow, now), thing, now)
    return _happened(flow, thing, now)


def idle_left_ms(flow: Flow, now: Instant) -> int | None:
    """What is left of the warning countdown; None while nothing is about to be cleared."""
    if flow.screen not in _MAY_IDLE:
        return None
    left = flow.touched + IDLE_MS + WARNING_MS - now
    return left if left <= WARNING_MS else None


def pages(view: KioskView) -> int:
    """How many pages the services fill."""
    return max(1, -(-len(view.services) // PER_PAGE))


_RESTING = (Screen.HOME, Screen.AWAY, Screen.CLOSED)
_LOOKUP = (Screen.CODE, Screen.LOOKING, Screen.DOSSIER, Screen.DIGITS, Screen.FINDING)
_PROCEDURES = (Screen.PROCEDURES, Screen.PROCEDURE)
_MAY_IDLE = (
    Screen.SERVICES,
    Screen.PRIORITY,
    Screen.REFUSED,
    Screen.CODE,
    Screen.DOSSIER,
    Screen.DIGITS,
    Screen.FINDING,
    *_PROCEDURES,
)


def _touched(flow: Flow, now: Instant) -> Flow:
    if flow.screen is Screen.TICKET and flow.ends < now + TICKET_MS:
        flow = replace(flow, ends=Instant(now + TICKET_MS))
    return replace(flow, touched=now)


def _settle(flow: Flow, now: Instant) -> Flow:
    """AWAY and CLOSED come and go by themselves, where no number is at stake."""
    screen = _resting(flow, now)
    if flow.screen in _RESTING and flow.screen is not screen:
        # No finger brought this screen up, so the next touch is meant for it.
        return replace(_rest(flow, now), since=Instant(now - SETTLE_MS))
    if flow.screen in (Screen.SERVICES, Screen.PRIORITY) and screen is not Screen.HOME:
        before = _before_priority(flow)
        if before is Screen.SERVICES:
            return _rest(flow, now)
        # What was looked up is still true, and says why there is no number now.
        return _show(replace(flow, service=None), before, now)
    return flow


# --- touches -----------------------------------------------------------------------------


def _tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    match flow.screen:
        case Screen.TICKET:
            return ticket_flow.tapped(flow, tap, now)
        case Screen.SERVICES | Screen.PRIORITY:
            return _choosing(flow, tap, now)
        case screen if screen in _LOOKUP:
            return dossier_flow.tapped(flow, tap, now)
        case screen if screen in _PROCEDURES:
            return procedure_flow.tapped(flow, tap, now)
        case _:
            return _tapped_elsewhere(flow, tap, now)


def _choosing(flow: Flow, tap: Thing, now: Instant) -> Step:
    match flow.screen, tap:
        case Screen.SERVICES, TurnPage(by=by):
            return _turn(flow, by, now), ()
        case Screen.SERVICES, PickService():
            return _pick(flow, tap, now)
        case Screen.PRIORITY, PickPriority(priority=priority, request_id=request_id):
            return wish_for(flow, priority, request_id, now)
        case Screen.PRIORITY, Back():
            return _show(replace(flow, service=None), _before_priority(flow), now), ()
        case _, Home() | Back():
            return _rest(flow, now), ()
        case _:
            return flow, ()


def _tapped_elsewhere(flow: Flow, tap: Thing, now: Instant) -> Step:
    """Out of hours there are no numbers, and all the same answers."""
    match flow.screen, tap:
        case Screen.HOME, Start():
            return _show(replace(flow, page=0), Screen.SERVICES, now), ()
        case Screen.HOME | Screen.CLOSED, OpenLookup():
            return dossier_flow.opened(flow, now)
        case Screen.HOME | Screen.CLOSED, OpenProcedures():
            return procedure_flow.opened(flow, now)
        case Screen.REFUSED | Screen.DROPPED, Home() | Back():
            return _rest(flow, now), ()
        case Screen.WAITING, GiveUp() if flow.wish and now - flow.wish.at >= GIVE_UP_MS:
            return _rest(flow, now), (Abandon(flow.wish.request_id),)
        case _:
            return flow, ()


def _before_priority(flow: Flow) -> Screen:
    if flow.lookup is not None:
        return Screen.DOSSIER
    if flow.browse is not None:
        return Screen.PROCEDURE if flow.browse.code else Screen.PROCEDURES
    return Screen.SERVICES


def _turn(flow: Flow, by: int, now: Instant) -> Flow:
    assert flow.view is not None
    page = min(max(flow.page + by, 0), pages(flow.view) - 1)
    return replace(flow, page=page, since=now)


def _pick(flow: Flow, tap: PickService, now: Instant) -> Step:
    assert flow.view is not None
    known = service(flow.view, tap.service)
    if known is None or not known.open:
        return flow, ()
    priorities = flow.view.priorities
    flow = replace(flow, service=tap.service)
    if not priorities:
        return wish_for(flow, None, tap.request_id, now)
    return _show(flow, Screen.PRIORITY, now), ()


# --- the scanner -------------------------------------------------------------------------


def _scanned(flow: Flow, scan: Scan, now: Instant) -> Step:
    """Whoever holds a paper before the scanner is there now, on whatever screen; a receipt that
    was left there is nobody."""
    if not _hears(flow, scan):
        return flow, ()
    if isinstance(scan, DossierCode) and dossier_flow.read_again(flow, scan.code, now):
        return flow, ()
    flow = replace(flow, touched=now)
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
        case Screen.WAITING | Screen.AWAY:
            return False
        case Screen.TICKET:
            # Without its paper the screen is all that there is of the number.
            begins = not isinstance(scan, IdentityCard | Unknown)
            return begins and flow.printing is Printing.DONE and not flow.dropping
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


# --- the hub, the printer, time ----------------------------------------------------------


def _happened(flow: Flow, thing: Thing, now: Instant) -> Step:
    match thing:
        case ViewCame(view=view):
            page = min(flow.page, pages(view) - 1)
            return _settle(replace(flow, view=view, page=page), now), ()
        case TimeCame(at=at):
            return replace(flow, told_at=at, told=now), ()
        case ReachChanged(reach=reach):
            return _reached(flow, reach, now), ()
        case CatalogueCame(catalogue=catalogue):
            return procedure_flow.catalogue_came(flow, catalogue, now), ()
        case Scanned(scan=scan):
            return _scanned(flow, scan, now)
        case Answer():
            return dossier_flow.answered(flow, thing, now), ()
        case SlipDone():
            return dossier_flow.slip_done(flow, thing), ()
        case _:
            return _wished(flow, thing, now)


def _wished(flow: Flow, thing: Thing, now: Instant) -> Step:
    match thing:
        case Answered(request_id=request_id, issued=issued):
            return ticket_flow.answered(flow, request_id, issued, now)
        case Declined():
            return ticket_flow.declined(flow, thing, now), ()
        case Printed(outcome=outcome):
            return ticket_flow.printed(flow, outcome, now), (Report(outcome),)
        case Resumed(wish=wish):
            return ticket_flow.resumed(flow, wish, now)
        case _:
            return _ticked(flow, now)


def _reached(flow: Flow, reach: Reach, now: Instant) -> Flow:
    lost = None if reach is Reach.LIVE else flow.lost_at or now
    return _settle(replace(flow, reach=reach, lost_at=lost), now)


def _ticked(flow: Flow, now: Instant) -> Step:
    match flow.screen:
        case Screen.TICKET:
            return ticket_flow.ticked(flow, now), ()
        case Screen.DROPPED if now >= flow.ends:
            return _rest(flow, now), ()
        case Screen.WAITING if flow.wish and now - flow.wish.at >= WISH_LIVES_MS:
            return _rest(flow, now), (Abandon(flow.wish.request_id),)
        case _:
            flow = dossier_flow.ticked(flow, now)
            left = idle_left_ms(flow, now)
            if left is not None and left <= 0:
                return _rest(flow, now), ()
            return _settle(flow, now), ()
