"""Officers at their consoles and a citizen's phone, in a real browser against a real hub."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.hub.hub_process import HubProcess, running_hub
from tests.hub.web.browser import CHROMIUM, PASSWORD, chromium, new_page, press, sign_in
from tests.hub.web.kiosk_stand_in import KioskStandIn, standing_in

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")

HOA, MINH, BOSS = "Trần Thị Hoa", "Lê Văn Minh", "Nguyễn Giám Sát"
LAND = "dat-dai"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with running_hub(tmp_path_factory.mktemp("hub")) as one:
        yield one


@pytest.fixture
def kiosk(hub: HubProcess) -> Iterator[KioskStandIn]:
    with standing_in(hub) as one:
        yield one


@pytest.fixture
def page(hub: HubProcess, browser: Browser) -> Iterator[Page]:
    """The console of counter 5."""
    hub.add_officer(HOA, 5, PASSWORD)
    with new_page(browser) as one:
        sign_in(one, hub, HOA)
        yield one


def _number(page: Page, number: str, state: str) -> None:
    """Expect this number on the console, in this state."""
    expect(page.locator("#number")).to_have_text(number)
    expect(page.locator("#current")).to_have_attribute("data-state", state)


def test_a_day_at_the_counter_by_keyboard(hub: HubProcess, kiosk: KioskStandIn, page: Page) -> None:
    expect(page.locator("#counter-state")).to_have_text("Đang đóng")
    for _ in range(6):
        kiosk.issue(LAND)
    expect(page.locator("#waiting")).to_have_text("6")
    press(page, "Enter")
    _number(page, "A001", "called")
    press(page, "R")
    expect(page.locator("#target")).to_have_text("đang mời · gọi lần 2")
    press(page, "S")
    _number(page, "A001", "serving")
    press(page, "F")
    _number(page, "", "idle")
    expect(page.locator("#served")).to_have_text("1")

    press(page, "Enter")
    _number(page, "A002", "called")
    press(page, "N")
    expect(page.locator("#aside li")).to_contain_text("không có mặt")
    press(page, "G")
    page.keyboard.type("A004")
    page.keyboard.press("Enter")
    _number(page, "A004", "called")
    press(page, "H")
    expect(page.locator("#aside li")).to_have_count(2)
    page.get_by_role("button", name="Trả A002 về hàng").click()
    expect(page.locator("#aside li")).to_have_count(1)
    expect(page.locator("#line")).to_contain_text("A002")

    press(page, "Enter")
    _number(page, "A003", "called")
    press(page, "T")
    page.keyboard.type("doanh")
    expect(page.locator("#transfer-go")).to_be_enabled()
    page.keyboard.press("Enter")
    _number(page, "", "idle")
    kinds = [line for line in hub.command("journal").splitlines() if "ticket_transferred" in line]
    assert '"service":"doanh-nghiep"' in kinds[0]

    press(page, "P")
    expect(page.locator("#counter-state")).to_have_text("Tạm nghỉ")
    press(page, "P")
    expect(page.locator("#counter-state")).to_have_text("Sẵn sàng")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"kind": "ticket_printed"}, "có phiếu giấy"),
        ({"kind": "ticket_sent"}, "phiếu đã gửi máy in, không rõ đã in"),
        ({"kind": "print_failed", "reason": "no_paper"}, "không có phiếu giấy"),
    ],
)
def test_an_officer_reads_what_became_of_the_paper(
    kiosk: KioskStandIn, page: Page, told: dict[str, str], words: str
) -> None:
    ticket = kiosk.issue(LAND)["ticket"]
    press(page, "Enter")
    expect(page.locator("#taken")).not_to_contain_text("phiếu")
    kiosk.wishes(**told, ticket=ticket)
    expect(page.locator("#taken")).to_contain_text(words)


def test_two_officers_who_press_next_at_once_get_different_numbers(
    hub: HubProcess, kiosk: KioskStandIn, page: Page, browser: Browser
) -> None:
    hub.add_officer(MINH, 6, PASSWORD)
    kiosk.issue(LAND)
    kiosk.issue(LAND)
    with new_page(browser) as other:
        sign_in(other, hub, MINH)
        for one in (page, other):
            one.wait_for_selector("[data-key=Enter]:enabled")
        page.keyboard.press("Enter")
        other.keyboard.press("Enter")
        for one in (page, other):
            expect(one.locator("#current")).to_have_attribute("data-state", "called")
        numbers = {one.locator("#number").inner_text() for one in (page, other)}
    assert numbers == {"A001", "A002"}


def test_a_hurried_second_press_does_not_send_the_first_one_away(
    kiosk: KioskStandIn, page: Page
) -> None:
    kiosk.issue(LAND)
    kiosk.issue(LAND)
    page.wait_for_selector("[data-key=Enter]:enabled")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    _number(page, "A001", "called")
    page.keyboard.press("Enter")
    expect(page.locator("#waiting")).to_have_text("1")


def test_after_a_click_enter_calls_the_next_and_does_not_click_again(
    kiosk: KioskStandIn, page: Page
) -> None:
    kiosk.issue(LAND)
    kiosk.issue(LAND)
    press(page, "Enter")
    page.get_by_role("button", name="Hoàn thành").click()
    _number(page, "", "idle")
    press(page, "Enter")
    _number(page, "A002", "called")


def test_a_refusal_is_said_in_words(
    hub: HubProcess, kiosk: KioskStandIn, page: Page, browser: Browser
) -> None:
    hub.add_officer(MINH, 6, PASSWORD)
    kiosk.issue(LAND)
    press(page, "G")
    page.keyboard.type("A001")
    with new_page(browser) as other:
        sign_in(other, hub, MINH)
        press(other, "Enter")
        _number(other, "A001", "called")
    page.keyboard.press("Enter")
    expect(page.locator("#refused")).to_contain_text("đang ở quầy khác")
    _number(page, "", "idle")


def test_a_number_goes_back_to_its_own_service_only_for_another_counter(
    kiosk: KioskStandIn, page: Page
) -> None:
    kiosk.issue(LAND)
    press(page, "Enter")
    press(page, "T")
    page.keyboard.type("dat dai")
    options = page.locator("#transfer-counter option")
    assert options.all_inner_texts() == ["Chỉ quầy 4", "Chỉ quầy 6"]
    page.keyboard.press("Escape")
    expect(page.locator("#transfer")).to_be_hidden()
    _number(page, "A001", "called")


def test_a_lost_hub_is_said_and_the_screen_keeps_what_it_showed(
    hub: HubProcess, kiosk: KioskStandIn, page: Page
) -> None:
    kiosk.issue(LAND)
    press(page, "Enter")
    hub.kill()
    expect(page.locator("#banner")).to_contain_text("Mất kết nối")
    expect(page.get_by_role("button", name="Hoàn thành")).to_be_disabled()
    _number(page, "A001", "called")
    hub.start()
    expect(page.locator("#banner")).to_be_hidden(timeout=15_000)
    press(page, "S")
    _number(page, "A001", "serving")


def test_signing_out_leads_back_to_the_door(page: Page) -> None:
    page.get_by_role("button", name="Đăng xuất").click()
    page.wait_for_url("**/sign-in")


def test_a_supervisor_sees_the_hall_and_pauses_a_counter(
    hub: HubProcess, kiosk: KioskStandIn, page: Page, browser: Browser
) -> None:
    hub.add_officer(BOSS, 1, PASSWORD, supervisor=True)
    kiosk.issue(LAND)
    press(page, "Enter")
    with new_page(browser) as boss:
        sign_in(boss, hub, BOSS, "supervisor")
        desk = boss.locator("[data-counter='5']")
        expect(desk).to_contain_text("A001")
        desk.click()
        expect(boss.get_by_role("button", name="Đóng quầy")).to_be_disabled()
        boss.get_by_role("button", name="Tạm nghỉ").click()
        expect(desk).to_contain_text("tạm nghỉ")
    expect(page.locator("#counter-state")).to_have_text("Tạm nghỉ")


def test_a_phone_follows_its_ticket_to_the_counter(
    kiosk: KioskStandIn, page: Page, browser: Browser
) -> None:
    kiosk.issue(LAND)
    mine = kiosk.issue(LAND)
    with new_page(browser, width=390, height=844) as phone:
        phone.goto(mine["url"])
        expect(phone.locator("#number")).to_have_text("A002")
        expect(phone.locator("#ahead")).to_have_text("1")
        press(page, "Enter")
        expect(phone.locator("#ahead")).to_have_text("Kế tiếp")
        expect(phone.locator("#serving")).to_contain_text("A001 tại quầy 5")
        press(page, "F")
        press(page, "Enter")
        expect(phone.locator("#call-counter")).to_have_text("Quầy 5")
        expect(phone).to_have_title("Mời đến quầy 5 – A002")
        press(page, "F")
        expect(phone.locator("#words-card")).to_contain_text("cảm ơn")


def test_a_phone_gives_its_place_up_only_when_asked_twice(
    kiosk: KioskStandIn, page: Page, browser: Browser
) -> None:
    mine = kiosk.issue(LAND)
    with new_page(browser, width=390, height=844) as phone:
        phone.goto(mine["url"])
        phone.get_by_role("button", name="Tôi không chờ nữa").click()
        phone.get_by_role("button", name="Tôi chờ tiếp").click()
        expect(page.locator("#waiting")).to_have_text("1")
        phone.get_by_role("button", name="Tôi không chờ nữa").click()
        phone.get_by_role("button", name="Bỏ số").click()
        expect(phone.locator("#words-card")).to_contain_text("không còn hiệu lực")
    expect(page.locator("#waiting")).to_have_text("0")


def test_an_unknown_ticket_says_what_to_do(hub: HubProcess, browser: Browser) -> None:
    with new_page(browser, width=390, height=844) as phone:
        phone.goto(f"{hub.url}/t#khong-co-so-nay")
        expect(phone.locator("#service")).to_contain_text("lấy số mới")


@pytest.mark.parametrize(("width", "height"), [(1024, 700), (1366, 768), (1920, 1080)])
def test_the_console_fits_every_screen_without_scrolling(
    kiosk: KioskStandIn, page: Page, width: int, height: int
) -> None:
    for _ in range(30):
        kiosk.issue(LAND)
    press(page, "Enter")
    page.set_viewport_size({"width": width, "height": height})
    for button in page.locator("[data-act]").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width
