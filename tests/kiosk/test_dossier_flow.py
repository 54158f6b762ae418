"""Looking things up at the kiosk, scan by scan and touch by touch."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from kiosk import moves as m, paper
from kiosk.dossier_desk import read
from kiosk.dossier_faces import DossierFace
from kiosk.dossier_flow import ANSWER_WITHIN_MS, TAKEN_AWAY_MS
from kiosk.faces import face
from kiosk.flow import Flow, Printing, Screen, step
from kiosk.moves import Inquire, PutOnPaper
from kiosk.state import Lookup, News
from shared.dossiers import DossierState, Fee
from shared.messages import (
    DossierFound,
    DossierNotFound,
    DossierUnavailable,
    Finding,
    IssueTicket,
    LookUpDossier,
    LookUpTicket,
    ProcedureNotFound,
    Refused,
    TicketFound,
    TicketNotFound,
)
from shared.model import PriorityId, ServiceId, TicketId
from shared.receipt_code import (
    DossierCode,
    IdentityCard,
    ProcedureCode,
    Scan,
    TicketLink,
    Unknown,
)
from tests.kiosk.hall import (
    CODE,
    answer,
    at,
    at_code,
    at_digits,
    at_dossier,
    at_list,
    at_procedure,
    dossier,
    home,
    looking,
    place,
    printed,
    request,
    scan,
    ticket_flow,
    view,
    waiting_flow,
    walk,
)

OTHER = DossierCode("H41.17-261111-0007")
FRESH = DossierCode("H41.17-261112-0011")
TICKET = TicketLink(TicketId("Zm9vYmFyYmF6cXV4"))
CARD = IdentityCard("4321")
LAND = ServiceId("s0")
NAMED = dossier(applicant="N***** V** A")


def finding() -> Flow:
    return answer(looking(), DossierNotFound(), 1_050)


def priority() -> Flow:
    return walk((2_000, m.TakeWithPriority()), start=at_dossier())


# --- from a scan to a dossier ------------------------------------------------------------


def test_a_scan_asks_the_hub_and_its_answer_is_the_dossier() -> None:
    flow, effects = step(home(), scan(1_000)[1], at(1_000))
    assert flow.screen is Screen.LOOKING
    assert effects == (Inquire(1, LookUpDossier(CODE)),)
    flow, effects = step(flow, m.Answer(1, DossierFound(dossier())), at(1_050))
    assert (flow.screen, effects) == (Screen.DOSSIER, ())
    assert flow.lookup is not None and flow.lookup.dossier == dossier()


def test_a_scan_is_not_held_up_by_the_screen_that_has_just_come_up() -> None:
    flow = walk((1_000, m.Start()), scan(1_010), start=home())
    assert flow.screen is Screen.LOOKING


def scenes() -> dict[str, Flow]:
    """Every screen on which a scan begins something."""
    refused = m.Declined(request(), "quota_reached", "")
    drop = ((4_500, m.DropTicket()), (5_500, m.ConfirmDrop()))
    return {
        "home": home(),
        "services": walk((1_000, m.Start()), start=home()),
        "priority": priority(),
        "code": at_code("H41"),
        "looking": walk(scan(1_000, OTHER), start=home()),
        "dossier": at_dossier(),
        "digits": at_digits("43"),
        "procedures": at_list("dat"),
        "procedure": at_procedure(),
        "finding": finding(),
        "refused": walk((4_000, refused), start=waiting_flow()),
        "dropped": walk((4_000, printed("ok")), *drop, start=ticket_flow()),
        "closed": home(view(open=False)),
        "ticket": walk((4_000, printed("ok")), start=ticket_flow()),
    }


@pytest.mark.parametrize("scene", sorted(scenes()))
def test_a_scan_begins_a_look_up_on_every_screen(scene: str) -> None:
    before = scenes()[scene]
    flow, effects = step(before, m.Scanned(FRESH), at(9_000))
    assert flow.screen is Screen.LOOKING
    assert effects[-1] == Inquire(before.orders + 1, LookUpDossier(FRESH.code))
    assert (flow.service, flow.ticket, flow.wish, flow.browse) == (None, None, None, None)


HOLDING = ("priority", "code", "looking", "dossier", "digits", "procedures", "finding", "ticket")


@pytest.mark.parametrize("scene", HOLDING)
def test_what_the_one_before_left_is_forgotten_first(scene: str) -> None:
    _, effects = step(scenes()[scene], m.Scanned(FRESH), at(9_000))
    assert [type(effect) for effect in effects] == [m.Forget, Inquire]


@pytest.mark.parametrize("what", [DossierCode(CODE), TICKET, CARD, Unknown("strange")])
def test_a_scan_costs_nobody_their_number(what: Scan) -> None:
    for flow in (waiting_flow(), ticket_flow()):
        assert step(flow, m.Scanned(what), at(3_200)) == (flow, ())


@pytest.mark.parametrize("what", [DossierCode(CODE), TICKET, ProcedureCode("1.013831", "1.013831")])
def test_a_scan_hides_no_number_that_has_no_paper_or_is_asked_about(what: Scan) -> None:
    failed = walk((4_000, printed("no_paper")), start=ticket_flow())
    asked = walk((4_000, printed("ok")), (5_000, m.DropTicket()), start=ticket_flow())
    for flow in (failed, asked):
        assert step(flow, m.Scanned(what), at(9_000)) == (flow, ())
    kept = walk((6_000, m.KeepTicket()), start=asked)
    assert step(kept, m.Scanned(what), at(9_000))[0].screen is not Screen.TICKET


@pytest.mark.parametrize("what", [CARD, Unknown("strange")])
def test_what_begins_nothing_hides_no_number(what: Scan) -> None:
    flow = walk((4_000, printed("ok")), start=ticket_flow())
    assert step(flow, m.Scanned(what), at(5_000)) == (flow, ())


@pytest.mark.parametrize("flow", [looking(), at_dossier(), at_digits("43"), at_digits("4321")])
def test_a_receipt_that_lies_under_the_scanner_is_asked_about_once(flow: Flow) -> None:
    for moment in (9_000, 12_000, 30_000):
        assert step(flow, scan(moment)[1], at(moment)) == (flow, ())


def test_a_receipt_that_was_left_lying_keeps_nobodys_dossier_on_the_screen() -> None:
    reads = [scan(moment) for moment in range(2_000, 76_000, 500)]
    flow = walk(*reads, (76_050, m.Tick()), start=at_dossier())
    assert (flow.screen, flow.lookup) == (Screen.HOME, None)


@pytest.mark.parametrize("flow", [looking(), at_dossier(), at_digits("43")])
def test_whoever_leaves_has_a_moment_to_take_the_receipt_away(flow: Flow) -> None:
    gone = walk((5_000, m.Home()), start=flow)
    assert gone.screen is Screen.HOME
    early = at(4_999 + TAKEN_AWAY_MS)
    assert step(gone, scan(0)[1], early) == (gone, ())
    assert step(gone, m.Scanned(OTHER), early)[0].screen is Screen.LOOKING
    assert step(gone, scan(0)[1], at(5_000 + TAKEN_AWAY_MS))[0].screen is Screen.LOOKING
    assert step(gone, m.Tick(), early)[0].left_mark is not None
    later, _ = step(gone, m.Tick(), at(5_000 + TAKEN_AWAY_MS))
    assert (later.left_mark, later.left_at) == (None, 0)


def test_a_receipt_that_was_not_found_may_be_tried_again_at_once() -> None:
    assert step(finding(), scan(2_000)[1], at(2_000))[0].screen is Screen.LOOKING
    gone = walk((2_000, m.Home()), start=finding())
    assert step(gone, scan(2_100)[1], at(2_100))[0].screen is Screen.LOOKING


VISITED = ("priority", "code", "dossier", "digits", "procedures", "procedure")


@pytest.mark.parametrize("scene", VISITED)
def test_a_stray_code_throws_away_nothing_that_somebody_is_at(scene: str) -> None:
    flow = scenes()[scene]
    for why in ("strange", "almost", "empty", "other_link"):
        assert step(flow, m.Scanned(Unknown(why)), at(9_000)) == (flow, ())


@pytest.mark.parametrize("scene", ["priority", "code", "procedures", "procedure"])
def test_an_identity_card_throws_away_nothing_that_somebody_is_at(scene: str) -> None:
    flow = scenes()[scene]
    assert step(flow, m.Scanned(CARD), at(9_000)) == (flow, ())


@pytest.mark.parametrize("flow", [at_code(), at_list(), home()])
def test_where_nothing_is_typed_yet_a_stray_code_is_told(flow: Flow) -> None:
    for what in (CARD, Unknown("strange")):
        assert step(flow, m.Scanned(what), at(9_000))[0].screen is Screen.FINDING


def test_a_centre_without_look_ups_says_so() -> None:
    bare = home(view(dossier_prefixes=()))
    flow, effects = step(bare, scan(1_000)[1], at(1_000))
    assert (flow.screen, effects) == (Screen.FINDING, ())
    assert flow.lookup is not None and flow.lookup.news is News.LOOKUP_OFF
    assert step(bare, m.OpenLookup(), at(1_000))[0].screen is Screen.HOME


def test_a_scanned_ticket_is_asked_for_and_told() -> None:
    flow, effects = step(home(), m.Scanned(TICKET), at(1_000))
    assert (flow.screen, effects) == (Screen.LOOKING, (Inquire(1, LookUpTicket(TICKET.ticket)),))
    told = answer(flow, TicketFound(place()), 1_050)
    assert told.screen is Screen.FINDING
    assert told.lookup is not None and told.lookup.ticket == place()
    gone = answer(flow, TicketNotFound(), 1_050)
    assert gone.lookup is not None and gone.lookup.news is News.TICKET_NOT_FOUND


@pytest.mark.parametrize(
    ("why", "news"),
    [
        *((one, News(one)) for one in ("empty", "too_long", "not_text", "other_link", "almost")),
        ("strange", News.STRANGE),
        ("a reason of a later day", News.STRANGE),
    ],
)
def test_an_unknown_code_gets_a_word_of_its_own(why: str, news: News) -> None:
    flow, effects = step(home(), m.Scanned(Unknown(why)), at(1_000))
    assert (flow.screen, effects) == (Screen.FINDING, ())
    assert flow.lookup == Lookup(news=news)


def test_an_unknown_procedure_is_told_so() -> None:
    flow = walk(scan(1_000, ProcedureCode("9.999999", "9.999999")), start=home())
    assert flow.screen is Screen.FINDING
    assert flow.lookup is not None and flow.lookup.news is News.PROCEDURE_NOT_FOUND


# --- answers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "news"),
    [
        (DossierNotFound(), News.NOT_FOUND),
        (ProcedureNotFound(), News.NOT_FOUND),
        (DossierUnavailable(None), News.UNAVAILABLE),
        (Refused(request(), "too_many_lookups", "Mời thử lại sau 5 phút."), News.REFUSED),
        (None, News.UNAVAILABLE),
    ],
)
def test_every_other_answer_is_told(found: Finding | Refused | None, news: News) -> None:
    flow = answer(looking(), found, 1_050)
    assert flow.screen is Screen.FINDING
    assert flow.lookup is not None
    assert (flow.lookup.news, flow.lookup.asked) == (news, 0)


def test_a_refusal_keeps_the_hubs_words() -> None:
    refused = Refused(request(), "too_many_lookups", "Mời thử lại sau 5 phút.")
    lookup = answer(looking(), refused, 1_050).lookup
    assert lookup is not None
    assert (lookup.refusal, lookup.refused) == ("too_many_lookups", "Mời thử lại sau 5 phút.")


def test_silence_is_told_after_seven_and_a_half_seconds() -> None:
    assert step(looking(), m.Tick(), at(999 + ANSWER_WITHIN_MS))[0].screen is Screen.LOOKING
    flow, _ = step(looking(), m.Tick(), at(1_000 + ANSWER_WITHIN_MS))
    assert flow.screen is Screen.FINDING
    assert flow.lookup is not None and flow.lookup.news is News.UNAVAILABLE
    late, _ = step(flow, m.Answer(1, DossierFound(dossier())), at(9_000))
    assert late == flow


def test_an_answer_to_another_question_is_dropped() -> None:
    flow = walk(scan(1_000), scan(2_000, OTHER), start=home())
    late = m.Answer(1, DossierFound(dossier()))
    assert step(flow, late, at(2_100)) == (flow, ())
    assert step(home(), late, at(2_100)) == (home(), ())
    gone = walk((2_000, m.Home()), start=looking())
    assert step(gone, late, at(2_100)) == (gone, ())


def test_the_time_to_read_begins_with_the_answer() -> None:
    slow = answer(looking(), DossierFound(dossier()), 7_000)
    assert slow.touched == 7_000


# --- typing a code -----------------------------------------------------------------------


def test_a_code_is_typed_key_by_key_and_looked_up_when_it_is_whole() -> None:
    flow = at_code()
    assert (flow.screen, flow.lookup) == (Screen.CODE, Lookup(typed=True))
    flow, effects = step(flow, m.LookUp(), at(2_000))
    assert (flow.screen, effects) == (Screen.CODE, ())
    flow, effects = step(at_code("h41.15-2611100042"), m.LookUp(), at(4_000))
    assert flow.lookup is not None
    assert (flow.screen, effects) == (
        Screen.LOOKING,
        (Inquire(1, LookUpDossier(flow.lookup.code)),),
    )


def test_a_usual_beginning_is_one_touch_and_keys_lead_on_from_it() -> None:
    started = walk((1_500, m.PickStart("H41.15-261110-")), start=at_code())
    keys = [(2_000 + index, m.PadKey(key)) for index, key in enumerate("00422")]
    flow = walk(*keys, (3_000, m.PadKey("erase")), start=started)
    assert flow.lookup is not None and flow.lookup.code == CODE


def test_back_from_looking_or_a_finding_leads_to_the_code_as_it_was_typed() -> None:
    typed = walk((1_500, m.PickStart(CODE)), (2_000, m.LookUp()), start=at_code())
    for flow in (typed, answer(typed, DossierNotFound(), 2_100)):
        back, effects = step(flow, m.Back(), at(4_000))
        assert (back.screen, effects) == (Screen.CODE, ())
        assert back.lookup == Lookup(CODE, typed=True)


def test_back_from_what_was_scanned_leads_home() -> None:
    for flow in (looking(), finding(), at_dossier(), at_code()):
        back, effects = step(flow, m.Back(), at(4_000))
        assert (back.screen, back.lookup, effects) == (Screen.HOME, None, (m.Forget(),))


def test_looking_up_goes_on_out_of_hours() -> None:
    flow = walk((1_000, m.OpenLookup()), start=home(view(open=False)))
    assert flow.screen is Screen.CODE
    assert step(flow, m.Home(), at(2_000))[0].screen is Screen.CLOSED
    assert step(flow, m.ViewCame(view(open=False)), at(2_000))[0].screen is Screen.CODE


# --- a number for the dossier ------------------------------------------------------------


def test_one_touch_takes_a_number_with_the_dossier_attached() -> None:
    flow, effects = step(at_dossier(), m.TakeForDossier(request()), at(2_000))
    command = IssueTicket(LAND, None, dossier=CODE, procedure="1.013831")
    wish = m.Wish(request(), command, at(2_000))
    assert (flow.screen, effects) == (Screen.WAITING, (m.Forget(), m.Send(wish)))
    assert flow.lookup is None


def test_a_procedure_code_that_is_none_is_not_attached() -> None:
    odd = dossier(procedure_code="không rõ")
    flow = walk((2_000, m.TakeForDossier(request())), start=at_dossier(odd))
    assert flow.wish is not None
    assert flow.wish.command == IssueTicket(LAND, None, dossier=CODE, procedure=None)


def test_a_priority_class_goes_with_the_dossier() -> None:
    assert (priority().screen, priority().service) == (Screen.PRIORITY, LAND)
    choice = m.PickPriority(PriorityId("p0"), request())
    flow, _ = step(priority(), choice, at(3_000))
    assert flow.wish is not None
    assert flow.wish.command == IssueTicket(LAND, PriorityId("p0"), CODE, "1.013831")


def test_back_from_the_priority_question_leads_to_the_dossier() -> None:
    flow, effects = step(priority(), m.Back(), at(3_000))
    assert (flow.screen, flow.service, effects) == (Screen.DOSSIER, None, ())
    assert flow.lookup is not None and flow.lookup.dossier == dossier()


def test_a_site_without_classes_asks_for_none() -> None:
    flow = at_dossier(whole=view(priorities=()))
    assert step(flow, m.TakeWithPriority(), at(2_000))[0].screen is Screen.DOSSIER


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        (dossier(service=None), view()),
        (dossier(service=ServiceId("unknown")), view()),
        (dossier(service=ServiceId("s9")), view()),
        (dossier(), view(open=False)),
        (dossier(DossierState.IN_WORK), view()),
    ],
)
def test_no_number_is_taken_where_none_is_offered(found: object, whole: object) -> None:
    flow = at_dossier(found, whole)  # type: ignore[arg-type]
    assert flow.lookup is not None and flow.lookup.dossier is not None
    assert read(flow, flow.lookup.dossier, at(2_000)).words.button == ""
    for tap in (m.TakeForDossier(request()), m.TakeWithPriority()):
        after, effects = step(flow, tap, at(2_000))
        assert (after.screen, after.wish, effects) == (Screen.DOSSIER, None, ())


def test_a_refused_number_is_told_as_any_other() -> None:
    flow = walk(
        (2_000, m.TakeForDossier(request())),
        (2_100, m.Declined(request(), "quota_reached", "Hôm nay đã hết số.")),
        start=at_dossier(),
    )
    assert (flow.screen, flow.reason, flow.lookup) == (Screen.REFUSED, "Hôm nay đã hết số.", None)


def test_a_number_can_be_taken_all_the_same_when_nothing_is_found() -> None:
    flow, effects = step(finding(), m.Start(), at(2_000))
    assert (flow.screen, flow.lookup, effects) == (Screen.SERVICES, None, (m.Forget(),))
    shut = answer(walk(scan(1_000), start=home(view(open=False))), None, 1_100)
    assert step(shut, m.Start(), at(2_000))[0].screen is Screen.FINDING


def test_touches_that_belong_elsewhere_are_passed_over() -> None:
    for flow in (looking(), at_dossier(), at_digits(), at_code(), finding()):
        after, effects = step(flow, m.Done(), at(4_000))
        assert (after.screen, after.lookup, effects) == (flow.screen, flow.lookup, ())


# --- the four digits ---------------------------------------------------------------------


def test_the_fourth_digit_asks_by_itself_and_the_digits_go_with_the_question() -> None:
    three = at_digits("432")
    assert three.lookup is not None and three.lookup.digits == "432"
    flow, effects = step(three, m.PadKey("1"), at(4_000))
    assert effects == (Inquire(2, LookUpDossier(CODE, "4321")),)
    assert flow.screen is Screen.DIGITS
    assert flow.lookup is not None and flow.lookup.digits == ""


def test_digits_that_fit_name_the_applicant() -> None:
    flow = answer(at_digits("4321"), DossierFound(NAMED), 4_100)
    assert flow.screen is Screen.DOSSIER
    assert flow.lookup is not None and flow.lookup.dossier == NAMED
    assert step(flow, m.AskName(), at(5_000))[0].screen is Screen.DOSSIER
    assert step(flow, m.Scanned(CARD), at(5_000))[1] == ()


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (DossierNotFound(digits=True), News.NOT_FOUND),
        (Refused(request(), "too_many_lookups", "Mời thử lại ngày mai."), News.REFUSED),
        (DossierUnavailable(None), News.UNAVAILABLE),
        (None, News.UNAVAILABLE),
    ],
)
def test_digits_without_a_name_begin_anew_with_the_reason(
    found: Finding | Refused | None, problem: News
) -> None:
    flow = answer(at_digits("4321"), found, 4_100)
    assert flow.screen is Screen.DIGITS
    assert flow.lookup is not None
    assert (flow.lookup.digits, flow.lookup.problem) == ("", problem)
    assert flow.lookup.dossier == dossier()
    again, _ = step(flow, m.PadKey("1"), at(5_000))
    assert again.lookup is not None
    assert (again.lookup.digits, again.lookup.problem) == ("1", "")


def test_digits_are_erased_one_by_one_or_all_at_once() -> None:
    for key, left in (("erase", "4"), ("clear", ""), ("A", "43"), ("²", "43")):
        flow, effects = step(at_digits("43"), m.PadKey(key), at(4_000))
        assert flow.lookup is not None
        assert (flow.lookup.digits, effects) == (left, ())


def test_nothing_is_typed_while_digits_are_being_checked() -> None:
    checking = at_digits("4321")
    assert step(checking, m.PadKey("5"), at(5_000))[0].lookup == checking.lookup
    assert step(checking, m.Scanned(CARD), at(5_000))[1] == ()


@pytest.mark.parametrize("flow", [at_dossier(), at_digits("43")])
def test_an_identity_card_answers_the_four_digits(flow: Flow) -> None:
    asked, effects = step(flow, m.Scanned(CARD), at(4_000))
    assert asked.screen is Screen.DIGITS
    assert effects == (Inquire(2, LookUpDossier(CODE, "4321")),)
    assert "4321" not in repr(asked)


def test_an_identity_card_alone_begins_nothing() -> None:
    flow, effects = step(home(), m.Scanned(CARD), at(1_000))
    assert (flow.screen, effects) == (Screen.FINDING, ())
    assert flow.lookup == Lookup(news=News.RECEIPT_FIRST)
    early, effects = step(looking(), m.Scanned(CARD), at(1_020))
    assert (early.screen, effects) == (Screen.LOOKING, ())


def test_back_from_the_digits_leads_to_the_dossier_and_a_late_answer_is_dropped() -> None:
    for flow in (at_digits("43"), at_digits("4321")):
        back, effects = step(flow, m.Back(), at(4_000))
        assert (back.screen, effects) == (Screen.DOSSIER, ())
        assert back.lookup is not None and back.lookup.digits == ""
        late, _ = step(back, m.Answer(2, DossierFound(NAMED)), at(4_100))
        assert late == back


def test_the_flow_never_shows_what_is_typed() -> None:
    flow = at_digits("987")
    assert "987" not in repr(flow)
    assert CODE not in repr(flow)
    assert "Lookup(…)" in repr(flow)


# --- the slip ----------------------------------------------------------------------------


def test_a_slip_says_what_the_screen_says_and_names_nobody() -> None:
    found = dossier(DossierState.PAYMENT_WANTED, applicant="N***** V** A")
    flow, effects = step(at_dossier(found), m.PrintSlip(), at(2_000))
    (order,) = effects
    assert isinstance(order, PutOnPaper)
    assert flow.lookup is not None
    assert (flow.lookup.slip, flow.lookup.printing) == (order.number, Printing.RUNNING)
    words = read(flow, found, at(2_000)).words
    slip = order.slip
    assert (slip.code, slip.state, slip.todo) == (CODE, words.state, words.todo)
    assert slip.lines == (
        ("Ngày tiếp nhận", "10/11/2026"),
        ("Ngày hẹn trả", "25/11/2026"),
        ("Cơ quan xử lý", "Sở Nông nghiệp và Môi trường"),
        ("Lệ phí đăng ký", "80.000 đồng · chưa nộp"),
        ("Phí thẩm định", "250.000 đồng · đã nộp"),
    )
    assert slip.steps[0] == ("Tiếp nhận hồ sơ", "10/11/2026", True)
    assert slip.url == "http://192.168.10.20:8791/d"
    assert slip.at == "2026-11-23T08:15:02+07:00"
    assert "N*****" not in repr(slip)


def test_a_slip_that_was_only_sent_is_not_called_printed() -> None:
    flow = walk((2_000, m.PrintSlip()), start=at_dossier())
    assert flow.lookup is not None
    flow = walk((3_000, m.SlipDone(flow.lookup.slip, "sent")), start=flow)
    shown = face(flow, at(3_100)).body
    assert isinstance(shown, DossierFace)
    assert (shown.slip, shown.may_print) == ("Đã gửi tới máy in", False)


def test_one_slip_is_printed_and_another_only_after_a_failure() -> None:
    ordered = walk((2_000, m.PrintSlip()), start=at_dossier())
    assert step(ordered, m.PrintSlip(), at(3_000))[1] == ()
    done = walk((3_000, m.SlipDone(ordered.orders, paper.OK)), start=ordered)
    assert done.lookup is not None
    assert (done.lookup.printing, done.lookup.trouble) == (Printing.DONE, "")
    assert step(done, m.PrintSlip(), at(4_000))[1] == ()
    failed = walk((3_000, m.SlipDone(ordered.orders, paper.NO_PAPER)), start=ordered)
    assert failed.lookup is not None
    assert (failed.lookup.printing, failed.lookup.trouble) == (Printing.FAILED, paper.NO_PAPER)
    _, (again,) = step(failed, m.PrintSlip(), at(4_000))
    assert isinstance(again, PutOnPaper) and again.number == ordered.orders + 1
    never = walk((3_000, m.SlipDone(ordered.orders, paper.NO_PRINTER)), start=ordered)
    assert step(never, m.PrintSlip(), at(4_000))[1] == ()


def test_news_of_another_slip_is_passed_over() -> None:
    ordered = walk((2_000, m.PrintSlip()), start=at_dossier())
    for flow in (ordered, home()):
        assert step(flow, m.SlipDone(99, paper.OK), at(3_000)) == (flow, ())


def test_a_slip_can_do_with_very_little() -> None:
    bare = replace(at_dossier(), view=None, told_at="")
    found = dossier(
        DossierState.REGISTERED, received=None, due=None, fees=(Fee("Lệ phí", 0, True),)
    )
    assert bare.lookup is not None
    bare = replace(bare, lookup=replace(bare.lookup, dossier=found))
    _, (order,) = step(bare, m.PrintSlip(), at(2_000))
    assert isinstance(order, PutOnPaper)
    assert (order.slip.site, order.slip.url, order.slip.at) == ("", "", found.at)
    assert [label for label, _ in order.slip.lines] == ["Cơ quan xử lý", "Lệ phí"]


# --- going -------------------------------------------------------------------------------


@pytest.mark.parametrize("flow", [at_code("H41"), at_dossier(), at_digits("43"), finding()])
def test_a_forgotten_look_up_warns_clears_and_is_forgotten_once(flow: Flow) -> None:
    ends = flow.touched + (75_000 if flow.screen is Screen.DOSSIER else 60_000)
    assert step(flow, m.Tick(), at(ends - 1))[0].screen is flow.screen
    gone, effects = step(flow, m.Tick(), at(ends))
    assert (gone.screen, gone.lookup, effects) == (Screen.HOME, None, (m.Forget(),))
    assert step(gone, m.Tick(), at(ends + 1_000))[1] == ()


def test_nothing_of_the_person_is_left_after_they_have_gone() -> None:
    flow = answer(at_digits("4321"), DossierFound(NAMED), 4_100)
    flow = walk((5_000, m.PrintSlip()), (6_000, m.Home()), start=flow)
    kept = repr([getattr(flow, name) for name in flow.__struct_fields__])
    for mark in (CODE, "4321", "N*****", 'Đăng ký biến động quyền sử dụng đất"'):
        assert mark not in kept
    assert (flow.lookup, flow.browse, flow.wish, flow.ticket) == (None, None, None, None)


def test_questions_and_slips_are_counted_on_from_person_to_person() -> None:
    seen = []
    flow = home()
    for moment in (1_000, 2_000, 3_000):
        flow, effects = step(flow, scan(moment)[1], at(moment))
        flow, _ = step(flow, m.Home(), at(moment + 500))
        seen += [effect.asked for effect in effects if isinstance(effect, Inquire)]
    assert all(later > earlier for earlier, later in pairwise(seen))


def test_a_number_that_has_been_seen_is_forgotten_too() -> None:
    assert step(ticket_flow(), m.Done(), at(4_000))[1] == (m.Forget(),)
