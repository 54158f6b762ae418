"""A scan becomes an answer, the answer a number, and trouble over there a clear word."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.raw import RawClient, issue
from hub.dossiers.sandbox.dossiers import SHOW, SHOW_DIGITS
from shared import theme
from shared.dossiers import DossierState
from tests.hub.web.browser import new_page, press
from tests.journeys.glass import centre, qr, until
from tests.journeys.hall import Hall

"""The middle one of the three buttons under a dossier: "In phiếu tra cứu"."""

FAULTS = (
    *("slow", "drip", "garbage", "big", "error500"),
    *("wrong_certificate", "redirect", "hang", "refuse"),
)
CLEAR_WITHIN_S = 8.0
PHONE = {"width": 390, "height": 844}
_UNKNOWN = itertools.count(1)


def test_a_receipt_is_scanned_and_the_officer_sees_the_dossier(hall: Hall, console: Page) -> None:
    hall.go_home()
    code = SHOW[DossierState.PAPERS_WANTED]
    before = hall.last_seq()
    hall.scan_until(code, "dossier")
    gold = centre(hall.kiosk_picture(), theme.GOLD)
    assert gold is not None, "there is a button that takes the number"
    hall.screen.tap(*gold)
    issued = hall.wait_event("ticket_issued", since=before)
    assert issued["dossier"] == code
    assert (issued["service"], issued["procedure"]) == ("dat-dai", "1.013831")
    until(lambda: "ticket" in hall.drawn()[-1:], "the number is shown")

    dossier = console.locator("#dossier")
    for _turn in range(40):  # those who came before are called first
        press(console, "Enter")
        if console.locator("#number").inner_text() == issued["number"]:
            break
    expect(dossier).to_contain_text(code)
    expect(dossier).to_contain_text("Đăng ký biến động quyền sử dụng đất")
    expect(dossier).to_contain_text("Cần bổ sung giấy tờ")
    press(console, "F")


def test_a_scan_ends_another_persons_look_up(hall: Hall) -> None:
    hall.go_home()
    hall.scan_until(SHOW[DossierState.FINISHED], "dossier")
    first = hall.kiosk_picture()
    hall.scan_until("1.012790.000.00.00.H41", "procedure")
    hall.scan_until(SHOW[DossierState.FINISHED], "dossier")
    same = centre(hall.kiosk_picture(), theme.GOLD)
    assert same == centre(first, theme.GOLD)


def test_what_is_no_code_is_answered_with_a_helpful_word(hall: Hall) -> None:
    hall.go_home()
    hall.scan_until("nothing that anybody knows", "finding")


@contextmanager
def numbers_taken(hall: Hall) -> Iterator[list[float]]:
    """Takes numbers one after another until the block ends; seconds that each one took."""
    credential = (hall.folder / "kiosk.credential").read_text(encoding="utf-8")
    kiosk = RawClient(hall.hub.live, "kiosk", credential)
    took: list[float] = []
    first, done = threading.Event(), threading.Event()

    def take() -> None:
        while not done.wait(0.05):
            began = time.monotonic()
            assert kiosk.ask(issue("van-hoa")).startswith(b'{"type":"result"')
            took.append(time.monotonic() - began)
            first.set()

    thread = threading.Thread(target=take)
    thread.start()
    try:
        assert first.wait(10)
        yield took
    finally:
        done.set()
        thread.join()
        kiosk.close()


@pytest.mark.parametrize("fault", FAULTS)
def test_trouble_with_the_e_one_stop_is_a_clear_word_and_numbers_go_on(
    hall: Hall, fault: str
) -> None:
    hall.go_home()
    hall.one_stop.fail(fault)
    try:
        with numbers_taken(hall) as took:
            seconds = hall.scan_until(f"H41.15-261001-{next(_UNKNOWN):04d}", "finding")
            numbers = len(took)
        assert seconds < CLEAR_WITHIN_S
        # One after another, each in less than a second, a twentieth after the one before.
        assert numbers >= int(seconds)
        assert max(took) < 1.0
    finally:
        hall.one_stop.fail()
    hall.go_home()
    hall.scan_until(SHOW[DossierState(next(_UNKNOWN) % 9 + 1)], "dossier")  # closes the breaker


def test_a_clock_that_is_wrong_over_there_does_not_matter(hall: Hall) -> None:
    hall.go_home()
    hall.one_stop.fail("clock_skew")
    try:
        hall.scan_until(SHOW[DossierState.HANDED_OVER], "dossier")
    finally:
        hall.one_stop.fail()


def test_a_phone_follows_its_number_asks_for_time_and_looks_up_a_dossier(
    hall: Hall, browser: Browser
) -> None:
    issued = hall.take_number()
    url = qr(hall.kiosk_picture())
    with new_page(browser, **PHONE, locale="vi-VN") as phone:
        phone.goto(url)
        expect(phone.locator("#number")).to_have_text(issued["number"])
        phone.get_by_role("button", name="Tôi cần thêm 10 phút").click()
        phone.get_by_role("dialog").get_by_role("button", name="10 phút").click()
        delayed = hall.wait_event("ticket_delayed", since=issued["seq"])
        assert delayed["ticket"] == issued["ticket"]
        expect(phone.get_by_role("button", name="Tôi cần thêm 10 phút")).to_have_count(0)

        phone.goto(f"{hall.hub.url}/d#{SHOW[DossierState.FINISHED]}")
        expect(phone.locator("[name=code]")).to_have_value(SHOW[DossierState.FINISHED])
        phone.locator("[name=digits]").fill(SHOW_DIGITS[DossierState.FINISHED])
        phone.locator("main button[type=submit]").click()
        expect(phone.locator("h1, h2").filter(has_text="Đã có kết quả")).to_be_visible()
        assert SHOW[DossierState.FINISHED] not in phone.url
