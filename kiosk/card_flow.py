"""The part of the flow that asks for an identity card: pure, `kiosk.flow` leads here.

                                   Scanned(IdentityCard)              Answer(CardMarked)
    wish_for, card needed ──▶ CARD ─────────────────────▶ it is asked ─────────────────▶ WAITING
                              │  ▲                          │ anything else
     Back, Home, NoCard ◀─────┘  └──────────────────────────┘

What was read of the card goes with the question, and into nothing else.
"""

from msgspec.structs import replace

from kiosk.moves import Answer, Back, Home, Inquire, NoCard, Thing
from kiosk.state import Claim, Flow, Screen, Step, Trouble, rest, show
from kiosk.ticket_flow import NO_CARD, refuse, send
from shared.messages import CardMarked, MarkCard
from shared.model import Instant
from shared.receipt_code import IdentityCard, Scan, Unknown


def tapped(flow: Flow, tap: Thing, now: Instant) -> Step:
    """A touch on CARD."""
    assert flow.claim is not None
    match tap:
        case Home():
            return rest(flow, now), ()
        case Back():
            return stepped_back(flow, flow.claim, now), ()
        case NoCard():
            return refuse(replace(flow, claim=None), NO_CARD, now), ()
        case _:
            return flow, ()


def stepped_back(flow: Flow, claim: Claim, now: Instant) -> Flow:
    """To where the number was chosen."""
    kept = flow.service if claim.back is Screen.PRIORITY else None
    return show(replace(flow, claim=None, service=kept), claim.back, now)


def scanned(flow: Flow, scan: Scan, now: Instant) -> Step:
    """Something lies before the scanner while CARD waits for a card."""
    claim = flow.claim
    assert claim is not None
    if claim.asked:
        return flow, ()
    flow = replace(flow, touched=now)
    if isinstance(scan, IdentityCard):
        order = flow.orders + 1
        asking = replace(claim, asked=order, trouble=None)
        question = MarkCard(scan.digest)
        return replace(flow, orders=order, claim=asking), (Inquire(order, question),)
    trouble = Trouble.UNREAD if isinstance(scan, Unknown) else Trouble.NO_CARD
    return replace(flow, claim=replace(claim, trouble=trouble)), ()


def answers(flow: Flow, answer: Answer) -> bool:
    """Whether that answer is to CARD's question."""
    return flow.claim is not None and flow.claim.asked == answer.asked


def answered(flow: Flow, answer: Answer, now: Instant) -> Step:
    """The hub has marked the card, or has not."""
    claim = flow.claim
    assert claim is not None
    if isinstance(answer.finding, CardMarked):
        return send(flow, claim.priority, claim.request_id, now, answer.finding.mark)
    flow = replace(flow, touched=now)
    return replace(flow, claim=replace(claim, asked=0, trouble=Trouble.UNANSWERED)), ()
