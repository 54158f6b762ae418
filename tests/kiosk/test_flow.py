"""The kiosk's flow, touch by touch."""

import pytest
from msgspec.structs import replace

from kiosk import flow as f, moves as m, paper
from kiosk.faces import TicketFace, WaitingFace, face
from kiosk.flow import Flow, Printing, Screen, step
from kiosk.paper import PrintOutcome
from kiosk.papers import report
from kiosk.state import Dropping, Ease, News, paper_awaited
from kiosk.ticket_flow import ASKS_MS
from shared.messages import IssueTicket, PrinterState, TicketSent
from shared.model import PriorityId, ServiceId, TicketId
from shared.receipt_code import IdentityCard, Unknown
from tests.kiosk.hall import (
    at,
    at_dossier,
    at_list,
    at_procedure,
    home,
    issued,
    many,
    printed,
    request,
    scan,
    states,
    ticket_flow,
    view,
    waiting_flow,
    walk,
)

LAND = ServiceId("s14")
NO_PAPER = PrinterState.NO_PAPER


def services() -> Flow:
    return walk((1_000, m.Start()), start=home())


def priority() -> Flow:
    return walk((2_000, m.PickService(LAND, request())), start=services())


def trouble() -> Flow:
    return walk((4_000, printed(paper.NO_PAPER)), start=ticket_flow())


# --- to a number -------------------------------------------------------------------------


def test_three_touches_lead_from_home_to_a_ticket() -> None:
    flow = home()
    assert flow.screen is Screen.HOME
    flow, none = step(flow, m.Start(), at(1_000))
    assert (flow.screen, none) == (Screen.SERVICES, ())
    flow, none = step(flow, m.PickService(LAND, request(1)), at(2_000))
    assert (flow.screen, none) == (Screen.PRIORITY, ())
    flow, sent = step(flow, m.PickPriority(PriorityId("p0"), request(2)), at(3_000))
    wish = m.Wish(request(2), IssueTicket(LAND, PriorityId("p0")), at(3_000))
    assert (flow.screen, sent) == (Screen.WAITING, (m.Send(wish),))
    flow, printing = step(flow, m.Answered(request(2), issued()), at(3_050))
    assert flow.screen is Screen.TICKET
    (order,) = printing
    assert isinstance(order, m.Print)
    assert order.paper.number == "R012"
    assert order.paper.service == "Văn hóa, Thể thao và Du lịch"
    assert order.paper.site == view().site


def test_a_site_without_priority_classes_asks_nothing() -> None:
    flow = walk((1_000, m.Start()), start=home(view(priorities=())))
    flow, sent = step(flow, m.PickService(LAND, request()), at(2_000))
    assert flow.screen is Screen.WAITING
    assert sent == (m.Send(m.Wish(request(), IssueTicket(LAND), at(2_000))),)


def test_a_double_tap_on_home_picks_no_service() -> None:
    flow, effects = step(services(), m.PickService(LAND, request()), at(1_050))
    assert (flow.screen, effects) == (Screen.SERVICES, ())


@pytest.mark.parametrize("later", [0, 20, 50, 300, 2_000])
def test_a_second_tap_on_the_answer_sends_nothing_more(later: int) -> None:
    flow, effects = step(waiting_flow(), m.PickPriority(None, request(9)), at(3_000 + later))
    assert effects == ()
    assert flow.wish is not None and flow.wish.request_id == request()


def test_an_unknown_service_cannot_be_picked() -> None:
    flow, effects = step(services(), m.PickService(ServiceId("unknown"), request()), at(2_000))
    assert (flow.screen, effects) == (Screen.SERVICES, ())


@pytest.mark.parametrize(("full", "code"), [(True, "quota_reached"), (False, "service_closed")])
def test_a_service_that_gives_no_number_says_why_and_leads_back(full: bool, code: str) -> None:
    whole = view()
    others = [replace(one, full=full) if one.id == "s9" else one for one in whole.services]
    flow = walk((1_000, m.Start()), start=home(view(services=tuple(others))))
    flow, effects = step(flow, m.PickService(ServiceId("s9"), request()), at(2_000))
    assert (flow.screen, flow.code, flow.service, effects) == (Screen.REFUSED, code, "s9", ())
    assert step(flow, m.Back(), at(3_000))[0].screen is Screen.SERVICES
    assert step(flow, m.Home(), at(3_000))[0].screen is Screen.HOME
    shut = walk((2_500, m.ViewCame(view(open=False))), (3_000, m.Back()), start=flow)
    assert shut.screen is Screen.CLOSED


def test_back_and_home_lead_back_and_home() -> None:
    assert step(priority(), m.Back(), at(3_000))[0].screen is Screen.SERVICES
    assert step(priority(), m.Home(), at(3_000))[0].screen is Screen.HOME
    assert step(services(), m.Back(), at(3_000))[0].screen is Screen.HOME


def test_a_touch_that_does_not_belong_to_the_screen_is_passed_over() -> None:
    assert step(home(), m.Done(), at(1_000))[0].screen is Screen.HOME
    assert step(ticket_flow(), m.Home(), at(4_000))[0].screen is Screen.TICKET
    assert step(services(), m.Done(), at(2_000))[0].screen is Screen.SERVICES


def test_pages_turn_and_stop_at_both_ends() -> None:
    flow = walk((1_000, m.Start()), (2_000, m.TurnPage(-1)), start=home(many(34)))
    assert flow.page == 0
    flow = walk((3_000, m.TurnPage(1)), (4_000, m.TurnPage(1)), start=flow)
    assert flow.page == 1
    flow, _ = step(flow, m.ViewCame(view()), at(5_000))
    assert flow.page == 0


def test_large_letters_in_the_lower_half_leave_room_for_few_services() -> None:
    assert f.pages(view(), Ease(large=True)) == f.pages(view(), Ease(low=True)) == 2
    assert f.pages(view(), Ease(large=True, low=True)) == 4


def test_a_hall_without_services_has_one_empty_page() -> None:
    assert f.pages(view(services=())) == 1


# --- answers -----------------------------------------------------------------------------


def test_an_answer_to_nobodys_wish_is_cancelled() -> None:
    flow, effects = step(home(), m.Answered(request(7), issued()), at(1_000))
    assert flow.screen is Screen.HOME
    assert effects == (m.CancelTicket(issued().ticket),)


def test_another_persons_late_answer_does_not_disturb_this_wish() -> None:
    flow, effects = step(waiting_flow(), m.Answered(request(7), issued()), at(3_100))
    assert flow.screen is Screen.WAITING
    assert effects == (m.CancelTicket(issued().ticket),)


def test_a_refusal_is_told_in_the_hubs_words() -> None:
    refused = m.Declined(request(), "quota_reached", "Hôm nay đã hết số.")
    flow, effects = step(waiting_flow(), refused, at(3_100))
    assert (flow.screen, flow.reason, flow.wish, effects) == (
        Screen.REFUSED,
        "Hôm nay đã hết số.",
        None,
        (),
    )
    assert step(flow, m.Home(), at(5_000))[0].screen is Screen.HOME


def test_a_refusal_of_another_wish_is_passed_over() -> None:
    refused = m.Declined(request(7), "quota_reached", "")
    assert step(waiting_flow(), refused, at(3_100))[0].screen is Screen.WAITING
    assert step(home(), refused, at(3_100))[0].screen is Screen.HOME


def test_a_paper_is_made_even_where_no_view_has_come() -> None:
    flow = walk((1_000, m.Resumed(m.Wish(request(), IssueTicket(LAND), at(0)))))
    _, (order,) = step(flow, m.Answered(request(), issued("gone")), at(2_000))
    assert isinstance(order, m.Print) and order.paper.service == ""


# --- waiting too long --------------------------------------------------------------------


def test_giving_up_is_offered_after_thirty_seconds_and_not_before() -> None:
    early, effects = step(waiting_flow(), m.GiveUp(), at(20_000))
    assert (early.screen, effects) == (Screen.WAITING, ())
    flow, effects = step(waiting_flow(), m.GiveUp(), at(33_000))
    assert (flow.screen, flow.wish) == (Screen.HOME, None)
    assert effects == (m.Abandon(request()),)
    _, effects = step(flow, m.Answered(request(), issued()), at(60_000))
    assert effects == (m.CancelTicket(issued().ticket),)


def test_after_two_minutes_nobody_waits_any_more() -> None:
    flow, effects = step(waiting_flow(), m.Tick(), at(122_999))
    assert (flow.screen, effects) == (Screen.WAITING, ())
    flow, effects = step(flow, m.Tick(), at(123_000))
    assert (flow.screen, effects) == (Screen.HOME, (m.Abandon(request()),))


def test_a_wish_survives_a_restart_for_two_minutes() -> None:
    wish = m.Wish(request(), IssueTicket(LAND), at(10_000))
    flow, effects = step(Flow(), m.Resumed(wish), at(60_000))
    assert (flow.screen, effects) == (Screen.WAITING, ())
    flow, _ = step(flow, m.Answered(request(), issued()), at(61_000))
    assert flow.screen is Screen.TICKET


@pytest.mark.parametrize("moment", [9_000, 130_000])
def test_an_old_wish_or_one_from_the_future_is_not_taken_up(moment: int) -> None:
    wish = m.Wish(request(), IssueTicket(LAND), at(10_000))
    flow, effects = step(Flow(), m.Resumed(wish), at(moment))
    assert (flow.screen, effects) == (Screen.AWAY, (m.Abandon(request()),))


def test_only_one_wish_is_taken_up() -> None:
    second = m.Wish(request(2), IssueTicket(LAND), at(3_000))
    flow, effects = step(waiting_flow(), m.Resumed(second), at(4_000))
    assert flow.wish is not None and flow.wish.request_id == request()
    assert effects == (m.Abandon(request(2)),)


# --- paper -------------------------------------------------------------------------------


def test_a_printed_ticket_is_reported_and_stays_long_enough_to_be_taken() -> None:
    flow, effects = step(ticket_flow(), printed(paper.OK), at(21_000))
    assert flow.printing is Printing.DONE
    assert flow.ends == 21_000 + f.PRINTED_MS
    assert effects == (m.Report(printed(paper.OK).outcome),)


def test_paper_trouble_keeps_number_and_qr_for_a_minute() -> None:
    flow, effects = step(ticket_flow(), printed(paper.COVER_OPEN), at(4_000))
    assert (flow.screen, flow.printing, flow.trouble) == (
        Screen.TICKET,
        Printing.FAILED,
        paper.COVER_OPEN,
    )
    assert flow.ticket == issued()
    assert flow.ends == 64_000
    assert effects == (m.Report(printed(paper.COVER_OPEN).outcome),)


def test_a_printer_that_says_nothing_counts_as_trouble() -> None:
    flow, effects = step(ticket_flow(), m.Tick(), at(23_100))
    assert (flow.printing, flow.trouble, effects) == (Printing.FAILED, paper.TIMEOUT, ())
    flow, _ = step(flow, printed(paper.OK), at(24_000))
    assert (flow.printing, flow.trouble) == (Printing.DONE, "")


def test_a_ticket_that_was_only_sent_is_no_printed_one() -> None:
    flow, effects = step(ticket_flow(), printed(paper.SENT), at(21_000))
    assert (flow.printing, flow.trouble) == (Printing.SENT, "")
    assert flow.ends == 21_000 + f.PRINTED_MS + ASKS_MS
    assert effects == (m.Report(printed(paper.SENT).outcome),)
    assert report(printed(paper.SENT).outcome) == TicketSent(issued().ticket)


def test_a_printer_in_trouble_holds_the_paper_up_and_the_person_gets_time_for_the_refill() -> None:
    flow, effects = step(ticket_flow(), m.PrinterIs(NO_PAPER), at(4_000))
    assert (effects, flow.ends) == ((), 64_000)
    shown = face(flow, at(5_000)).body
    assert isinstance(shown, TicketFace)
    assert (shown.printing, shown.trouble) == (Printing.HELD, "Máy in hết giấy")
    flow = walk((50_000, m.PrinterIs(PrinterState.COVER_OPEN)), start=flow)
    assert flow.ends == 110_000, "somebody is at it"
    flow = walk((55_000, m.PrinterIs(PrinterState.READY)), (56_000, printed(paper.OK)), start=flow)
    assert (flow.printing, flow.ends) == (Printing.DONE, 110_000)


def test_a_printer_that_was_in_trouble_before_is_told_of_at_once() -> None:
    flow = walk((3_050, m.PrinterIs(NO_PAPER)), start=waiting_flow())
    flow, effects = step(flow, m.Answered(request(), issued()), at(3_100))
    assert flow.ends == 63_100
    assert any(isinstance(effect, m.Print) for effect in effects), "the refill may be near"
    shown = face(flow, at(3_200)).body
    assert isinstance(shown, TicketFace) and shown.trouble == "Máy in hết giấy"


def test_a_paper_is_waited_for_until_its_number_has_left_the_screen() -> None:
    flow = walk((4_000, m.PrinterIs(NO_PAPER)), start=ticket_flow())
    assert paper_awaited(flow) == issued().ticket
    assert paper_awaited(walk((64_000, m.Tick()), start=flow)) is None
    assert paper_awaited(walk((5_000, m.Done()), start=flow)) is None
    dropped = walk((5_000, m.DropTicket()), (6_000, m.ConfirmDrop()), start=flow)
    assert (dropped.screen, paper_awaited(dropped)) == (Screen.DROPPED, None)
    gone = walk((5_000, m.Done()), start=flow)
    assert gone.printer is NO_PAPER, "the printer is the same for the next"


def test_an_outcome_for_a_ticket_no_longer_shown_is_only_reported() -> None:
    other = m.Printed(PrintOutcome(TicketId("other"), False, paper.NO_PAPER, ""))
    flow, effects = step(ticket_flow(), other, at(4_000))
    assert (flow.printing, effects) == (Printing.RUNNING, (m.Report(other.outcome),))
    flow, effects = step(home(), other, at(4_000))
    assert (flow.screen, effects) == (Screen.HOME, (m.Report(other.outcome),))


# --- the ticket ends ---------------------------------------------------------------------


def test_the_ticket_ends_by_touch_or_by_itself() -> None:
    done = walk((4_000, printed(paper.OK)), start=ticket_flow())
    assert step(done, m.Done(), at(5_000))[0].screen is Screen.HOME
    assert step(done, m.Tick(), at(23_000))[0].screen is Screen.TICKET
    assert step(done, m.Tick(), at(23_100))[0].screen is Screen.HOME


def test_a_finger_on_the_ticket_gives_time() -> None:
    flow = walk((4_000, printed(paper.OK)), (20_000, m.Touched()), start=ticket_flow())
    assert flow.ends == 40_000
    assert walk((5_000, m.Touched()), start=trouble()).ends == 65_000


def test_dropping_a_number_asks_first() -> None:
    asked, effects = step(ticket_flow(), m.DropTicket(), at(4_000))
    assert (asked.dropping, effects) == (True, ())
    kept, effects = step(asked, m.KeepTicket(), at(5_000))
    assert (kept.dropping, kept.screen, effects) == (False, Screen.TICKET, ())
    dropped, effects = step(asked, m.ConfirmDrop(), at(5_000))
    assert (dropped.screen, effects) == (Screen.DROPPED, (m.CancelTicket(issued().ticket),))
    assert step(dropped, m.Home(), at(6_000))[0].screen is Screen.HOME


def dropped(ms: int = 5_000) -> Flow:
    return walk((4_000, m.DropTicket()), (ms, m.ConfirmDrop()), start=ticket_flow())


def test_a_number_is_dropped_when_the_hub_says_so_and_not_before() -> None:
    flow = dropped()
    assert flow.dropped is Dropping.RUNNING
    done = walk((5_500, m.Dropped(issued().ticket)), start=flow)
    assert (done.screen, done.dropped) == (Screen.DROPPED, Dropping.DONE)
    assert step(done, m.Tick(), at(11_499))[0].screen is Screen.DROPPED
    assert step(done, m.Tick(), at(11_500))[0].screen is Screen.HOME


def test_a_number_that_could_not_be_dropped_is_told_of_as_such() -> None:
    told = walk((5_500, m.Dropped(issued().ticket, "wrong_state")), start=dropped())
    assert (told.dropped, told.code) == (Dropping.REFUSED, "wrong_state")
    assert step(told, m.Tick(), at(25_499))[0].screen is Screen.DROPPED
    assert step(told, m.Tick(), at(25_500))[0].screen is Screen.HOME


def test_a_drop_without_an_answer_says_so_and_is_asked_for_all_the_same() -> None:
    late = walk((13_000, m.Tick()), start=dropped())
    assert (late.screen, late.dropped) == (Screen.DROPPED, Dropping.LATE)
    done = walk((14_000, m.Dropped(issued().ticket)), start=late)
    assert done.dropped is Dropping.DONE
    assert step(late, m.Tick(), at(33_000))[0].screen is Screen.HOME


@pytest.mark.parametrize("code", ["", "wrong_state"])
def test_whoever_is_told_by_voice_has_time_for_it_and_is_asked_before_it_goes(code: str) -> None:
    led = replace(dropped(), guided=True)
    told = walk((5_500, m.Dropped(issued().ticket, code)), start=led)
    assert told.ends == at(5_500 + f.GUIDED_MS)
    assert f.idle_left_ms(told, at(5_500 + f.GUIDED_MS - ASKS_MS - 1)) is None
    assert f.idle_left_ms(told, at(5_500 + f.GUIDED_MS - ASKS_MS)) == ASKS_MS
    more = walk((120_000, m.Touched()), start=told)
    assert more.ends == at(120_000 + f.GUIDED_MS)
    assert step(told, m.Home(), at(120_000))[0].screen is Screen.HOME
    late = walk((13_000, m.Tick()), start=led)
    assert (late.dropped, late.ends) == (Dropping.LATE, at(13_000 + f.GUIDED_MS))


def test_a_touch_keeps_what_is_told_and_not_what_is_still_awaited() -> None:
    assert walk((9_000, m.Touched()), start=dropped()).ends == dropped().ends
    done = walk((5_500, m.Dropped(issued().ticket)), (9_000, m.Touched()), start=dropped())
    assert done.ends == at(9_000 + f.DROPPED_MS)
    assert f.idle_left_ms(done, at(14_000)) is None


def test_what_becomes_of_another_ticket_is_nothing_to_this_screen() -> None:
    other = m.Dropped(TicketId("another"))
    for flow in (dropped(), home(), ticket_flow()):
        assert step(flow, other, at(5_500))[0] == flow


def test_a_double_tap_on_drop_does_not_confirm() -> None:
    asked = walk((4_000, m.DropTicket()), start=ticket_flow())
    flow, effects = step(asked, m.ConfirmDrop(), at(4_100))
    assert (flow.dropping, effects) == (True, ())


# --- idle --------------------------------------------------------------------------------


def test_a_forgotten_screen_warns_and_then_goes_home() -> None:
    flow = services()
    assert f.idle_left_ms(flow, at(45_999)) is None
    assert f.idle_left_ms(flow, at(46_000)) == 15_000
    assert step(flow, m.Tick(), at(60_999))[0].screen is Screen.SERVICES
    assert step(flow, m.Tick(), at(61_000))[0].screen is Screen.HOME


def test_more_time_is_a_touch() -> None:
    flow = walk((50_000, m.Touched()), start=services())
    assert f.idle_left_ms(flow, at(51_000)) is None
    assert f.idle_left_ms(home(), at(500_000)) is None


# --- out of touch, out of hours ----------------------------------------------------------


def test_the_kiosk_starts_out_of_touch_and_comes_up_with_the_first_view() -> None:
    assert Flow().screen is Screen.AWAY
    assert step(Flow(), m.Tick(), at(9_000))[0].screen is Screen.AWAY
    assert home().screen is Screen.HOME


def test_a_home_that_came_up_by_itself_takes_the_very_next_touch() -> None:
    assert step(home(), m.Start(), at(1))[0].screen is Screen.SERVICES


def test_a_short_cut_is_nobodys_concern_and_a_long_one_is_told() -> None:
    flow = walk((1_000, m.ReachChanged(m.Reach.LOST)), start=home())
    assert flow.screen is Screen.HOME
    assert step(flow, m.Tick(), at(3_999))[0].screen is Screen.HOME
    away, _ = step(flow, m.Tick(), at(4_000))
    assert away.screen is Screen.AWAY
    assert step(away, m.ReachChanged(m.Reach.LIVE), at(5_000))[0].screen is Screen.HOME


def test_a_cut_that_goes_stale_keeps_its_beginning() -> None:
    flow = walk(
        (1_000, m.ReachChanged(m.Reach.LOST)), (2_000, m.ReachChanged(m.Reach.STALE)), start=home()
    )
    assert (flow.screen, flow.lost_at) == (Screen.AWAY, 1_000)


def test_silence_is_told_at_once_to_whoever_is_choosing() -> None:
    flow, _ = step(priority(), m.ReachChanged(m.Reach.STALE), at(3_000))
    assert (flow.screen, flow.service) == (Screen.AWAY, None)


@pytest.mark.parametrize("end", [m.ReachChanged(m.Reach.STALE), m.ViewCame(view(open=False))])
def test_whoever_is_choosing_reads_the_silence_as_they_read_before(end: m.Thing) -> None:
    how = {"language": "en", "ease": Ease(large=True, low=True), "guided": True}
    for choosing in (services(), priority()):
        flow, _ = step(replace(choosing, **how), end, at(3_000))
        assert flow.screen in (Screen.AWAY, Screen.CLOSED)
        assert {name: getattr(flow, name) for name in how} == how


@pytest.mark.parametrize(
    ("start", "screen"), [(at_dossier(), Screen.DOSSIER), (at_procedure(), Screen.PROCEDURE)]
)
def test_the_priority_question_falls_back_to_what_has_led_to_it(
    start: Flow, screen: Screen
) -> None:
    asked = walk((4_000, m.TakeWithPriority()), start=start)
    assert asked.screen is Screen.PRIORITY
    for end in (m.ReachChanged(m.Reach.STALE), m.ViewCame(view(open=False))):
        flow, effects = step(asked, end, at(5_000))
        assert (flow.screen, flow.service, effects) == (screen, None, ())
        assert (flow.lookup, flow.browse) == (start.lookup, start.browse)
    lost = walk((5_000, m.ReachChanged(m.Reach.LOST)), start=asked)
    assert lost.screen is Screen.PRIORITY
    assert step(lost, m.Tick(), at(8_000))[0].screen is screen


def test_a_ticket_and_a_wish_outlive_the_connection() -> None:
    for flow in (ticket_flow(), waiting_flow()):
        cut, _ = step(flow, m.ReachChanged(m.Reach.STALE), at(4_000))
        assert cut.screen is flow.screen
    done = walk((4_000, m.ReachChanged(m.Reach.STALE)), (5_000, m.Done()), start=ticket_flow())
    assert done.screen is Screen.AWAY


def test_outside_hours_the_kiosk_is_closed_and_opens_by_itself() -> None:
    flow, _ = step(services(), m.ViewCame(view(open=False)), at(2_000))
    assert flow.screen is Screen.CLOSED
    assert step(flow, m.ViewCame(view()), at(3_000))[0].screen is Screen.HOME


def test_the_halls_time_is_kept_with_the_moment_it_was_heard() -> None:
    flow, _ = step(home(), m.TimeCame("2026-11-23T09:00:00+07:00"), at(7_000))
    assert (flow.told_at, flow.told) == ("2026-11-23T09:00:00+07:00", 7_000)
    assert replace(flow) == flow


def test_a_service_that_the_hub_has_not_named_yet_is_not_called_by_its_id() -> None:
    wish = m.Wish(request(), IssueTicket(ServiceId("dat-dai")), at(0))
    flow = walk((0, m.Resumed(wish)))
    body = face(flow, at(100)).body
    assert isinstance(body, WaitingFace)
    assert body.service == ""


# --- how somebody reads ------------------------------------------------------------------


@pytest.mark.parametrize("name", states())
def test_language_and_modes_change_on_every_screen_and_nothing_else_with_them(name: str) -> None:
    before, now = states()[name]
    flow = walk(
        (now, m.PickLanguage("en")),
        (now, m.Toggle(m.Mode.LARGE)),
        (now, m.Toggle(m.Mode.CONTRAST)),
        (now, m.Toggle(m.Mode.LOW)),
        start=before,
    )
    assert (flow.language, flow.ease) == ("en", Ease(True, True, True))
    back = replace(flow, language="vi", ease=Ease(), touched=before.touched, page=before.page)
    assert replace(back, ends=before.ends) == before


def test_a_mode_goes_off_as_it_came() -> None:
    flow = walk((0, m.Toggle(m.Mode.LOW)), (50, m.Toggle(m.Mode.LOW)), start=home())
    assert flow.ease == Ease()


def test_what_was_typed_survives_a_change_of_language() -> None:
    flow = walk((5_000, m.PickLanguage("en")), start=at_list("dat"))
    assert flow.browse is not None and flow.browse.query == "dat"


def test_large_type_holds_fewer_services_and_the_page_stays_in_range() -> None:
    large, plain = m.Toggle(m.Mode.LARGE), m.Toggle(m.Mode.LARGE)
    start = walk((1_000, m.Start()), (1_500, large), start=home(many(34)))
    assert f.pages(many(34), start.ease) == 3
    flow = walk((2_000, m.TurnPage(2)), start=start)
    assert flow.page == 2
    assert walk((3_000, plain), start=flow).page == 1


def test_large_type_holds_fewer_procedures_and_the_page_stays_in_range() -> None:
    start = walk((4_000, m.Toggle(m.Mode.LARGE)), (5_000, m.TurnPage(2)), start=at_list())
    assert start.browse is not None and start.browse.page == 2
    flow = walk((6_000, m.Toggle(m.Mode.LARGE)), start=start)
    assert flow.browse is not None and flow.browse.page == 1


@pytest.mark.parametrize("reach", [m.Reach.LIVE, m.Reach.STALE])
def test_home_away_and_closed_are_as_they_were_for_the_next(reach: m.Reach) -> None:
    for whole in (view(), view(open=False)):
        flow = walk((500, m.ReachChanged(reach)), (1_000, m.PickLanguage("en")), start=home(whole))
        assert f.idle_left_ms(flow, at(45_999)) is None
        assert f.idle_left_ms(flow, at(46_000)) == f.WARNING_MS
        ask = face(flow, at(50_000)).ask
        assert ask is not None and ask.title == "Are you still there?"
        stays, _none = step(flow, m.Touched(), at(50_000))
        assert step(stays, m.Tick(), at(109_999))[0].language == "en"
        assert step(flow, m.Home(), at(50_000))[0].language == "vi"
        assert step(flow, m.Tick(), at(60_999))[0].language == "en"
        gone, effects = step(flow, m.Tick(), at(61_000))
        assert (gone.language, gone.visit, effects) == ("vi", flow.visit + 1, ())


def test_going_back_or_scanning_keeps_how_somebody_reads_and_leaving_does_not() -> None:
    english = walk((500, m.PickLanguage("en")), (1_000, m.Start()), start=home())
    assert step(english, m.Back(), at(2_000))[0].language == "en"
    assert step(english, m.Home(), at(2_000))[0].language == "vi"
    assert step(english, scan(0)[1], at(2_000))[0].language == "en"
    assert step(english, m.Tick(), at(61_000))[0].language == "vi"


# --- a number on no paper ----------------------------------------------------------------


def test_a_number_that_is_on_no_paper_asks_before_it_goes() -> None:
    failed = walk((4_000, printed("no_paper")), start=ticket_flow())
    assert f.idle_left_ms(failed, at(48_999)) is None
    assert f.idle_left_ms(failed, at(49_000)) == 15_000
    ask = face(failed, at(50_000)).ask
    assert ask is not None
    assert (ask.title, ask.stay) == ("Số của ông/bà: R012", "Tôi cần thêm thời gian")
    assert (ask.leave, ask.seconds) == ("Về trang đầu", 14)
    stays, _effects = step(failed, m.Touched(), at(50_000))
    assert f.idle_left_ms(stays, at(94_999)) is None
    assert step(stays, m.Tick(), at(109_999))[0].screen is Screen.TICKET
    assert step(stays, m.Tick(), at(110_000))[0].screen is Screen.HOME
    assert step(failed, m.Home(), at(50_000))[0].screen is Screen.HOME


def test_a_number_that_may_be_on_no_paper_asks_as_well() -> None:
    sent = walk((4_000, printed("sent")), start=ticket_flow())
    assert f.idle_left_ms(sent, at(13_999)) is None
    assert f.idle_left_ms(sent, at(14_000)) == 15_000
    assert step(sent, m.Home(), at(20_000))[0].screen is Screen.HOME
    stays, _effects = step(sent, m.Touched(), at(20_000))
    assert f.idle_left_ms(stays, at(39_999)) is None
    assert step(stays, m.Tick(), at(54_999))[0].screen is Screen.TICKET
    held = walk((4_000, m.PrinterIs(PrinterState.NO_PAPER)), start=ticket_flow())
    assert f.idle_left_ms(held, at(48_999)) is None
    assert f.idle_left_ms(held, at(49_000)) == 15_000
    waits, _effects = step(held, m.Touched(), at(50_000))
    assert step(waits, m.Tick(), at(109_999))[0].screen is Screen.TICKET


def test_who_holds_the_paper_or_is_dropping_the_number_is_not_asked() -> None:
    done = walk((4_000, printed("ok")), start=ticket_flow())
    assert f.idle_left_ms(done, at(20_000)) is None
    failed = walk((4_000, printed("no_paper")), start=ticket_flow())
    dropping = walk((50_000, m.DropTicket()), start=failed)
    assert f.idle_left_ms(dropping, at(50_500)) is None


# --- languages ---------------------------------------------------------------------------


def test_two_languages_have_one_button_and_more_are_chosen_from() -> None:
    two = face(home(), at(500)).bar
    assert (two.language, two.code, two.choices) == ("English", "en", ())
    three = face(replace(home(), languages=("vi", "en", "lo")), at(500)).bar
    assert (three.language, three.code) == ("Ngôn ngữ (Language)", "")
    assert [code for code, _name in three.choices] == ["vi", "en", "lo"]
    assert [name for _code, name in three.choices][:2] == ["Tiếng Việt", "English"]
    one = face(replace(home(), languages=("vi",)), at(500)).bar
    assert (one.language, one.choices) == ("", ())


# --- the attract screen ------------------------------------------------------------------


def test_home_calls_people_after_a_minute_and_its_button_starts_at_once() -> None:
    assert not f.attracting(home(), at(59_999))
    assert f.attracting(home(), at(60_000))
    started, effects = step(home(), m.Start(), at(60_000))
    assert (started.screen, effects) == (Screen.SERVICES, ())


def test_a_touch_beside_the_button_only_wakes_home() -> None:
    for touch in (m.Touched(), m.OpenLookup()):
        woken, effects = step(home(), touch, at(60_000))
        assert (woken.screen, effects, f.attracting(woken, at(60_001))) == (Screen.HOME, (), False)
        assert step(woken, m.Start(), at(60_300))[0].screen is Screen.SERVICES


def test_the_tap_of_the_touch_that_wakes_home_does_nothing() -> None:
    woken = walk((60_000, m.Touched()), start=home())
    assert step(woken, m.Start(), at(60_100))[0].screen is Screen.HOME


def test_only_home_calls_people() -> None:
    assert not f.attracting(home(view(open=False)), at(90_000))


def test_home_calls_nobody_away_from_the_voice() -> None:
    led = replace(home(), guided=True)
    assert not f.attracting(led, at(90_000))
    assert step(led, m.OpenLookup(), at(61_000))[0].screen is Screen.CODE


# --- spoken guidance ---------------------------------------------------------------------


def test_who_listens_gets_two_minutes_instead_of_one() -> None:
    flow = walk((2_000, m.Guided(True)), start=services())
    assert f.idle_left_ms(flow, at(121_999)) is None
    assert f.idle_left_ms(flow, at(122_000)) == f.WARNING_MS
    off = walk((3_000, m.Guided(False)), start=flow)
    assert f.idle_left_ms(off, at(48_000)) == f.WARNING_MS


def test_who_listens_keeps_the_number_for_two_minutes() -> None:
    flow = walk((4_000, m.Guided(True)), start=ticket_flow())
    assert flow.ends == 124_000
    start = walk((2_500, m.Guided(True)), start=waiting_flow())
    assert walk((3_100, m.Answered(request(), issued())), start=start).ends == 123_100


# --- too soon ----------------------------------------------------------------------------


def too_soon(seconds: int = 12) -> Flow:
    refusal = m.Declined(request(), "too_soon", "Mời ông/bà chờ.", retry_s=seconds)
    return walk((4_000, refusal), start=waiting_flow())


def test_who_comes_too_soon_waits_and_is_asked_for_anew_by_itself() -> None:
    flow = too_soon()
    assert (flow.screen, flow.ends) == (Screen.REFUSED, 16_000)
    assert step(flow, m.Tick(), at(15_999))[0].screen is Screen.REFUSED
    again, effects = step(flow, m.Tick(), at(16_000))
    (sent,) = (effect for effect in effects if isinstance(effect, m.Send))
    assert (again.screen, again.again) == (Screen.WAITING, None)
    assert sent.wish.command == IssueTicket(LAND)
    assert sent.wish.request_id != request() and len(sent.wish.request_id) == 36
    assert sent.wish.at == 16_000


def test_who_goes_while_waiting_is_not_asked_for() -> None:
    gone = walk((5_000, m.Home()), start=too_soon())
    assert gone.screen is Screen.HOME
    assert step(gone, m.Tick(), at(16_000))[1] == ()
    forgotten = walk((64_000, m.Tick()), start=too_soon(300))
    assert (forgotten.screen, forgotten.again) == (Screen.HOME, None)


def test_a_scan_does_not_cost_the_place_in_that_wait() -> None:
    assert step(too_soon(), scan(0)[1], at(5_000)) == (too_soon(), ())


def test_too_soon_without_a_time_goes_on_by_no_means() -> None:
    assert too_soon(0).again is None


def test_the_number_in_the_way_is_kept_for_the_screen_and_goes_with_the_person() -> None:
    refusal = m.Declined(request(), "card_used", "…", number="A012")
    flow = walk((4_000, refusal), start=waiting_flow())
    assert (flow.code, flow.number) == ("card_used", "A012")
    gone, effects = step(flow, m.Home(), at(5_000))
    assert (gone.number, effects) == ("", (m.Forget(),))


# --- out of touch ------------------------------------------------------------------------


def test_a_scan_out_of_touch_is_told_that_the_machine_is_and_that_goes_by_itself() -> None:
    for what in (None, IdentityCard("1234"), Unknown("strange")):
        told = walk((1_000, m.ReachChanged(m.Reach.STALE)), scan(2_000, what), start=home())
        assert told.screen is Screen.FINDING
        assert told.lookup is not None and told.lookup.news is News.OFFLINE
        back = walk((3_000, m.ReachChanged(m.Reach.LIVE)), start=told)
        assert back.screen is Screen.HOME
        assert walk((62_000, m.Tick()), start=told).screen is Screen.AWAY
