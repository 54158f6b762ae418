"""What a phone needs to keep the pages as an app."""

import struct
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from deploy.make_icons import ICONS, STATIC, draw
from tests.hub.web.test_pages import House


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    house = House(tmp_path)
    yield house.client
    await house.close()


async def test_the_manifest_names_the_app_and_icons_that_exist(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/manifest.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert (told["start_url"], told["display"]) == ("/t", "standalone")
    assert told["name"] and told["short_name"]
    assert "maskable" in {icon.get("purpose") for icon in told["icons"]}
    for icon in told["icons"]:
        picture = await phone.get(icon["src"])
        assert picture.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            width, height = struct.unpack(">II", picture.content[16:24])
            assert icon["sizes"] == f"{width}x{height}"


async def test_every_page_for_phones_names_the_manifest(phone: httpx.AsyncClient) -> None:
    for path in ("/t", "/d", "/t/none"):
        assert '<link rel="manifest" href="/manifest.webmanifest">' in (await phone.get(path)).text


async def test_the_worker_stands_at_the_root_and_may_run(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/sw.js")
    assert "javascript" in answer.headers["content-type"]
    policy = answer.headers["content-security-policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy


def test_the_icons_in_git_are_what_the_tool_draws() -> None:
    name = "icon-192.png"
    assert (STATIC / name).read_bytes() == draw(*ICONS[name])
