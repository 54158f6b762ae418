"""The kiosk's flow, touch by touch."""

import pytest
from msgspec.structs import replace

from kiosk import flow as f, moves as m, paper
from kiosk.faces import WaitingFace, face
from kiosk.flow import Flow, Printing, Screen, step
from kiosk.paper import PrintOutcome
from shared.messages import IssueTicket
from shared.model import PriorityId, ServiceId, TicketId
from tests.kiosk.hall import (
    at,
    at_dossier,
    at_procedure,
    home,
    issued,
    many,
    printed,
    request,
    ticket_flow,
    view,
    waiting_flow,
    walk,
)

LAND = ServiceId("s14")


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


@pytest.mark.parametrize("service", ["s9", "unknown"])
def test_a_closed_or_unknown_service_cannot_be_picked(service: str) -> None:
    flow, effects = step(services(), m.PickService(ServiceId(service), request()), at(2_000))
    assert (flow.screen, effects) == (Screen.SERVICES, ())


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
    assert walk((5_000, m.Touched()), start=trouble()).ends == 64_000


def test_dropping_a_number_asks_first() -> None:
    asked, effects = step(ticket_flow(), m.DropTicket(), at(4_000))
    assert (asked.dropping, effects) == (True, ())
    kept, effects = step(asked, m.KeepTicket(), at(5_000))
    assert (kept.dropping, kept.screen, effects) == (False, Screen.TICKET, ())
    dropped, effects = step(asked, m.ConfirmDrop(), at(5_000))
    assert (dropped.screen, effects) == (Screen.DROPPED, (m.CancelTicket(issued().ticket),))
    assert step(dropped, m.Home(), at(6_000))[0].screen is Screen.HOME
    assert step(dropped, m.Tick(), at(10_999))[0].screen is Screen.DROPPED
    assert step(dropped, m.Tick(), at(11_000))[0].screen is Screen.HOME


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
