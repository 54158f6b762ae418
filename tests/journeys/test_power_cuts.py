"""The power goes, of the hub or of the kiosk: nothing is lost and nothing happens twice."""

from playwright.sync_api import Page, expect

from shared import theme
from tests.hub.web.browser import press
from tests.journeys.glass import share, until
from tests.journeys.hall import COUNTER, Hall


def _live(console: Page) -> None:
    """Wait until the console is in touch again."""
    console.wait_for_selector("body[data-touch=live]")


def test_a_hub_killed_between_tap_call_and_finish_loses_nothing(hall: Hall, console: Page) -> None:
    first = hall.take_number()
    before = hall.journal()
    spoken = [one["call"] for one in hall.spoken()]
    hall.hub.kill()
    expect(console.locator("#banner")).to_contain_text("Mất kết nối")
    hall.hub.start()
    assert hall.journal()[: len(before)] == before
    _live(console)

    press(console, "Enter")
    called = hall.wait_event("ticket_called", since=first["seq"])
    said = hall.wait_spoken(called["call"])
    assert said["counter"] == COUNTER
    until(lambda: share(hall.call_panel(), theme.GOLD) > 0.3, "the display is back, and shows it")

    hall.hub.kill()
    expect(console.locator("#banner")).to_contain_text("Mất kết nối")
    hall.hub.start()
    _live(console)
    expect(console.locator("#number")).to_have_text(said["number"])
    press(console, "F")
    finished = hall.wait_event("ticket_finished", since=called["seq"])
    assert finished["ticket"] == called["ticket"]

    second = hall.take_number()
    assert second["ordinal"] == first["ordinal"] + 1
    press(console, "Enter")
    again = hall.wait_event("ticket_called", since=second["seq"])
    hall.wait_spoken(again["call"])
    assert [one["call"] for one in hall.spoken()] == [*spoken, called["call"], again["call"]]
    press(console, "F")
    expect(console.locator("#current")).to_have_attribute("data-state", "idle")


def test_the_kiosk_says_that_the_hub_is_away_and_comes_back_by_itself(hall: Hall) -> None:
    hall.go_home()
    hall.hub.kill()
    hall.wait_shows("away")
    hall.hub.start()
    hall.wait_shows("home")


def test_a_wish_outlives_a_kiosk_that_is_killed_while_the_hub_stands_still(hall: Hall) -> None:
    hall.go_home()
    before, papers = hall.last_seq(), hall.printer.printed
    # The hub takes the wish into its socket, and can answer only once the kiosk is dead.
    hall.freeze_hub()
    try:
        hall.ask_for_number()
        until(lambda: list(hall.inflight.glob("*.json")), "the wish is on the kiosk's disk")
        (wish,) = hall.inflight.glob("*.json")
        hall.wait_shows("waiting")
        before_it = len(hall.drawn())
        hall.kiosk.kill()
        hall.start_kiosk()
        until(lambda: "waiting" in hall.drawn()[before_it:], "the new kiosk waits too")
    finally:
        hall.thaw_hub()
    hall.wait_shows("ticket")
    assert hall.printer.wait_printed(papers + 1)
    (issued,) = hall.journal("ticket_issued", since=before)
    assert issued["request_id"] == wish.stem
    until(lambda: not list(hall.inflight.iterdir()), "the kiosk forgets the answered wish")
