"""One hall and one browser for all journeys, and pictures of what went wrong.

Package-wide, not session-wide: while Playwright is open no other test can run an event loop.
"""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.hub.web.browser import chromium, new_page, sign_in
from tests.journeys.hall import OFFICER, Hall, missing


@pytest.fixture(scope="package")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """The hall. Its numbers and calls go on from test to test, as those of a day do."""
    if lacking := missing():
        pytest.skip(lacking)
    one = Hall(tmp_path_factory.mktemp("hall"))
    try:
        one.open()
        yield one
    finally:
        one.close()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="package")
def console(hall: Hall, browser: Browser) -> Iterator[Page]:
    """The officer at counter 5, signed in all day."""
    with new_page(browser) as page:
        sign_in(page, hall.hub, OFFICER)
        yield page


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """After a failure: what both screens and the console show, and where the logs are."""
    report = yield
    hall = getattr(item, "funcargs", {}).get("hall")
    if report.when == "call" and report.failed and isinstance(hall, Hall):
        report.sections.append(("Left behind", _keep(item, hall)))
    return report


def _keep(item: pytest.Item, hall: Hall) -> str:
    folder: Path = hall.folder / item.name
    folder.mkdir(exist_ok=True)
    hall.screen.picture().save(folder / "screens.png")
    console = getattr(item, "funcargs", {}).get("console")
    if isinstance(console, Page):
        console.screenshot(path=folder / "console.png")
    return f"pictures {folder}/*.png\nlogs     {hall.folder}/*.log, {hall.folder}/hub/hub.log"
