"""What the kiosk does next: a pure state machine over touches, the hub's words and time.

                 Start          PickService        PickPriority        Answered
    HOME ───────────────▶ SERVICES ───────▶ PRIORITY ──────────▶ WAITING ─────▶ TICKET
     ▲ ▲                      │ Back, Home,     │                 │ │ Declined    │ Done, countdown
     │ └── countdown, Home ───┴── countdown ────┘        give up, │ └▶ REFUSED    │
     └────────────────────────────────────────────────── 2 min ───┴───────────────┤
                                          DROPPED ◀── DropTicket, ConfirmDrop ─────┘

In HOME's stead stands AWAY while the hub is out of touch, and CLOSED while no numbers are given;
both interrupt SERVICES and PRIORITY too, and go away by themselves. WAITING and TICKET stay: the
place is safe whatever happens to the connection or the printer.

`step` is given `now`, in milliseconds that never run backwards.
"""

from enum import StrEnum

import msgspec
from msgspec.structs import replace

from kiosk import paper
from kiosk.moves import (
    TAPS,
    Abandon,
    Answered,
    Back,
    CancelTicket,
    ConfirmDrop,
    Declined,
    Done,
    DropTicket,
    Effect,
    GiveUp,
    Home,
    KeepTicket,
    PickPriority,
    PickService,
    Print,
    Printed,
    Reach,
    ReachChanged,
    Report,
    Resumed,
    Send,
    Start,
    Thing,
    TimeCame,
    Touched,
    TurnPage,
    ViewCame,
    Wish,
)
from kiosk.paper import Paper, PrintOutcome
from shared.messages import Issued, IssueTicket, KioskService, KioskView
from shared.model import Instant, PriorityId, RequestId, ServiceId

SETTLE_MS = 250
"""Touches this soon after a new screen were meant for the one before: a double tap is one tap."""

IDLE_MS = 45_000
WARNING_MS = 15_000
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
LOST_MS = 3_000
"""A connection gone for less than this is nobody's concern."""

PER_PAGE = 20


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


class Printing(StrEnum):
    """What became of the paper."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Flow(msgspec.Struct, frozen=True):
    """Everything the screens are drawn from."""

    screen: Screen = Screen.AWAY
    since: Instant = Instant(-SETTLE_MS)
    """When this screen came up."""
    view: KioskView | None = None
    reach: Reach = Reach.LOST
    lost_at: Instant | None = None
    """When the connection went, until it is back; None at start: out of touch from the first."""
    told_at: str = ""
    """The hall's time as last heard, ISO; heard at `told`."""
    told: Instant = Instant(0)
    touched: Instant = Instant(0)
    """When a finger was last on the glass."""
    page: int = 0
    service: ServiceId | None = None
    wish: Wish | None = None
    ticket: Issued | None = None
    printing: Printing = Printing.RUNNING
    trouble: str = ""
    """Why there is no paper, one of the codes of `kiosk.paper`."""
    ends: Instant = Instant(0)
    """When TICKET or DROPPED ends by itself."""
    dropping: bool = False
    """Whether TICKET asks if the number is really to be given up."""
    code: str = ""
    reason: str = ""
    """REFUSED: the hub's code and words."""


Step = tuple[Flow, tuple[Effect, ...]]


def step(flow: Flow, thing: Thing, now: Instant) -> Step:
    """The flow after `thing`, and what is to be done; what fits no screen is passed over."""
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


_MAY_IDLE = (Screen.SERVICES, Screen.PRIORITY, Screen.REFUSED)
_RESTING = (Screen.HOME, Screen.AWAY, Screen.CLOSED)


def _touched(flow: Flow, now: Instant) -> Flow:
    if flow.screen is Screen.TICKET and flow.ends < now + TICKET_MS:
        flow = replace(flow, ends=Instant(now + TICKET_MS))
    return replace(flow, touched=now)


def _show(flow: Flow, screen: Screen, now: Instant) -> Flow:
    return replace(flow, screen=screen, since=now)


def _rest(flow: Flow, now: Instant) -> Flow:
    """Forget the person; show home, or why there is none."""
    return Flow(
        screen=_resting(flow, now),
        since=now,
        view=flow.view,
        reach=flow.reach,
        lost_at=flow.lost_at,
        told_at=flow.told_at,
        told=flow.told,
        touched=flow.touched,
    )


def _resting(flow: Flow, now: Instant) -> Screen:
    if flow.view is None or flow.reach is Reach.STALE:
        return Screen.AWAY
    if flow.lost_at is not None and now - flow.lost_at >= LOST_MS:
        return Screen.AWAY
    return Screen.HOME if flow.view.open else Screen.CLOSED


def _settle(flow: Flow, now: Instant) -> Flow:
    """AWAY and CLOSED come and go by themselves, where no number is at stake."""
    screen = _resting(flow, now)
    if flow.screen in _RESTING and flow.screen is not screen:
        # No finger brought this screen up, so the next touch is meant for it.
        return replace(_rest(flow, now), since=Instant(now - SETTLE_MS))
    if flow.screen in (Screen.SERVICES, Screen.PRIORITY) and screen is not Screen.HOME:
        return _rest(flow, now)
    return flow


# --- touches -----------------------------------------------------------------------------


def _tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    if flow.screen is Screen.TICKET:
        return _tapped_on_ticket(flow, tap, now)
    match flow.screen, tap:
        case Screen.HOME, Start():
            return _show(replace(flow, page=0), Screen.SERVICES, now), ()
        case Screen.SERVICES, TurnPage(by=by):
            return _turn(flow, by, now), ()
        case Screen.SERVICES, PickService():
            return _pick(flow, tap, now)
        case Screen.PRIORITY, PickPriority(priority=priority, request_id=request_id):
            return _ask(flow, priority, request_id, now)
        case Screen.PRIORITY, Back():
            return _show(replace(flow, service=None), Screen.SERVICES, now), ()
        case Screen.SERVICES | Screen.PRIORITY | Screen.REFUSED | Screen.DROPPED, Home() | Back():
            return _rest(flow, now), ()
        case Screen.WAITING, GiveUp() if flow.wish and now - flow.wish.at >= GIVE_UP_MS:
            return _rest(flow, now), (Abandon(flow.wish.request_id),)
        case _:
            return flow, ()


def _tapped_on_ticket(flow: Flow, tap: Thing, now: Instant) -> Step:
    assert flow.ticket is not None
    match tap, flow.dropping:
        case Done(), False:
            return _rest(flow, now), ()
        case DropTicket(), False:
            return replace(flow, dropping=True, since=now), ()
        case KeepTicket(), True:
            return replace(flow, dropping=False, since=now), ()
        case ConfirmDrop(), True:
            dropped = replace(flow, dropping=False, ends=Instant(now + DROPPED_MS))
            return _show(dropped, Screen.DROPPED, now), (CancelTicket(flow.ticket.ticket),)
        case _:
            return flow, ()


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
        return _ask(flow, None, tap.request_id, now)
    return _show(flow, Screen.PRIORITY, now), ()


def _ask(flow: Flow, priority: PriorityId | None, request_id: RequestId, now: Instant) -> Step:
    assert flow.service is not None
    wish = Wish(request_id, IssueTicket(flow.service, priority), now)
    return _show(replace(flow, wish=wish), Screen.WAITING, now), (Send(wish),)


def service(view: KioskView, wanted: ServiceId | None) -> KioskService | None:
    """That service of the view, if there is one."""
    return next((one for one in view.services if one.id == wanted), None)


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
        case Answered(request_id=request_id, issued=issued):
            return _answered(flow, request_id, issued, now)
        case Declined():
            return _declined(flow, thing, now), ()
        case Printed(outcome=outcome):
            return _printed(flow, outcome, now), (Report(outcome),)
        case Resumed(wish=wish):
            return _resumed(flow, wish, now)
        case _:
            return _ticked(flow, now)


def _reached(flow: Flow, reach: Reach, now: Instant) -> Flow:
    lost = None if reach is Reach.LIVE else flow.lost_at or now
    return _settle(replace(flow, reach=reach, lost_at=lost), now)


def _answered(flow: Flow, request_id: RequestId, issued: Issued, now: Instant) -> Step:
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
    return _show(flow, Screen.TICKET, now), (Print(_paper(flow.view, issued)),)


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


def _declined(flow: Flow, refusal: Declined, now: Instant) -> Flow:
    if flow.wish is None or flow.wish.request_id != refusal.request_id:
        return flow
    flow = replace(flow, wish=None, code=refusal.code, reason=refusal.reason, touched=now)
    return _show(flow, Screen.REFUSED, now)


def _printed(flow: Flow, outcome: PrintOutcome, now: Instant) -> Flow:
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


def _resumed(flow: Flow, wish: Wish, now: Instant) -> Step:
    if flow.wish is not None or not 0 <= now - wish.at < WISH_LIVES_MS:
        return flow, (Abandon(wish.request_id),)
    flow = replace(flow, wish=wish, service=wish.command.service)
    return _show(flow, Screen.WAITING, now), ()


def _ticked(flow: Flow, now: Instant) -> Step:
    match flow.screen:
        case Screen.TICKET:
            return _ticket_ticked(flow, now), ()
        case Screen.DROPPED if now >= flow.ends:
            return _rest(flow, now), ()
        case Screen.WAITING if flow.wish and now - flow.wish.at >= WISH_LIVES_MS:
            return _rest(flow, now), (Abandon(flow.wish.request_id),)
        case _:
            left = idle_left_ms(flow, now)
            if left is not None and left <= 0:
                return _rest(flow, now), ()
            return _settle(flow, now), ()


def _ticket_ticked(flow: Flow, now: Instant) -> Flow:
    if now < flow.ends:
        return flow
    if flow.printing is Printing.RUNNING:
        # A printer that says nothing must not hide from the person that there is no paper.
        return _in_trouble(flow, paper.TIMEOUT, now)
    return _rest(flow, now)
