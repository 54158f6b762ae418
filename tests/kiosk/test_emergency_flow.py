"""An emergency stands over everything, and nobody's number is lost behind it."""

import pytest

from kiosk import moves as m
from kiosk.flow import Flow, Printing, Screen, step
from shared.messages import KioskView
from tests.kiosk.hall import (
    CODE,
    answer as told,
    at,
    at_dossier,
    home,
    issued,
    looking,
    printed,
    request,
    scan,
    states,
    ticket_flow,
    view,
    waiting_flow,
    walk,
)

TEXT = "Mời mọi người ra khỏi tòa nhà theo lối thoát hiểm."


def over(**changes: object) -> m.ViewCame:
    return m.ViewCame(view(emergency=TEXT, **changes))


CLEAR = m.ViewCame(view())


def raised(start: Flow, ms: int = 5_000, whole: KioskView | None = None) -> Flow:
    return walk((ms, m.ViewCame(whole) if whole else over()), start=start)


@pytest.mark.parametrize("name", states())
def test_it_stands_over_every_screen_at_once(name: str) -> None:
    start, now = states()[name]
    flow, effects = step(start, over(), at(now))
    assert flow.screen is Screen.EMERGENCY
    assert [effect for effect in effects if not isinstance(effect, m.Forget)] == []


def test_what_the_person_was_doing_comes_back_when_it_is_over() -> None:
    before = at_dossier()
    flow = raised(before)
    assert (flow.screen, flow.behind, flow.since) == (Screen.EMERGENCY, Screen.DOSSIER, 5_000)
    flow = walk((10_000, m.Tick()), (63_000, m.Tick()), (64_999, CLEAR), start=flow)
    assert (flow.screen, flow.lookup, flow.behind) == (Screen.DOSSIER, before.lookup, None)
    assert (flow.since, flow.touched) == (64_999, 64_999)


def test_after_a_minute_the_person_is_forgotten_while_it_still_stands() -> None:
    flow, effects = step(raised(at_dossier()), m.Tick(), at(65_000))
    assert (flow.screen, flow.lookup, effects) == (Screen.EMERGENCY, None, (m.Forget(),))
    assert step(flow, m.Tick(), at(66_000)) == (flow, ())
    assert step(flow, CLEAR, at(70_000))[0].screen is Screen.HOME


def test_how_the_person_read_is_forgotten_too() -> None:
    flow = raised(walk((1_000, m.PickLanguage("en")), start=home()))
    assert step(flow, m.Tick(), at(64_999))[0].language == "en"
    assert step(flow, m.Tick(), at(65_000))[0].language == "vi"


def test_when_it_is_over_too_late_home_comes() -> None:
    flow, effects = step(raised(at_dossier()), CLEAR, at(65_000))
    assert (flow.screen, flow.lookup, effects) == (Screen.HOME, None, (m.Forget(),))


def test_a_number_that_is_being_taken_goes_on_behind_it_and_is_printed() -> None:
    flow = raised(waiting_flow())
    flow, effects = step(flow, m.Answered(request(), issued()), at(5_500))
    assert flow.screen is Screen.EMERGENCY
    assert [type(effect) for effect in effects] == [m.Print]
    flow, effects = step(flow, printed("ok"), at(7_000))
    assert [type(effect) for effect in effects] == [m.Report]
    flow = walk((40_000, m.Tick()), (50_000, CLEAR), start=flow)
    assert (flow.screen, flow.printing, flow.ticket) == (Screen.TICKET, Printing.DONE, issued())
    assert flow.ends == 70_000


def test_a_number_that_nobody_answers_is_abandoned_behind_it() -> None:
    flow, effects = step(raised(waiting_flow()), m.Tick(), at(3_000 + 120_000))
    assert effects == (m.Abandon(request()),)
    assert (flow.screen, flow.wish) == (Screen.EMERGENCY, None)


def test_a_wait_that_still_goes_on_comes_back_even_late() -> None:
    flow = raised(waiting_flow())
    flow = walk((70_000, m.Tick()), (71_000, CLEAR), start=flow)
    assert (flow.screen, flow.wish is not None) == (Screen.WAITING, True)


def test_touches_and_scans_do_nothing_while_it_stands() -> None:
    flow = raised(ticket_flow())
    for thing in (m.Done(), m.DropTicket(), m.Home(), scan(0)[1]):
        assert step(flow, thing, at(8_000)) == (flow, ())


def test_it_can_be_read_in_every_language_and_mode() -> None:
    flow = walk(
        (5_100, m.PickLanguage("en")), (5_200, m.Toggle(m.Mode.LARGE)), start=raised(home())
    )
    assert (flow.screen, flow.language, flow.ease.large) == (Screen.EMERGENCY, "en", True)
    assert flow.since == 5_000


def test_the_touch_that_was_meant_for_it_picks_nothing_below() -> None:
    flow = walk((6_000, CLEAR), start=raised(home()))
    assert step(flow, m.Start(), at(6_200))[0].screen is Screen.HOME
    assert step(flow, m.Start(), at(6_300))[0].screen is Screen.SERVICES


def test_losing_the_hub_does_not_take_it_away() -> None:
    flow = walk((6_000, m.ReachChanged(m.Reach.STALE)), start=raised(home()))
    assert (flow.screen, flow.behind) == (Screen.EMERGENCY, Screen.AWAY)


def test_an_answer_that_comes_behind_it_is_there_afterwards() -> None:
    flow = raised(looking(), ms=1_500)
    found = at_dossier().lookup
    assert found is not None and found.dossier is not None
    from shared.messages import DossierFound

    flow = told(flow, DossierFound(found.dossier), 2_000)
    assert (flow.screen, flow.behind) == (Screen.EMERGENCY, Screen.DOSSIER)
    back = walk((3_000, CLEAR), start=flow)
    assert back.lookup is not None and back.lookup.code == CODE
