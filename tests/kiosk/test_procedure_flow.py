"""Finding a procedure at the kiosk, key by key."""

import pytest
from msgspec.structs import replace

from kiosk import moves as m
from kiosk.flow import Flow, Screen, step
from kiosk.procedure_flow import CARDS, chosen, found, list_pages
from kiosk.state import Browse, Ease
from kiosk.telex import LONGEST
from shared.messages import IssueTicket
from shared.model import PriorityId, ServiceId
from shared.procedures import Catalogue
from shared.receipt_code import ProcedureCode
from tests.kiosk.hall import (
    at,
    at_list,
    at_procedure,
    catalogue,
    home,
    request,
    scan,
    view,
    walk,
)

LAND = ServiceId("s0")
SCANNED = ProcedureCode("1.013831", "1.013831.000.00.00.H41")


def test_the_list_shows_every_procedure_until_something_is_typed() -> None:
    flow, effects = step(home(), m.OpenProcedures(), at(1_000))
    assert (flow.screen, flow.browse, effects) == (Screen.PROCEDURES, Browse(), ())
    assert found(flow) == catalogue().procedures


def test_a_kiosk_without_procedures_offers_none() -> None:
    bare = replace(home(), catalogue=None)
    empty = replace(home(), catalogue=Catalogue(()))
    for flow in (bare, empty):
        assert step(flow, m.OpenProcedures(), at(1_000))[0].screen is Screen.HOME
    assert found(bare) == ()
    assert chosen(bare) is None


def test_each_key_narrows_the_list() -> None:
    flow = at_list("dat dai")
    assert flow.browse is not None and flow.browse.query == "dat dai"
    assert found(flow)[0].code == "1.013978"
    assert len(found(flow)) < len(catalogue().procedures)
    flow, _ = step(flow, m.TypeKey("clear"), at(4_000))
    assert flow.browse == Browse()


def test_a_word_that_telex_spoils_is_found_by_its_keys() -> None:
    karaoke = replace(catalogue().procedures[0], code="1.001029", name="Dịch vụ karaoke")
    flow = replace(at_list("karaoke"), catalogue=Catalogue((karaoke,)))
    assert flow.browse is not None and "karaoke" not in flow.browse.query
    assert [one.code for one in found(flow)] == ["1.001029"]
    flow, _ = step(flow, m.TypeKey("erase"), at(4_000))
    assert flow.browse is not None and flow.browse.keys == ""
    flow, _ = step(flow, m.TypeKey("e"), at(4_100))
    assert flow.browse is not None and flow.browse.keys == "", "what was erased is not known"


def test_a_query_does_not_grow_without_end() -> None:
    flow = at_list("k" * (LONGEST + 20))
    assert flow.browse is not None and len(flow.browse.query) == LONGEST


def test_pages_of_the_list_turn_stop_at_both_ends_and_begin_anew_with_a_key() -> None:
    assert list_pages(len(catalogue().procedures)) == 2 and len(catalogue().procedures) > CARDS
    assert list_pages(0) == 1
    assert list_pages(6, Ease(large=True)) == list_pages(6, Ease(low=True)) == 2
    assert list_pages(6, Ease(large=True, low=True)) == 3
    flow = walk((2_000, m.TurnPage(-1)), (3_000, m.TurnPage(1)), start=at_list())
    assert flow.browse == Browse(page=1)
    flow, _ = step(flow, m.TurnPage(1), at(4_000))
    assert flow.browse == Browse(page=1)
    flow, _ = step(flow, m.TypeKey("d"), at(5_000))
    assert flow.browse == Browse("d", keys="d")


def test_a_procedure_is_picked_and_back_leads_to_the_list_with_its_query() -> None:
    flow = at_procedure()
    assert (flow.screen, flow.browse) == (
        Screen.PROCEDURE,
        Browse("dat", code="1.013831", keys="dat"),
    )
    back, effects = step(flow, m.Back(), at(4_000))
    assert (back.screen, back.browse, effects) == (Screen.PROCEDURES, Browse("dat", keys="dat"), ())


def test_a_procedure_that_is_not_there_cannot_be_picked() -> None:
    flow, _ = step(at_list(), m.PickProcedure("9.999999"), at(3_000))
    assert (flow.screen, flow.browse) == (Screen.PROCEDURES, Browse())


def test_a_scanned_code_leads_to_its_procedure() -> None:
    flow, effects = step(home(), m.Scanned(SCANNED), at(1_000))
    assert (flow.screen, flow.browse, effects) == (Screen.PROCEDURE, Browse(code="1.013831"), ())
    unknown = replace(home(), catalogue=None)
    assert step(unknown, m.Scanned(SCANNED), at(1_000))[0].screen is Screen.FINDING


def test_one_touch_takes_a_number_for_the_procedure() -> None:
    flow, effects = step(at_procedure(), m.TakeForProcedure(request()), at(4_000))
    wish = m.Wish(request(), IssueTicket(LAND, None, procedure="1.013831"), at(4_000))
    assert (flow.screen, flow.browse) == (Screen.WAITING, None)
    assert effects == (m.Forget(), m.Send(wish))


def test_a_priority_class_goes_with_the_procedure_and_back_leads_to_it() -> None:
    flow = walk((4_000, m.TakeWithPriority()), start=at_procedure())
    assert (flow.screen, flow.service) == (Screen.PRIORITY, LAND)
    back, _ = step(flow, m.Back(), at(5_000))
    assert (back.screen, back.service) == (Screen.PROCEDURE, None)
    sent, _ = step(flow, m.PickPriority(PriorityId("p1"), request()), at(5_000))
    assert sent.wish is not None
    assert sent.wish.command == IssueTicket(LAND, PriorityId("p1"), procedure="1.013831")


def closed_hall() -> Flow:
    return walk((3_500, m.ViewCame(view(open=False))), start=at_procedure())


@pytest.mark.parametrize(
    "flow",
    [at_procedure("1.001456"), closed_hall(), replace(at_procedure(), catalogue=None)],
    ids=["closed service", "closed hall", "gone"],
)
def test_no_number_is_taken_where_none_is_offered(flow: Flow) -> None:
    flow = replace(flow, screen=Screen.PROCEDURE, browse=Browse(code="1.001456"))
    for tap in (m.TakeForProcedure(request()), m.TakeWithPriority()):
        after, effects = step(flow, tap, at(4_000))
        assert (after.screen, after.wish, effects) == (Screen.PROCEDURE, None, ())


def test_a_procedure_without_a_counter_here_gives_no_number() -> None:
    flow = walk(scan(1_000, ProcedureCode("1.009999", "1.009999")), start=home())
    assert flow.screen is Screen.PROCEDURE
    assert step(flow, m.TakeForProcedure(request()), at(4_000))[1] == ()


def test_touches_that_belong_elsewhere_are_passed_over() -> None:
    no_classes = walk((3_500, m.ViewCame(view(priorities=()))), start=at_procedure())
    for flow, tap in (
        (at_list(), m.Done()),
        (at_procedure(), m.Done()),
        (no_classes, m.TakeWithPriority()),
    ):
        after, effects = step(flow, tap, at(4_000))
        assert (after.screen, after.service, effects) == (flow.screen, None, ())


def test_home_and_back_forget_what_was_searched() -> None:
    for flow, tap in (
        (at_list("dat"), m.Home()),
        (at_list("dat"), m.Back()),
        (at_procedure(), m.Home()),
    ):
        gone, effects = step(flow, tap, at(4_000))
        assert (gone.screen, gone.browse, effects) == (Screen.HOME, None, (m.Forget(),))


@pytest.mark.parametrize("flow", [at_list("dat"), at_procedure()])
def test_a_forgotten_search_clears(flow: Flow) -> None:
    gone, effects = step(flow, m.Tick(), at(flow.touched + 75_000))
    assert (gone.screen, gone.browse, effects) == (Screen.HOME, None, (m.Forget(),))


def test_a_newer_catalogue_is_taken_without_disturbing_anybody() -> None:
    newer = Catalogue(catalogue().procedures[:3])
    shown, _ = step(at_procedure(), m.CatalogueCame(newer), at(4_000))
    assert (shown.screen, shown.catalogue) == (Screen.PROCEDURE, newer)
    turned = walk((3_000, m.TurnPage(1)), (4_000, m.CatalogueCame(newer)), start=at_list())
    assert turned.browse == Browse()
    assert step(home(), m.CatalogueCame(newer), at(4_000))[0].catalogue is newer


def test_a_procedure_that_is_gone_from_the_catalogue_leaves_the_screen() -> None:
    flow, _ = step(at_procedure(), m.CatalogueCame(Catalogue(())), at(4_000))
    assert (flow.screen, flow.browse) == (Screen.PROCEDURES, Browse("dat"))
    # Who has just been asked about priority for it is not sent back to nothing.
    asked = walk((4_000, m.TakeWithPriority()), start=at_procedure())
    back = walk((5_000, m.CatalogueCame(Catalogue(()))), (6_000, m.Back()), start=asked)
    assert back.screen is Screen.PROCEDURES
