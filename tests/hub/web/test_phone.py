"""A ticket on a phone, live in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from shared import messages as m
from tests.hub.hall_site import LAND, RESULT, officer
from tests.hub.web.browser import WITHIN_MS, chromium, new_page
from tests.hub.web.phone_house import PhoneHouse, open_house
from tests.hub.web.phone_states import TICKETS

SPY = """
  window.sounds = 0; window.buzzes = [];
  const Real = OscillatorNode;
  window.OscillatorNode = class extends Real { start(at) { window.sounds++; super.start(at); } };
  navigator.vibrate = (pattern) => { window.buzzes.push(pattern); return true; };
"""
"""Counts what a person would hear and feel."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def house(tmp_path: Path) -> Iterator[PhoneHouse]:
    with open_house(tmp_path) as one:
        yield one


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with new_page(browser, width=390, height=844, has_touch=True, is_mobile=True) as page:
        page.add_init_script(SPY)
        yield page


def test_ten_more_minutes_move_a_number_behind_once(house: PhoneHouse, phone: Page) -> None:
    house.issue()
    house.call(1)
    mine = house.issue()
    house.later(1)
    house.issue()
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#ahead")).to_have_text("Kế tiếp")
    phone.get_by_role("button", name="Tôi cần thêm 10 phút").tap()
    expect(phone.get_by_role("dialog")).to_contain_text("chỉ lùi được một lần")
    phone.get_by_role("button", name="Giữ nguyên lượt").tap()
    expect(phone.locator("#ahead")).to_have_text("Kế tiếp")
    phone.get_by_role("button", name="Tôi cần thêm 10 phút").tap()
    phone.get_by_role("button", name="Lùi 10 phút").tap()
    expect(phone.locator("#ahead")).to_have_text("1")
    expect(phone.locator("#delayed")).to_contain_text("không được gọi trước 08:11")
    expect(phone.locator("#delay")).to_be_hidden()


def test_why_another_number_was_called_first_is_told_without_its_reason(
    house: PhoneHouse, phone: Page
) -> None:
    mine = TICKETS["waiting"](house)
    phone.goto(f"{house.url}/t#{mine}")
    why = phone.locator("#overtakers")
    expect(why).to_contain_text("Vì sao A006 được gọi trước?")
    expect(why).to_contain_text("được cộng 15 phút")
    assert "cao tuổi" not in phone.content()


def test_a_number_called_by_an_officer_is_explained_in_other_words(
    house: PhoneHouse, phone: Page
) -> None:
    house.later(1)
    mine = house.issue()
    house.later(1)
    other = house.issue()
    house.does(officer(1), m.CallTicket(other))
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#overtakers")).to_contain_text("Cán bộ đã gọi riêng số này")


def test_one_touch_arms_the_phone_which_rings_until_it_is_touched(
    house: PhoneHouse, phone: Page
) -> None:
    mine = house.issue()
    phone.goto(f"{house.url}/t#{mine}")
    phone.get_by_role("button", name="Báo cho tôi khi đến lượt").tap()
    expect(phone.locator("#armed")).to_contain_text("Đã bật: tiếng chuông, rung")
    expect(phone.locator("#arm")).to_be_hidden()
    before = phone.evaluate("sounds")
    house.call(1)
    expect(phone).to_have_title("Mời đến quầy 1 – A001")
    expect(phone.locator("#quiet")).to_be_visible()
    phone.wait_for_function("before => sounds >= before + 4", arg=before)  # two rings
    phone.get_by_role("button", name="Tắt tiếng báo").tap()
    expect(phone.locator("#quiet")).to_be_hidden()
    assert phone.evaluate("buzzes.at(-1)") == 0


def test_a_phone_that_nobody_armed_makes_no_noise(house: PhoneHouse, phone: Page) -> None:
    mine = house.issue()
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#number")).to_have_text("A001")
    house.call(1)
    expect(phone.locator("#call-counter")).to_have_text("Quầy 1")
    assert phone.evaluate("sounds") == 0
    expect(phone.locator("#quiet")).to_be_hidden()


def test_a_lost_network_is_told_and_what_was_missed_is_made_up(
    house: PhoneHouse, phone: Page
) -> None:
    mine = house.issue()
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#leave")).to_be_enabled()
    house.cut()
    expect(phone.locator("#touch")).to_contain_text("Chỗ của ông/bà vẫn được giữ")
    expect(phone.locator("#leave")).to_be_disabled()
    house.call(2)
    house.mend()
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("#call-counter")).to_have_text("Quầy 2")
    expect(phone.locator("#touch")).to_be_hidden()


def test_the_phone_remembers_its_number_until_that_ends(house: PhoneHouse, phone: Page) -> None:
    mine = house.issue()
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#number")).to_have_text("A001")
    phone.goto("about:blank")
    phone.goto(f"{house.url}/t")
    expect(phone.locator("#number")).to_have_text("A001")
    house.does(house.holder(mine), m.Cancel(mine))
    expect(phone.locator("#words-card")).to_contain_text("không còn hiệu lực")
    phone.goto("about:blank")
    phone.goto(f"{house.url}/t")
    expect(phone.locator("#heading")).to_have_text("Chưa có số nào")
    assert phone.evaluate("localStorage.length") == 0


def test_another_language_is_one_touch_away_and_keeps_the_number(
    house: PhoneHouse, phone: Page
) -> None:
    mine = house.issue(RESULT)
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#number")).to_have_text("G001")
    phone.get_by_role("link", name="English").tap()
    expect(phone.locator("#heading")).to_have_text("Your number")
    expect(phone.locator("#number")).to_have_text("G001")
    expect(phone.locator("html")).to_have_attribute("lang", "en")


def test_the_end_says_thank_you(house: PhoneHouse, phone: Page) -> None:
    mine = house.issue(LAND)
    phone.goto(f"{house.url}/t#{mine}")
    expect(phone.locator("#number")).to_have_text("A001")
    house.call(1)
    house.counter(1, m.StartService)
    expect(phone.locator("#call-word")).to_have_text("Đang phục vụ tại")
    house.counter(1, m.Finish)
    expect(phone.locator("#words-card")).to_contain_text("cảm ơn")
    expect(phone.locator("#actions")).to_be_hidden()


def test_without_javascript_a_person_waits_asks_for_time_and_leaves(
    house: PhoneHouse, browser: Browser
) -> None:
    mine = house.issue()
    with new_page(browser, width=390, height=844, java_script_enabled=False) as phone:
        phone.goto(f"{house.url}/t/{mine}")
        phone.get_by_role("link", name="Tôi cần thêm 10 phút").click()
        phone.get_by_role("button", name="Lùi 10 phút").click()
        phone.wait_for_url(f"{house.url}/t/{mine}")
        expect(phone.get_by_text("không được gọi trước 08:10")).to_be_visible()
        expect(phone.get_by_role("link", name="Tôi cần thêm 10 phút")).to_have_count(0)
        phone.get_by_role("link", name="Tôi không chờ nữa").click()
        phone.get_by_role("button", name="Bỏ số").click()
        phone.wait_for_url(f"{house.url}/t/{mine}")
        expect(phone.get_by_text("không còn hiệu lực")).to_be_visible()


def test_a_wish_that_comes_too_late_is_refused_in_words(
    house: PhoneHouse, browser: Browser
) -> None:
    mine = house.issue()
    with new_page(browser, width=390, height=844, java_script_enabled=False) as phone:
        phone.goto(f"{house.url}/t/{mine}/delay")
        house.call(1)
        with phone.expect_response(re.compile("/delay$")) as answer:
            phone.get_by_role("button", name="Lùi 10 phút").click()
        assert answer.value.status == 409
        expect(phone.get_by_role("alert")).to_contain_text("vừa được gọi")
        expect(phone.get_by_text("Quầy 1", exact=True)).to_be_visible()


def test_a_code_after_the_hash_fills_the_field_and_goes_nowhere_by_itself(
    house: PhoneHouse, phone: Page
) -> None:
    phone.goto(f"{house.url}/d#H41.15-261101-0007")
    expect(phone.locator("#code")).to_have_value("H41.15-261101-0007")
    assert phone.url == f"{house.url}/d"
    assert house.lookup.asked == []


def test_without_a_network_the_app_opens_a_calm_page_and_comes_back(
    house: PhoneHouse, phone: Page
) -> None:
    mine = house.issue()
    phone.goto(f"{house.url}/t#{mine}")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.goto(f"{house.url}/t/{mine}")
    kept = phone.evaluate(
        """async () => {
          const shells = await Promise.all((await caches.keys()).map((name) => caches.open(name)));
          const asked = await Promise.all(shells.map((shell) => shell.keys()));
          return asked.flat().map((one) => new URL(one.url).pathname).sort();
        }"""
    )
    assert kept[0] == "/offline"
    assert all(path.startswith("/static/") for path in kept[1:])
    phone.context.set_offline(True)
    phone.goto(f"{house.url}/t")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Điện thoại chưa có mạng")
    phone.context.set_offline(False)
    expect(phone.locator("#number")).to_have_text("A001", timeout=WITHIN_MS)
