"""The part of the flow that finds procedures: pure, `kiosk.flow` leads here.

      OpenProcedures               PickProcedure             TakeForProcedure ──▶ WAITING
HOME ────────────────▶ PROCEDURES ───────────────▶ PROCEDURE ┤
                        ▲ TypeKey, TurnPage         │ ▲      TakeWithPriority ──▶ PRIORITY
                        └───────── Back ────────────┘ └── Scanned(ProcedureCode)
"""

from msgspec.structs import replace

from kiosk import telex
from kiosk.moves import (
    Back,
    Home,
    PickProcedure,
    TakeForProcedure,
    TakeWithPriority,
    Thing,
    TurnPage,
    TypeKey,
)
from kiosk.state import PLAIN, Browse, Ease, Flow, Screen, Step, gives_numbers, leave, rest, show
from kiosk.ticket_flow import wish_for
from shared.messages import Procedure
from shared.model import Instant
from shared.procedures import Catalogue

CARDS = 5
CARDS_LARGE = 3
CARDS_LARGE_LOW = 2


def cards(ease: Ease) -> int:
    """How many procedures a page of the list holds."""
    if ease.large and ease.low:
        return CARDS_LARGE_LOW
    return CARDS_LARGE if ease.large or ease.low else CARDS


def has_procedures(flow: Flow) -> bool:
    """Whether there is anything to be searched."""
    return flow.catalogue is not None and bool(flow.catalogue.procedures)


def found(flow: Flow) -> tuple[Procedure, ...]:
    """What fits the query, best first."""
    if flow.catalogue is None or flow.browse is None:
        return ()
    hits = flow.catalogue.search(flow.browse.query)
    if hits or not flow.browse.keys:
        return hits
    # "karaoke" is no Vietnamese word: Telex spoils it, the keys as they were touched do not.
    return flow.catalogue.search(flow.browse.keys)


def list_pages(count: int, ease: Ease = PLAIN) -> int:
    """How many pages so many procedures fill."""
    return max(1, -(-count // cards(ease)))


def kept_in_range(flow: Flow) -> Flow:
    """The list's page, where there are fewer now."""
    if flow.browse is None:
        return flow
    last = list_pages(len(found(flow)), flow.ease) - 1
    return replace(flow, browse=replace(flow.browse, page=min(flow.browse.page, last)))


def chosen(flow: Flow) -> Procedure | None:
    """The procedure on the screen; None where a newer catalogue has lost it."""
    if flow.catalogue is None or flow.browse is None:
        return None
    return flow.catalogue.by_code(flow.browse.code)


def opened(flow: Flow, now: Instant) -> Step:
    """Home's way to the list."""
    if not has_procedures(flow):
        return flow, ()
    return show(replace(flow, browse=Browse()), Screen.PROCEDURES, now), ()


def scanned(flow: Flow, code: str, now: Instant) -> Flow | None:
    """A code on a notice or a form; None where the catalogue does not have it."""
    if flow.catalogue is None or flow.catalogue.by_code(code) is None:
        return None
    return show(replace(leave(flow, now), browse=Browse(code=code)), Screen.PROCEDURE, now)


def catalogue_came(flow: Flow, catalogue: Catalogue, now: Instant) -> Flow:
    """A newer catalogue: a procedure that it does not have any more leaves the screen."""
    flow = replace(flow, catalogue=catalogue)
    browse = flow.browse
    if browse is None:
        return flow
    if chosen(flow) is not None:
        return replace(flow, browse=replace(browse, page=0))
    if flow.screen is Screen.PROCEDURE:
        flow = show(flow, Screen.PROCEDURES, now)
    return replace(flow, browse=Browse(browse.query))


def tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    """A touch on PROCEDURES or PROCEDURE."""
    assert flow.browse is not None
    if isinstance(tap, Home):
        return rest(flow, now), ()
    if flow.screen is Screen.PROCEDURES:
        return _tapped_on_list(flow, flow.browse, tap, now), ()
    return _tapped_on_procedure(flow, tap, now)


def _tapped_on_list(flow: Flow, browse: Browse, tap: Thing, now: Instant) -> Flow:
    match tap:
        case Back():
            return leave(flow, now)
        case TypeKey(key=key):
            return replace(flow, browse=_typed(browse, key))
        case TurnPage(by=by):
            last = list_pages(len(found(flow)), flow.ease) - 1
            page = min(max(browse.page + by, 0), last)
            return replace(flow, browse=replace(browse, page=page), since=now)
        case PickProcedure(code=code):
            picked = replace(flow, browse=replace(browse, code=code))
            return show(picked, Screen.PROCEDURE, now) if chosen(picked) else flow
        case _:
            return flow


def _typed(browse: Browse, key: str) -> Browse:
    whole = bool(browse.keys) or not browse.query
    keys = browse.keys + key if whole and len(key) == 1 else ""
    return Browse(telex.press(browse.query, key), keys=keys)


def _tapped_on_procedure(flow: Flow, tap: Thing, now: Instant) -> Step:
    if isinstance(tap, Back):
        return _to_list(flow, now), ()
    procedure = chosen(flow)
    if procedure is None or not gives_numbers(flow, procedure.service, now):
        return flow, ()
    match tap:
        case TakeForProcedure(request_id=request_id):
            return wish_for(replace(flow, service=procedure.service), None, request_id, now)
        case TakeWithPriority() if flow.view and flow.view.priorities:
            return show(replace(flow, service=procedure.service), Screen.PRIORITY, now), ()
        case _:
            return flow, ()


def _to_list(flow: Flow, now: Instant) -> Flow:
    assert flow.browse is not None
    back = replace(flow.browse, code="")
    return show(replace(flow, browse=back, service=None), Screen.PROCEDURES, now)
