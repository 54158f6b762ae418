"""Debian's Chromium, driven by Playwright; every script error of a page fails the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.hub.hub_process import HubProcess

CHROMIUM = Path("/usr/bin/chromium")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "mật khẩu"
WITHIN_MS = 15_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def new_page(
    browser: Browser, *, width: int = 1366, height: int = 768, **options: Any
) -> Iterator[Page]:
    """A page with cookies of its own, in Vietnamese unless `options` say otherwise."""
    options.setdefault("locale", "vi-VN")
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(WITHIN_MS)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
        assert errors == []
    finally:
        context.close()


def sign_in(page: Page, hub: HubProcess, name: str, path: str = "console") -> None:
    """Sign in by keyboard, and wait until the page is live."""
    page.goto(f"{hub.url}/sign-in")
    page.get_by_label("Tên đăng nhập").fill(name)
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{path}")
    if path == "console":
        page.wait_for_selector("body[data-touch=live]")


def press(page: Page, key: str) -> None:
    """Press a key on the console once its button can be used, and wait for the answer."""
    page.wait_for_selector(f"[data-key={key}]:enabled")
    page.keyboard.press(key)
    page.wait_for_selector("body[data-busy=false]")
