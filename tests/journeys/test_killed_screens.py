"""The kiosk or the display is killed in the middle of what it shows, prints or says.

Between the tap and the ticket: tests/journeys/test_power_cuts.py.
"""

from playwright.sync_api import Page, expect

from hub.dossiers.sandbox.dossiers import SHOW
from shared import theme
from shared.dossiers import DossierState
from tests.hub.web.browser import press
from tests.journeys.glass import share, until
from tests.journeys.hall import Hall

SLOW_S = 2.0
"""How long a ticket takes in a slow printer: long enough to die under it."""


def _killed(hall: Hall) -> int:
    """The kiosk dies and comes back; gives how many screens it had drawn before."""
    before = len(hall.drawn())
    hall.kiosk.kill()
    hall.start_kiosk()
    until(lambda: hall.drawn()[before:], "the new kiosk draws")
    return before


def test_a_kiosk_killed_between_ticket_and_paper_prints_at_most_once_and_shows_no_earlier_person(
    hall: Hall,
) -> None:
    hall.go_home()
    papers = hall.printer.printed
    hall.printer.slow(SLOW_S)
    try:
        issued = hall.take_number()
        before = _killed(hall)
        hall.wait_shows("home")
        assert "ticket" not in hall.drawn()[before:]
    finally:
        hall.printer.slow(0)
    following = hall.take_number()
    hall.wait_event("ticket_printed", since=following["seq"])
    # One after another: had the first been kept, or sent again, it would have come before.
    assert papers + 1 <= hall.printer.printed <= papers + 2
    said = [one["ticket"] for one in hall.journal("ticket_printed", since=issued["seq"])]
    assert said.count(following["ticket"]) == 1
    assert said.count(issued["ticket"]) <= hall.printer.printed - papers - 1
    assert len(hall.journal("ticket_issued", since=issued["seq"] - 1)) == 2


def test_a_kiosk_killed_in_the_middle_of_a_look_up_comes_back_to_home_and_looks_up_anew(
    hall: Hall,
) -> None:
    hall.go_home()
    code = SHOW[DossierState.FINISHED]
    hall.one_stop.fail("hang")
    try:
        hall.scan_until(code.replace("-00", "-77"), "looking")
        before = _killed(hall)
        hall.wait_shows("home")
    finally:
        hall.one_stop.fail()
    assert set(hall.drawn()[before:]) <= {"away", "home"}
    hall.scan_until(code, "dossier")
    hall.go_home()


def test_a_display_killed_in_the_middle_of_a_call_shows_it_again_and_says_it_once_more(
    hall: Hall, console: Page
) -> None:
    issued = hall.take_number()
    press(console, "Enter")
    called = hall.wait_event("ticket_called", since=issued["seq"])
    call = called["call"]
    hall.wait_spoken(call)  # it is written down as it begins
    hall.broken_off.add(call)
    hall.display.kill()
    hall.start_display()
    hall.display.wait_ready()
    until(lambda: share(hall.call_panel(), theme.GOLD) > 0.3, "the display shows the call")
    until(lambda: _said(hall, call) == 2, "it is spoken once more")
    press(console, "F")
    hall.take_number()
    press(console, "Enter")
    following = hall.wait_event("ticket_called", since=called["seq"])
    hall.wait_spoken(following["call"])
    assert _said(hall, call) == 2
    assert _said(hall, following["call"]) == 1
    press(console, "F")
    expect(console.locator("#current")).to_have_attribute("data-state", "idle")


def _said(hall: Hall, call: int) -> int:
    return sum(one["call"] == call for one in hall.spoken())
