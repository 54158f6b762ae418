"""Every state of the phones' pages in a real browser: for every pair of eyes and every thumb."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hub.web.accessible import overflow, small_targets, violations
from tests.hub.web.browser import chromium, new_page
from tests.hub.web.phone_house import PhoneHouse, open_house
from tests.hub.web.phone_states import CODE, DOSSIERS, TICKETS
from tests.hub.web.relay import counted

BUDGET = 60_000
LANGUAGES = ["vi-VN", "en-GB"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PhoneHouse]:
    with open_house(tmp_path) as one:
        yield one


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneHouse]:
    """For pages on which nobody's number stands: one house does for all of them."""
    with open_house(tmp_path_factory.mktemp("empty")) as one:
        yield one


@pytest.fixture(params=LANGUAGES)
def phone(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with new_page(browser, width=390, height=844, locale=request.param, bypass_csp=True) as one:
        yield one


@pytest.fixture
def phones(browser: Browser) -> Iterator[list[Page]]:
    """One for each language, at the same house: to open another takes longer than to look."""
    with contextlib.ExitStack() as ending:
        pages = [
            new_page(browser, width=390, height=844, locale=language, bypass_csp=True)
            for language in LANGUAGES
        ]
        yield [ending.enter_context(one) for one in pages]


def _looks_right(page: Page) -> None:
    """Nothing axe finds, nothing cut off, also on the narrowest phone and with huge letters."""
    assert violations(page) == []
    assert small_targets(page) == []
    for width, letters in ((390, "100%"), (320, "100%"), (390, "200%")):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("size => { document.documentElement.style.fontSize = size; }", letters)
        assert overflow(page) == [], (width, letters)


def _look_up(page: Page, house: PhoneHouse, digits: str = "") -> None:
    page.goto(f"{house.url}/d")
    page.fill("#code", CODE)
    page.fill("#digits", digits)
    with page.expect_navigation():
        page.click("main [type=submit]")


@pytest.mark.parametrize("state", TICKETS)
def test_a_ticket_looks_right_in_every_state(
    house: PhoneHouse, phones: list[Page], state: str
) -> None:
    ticket = TICKETS[state](house)
    for phone in phones:
        phone.goto(f"{house.url}/t#{ticket}")
        expect(phone.locator("#main:not([data-state=loading])")).to_be_visible()
        _looks_right(phone)
        phone.set_viewport_size({"width": 390, "height": 844})
        phone.goto(f"{house.url}/t/{ticket}")
        _looks_right(phone)


@pytest.mark.parametrize("wish", ["cancel", "delay"])
def test_the_question_before_a_wish_looks_right(
    house: PhoneHouse, phones: list[Page], wish: str
) -> None:
    ticket = TICKETS["waiting"](house)
    for phone in phones:
        phone.goto(f"{house.url}/t/{ticket}/{wish}")
        expect(phone.locator("form[method=post]")).to_be_visible()
        _looks_right(phone)
        phone.set_viewport_size({"width": 390, "height": 844})
        phone.goto(f"{house.url}/t#{ticket}")
        phone.click("#leave" if wish == "cancel" else "#delay")
        expect(phone.locator("dialog[open]")).to_be_visible()
        _looks_right(phone)


@pytest.mark.parametrize("finding", DOSSIERS)
def test_a_look_up_looks_right_whatever_it_finds(
    empty: PhoneHouse, phone: Page, finding: str
) -> None:
    empty.lookup.finding = DOSSIERS[finding]
    _look_up(phone, empty, "1234" if finding == "wrong_digits" else "")
    assert empty.lookup.asked[-1][1] == CODE
    _looks_right(phone)


@pytest.mark.parametrize("path", ["/d", "/t", "/", "/offline", "/nowhere"])
def test_pages_that_belong_to_nobody_look_right(empty: PhoneHouse, phone: Page, path: str) -> None:
    phone.goto(empty.url + path)
    if path == "/t":
        expect(phone.locator("#main[data-state=none]")).to_be_visible()
    _looks_right(phone)


@pytest.mark.parametrize("path", ["/t", "/d"])
def test_the_first_load_weighs_less_than_sixty_kilobytes(
    house: PhoneHouse, browser: Browser, path: str
) -> None:
    ticket = TICKETS["waiting"](house)
    with counted(house.url) as relay, new_page(browser, width=390, height=844) as page:
        page.goto(f"{relay.url}{path}#{ticket if path == '/t' else CODE}")
        # The worker is active only when it has fetched all that it keeps.
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_load_state("networkidle")
        if path == "/t":
            expect(page.locator("#number")).to_have_text("A005")
        assert 5_000 < relay.down < BUDGET
