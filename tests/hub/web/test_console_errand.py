"""What the person in hand has come for, on the console: asked of a real sandbox e-one-stop."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from deploy.hall.one_stop import OneStop
from hub.dossiers.sandbox.dossiers import SHOW, SHOW_LATE
from hub.web.pages import STATIC
from shared.dossier_words import _STATES
from shared.dossiers import DossierState
from tests.hub.hub_process import HubProcess, running_hub
from tests.hub.web.browser import CHROMIUM, PASSWORD, chromium, new_page, press, sign_in
from tests.hub.web.kiosk_stand_in import KioskStandIn, standing_in

LAND, OFFICER = "dat-dai", "Trần Thị Hoa"

browsing = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneStop]:
    one = OneStop(tmp_path_factory.mktemp("sandbox"))
    yield one
    one.close()


@pytest.fixture
def hub(system: OneStop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    system.fail()
    options = ("--config", str(system.hub_settings()))
    with running_hub(tmp_path_factory.mktemp("hub"), options=options) as one:
        yield one


@pytest.fixture
def kiosk(hub: HubProcess) -> Iterator[KioskStandIn]:
    with standing_in(hub) as one:
        yield one


@pytest.fixture
def page(hub: HubProcess, browser: Browser) -> Iterator[Page]:
    hub.add_officer(OFFICER, 5, PASSWORD)
    with new_page(browser) as one:
        sign_in(one, hub, OFFICER)
        yield one


@browsing
def test_the_dossier_of_the_person_in_hand_is_shown_with_state_and_due_date(
    kiosk: KioskStandIn, page: Page
) -> None:
    code = SHOW[DossierState.FINISHED]
    kiosk.issue(LAND, dossier=code)
    kiosk.issue(LAND, dossier=SHOW_LATE)
    kiosk.issue(LAND)
    card = page.locator("#dossier")
    expect(card).to_be_hidden()
    press(page, "Enter")
    expect(page.locator("#errand-title")).to_have_text(f"Hồ sơ: {code}")
    expect(page.locator("#errand-state")).to_have_text("Đã có kết quả")
    expect(page.locator("#errand-name")).not_to_be_empty()
    expect(page.locator("#errand-due")).to_have_text(re.compile(r"^hẹn trả \d\d/\d\d/\d{4}$"))
    press(page, "Enter")
    expect(page.locator("#errand-title")).to_have_text(f"Hồ sơ: {SHOW_LATE}")
    expect(page.locator("#errand-due")).to_contain_text(re.compile(r"trễ \d+ ngày"))
    press(page, "Enter")
    expect(page.locator("#number")).to_have_text("A003")
    expect(card).to_be_hidden()


@browsing
def test_a_procedure_is_named_and_an_unknown_dossier_is_said_to_be_unknown(
    kiosk: KioskStandIn, page: Page
) -> None:
    kiosk.issue(LAND, procedure="1.013831")
    kiosk.issue(LAND, dossier="H41.15-200101-9999")
    press(page, "Enter")
    expect(page.locator("#errand-title")).to_contain_text("Thủ tục: Đăng ký biến động")
    expect(page.locator("#errand-name")).to_contain_text("1.013831")
    press(page, "Enter")
    expect(page.locator("#errand-state")).to_have_text("Không tìm thấy")


@browsing
def test_a_system_that_is_away_is_said_and_the_counter_goes_on(
    system: OneStop, kiosk: KioskStandIn, page: Page
) -> None:
    system.fail("error500")
    code = SHOW[DossierState.PAPERS_WANTED]
    kiosk.issue(LAND, dossier=code)
    press(page, "Enter")
    expect(page.locator("#errand-title")).to_have_text(f"Hồ sơ: {code}")
    expect(page.locator("#errand-state")).to_have_text("Chưa tra được")
    press(page, "S")
    expect(page.locator("#current")).to_have_attribute("data-state", "serving")
    system.fail()
    page.get_by_role("button", name="Tra lại").click()
    expect(page.locator("#errand-state")).to_have_text("Cần bổ sung giấy tờ")
    expect(page.get_by_role("button", name="Tra lại")).to_be_hidden()


@browsing
def test_a_system_that_hangs_keeps_no_command_waiting(
    system: OneStop, kiosk: KioskStandIn, page: Page
) -> None:
    system.fail("hang")
    kiosk.issue(LAND, dossier=SHOW[DossierState.FINISHED])
    kiosk.issue(LAND)
    press(page, "Enter")
    expect(page.locator("#errand-name")).to_have_text("Đang tra cứu…")
    press(page, "S")
    press(page, "F")
    press(page, "Enter")
    expect(page.locator("#number")).to_have_text("A002")
    expect(page.locator("#dossier")).to_be_hidden()


@browsing
def test_one_who_asked_to_be_called_later_is_marked_in_the_line(
    kiosk: KioskStandIn, page: Page, browser: Browser
) -> None:
    ticket = kiosk.issue(LAND)
    with new_page(browser, width=390, height=844) as phone:
        phone.goto(ticket["url"])
        phone.evaluate(
            """async (ticket) => {
              const { Link } = await import("/static/link.js");
              await new Promise((done) => {
                const link = new Link({ role: "ticket", credential: ticket }, {
                  onView() {},
                  onTouch() {},
                });
                link.ask({ kind: "delay", ticket }).then(done);
              });
            }""",
            ticket["ticket"],
        )
    expect(page.locator("#line li")).to_contain_text(re.compile(r"xin lùi đến \d\d:\d\d"))


def test_console_kiosk_and_phone_name_a_state_alike() -> None:
    script = (STATIC / "console_errand.js").read_text(encoding="utf-8")
    told = {int(number): words for number, words in re.findall(r'^  (\d+): "(.+)",$', script, re.M)}
    assert told == {state.value: words for state, words in _STATES.items()}
