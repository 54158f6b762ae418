"""What the kiosk does next: a pure state machine over touches, scans, the hub's words and time.

                 Start          PickService        PickPriority        Answered
    HOME ───────────────▶ SERVICES ───────▶ PRIORITY ──────────▶ WAITING ─────▶ TICKET
     ▲ ▲                      │ Back, Home,     │                 │ │ Declined    │ Done, countdown
     │ └── countdown, Home ───┴── countdown ────┘        give up, │ └▶ REFUSED    │
     └────────────────────────────────────────────────── 2 min ───┴───────────────┤
                                          DROPPED ◀── DropTicket, ConfirmDrop ─────┘

    HOME ── OpenLookup ─────▶ CODE, LOOKING, DOSSIER, DIGITS, FINDING: `kiosk.dossier_flow`
    HOME ── OpenProcedures ─▶ PROCEDURES, PROCEDURE: `kiosk.procedure_flow`
    any  ── Scanned ────────▶ one of these; passed over while a number is at stake
    before WAITING stands CARD where the centre gives one number an identity card: `kiosk.card_flow`
    any  ── an emergency ───▶ EMERGENCY over it, until it is over: `kiosk.emergency_flow`

DOSSIER and PROCEDURE lead to PRIORITY or WAITING with what the number is for; Back from there leads
to them again.

In HOME's stead stands AWAY while the hub is out of touch, and CLOSED while no numbers are given;
both interrupt SERVICES and PRIORITY too, and go away by themselves; a PRIORITY that a dossier or a
procedure has led to falls back to that. WAITING and TICKET stay: the
place is safe whatever happens to the connection or the printer. Looking up goes on out of hours.

How somebody reads (language, `Ease`, guidance) changes on every screen at once, and nothing else
with it; it stays while they go back or scan, and goes with them.

Whatever is left of a person when they go is gone from `Flow`, and `Forget` tells the shell so.

`step` is given `now`, in milliseconds that never run backwards.
"""

from msgspec.structs import replace

from kiosk import card_flow, dossier_flow, emergency_flow, procedure_flow, ticket_flow
from kiosk.moves import (
    TAPS,
    Abandon,
    Answer,
    Answered,
    Back,
    CatalogueCame,
    Declined,
    Dropped,
    Forget,
    GiveUp,
    Guided,
    Home,
    Mode,
    OpenLookup,
    OpenProcedures,
    PickLanguage,
    PickPriority,
    PickService,
    Printed,
    PrinterIs,
    Reach,
    ReachChanged,
    Report,
    Resumed,
    Scanned,
    SlipDone,
    Start,
    Thing,
    Tick,
    TimeCame,
    Toggle,
    Touched,
    TurnPage,
    ViewCame,
)
from kiosk.scan_flow import scanned as _scanned
from kiosk.state import (
    ATTRACT_MS as ATTRACT_MS,
    PER_PAGE as PER_PAGE,
    SETTLE_MS as SETTLE_MS,
    Ease,
    Flow as Flow,
    News,
    Printing as Printing,
    Screen as Screen,
    Step,
    attracting as attracting,
    eased,
    leave as _leave,
    pages as pages,
    rest as _rest,
    resting as _resting,
    service as service,
    show as _show,
)
from kiosk.ticket_flow import (
    DROPPED_MS as DROPPED_MS,
    DROPS_WITHIN_MS as DROPS_WITHIN_MS,
    GIVE_UP_MS as GIVE_UP_MS,
    GUIDED_MS as GUIDED_MS,
    PRINTED_MS as PRINTED_MS,
    QUOTA_REACHED,
    SERVICE_CLOSED,
    TICKET_MS as TICKET_MS,
    TOLD_MS as TOLD_MS,
    TROUBLE_MS as TROUBLE_MS,
    TRYING_MS as TRYING_MS,
    WISH_LIVES_MS as WISH_LIVES_MS,
    wish_for,
)
from shared.model import Instant

IDLE_MS = 45_000
READING_MS = 60_000
"""The same on screens that hold much to read."""

WARNING_MS = 15_000


def step(flow: Flow, thing: Thing, now: Instant) -> Step:
    """The flow after `thing`, and what is to be done; what fits no screen is passed over."""
    before = emergency_flow.bare(flow)
    after, effects = _stepped(before, flow, thing, now)
    after = emergency_flow.covered(flow, after, now)
    if _holds(before) and (after.visit != before.visit or not _holds(after)):
        return after, (Forget(), *effects)
    return after, effects


def _holds(flow: Flow) -> bool:
    """Whether there is anything of a person that screens may show."""
    kept = (flow.lookup, flow.browse, flow.ticket, flow.claim, flow.again)
    return any(one is not None for one in kept) or bool(flow.number)


def _stepped(flow: Flow, shown: Flow, thing: Thing, now: Instant) -> Step:
    """One step of the bare flow; `shown` may have an emergency over it."""
    if isinstance(thing, Toggle | PickLanguage | Guided):
        return _touched(_reads(flow, thing), now), ()
    if isinstance(thing, Touched):
        return _woken(flow, now), ()
    if shown.behind is not None:
        if isinstance(thing, (*TAPS, Scanned)):
            return flow, ()
        if isinstance(thing, Tick) and flow.screen is not Screen.WAITING:
            return emergency_flow.ticked(flow, shown, now), ()
    if isinstance(thing, TAPS):
        return _tapping(flow, thing, now)
    return _happened(flow, thing, now)


def _tapping(flow: Flow, tap: Thing, now: Instant) -> Step:
    if now - flow.since < SETTLE_MS:
        return flow, ()
    if attracting(flow, now) and not isinstance(tap, Start):
        return _woken(flow, now), ()
    return _tapped(_touched(flow, now), tap, now)


def idle_left_ms(flow: Flow, now: Instant) -> int | None:
    """What is left of the warning countdown; None while nothing is about to be cleared."""
    if flow.screen in (Screen.TICKET, Screen.DROPPED):
        return ticket_flow.left_ms(flow, now)
    if flow.screen not in _MAY_IDLE and not (flow.screen in _RESTING and eased(flow)):
        return None
    left = flow.touched + idle_ms(flow) + WARNING_MS - now
    return left if left <= WARNING_MS else None


def idle_ms(flow: Flow) -> int:
    """How long this person may do nothing before they are asked."""
    if flow.guided:
        return GUIDED_MS
    return READING_MS if flow.screen in (Screen.DOSSIER, Screen.PROCEDURE) else IDLE_MS


_RESTING = (Screen.HOME, Screen.AWAY, Screen.CLOSED)
_LOOKUP = (Screen.CODE, Screen.LOOKING, Screen.DOSSIER, Screen.DIGITS, Screen.FINDING)
_PROCEDURES = (Screen.PROCEDURES, Screen.PROCEDURE)
_CHOOSING = (Screen.SERVICES, Screen.PRIORITY, Screen.CARD)
_MAY_IDLE = (
    Screen.SERVICES,
    Screen.PRIORITY,
    Screen.CARD,
    Screen.REFUSED,
    Screen.CODE,
    Screen.DOSSIER,
    Screen.DIGITS,
    Screen.FINDING,
    *_PROCEDURES,
)


def _touched(flow: Flow, now: Instant) -> Flow:
    return replace(ticket_flow.touched(flow, now), touched=now)


def _woken(flow: Flow, now: Instant) -> Flow:
    """Somebody is there. The touch that wakes home was meant for nothing on it; Start is a button
    of the screen that calls people, too."""
    if attracting(flow, now):
        flow = replace(flow, since=now)
    return _touched(flow, now)


def _reads(flow: Flow, thing: Toggle | PickLanguage | Guided) -> Flow:
    """What changes is how the person reads, and nothing of what they are at."""
    match thing:
        case PickLanguage(language=language):
            return replace(flow, language=language)
        case Guided(on=on):
            return replace(flow, guided=on)
        case _:
            # A page that is no more was the last.
            eased = replace(flow, ease=_other(flow.ease, thing.mode))
            return procedure_flow.kept_in_range(_page_kept(eased))


def _other(ease: Ease, mode: Mode) -> Ease:
    match mode:
        case Mode.LARGE:
            return replace(ease, large=not ease.large)
        case Mode.CONTRAST:
            return replace(ease, contrast=not ease.contrast)
        case _:
            return replace(ease, low=not ease.low)


def _page_kept(flow: Flow) -> Flow:
    last = pages(flow.view, flow.ease) - 1 if flow.view else 0
    return replace(flow, page=min(flow.page, last))


def _settle(flow: Flow, now: Instant) -> Flow:
    """AWAY and CLOSED come and go by themselves, where no number is at stake."""
    screen = _resting(flow, now)
    if flow.screen in _RESTING and flow.screen is not screen:
        # No finger brought this screen up, so the next touch is meant for it; whoever stands
        # before it reads on as they did.
        return replace(_leave(flow, now), since=Instant(now - SETTLE_MS))
    if flow.screen in _CHOOSING and screen is not Screen.HOME:
        before = _before_choice(flow)
        if before is Screen.SERVICES:
            return _leave(flow, now)
        # What was looked up is still true, and says why there is no number now.
        return _show(replace(flow, service=None, claim=None), before, now)
    if flow.lookup is not None and flow.lookup.news is News.OFFLINE and screen is not Screen.AWAY:
        return _leave(flow, now)
    return flow


# --- touches -----------------------------------------------------------------------------


def _tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    match flow.screen:
        case Screen.TICKET:
            return ticket_flow.tapped(flow, tap, now)
        case Screen.SERVICES | Screen.PRIORITY:
            return _choosing(flow, tap, now)
        case Screen.CARD:
            return card_flow.tapped(flow, tap, now)
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
            return _show(replace(flow, service=None), _before_choice(flow), now), ()
        case _, Home():
            return _rest(flow, now), ()
        case _, Back():
            return _leave(flow, now), ()
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
        case Screen.REFUSED | Screen.DROPPED | Screen.HOME | Screen.CLOSED | Screen.AWAY, Home():
            return _rest(flow, now), ()
        case Screen.REFUSED, Back():
            return ticket_flow.left_refused(flow, now), ()
        case Screen.WAITING, GiveUp() if flow.wish and now - flow.wish.at >= GIVE_UP_MS:
            return _rest(flow, now), (Abandon(flow.wish.request_id),)
        case _:
            return flow, ()


def _before_choice(flow: Flow) -> Screen:
    if flow.lookup is not None:
        return Screen.DOSSIER
    if flow.browse is not None:
        return Screen.PROCEDURE if flow.browse.code else Screen.PROCEDURES
    return Screen.SERVICES


def _turn(flow: Flow, by: int, now: Instant) -> Flow:
    assert flow.view is not None
    page = min(max(flow.page + by, 0), pages(flow.view, flow.ease) - 1)
    return replace(flow, page=page, since=now)


def _pick(flow: Flow, tap: PickService, now: Instant) -> Step:
    view = flow.view
    known = service(view, tap.service) if view else None
    if view is None or known is None:
        return flow, ()
    if not known.open:
        code = QUOTA_REACHED if known.full else SERVICE_CLOSED
        flow = replace(flow, service=known.id)
        return ticket_flow.refuse(flow, code, now, known.why or ""), ()
    flow = replace(flow, service=known.id)
    if not view.priorities:
        return wish_for(flow, None, tap.request_id, now)
    return _show(flow, Screen.PRIORITY, now), ()


# --- the hub, the printer, time ----------------------------------------------------------


def _happened(flow: Flow, thing: Thing, now: Instant) -> Step:
    match thing:
        case ViewCame(view=view):
            return _settle(_page_kept(replace(flow, view=view)), now), ()
        case TimeCame(at=at):
            return replace(flow, told_at=at, told=now), ()
        case ReachChanged(reach=reach):
            return _reached(flow, reach, now), ()
        case CatalogueCame(catalogue=catalogue):
            return procedure_flow.catalogue_came(flow, catalogue, now), ()
        case Scanned(scan=scan):
            return _scanned(flow, scan, now)
        case Answer() if card_flow.answers(flow, thing):
            return card_flow.answered(flow, thing, now)
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
        case Dropped():
            return ticket_flow.drop_answered(flow, thing, now), ()
        case Printed(outcome=outcome):
            return ticket_flow.printed(flow, outcome, now), (Report(outcome),)
        case PrinterIs(state=state):
            return ticket_flow.printer_is(flow, state, now), ()
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
        case Screen.DROPPED:
            return ticket_flow.drop_ticked(flow, now), ()
        case Screen.REFUSED if flow.again is not None and now >= flow.ends:
            return ticket_flow.ask_again(flow, flow.again, now)
        case Screen.WAITING if flow.wish and now - flow.wish.at >= WISH_LIVES_MS:
            return _rest(flow, now), (Abandon(flow.wish.request_id),)
        case _:
            flow = dossier_flow.ticked(flow, now)
            left = idle_left_ms(flow, now)
            if left is not None and left <= 0:
                return _rest(flow, now), ()
            return _settle(flow, now), ()
