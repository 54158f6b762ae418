"""What a real browser makes of the pages' headers, with TLS and without."""

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from websockets.sync.client import connect

from tests.hub.hub_process import HubProcess, running_hub
from tests.hub.test_rights import PAGES
from tests.hub.web.browser import CHROMIUM, PASSWORD, chromium, new_page, sign_in
from tests.hub.web.tls_proxy import TlsProxy, behind_tls

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium")

BOSS, HOA = "Nguyễn Giám Sát", "Trần Thị Hoa"
DOWNLOADS = {"/healthz", "/metrics", "/manifest.webmanifest", "/sw.js", "/notices/{file}"}
"""No pages: nothing runs in them."""

_NOTE = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation",
    (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    folder = tmp_path_factory.mktemp("hub")
    settings = folder / "hub.toml"
    settings.write_text("behind_proxy = true\n", encoding="utf-8")
    with running_hub(folder / "data", options=("--config", str(settings))) as one:
        one.add_officer(BOSS, 1, PASSWORD, supervisor=True)
        one.add_officer(HOA, 5, PASSWORD)
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def ticket(hub: HubProcess) -> str:
    with connect(f"ws://{hub.live}/live") as talk:
        hello = {"type": "hello", "version": 1, "role": "kiosk"}
        talk.send(json.dumps(hello | {"credential": hub.enrol("kiosk", "thử")}))
        wish = {"kind": "issue_ticket", "service": "dat-dai"}
        talk.send(json.dumps({"type": "command", "request_id": str(uuid.uuid4()), "command": wish}))
        while (frame := json.loads(talk.recv(10)))["type"] != "result":
            pass
    return str(frame["value"]["ticket"])


@pytest.fixture(scope="module")
def proxy(hub: HubProcess) -> Iterator[TlsProxy]:
    with behind_tls(hub.web, hub.live) as one:
        yield one


def watched(page: Page) -> list[str]:
    """What the policy stops from now on: by the page's own events and by the browser's words."""
    stopped: list[str] = []
    page.add_init_script(_NOTE)
    page.on(
        "console",
        lambda said: stopped.append(said.text) if "Content Security" in said.text else None,
    )
    return stopped


def paths(ticket: str) -> list[str]:
    """Every page that is one, with something to show where there can be."""
    found = [name.split()[1] for name in PAGES if name.startswith("GET")]
    values = {"{ticket}": ticket, "{wish}": "cancel", "{code}": "1.012790"}
    pages = [path for path in found if path not in DOWNLOADS]
    for blank, value in values.items():
        pages = [path.replace(blank, value) for path in pages]
    return [*pages, f"/t#{ticket}", "/nowhere", "/?lang=en"]


@pytest.mark.parametrize("who", ["nobody", HOA, BOSS])
def test_no_page_does_what_the_policy_forbids(
    hub: HubProcess, browser: Browser, ticket: str, who: str
) -> None:
    with new_page(browser) as page:
        stopped = watched(page)
        if who != "nobody":
            sign_in(page, hub, who, "supervisor" if who == BOSS else "console")
        for path in paths(ticket):
            page.goto(f"{hub.url}{path}")
            page.evaluate("new Promise(requestIdleCallback)")  # scripts have done what they do
            assert page.evaluate("violations") == [], path
        assert stopped == []


def test_the_policy_is_in_force_and_would_be_noticed(hub: HubProcess, browser: Browser) -> None:
    with new_page(browser) as page:
        stopped = watched(page)
        page.goto(hub.url)
        page.evaluate(
            """() => new Promise((done) => {
                 document.addEventListener("securitypolicyviolation", done);
                 const script = document.createElement("script");
                 script.textContent = "window.ran = true";
                 document.body.append(script);
               })"""
        )
        assert len(page.evaluate("violations")) == 1
        assert not page.evaluate("window.ran")
        assert stopped


def _cookie(page: Page) -> dict[str, Any]:
    [found] = [dict(one) for one in page.context.cookies() if "session" in one["name"]]
    return found


def test_behind_tls_an_officer_signs_in_is_live_and_signs_out(
    hub: HubProcess, browser: Browser, proxy: TlsProxy
) -> None:
    with new_page(browser, ignore_https_errors=True) as page:
        stopped = watched(page)
        page.goto(f"{proxy.url}/sign-in")
        page.get_by_label("Tên đăng nhập").fill(HOA)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")
        page.wait_for_selector("body[data-touch=live]")
        cookie = _cookie(page)
        assert cookie["name"] == "__Host-motcua_session"
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "Strict")
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("violations") == stopped == []
        page.get_by_role("button", name="Đăng xuất").click()
        page.wait_for_url("**/sign-in")
        assert [one for one in page.context.cookies() if "session" in one["name"]] == []


class _Elsewhere(BaseHTTPRequestHandler):
    """A page of another origin on the same host: its form takes the same site's cookies along."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>x</title><form method=post></form>")

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), _Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_another_origins_page_can_neither_sign_out_nor_read(
    hub: HubProcess, browser: Browser, elsewhere: str
) -> None:
    with new_page(browser) as page:
        sign_in(page, hub, HOA)
        page.goto(elsewhere)
        with page.expect_navigation() as sent:
            page.evaluate(
                """(action) => {
                     document.forms[0].action = action;
                     document.forms[0].submit();
                   }""",
                f"{hub.url}/sign-out",
            )
        assert sent.value is not None
        assert sent.value.status == 403
        page.goto(elsewhere)
        read = "(url) => fetch(url, {credentials: 'include'}).then(() => true, () => false)"
        assert page.evaluate(read, f"{hub.url}/console") is False
        page.goto(f"{hub.url}/console")
        page.wait_for_selector("body[data-touch=live]")
