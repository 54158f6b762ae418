"""Which language a page is in: the one chosen, else the one the browser prefers."""

from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest

from hub.web.language import COOKIE
from tests.hub.web.test_pages import House


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    house = House(tmp_path)
    yield house.client
    await house.close()


async def _language(phone: httpx.AsyncClient, header: str = "", path: str = "/t") -> str:
    page = await phone.get(path, headers={"Accept-Language": header})
    return page.text.split('<html lang="')[1][:2]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "vi"),
        ("en-GB,en;q=0.9", "en"),
        ("fr,en;q=0.8,vi;q=0.9", "vi"),
        ("fr-FR, de;q=0.5", "vi"),
        ("en;q=0, vi", "vi"),
        ("en;q=much", "vi"),
        ("*;q=0.1,EN-us;q=0.2", "en"),
        (",;;=,en" * 200, "en"),
    ],
)
async def test_the_browsers_preference_is_heeded(
    phone: httpx.AsyncClient, header: str, language: str
) -> None:
    assert await _language(phone, header) == language


async def test_a_choice_is_remembered_and_stronger_than_the_browser(
    phone: httpx.AsyncClient,
) -> None:
    page = await phone.get("/t?lang=en", headers={"Accept-Language": "vi"})
    assert '<html lang="en">' in page.text
    assert 'href="?lang=vi"' in page.text
    [morsel] = SimpleCookie(page.headers["set-cookie"]).values()
    assert (morsel.key, morsel.value, morsel["samesite"].lower()) == (COOKIE, "en", "lax")
    assert await _language(phone, "vi") == "en"
    assert await _language(phone, "vi", "/t?lang=vi") == "vi"
    assert await _language(phone, "en") == "vi"


@pytest.mark.parametrize("asked", ["fr", "../vi", "", "EN"])
async def test_a_language_that_there_is_not_changes_nothing(
    phone: httpx.AsyncClient, asked: str
) -> None:
    page = await phone.get(f"/t?lang={asked}")
    assert '<html lang="vi">' in page.text
    assert "set-cookie" not in page.headers


async def test_officers_pages_stay_vietnamese(phone: httpx.AsyncClient) -> None:
    assert await _language(phone, "en", "/sign-in") == "vi"
    assert "Tên đăng nhập" in (await phone.get("/sign-in?lang=en")).text
