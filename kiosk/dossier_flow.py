"""The part of the flow that looks things up: pure, `kiosk.flow` leads here.

          OpenLookup          LookUp              DossierFound         AskName
    HOME ────────────▶ CODE ──────────▶ LOOKING ───────────────▶ DOSSIER ───────▶ DIGITS
                        ▲                │ ▲  │                  │  ▲  │             │
                        └── Back, typed ─┘ │  │ anything else    │  └──┼── fits ─────┤
                                           │  ▼                  │     └── Back ─────┘
     any screen but WAITING,    Scanned    │  FINDING            │ TakeForDossier ──▶ WAITING
     AWAY, TICKET without its paper ───────┘                     └ TakeWithPriority ▶ PRIORITY

A scan begins a new person's look-up: whatever the one before left is gone first. The same receipt
read again begins nothing, nor for a moment after its look-up was left: it lies there still. An
answer counts only under the number of the question that is awaited. The four digits are kept while
they are typed, and go with the question; an identity card answers them at once.

Back from FINDING leads to CODE where the code was typed, and home where it was scanned.
"""

from msgspec.structs import replace

from kiosk import code_pad
from kiosk.dossier_desk import read, slip
from kiosk.moves import (
    ANSWER_WITHIN_S,
    Answer,
    AskName,
    Back,
    Home,
    Inquire,
    LookUp,
    PadKey,
    PickStart,
    PrintSlip,
    PutOnPaper,
    SlipDone,
    Start,
    TakeForDossier,
    TakeWithPriority,
    Thing,
)
from kiosk.paper import NO_PRINTER, OK, SENT
from kiosk.state import Flow, Lookup, News, Printing, Screen, Step, leave, rest, resting, show
from kiosk.ticket_flow import wish_for
from shared.dossiers import DossierView
from shared.messages import (
    DossierFound,
    DossierUnavailable,
    Finding,
    LookUpDossier,
    LookUpTicket,
    Question,
    Refused,
    TicketFound,
    TicketNotFound,
)
from shared.model import Instant, TicketId
from shared.receipt_code import dossier_code

DIGITS = 4
TAKEN_AWAY_MS = 3_000
"""After a look-up is left, its receipt is given this long to be taken from under the scanner."""

ANSWER_WITHIN_MS = round(ANSWER_WITHIN_S * 1000)


def looks_up(flow: Flow) -> bool:
    """Whether this centre has look-ups."""
    return flow.view is not None and bool(flow.view.dossier_prefixes)


# --- what begins a look-up ---------------------------------------------------------------


def opened(flow: Flow, now: Instant) -> Step:
    """Home's way to the keypad."""
    if not looks_up(flow):
        return flow, ()
    return show(replace(flow, lookup=Lookup(typed=True)), Screen.CODE, now), ()


def scanned_code(flow: Flow, code: str, now: Instant) -> Step:
    """A receipt lies before the scanner."""
    if not looks_up(flow):
        return tell(flow, News.LOOKUP_OFF, now), ()
    return _ask(leave(flow, now), Lookup(code), LookUpDossier(code), now)


def read_again(flow: Flow, code: str, now: Instant) -> bool:
    """Whether this is the receipt that was read already, and lies there still."""
    if flow.lookup is not None and flow.screen in _OF_ONE_CODE:
        return flow.lookup.code == code
    return flow.left_mark == hash(code) and now - flow.left_at < TAKEN_AWAY_MS


_OF_ONE_CODE = (Screen.LOOKING, Screen.DOSSIER, Screen.DIGITS)


def scanned_ticket(flow: Flow, ticket: TicketId, now: Instant) -> Step:
    """A number of ours: where does it stand?"""
    return _ask(leave(flow, now), Lookup(), LookUpTicket(ticket), now)


def scanned_card(flow: Flow, last_four: str, now: Instant) -> Step:
    """An identity card says the four digits; it begins nothing."""
    match flow.screen:
        case Screen.DOSSIER | Screen.DIGITS:
            assert flow.lookup is not None
            return _answer_digits(flow, flow.lookup, last_four, now)
        case Screen.LOOKING:
            return flow, ()
        case _:
            return tell(flow, News.RECEIPT_FIRST, now), ()


def tell(flow: Flow, news: News, now: Instant) -> Flow:
    """A word about what was scanned."""
    return show(replace(leave(flow, now), lookup=Lookup(news=news)), Screen.FINDING, now)


def _ask(flow: Flow, lookup: Lookup, question: Question, now: Instant) -> Step:
    order = flow.orders + 1
    flow = replace(flow, orders=order, lookup=replace(lookup, asked=order))
    return show(flow, Screen.LOOKING, now), (Inquire(order, question),)


# --- touches -----------------------------------------------------------------------------


def tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    """A touch on CODE, LOOKING, DOSSIER, DIGITS or FINDING."""
    assert flow.lookup is not None
    lookup = flow.lookup
    match flow.screen, tap:
        case Screen.DIGITS, Back():
            again = replace(lookup, digits="", asked=0, problem="")
            return show(replace(flow, lookup=again), Screen.DOSSIER, now), ()
        case Screen.LOOKING | Screen.FINDING, Back() if lookup.typed:
            again = Lookup(lookup.code, typed=True)
            return show(replace(flow, lookup=again), Screen.CODE, now), ()
        case _, Back():
            return _left(leave(flow, now), flow, lookup, now), ()
        case _, Home():
            return _left(rest(flow, now), flow, lookup, now), ()
        case Screen.FINDING, Start() if resting(flow, now) is Screen.HOME:
            return show(leave(flow, now), Screen.SERVICES, now), ()
        case Screen.CODE, PadKey() | PickStart() | LookUp():
            return _tapped_on_code(flow, lookup, tap, now)
        case Screen.DIGITS, PadKey(key=key):
            return _digit(flow, lookup, key, now)
        case Screen.DOSSIER, _ if lookup.dossier is not None:
            return _tapped_on_dossier(flow, lookup, lookup.dossier, tap, now)
        case _:
            return flow, ()


def _left(rested: Flow, flow: Flow, lookup: Lookup, now: Instant) -> Flow:
    if flow.screen not in _OF_ONE_CODE:
        return rested
    return replace(rested, left_mark=hash(lookup.code), left_at=now)


def _tapped_on_code(flow: Flow, lookup: Lookup, tap: Thing, now: Instant) -> Step:
    match tap:
        case PadKey(key=key):
            code = code_pad.press(lookup.code, key)
        case PickStart(text=text):
            code = text
        case _:
            whole = dossier_code(lookup.code)
            if whole is None or not code_pad.whole(lookup.code):
                return flow, ()
            return _ask(flow, Lookup(whole, typed=True), LookUpDossier(whole), now)
    return replace(flow, lookup=replace(lookup, code=code)), ()


def _tapped_on_dossier(
    flow: Flow, lookup: Lookup, dossier: DossierView, tap: Thing, now: Instant
) -> Step:
    match tap:
        case AskName() if dossier.applicant is None:
            return show(flow, Screen.DIGITS, now), ()
        case TakeForDossier(request_id=request_id):
            service = read(flow, dossier, now).takes
            if service is None:
                return flow, ()
            return wish_for(replace(flow, service=service), None, request_id, now)
        case TakeWithPriority():
            service = read(flow, dossier, now).takes
            if service is None or flow.view is None or not flow.view.priorities:
                return flow, ()
            return show(replace(flow, service=service), Screen.PRIORITY, now), ()
        case PrintSlip() if may_print(lookup):
            order = flow.orders + 1
            printing = replace(lookup, slip=order, printing=Printing.RUNNING, trouble="")
            flow = replace(flow, orders=order, lookup=printing)
            return flow, (PutOnPaper(order, slip(flow, dossier, now)),)
        case _:
            return flow, ()


def may_print(lookup: Lookup) -> bool:
    """One slip is enough; after a failure there may be another, if there is a printer at all."""
    if lookup.printing is Printing.FAILED:
        return lookup.trouble != NO_PRINTER
    return lookup.printing is None


# --- the four digits ---------------------------------------------------------------------


def _digit(flow: Flow, lookup: Lookup, key: str, now: Instant) -> Step:
    """One key; the fourth digit asks by itself."""
    if lookup.asked:
        return flow, ()
    match key:
        case "clear":
            digits = ""
        case "erase":
            digits = lookup.digits[:-1]
        case _ if len(key) == 1 and key in "0123456789":
            digits = lookup.digits + key
        case _:
            return flow, ()
    if len(digits) == DIGITS:
        return _answer_digits(flow, lookup, digits, now)
    return replace(flow, lookup=replace(lookup, digits=digits, problem="")), ()


def _answer_digits(flow: Flow, lookup: Lookup, digits: str, now: Instant) -> Step:
    assert lookup.dossier is not None
    if lookup.asked or lookup.dossier.applicant is not None:
        return flow, ()
    order = flow.orders + 1
    asking = replace(lookup, asked=order, digits="", problem="")
    flow = replace(flow, orders=order, lookup=asking)
    question = LookUpDossier(lookup.dossier.code, digits)
    return show(flow, Screen.DIGITS, now), (Inquire(order, question),)


# --- answers, paper, time ----------------------------------------------------------------


def answered(flow: Flow, answer: Answer, now: Instant) -> Flow:
    """What the hub says to the question that is awaited; to any other it is too late."""
    lookup = flow.lookup
    if lookup is None or lookup.asked != answer.asked:
        return flow
    # Now there is something to read, and the time for it begins.
    flow, lookup = replace(flow, touched=now), replace(lookup, asked=0)
    if isinstance(answer.finding, DossierFound):
        found = replace(lookup, dossier=answer.finding.dossier, problem="")
        return show(replace(flow, lookup=found), Screen.DOSSIER, now)
    if flow.screen is Screen.DIGITS:
        return replace(flow, lookup=_no_name(lookup, answer.finding))
    return show(replace(flow, lookup=_told(lookup, answer.finding)), Screen.FINDING, now)


def _no_name(lookup: Lookup, finding: Finding | Refused | None) -> Lookup:
    told = _told(lookup, finding)
    return replace(told, news=None, problem=told.news or "")


def _told(lookup: Lookup, finding: Finding | Refused | None) -> Lookup:
    match finding:
        case TicketFound(ticket=ticket):
            return replace(lookup, news=News.TICKET, ticket=ticket)
        case TicketNotFound():
            return replace(lookup, news=News.TICKET_NOT_FOUND)
        case Refused(code=code, reason=reason):
            return replace(lookup, news=News.REFUSED, refusal=code, refused=reason)
        case None:
            return replace(lookup, news=News.UNAVAILABLE)
        case DossierUnavailable(since=since):
            return replace(lookup, news=News.UNAVAILABLE, since=since)
        case _:
            return replace(lookup, news=News.NOT_FOUND)


_OUT = {OK: Printing.DONE, SENT: Printing.SENT}


def slip_done(flow: Flow, done: SlipDone) -> Flow:
    """The slip is out, or why not."""
    lookup = flow.lookup
    if lookup is None or lookup.slip != done.slip:
        return flow
    printing = _OUT.get(done.code, Printing.FAILED)
    trouble = "" if done.code in _OUT else done.code
    return replace(flow, lookup=replace(lookup, printing=printing, trouble=trouble))


def ticked(flow: Flow, now: Instant) -> Flow:
    """Whoever waits for an answer is told in time that there is none."""
    if flow.left_mark is not None and now - flow.left_at >= TAKEN_AWAY_MS:
        flow = replace(flow, left_mark=None, left_at=Instant(0))
    lookup = flow.lookup
    if lookup is None or not lookup.asked or now - flow.since < ANSWER_WITHIN_MS:
        return flow
    return answered(flow, Answer(lookup.asked, None), now)
