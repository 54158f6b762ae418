"""A supervisor who arranges displays, says an emergency and ends the day, in a real browser; what a
wall display, a kiosk and a console are sent is read from the hub's own socket."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from websockets.sync.client import ClientConnection, connect

from tests.hub.hub_process import HubProcess, running_hub
from tests.hub.web.accessible import overflow, small_targets, violations
from tests.hub.web.browser import CHROMIUM, PASSWORD, chromium, new_page, sign_in

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")

BOSS, HOA = "Nguyễn Giám Sát", "Trần Thị Hoa"
WITHIN_S = 10.0
WALL = "sảnh-tây"
CALLS = ("recall", "no_show", "other")
OUTAGE = "Trung tâm đang mất điện."


class Screen:
    """One device's connection; `view` is the newest that the hub has sent."""

    def __init__(self, connection: ClientConnection, role: str, credential: str) -> None:
        self._connection = connection
        hello = {"type": "hello", "version": 1, "role": role, "credential": credential}
        connection.send(json.dumps(hello))
        self.view: dict[str, Any] = json.loads(connection.recv(WITHIN_S))["view"]

    def tells(self, **frame: object) -> None:
        """What the device says of itself."""
        self._connection.send(json.dumps(frame))

    def shows(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The first view that is as wanted, from the one at hand on."""
        deadline = time.monotonic() + WITHIN_S
        while not wanted(self.view):
            frame = json.loads(self._connection.recv(deadline - time.monotonic()))
            self.view = frame.get("view", self.view)
        return self.view


@contextmanager
def screen(hub: HubProcess, role: str, name: str, counter: int | None = None) -> Iterator[Screen]:
    with connect(f"ws://{hub.live}/live") as connection:
        yield Screen(connection, role, hub.enrol(role, name, counter))


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with running_hub(tmp_path_factory.mktemp("hub")) as one:
        one.add_officer(BOSS, 1, PASSWORD, supervisor=True)
        one.add_officer(HOA, 5, PASSWORD)
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def wall(hub: HubProcess) -> Iterator[Screen]:
    with screen(hub, "display", WALL) as one:
        yield one


@pytest.fixture(scope="module")
def cookies(hub: HubProcess, browser: Browser) -> list[Any]:
    """One sign-in for all tests: each costs a digest."""
    with new_page(browser) as one:
        sign_in(one, hub, BOSS, "supervisor")
        return list(one.context.cookies())


@contextmanager
def _overview(
    hub: HubProcess, browser: Browser, cookies: list[Any], width: int = 1366, height: int = 768
) -> Iterator[Page]:
    """The supervisor's page, signed in; nothing of its views has come yet."""
    with new_page(browser, width=width, height=height, bypass_csp=True) as one:
        one.context.add_cookies(cookies)
        yield one


@pytest.fixture
def page(hub: HubProcess, browser: Browser, wall: Screen, cookies: list[Any]) -> Iterator[Page]:
    with _overview(hub, browser, cookies) as one:
        one.goto(f"{hub.url}/supervisor")
        expect(_row(one)).to_be_visible()
        yield one


def _row(page: Page, name: str = WALL) -> Any:
    return page.locator("#screens li").filter(has_text=name)


def _open_plan(page: Page) -> Any:
    page.get_by_role("button", name=f"Đổi màn hình {WALL}").click()
    return page.get_by_role("dialog", name=f"Màn hình {WALL}")


def test_a_display_gets_the_plan_that_is_chosen_for_it(page: Page, wall: Screen) -> None:
    dialog = _open_plan(page)
    dialog.get_by_label("Một khu vực").check()
    dialog.get_by_role("button", name="Đổi màn hình").click()
    expect(dialog.locator("#plan-wrong")).to_have_text("Mời chọn ít nhất một quầy cho khu vực.")
    for counter in (5, 4, 6, 9):
        dialog.locator(f"input[value='{counter}']").check()
    dialog.get_by_label("Tên khu vực").fill("  Đất đai ")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(_row(page)).to_contain_text("Khu vực: quầy 4–6, 9 · “Đất đai”")
    expect(page.locator("#done")).to_have_text(f"Đã đổi màn hình {WALL}.")
    plan = {"layout": "zone", "counters": [4, 5, 6, 9], "title": "Đất đai", "officers": False}
    shown = wall.shows(lambda view: view["plan"] == plan)
    assert [one["number"] for one in shown["counters"]] == [4, 5, 6, 9]
    expect(page.get_by_role("button", name=f"Đổi màn hình {WALL}")).to_be_focused()


def test_a_counters_panel_takes_one_counter_alone(page: Page, wall: Screen) -> None:
    dialog = _open_plan(page)
    dialog.get_by_label("Một khu vực").check()
    for counter in (7, 8):
        dialog.locator(f"input[value='{counter}']").check()
    dialog.get_by_label("Bảng của một quầy").check()
    assert dialog.locator("#plan-counters input:checked").count() == 1
    dialog.locator("input[value='12']").check()
    dialog.get_by_label("Hiện tên cán bộ").check()
    dialog.get_by_role("button", name="Đổi màn hình").click()
    expect(_row(page)).to_contain_text("Bảng của quầy 12 · có tên cán bộ")
    plan = {"layout": "counter", "counters": [12], "title": "", "officers": True}
    wall.shows(lambda view: view["plan"] == plan)


def test_the_hubs_refusal_of_a_plan_stands_in_the_dialog(page: Page) -> None:
    dialog = _open_plan(page)
    dialog.get_by_label("Bảng của một quầy").check()
    page.evaluate("document.querySelector('#plan-counters input').value = 998")
    dialog.locator("input[value='998']").check()
    dialog.get_by_role("button", name="Đổi màn hình").click()
    expect(dialog.locator("#plan-refused")).to_contain_text("quầy không tồn tại")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_an_emergency_reaches_every_screen_and_ends_everywhere(
    hub: HubProcess, page: Page, wall: Screen, browser: Browser
) -> None:
    with ExitStack() as stack:
        kiosk = stack.enter_context(screen(hub, "kiosk", "kiosk-1"))
        desk = stack.enter_context(screen(hub, "counter", "quầy 7", 7))
        console = stack.enter_context(new_page(browser, bypass_csp=True))
        sign_in(console, hub, HOA)
        for _number in range(3):
            issue = {"kind": "issue_ticket", "service": "dat-dai", "priority": None}
            kiosk.tells(type="command", request_id=str(uuid.uuid4()), command=issue)
        _one_held_one_called_and_one_waiting(console)
        button = console.locator("[data-act=next]")
        calls = [button, *(console.locator(f"[data-act={act}]") for act in CALLS)]
        calls.append(console.get_by_role("button", name="Gọi A001"))
        for act in calls:
            expect(act).to_be_enabled()
        before = button.bounding_box()

        page.get_by_role("button", name="Phát lên mọi màn hình").click()
        expect(page.locator("#urgent-wrong")).to_have_text("Mời viết thông báo trước.")
        page.get_by_role("button", name="Mất điện").click()
        page.get_by_role("button", name="Phát lên mọi màn hình").click()
        dialog = page.get_by_role("dialog", name="Phát lên mọi màn hình?")
        expect(dialog.locator("#sure-words")).to_contain_text(OUTAGE)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        assert kiosk.view["emergency"] == ""
        page.get_by_role("button", name="Phát lên mọi màn hình").click()
        dialog.get_by_role("button", name="Phát ngay").click()

        for one in (wall, kiosk, desk):
            said = one.shows(lambda view: view["emergency"] != "")
            assert said["emergency"].startswith(OUTAGE)
        expect(page.locator("#emergency")).to_contain_text(OUTAGE)
        expect(console.locator("#emergency")).to_contain_text(OUTAGE)
        assert button.bounding_box() == before
        for act in calls:
            expect(act).to_be_disabled()
        expect(console.locator("[data-act=start]")).to_be_enabled()
        assert violations(console) == []
        assert violations(page) == []

        page.get_by_role("button", name="Dừng thông báo").click()
        page.get_by_role("dialog").get_by_role("button", name="Dừng thông báo").click()
        for one in (wall, kiosk, desk):
            one.shows(lambda view: view["emergency"] == "")
        expect(page.locator("#emergency")).to_be_hidden()
        expect(console.locator("#emergency")).to_be_hidden()
        expect(console.locator("#target")).to_have_text("đang mời · gọi lần 2")
        for act in calls:
            expect(act).to_be_enabled()


def _one_held_one_called_and_one_waiting(console: Page) -> None:
    expect(console.locator("#waiting")).to_have_text("3")
    console.keyboard.press("Enter")
    expect(console.locator("#number")).to_have_text("A001")
    console.keyboard.press("h")
    expect(console.locator("#aside li")).to_have_count(1)
    console.locator("[data-act=next]").click()
    expect(console.locator("#number")).to_have_text("A002")
    expect(console.locator("#waiting")).to_have_text("1")


def test_the_day_is_ended_and_opened_only_when_asked_once_more(hub: HubProcess, page: Page) -> None:
    with screen(hub, "kiosk", "kiosk-2") as kiosk:
        assert kiosk.view["open"]
        page.get_by_role("button", name="Kết thúc ngày").click()
        expect(page.locator("#sure-note")).to_contain_text("không phát số nữa")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Kết thúc ngày").click()
        page.locator("#sure-go").click()
        kiosk.shows(lambda view: not view["open"])
        expect(page.locator("#day-words")).to_have_text("Chưa mở ngày làm việc.")
        page.get_by_role("button", name="Mở ngày làm việc").click()
        page.locator("#sure-go").click()
        kiosk.shows(lambda view: bool(view["open"]))
        expect(page.locator("#done")).to_have_text("Đã mở ngày làm việc.")


PLAIN = {"layout": "main", "counters": [], "title": "", "officers": False}
FAULTS = {
    "gone": "Mất kết nối",
    "mute": "Không báo cáo",
    "stale": "Chậm",
    "frozen": "Đứng hình",
    "silent": "Không có tiếng",
}


def _with(screens: list[dict[str, Any]], emergency: str = "") -> Callable[[WebSocketRoute], None]:
    """Put these displays into every view: real ones would have to be broken for 20 s."""

    def relay(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def pass_on(message: str | bytes) -> None:
            frame = json.loads(message)
            if "view" in frame:
                frame["view"] |= {"screens": screens, "emergency": emergency}
            socket.send(json.dumps(frame))

        server.on_message(pass_on)
        socket.on_message(server.send)

    return relay


def test_a_printer_in_trouble_stands_first_with_what_to_do_and_goes_with_its_end(
    hub: HubProcess, browser: Browser, cookies: list[Any]
) -> None:
    with (
        _overview(hub, browser, cookies) as page,
        screen(hub, "kiosk", "k-1") as first,
        screen(hub, "kiosk", "k-2") as second,
    ):
        page.goto(f"{hub.url}/supervisor")
        first.tells(type="printer", state="mute")
        second.tells(type="printer", state="no_paper")
        rows = page.locator("#printers li")
        expect(rows).to_have_count(2)
        expect(rows.first).to_contain_text("k-2")
        expect(rows.first).to_contain_text("Hết giấy")
        expect(rows.first).to_contain_text("Thay cuộn giấy.")
        expect(rows.last).to_contain_text("phiếu chỉ ghi là đã gửi")
        expect(page.locator("#printers-said")).to_have_text("Máy in cần xem: k-2 (hết giấy).")
        assert overflow(page) == []
        assert violations(page) == []
        second.tells(type="printer", state="ready")
        expect(page.locator("#printers-said")).to_be_empty()
        expect(page.locator("[data-printer=k-2]")).to_contain_text("Sẵn sàng in")


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 700), (390, 844)])
def test_faulty_displays_stand_first_in_words_on_every_width(
    hub: HubProcess, browser: Browser, cookies: list[Any], width: int, height: int
) -> None:
    since = "2026-11-23T08:15:00+07:00"
    screens: list[dict[str, Any]] = [
        {"name": "a-tốt", "plan": PLAIN, "fault": None, "since": None},
        {"name": "a-mới", "plan": PLAIN, "fault": None, "since": None},
        {"name": "a-im", "plan": PLAIN, "fault": None, "since": None, "hushed": True},
        *({"name": f"m-{one}", "plan": PLAIN, "fault": one, "since": since} for one in FAULTS),
    ]
    for screen in screens:
        screen["checked"] = screen["name"] != "a-mới"
    with _overview(hub, browser, cookies, width, height) as page:
        page.route_web_socket("**/live", _with(screens, "Mời ông/bà rời tòa nhà. " * 8))
        page.goto(f"{hub.url}/supervisor")
        expect(page.locator("#screens li")).to_have_count(8)
        expect(page.locator("#screens li").last).to_contain_text("a-tốt")
        expect(_row(page, "a-tốt").locator(".screen-state")).to_have_text("✓Tốt")
        expect(_row(page, "a-mới").locator(".screen-state")).to_have_text("…Đang kiểm tra")
        silent = _row(page, "a-im").locator(".screen-state")
        expect(silent).to_have_text("✓Tốt, không phát tiếng")
        for fault, words in FAULTS.items():
            expect(_row(page, f"m-{fault}")).to_contain_text(words)
            expect(_row(page, f"m-{fault}")).to_contain_text("từ 08:15")
        said = page.locator("#screens-said")
        expect(said).to_contain_text("5 màn hình có lỗi: ")
        expect(said).to_contain_text("m-frozen (đứng hình)")
        assert overflow(page) == []
        assert small_targets(page, 40) == []
        assert violations(page) == []
        page.get_by_role("button", name="Đổi màn hình m-frozen").press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []


def test_a_lost_hub_locks_what_cannot_be_sent(
    hub: HubProcess, browser: Browser, cookies: list[Any]
) -> None:
    sockets: list[WebSocketRoute] = []

    def relay(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        if len(sockets) == 1:
            socket.connect_to_server()

    with _overview(hub, browser, cookies) as page:
        page.route_web_socket("**/live", relay)
        page.goto(f"{hub.url}/supervisor")
        expect(page.get_by_role("button", name="Phát lên mọi màn hình")).to_be_enabled()
        sockets[0].close()
        expect(page.locator("#banner")).to_contain_text("Mất kết nối")
        for name in ("Phát lên mọi màn hình", "Kết thúc ngày", "Mở ngày làm việc"):
            expect(page.get_by_role("button", name=name)).to_be_disabled()
