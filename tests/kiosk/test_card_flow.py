"""One number an identity card: nothing of the card stays in the kiosk."""

from hashlib import sha256

import pytest

from kiosk import moves as m
from kiosk.flow import Flow, Screen, step
from kiosk.state import Trouble, awaited
from shared.messages import CardMarked, IssueTicket, MarkCard, Refused
from shared.model import PriorityId, ServiceId, TicketId
from shared.receipt_code import IdentityCard, Scan, TicketLink, Unknown, parse
from tests.kiosk.hall import (
    CODE,
    at,
    at_dossier,
    at_procedure,
    home,
    request,
    scan,
    view,
    walk,
)

LAND = ServiceId("s14")
NUMBER = "040099001234"
DIGEST = sha256(NUMBER.encode()).hexdigest()
MARK = "ab" * 32
CARD = parse(f"{NUMBER}||Nguyễn Thị Huệ|01021999|Nữ|Nghệ An|10052021")


def at_card(**changes: object) -> Flow:
    return walk(
        (1_000, m.Start()),
        (2_000, m.PickService(LAND, request(1))),
        (3_000, m.PickPriority(PriorityId("p0"), request(2))),
        start=home(view(card_needed=True, **changes)),
    )


def asked() -> Flow:
    return walk((4_000, m.Scanned(CARD)), start=at_card())


def test_after_service_and_priority_the_kiosk_wants_a_card() -> None:
    flow = at_card()
    assert (flow.screen, flow.wish) == (Screen.CARD, None)


def test_the_card_is_marked_and_the_number_asked_for_with_the_mark() -> None:
    flow, effects = step(at_card(), m.Scanned(CARD), at(4_000))
    assert effects == (m.Inquire(flow.orders, MarkCard(DIGEST)),)
    assert awaited(flow) == flow.orders
    flow, effects = step(flow, m.Answer(flow.orders, CardMarked(MARK)), at(4_050))
    sent = next(effect for effect in effects if isinstance(effect, m.Send))
    assert sent.wish.command == IssueTicket(LAND, PriorityId("p0"), card=MARK)
    assert sent.wish.request_id == request(2)
    assert (flow.screen, flow.claim, awaited(flow)) == (Screen.WAITING, None, 0)


def test_nothing_of_the_card_is_in_the_flow_or_in_what_a_log_could_show() -> None:
    flow, effects = step(at_card(), m.Scanned(CARD), at(4_000))
    for told in (repr(flow), repr(effects), repr(m.Scanned(CARD))):
        assert NUMBER not in told and DIGEST not in told and NUMBER[-4:] not in told


@pytest.mark.parametrize(
    ("what", "trouble"),
    [
        (Unknown("strange"), Trouble.UNREAD),
        (TicketLink(TicketId("Zm9vYmFyYmF6cXV4")), Trouble.NO_CARD),
    ],
)
def test_what_is_no_card_is_told_of_and_costs_nothing(what: Scan, trouble: Trouble) -> None:
    flow, effects = step(at_card(), m.Scanned(what), at(4_000))
    assert (flow.screen, effects) == (Screen.CARD, ())
    assert flow.claim is not None and flow.claim.trouble is trouble
    again, _ = step(flow, m.Scanned(CARD), at(5_000))
    assert again.claim is not None and again.claim.trouble is None


def test_a_card_that_is_read_twice_is_asked_about_once() -> None:
    flow = asked()
    assert step(flow, m.Scanned(CARD), at(4_100)) == (flow, ())


@pytest.mark.parametrize(
    "finding", [None, Refused(request(), "too_many_lookups", "Mời thử lại sau.")]
)
def test_without_a_mark_the_card_may_be_shown_again(finding: Refused | None) -> None:
    flow = asked()
    flow, effects = step(flow, m.Answer(flow.orders, finding), at(9_000))
    assert (flow.screen, effects, awaited(flow)) == (Screen.CARD, (), 0)
    assert flow.claim is not None and flow.claim.trouble is Trouble.UNANSWERED
    assert step(flow, m.Scanned(CARD), at(9_500))[1] != ()


def test_back_leads_to_where_the_number_was_chosen_and_home_home() -> None:
    back, _ = step(at_card(), m.Back(), at(4_000))
    assert (back.screen, back.service, back.claim) == (Screen.PRIORITY, LAND, None)
    assert step(at_card(), m.Home(), at(4_000))[0].screen is Screen.HOME
    assert step(at_card(), m.Done(), at(4_000))[0].screen is Screen.CARD
    late = step(step(asked(), m.Back(), at(4_500))[0], m.Answer(1, CardMarked(MARK)), at(4_600))
    assert (late[0].screen, late[1]) == (Screen.PRIORITY, ())


def test_a_site_without_priorities_leads_back_to_the_services() -> None:
    flow = walk(
        (1_000, m.Start()),
        (2_000, m.PickService(LAND, request(1))),
        (3_000, m.Back()),
        start=home(view(card_needed=True, priorities=())),
    )
    assert (flow.screen, flow.service) == (Screen.SERVICES, None)


def test_who_has_no_card_is_told_where_to_go() -> None:
    flow, effects = step(at_card(), m.NoCard(), at(4_000))
    assert (flow.screen, flow.code, flow.claim) == (Screen.REFUSED, "no_card", None)
    assert effects == (m.Forget(),)


@pytest.mark.parametrize("ready", [False, True])
def test_a_number_for_a_dossier_keeps_it_through_the_card(ready: bool) -> None:
    start = at_dossier(whole=view(card_needed=True))
    flow = walk((3_000, m.TakeForDossier(request())), start=start)
    assert (flow.screen, flow.lookup is not None) == (Screen.CARD, True)
    if not ready:
        back = walk((4_000, m.Back()), start=flow)
        assert (back.screen, back.service) == (Screen.DOSSIER, None)
        return
    flow = walk((4_000, m.Scanned(CARD)), start=flow)
    flow, effects = step(flow, m.Answer(awaited(flow), CardMarked(MARK)), at(4_100))
    assert isinstance(effects[-1], m.Send)
    assert (effects[-1].wish.command.dossier, effects[-1].wish.command.card) == (CODE, MARK)


def test_closing_leads_back_to_what_was_looked_up_or_home() -> None:
    shut = m.ViewCame(view(open=False, card_needed=True))
    assert step(at_card(), shut, at(4_000))[0].screen is Screen.CLOSED
    taken = walk(
        (4_000, m.ViewCame(view(card_needed=True))),
        (5_000, m.TakeForProcedure(request())),
        start=at_procedure(),
    )
    assert taken.screen is Screen.CARD
    flow, _ = step(taken, shut, at(6_000))
    assert (flow.screen, flow.claim, flow.service) == (Screen.PROCEDURE, None, None)


def test_a_forgotten_card_screen_clears() -> None:
    gone, effects = step(at_card(), m.Tick(), at(63_000))
    assert (gone.screen, gone.claim, effects) == (Screen.HOME, None, (m.Forget(),))


def test_elsewhere_a_card_begins_nothing() -> None:
    flow = walk(scan(1_000, IdentityCard("1234", DIGEST)), start=home(view(card_needed=True)))
    assert flow.screen is Screen.FINDING
    assert DIGEST not in repr(flow)
