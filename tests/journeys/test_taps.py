"""A tap becomes a number, one for each wish, on paper and on a phone."""

from PIL import Image
from playwright.sync_api import Browser, expect

from tests.hub.web.browser import new_page
from tests.journeys.glass import qr
from tests.journeys.hall import LAND, PLACES, Hall
from tests.paper import read_codes

LEFT_OF_START = (300, 580)
"""On home, services and priority alike something to touch is here; on the ticket nothing is."""


def test_three_taps_become_a_number_on_paper_and_on_a_phone(hall: Hall, browser: Browser) -> None:
    papers = hall.printer.printed
    issued = hall.take_number()
    assert hall.printer.wait_printed(papers + 1)
    paper = hall.printer.tickets()[-1]
    with Image.open(hall.printer.folder / str(paper["file"])) as dots:
        url, number = read_codes(dots)
    assert number == issued["number"]
    assert url == f"{hall.hub.url}/t#{issued['ticket']}"
    assert qr(hall.kiosk_picture()) == url
    assert hall.wait_event("ticket_printed", since=issued["seq"])["ticket"] == issued["ticket"]

    gone = {event["ticket"] for event in hall.journal("ticket_called", "ticket_delayed")}
    line = hall.journal("ticket_issued")
    others = [one["ticket"] for one in line if one["service"] == issued["service"]]
    ahead = len(set(others) - gone - {issued["ticket"]})
    with new_page(browser, width=390, height=844) as phone:
        phone.goto(url)
        expect(phone.locator("#number")).to_have_text(issued["number"])
        expect(phone.locator("#ahead")).to_have_text(str(ahead) if ahead else "Kế tiếp")


def test_double_taps_all_the_way_make_one_ticket(hall: Hall) -> None:
    hall.go_home()
    before, papers = hall.last_seq(), hall.printer.printed
    for name, then in (
        ("start", "services"),
        (LAND, "priority"),
        ("no_priority", "ticket"),
    ):
        hall.screen.tap_twice(*PLACES.centre(name, hall.shown()))
        hall.wait_shows(then)
    assert hall.printer.wait_printed(papers + 1)
    assert len(hall.journal("ticket_issued", since=before)) == 1


def test_frantic_tapping_makes_one_ticket(hall: Hall) -> None:
    hall.go_home()
    before, papers = hall.last_seq(), hall.printer.printed
    hall.frantic(LEFT_OF_START, times=120, delay_ms=25)
    hall.wait_shows("ticket")
    assert hall.printer.wait_printed(papers + 1)
    assert len(hall.journal("ticket_issued", since=before)) == 1
    assert hall.shown() == "ticket"
