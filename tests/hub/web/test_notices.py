"""/notices: the files that the site names, whole and in parts, and nothing else."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import msgspec
import pytest

from hub.engine.notices import Notice
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.notices import read_notices
from hub.registry import Registry
from hub.settings import HubSettings
from hub.web.app import build
from tests.hub.hall_site import SITE, at
from tests.hub.notice_files import MP4, picture

PICTURE = picture()
PAGES = (Notice("a", picture="a.png"), Notice("b", video="b.mp4"))


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    folder = tmp_path / "notices"
    folder.mkdir()
    (folder / "a.png").write_bytes(PICTURE)
    (folder / "b.mp4").write_bytes(MP4)
    (folder / "unnamed.png").write_bytes(PICTURE)
    (tmp_path / "site.toml").touch()
    site, files = read_notices(msgspec.structs.replace(SITE, notices=PAGES), folder)
    registry = Registry(tmp_path / "data")
    app = build(
        Hall(site, MemoryJournal(), lambda: at("08:00")),
        registry,
        clock=lambda: at("08:00"),
        live_port=lambda: 8765,
        metrics=Metrics(),
        settings=HubSettings(),
        notices=files,
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as one:
        yield one
    registry.close()


async def test_a_picture_comes_whole_with_its_kind_and_its_digest(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/notices/a.png")
    assert (answer.status_code, answer.content) == (200, PICTURE)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-cache"
    tag = answer.headers["etag"]
    again = await client.get("/notices/a.png", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_asked_for_by_its_digest_it_may_be_kept_for_ever(client: httpx.AsyncClient) -> None:
    digest = (await client.get("/notices/a.png")).headers["etag"].strip('"')
    kept = await client.get(f"/notices/a.png?v={digest}")
    assert "immutable" in kept.headers["cache-control"]
    assert (await client.get(f"/notices/a.png?v={'0' * 64}")).status_code == 404


async def test_a_video_comes_in_the_parts_that_are_asked_for(client: httpx.AsyncClient) -> None:
    part = await client.get("/notices/b.mp4", headers={"Range": "bytes=4-7"})
    assert (part.status_code, part.content) == (206, b"ftyp")
    assert part.headers["content-range"] == f"bytes 4-7/{len(MP4)}"
    assert part.headers["content-type"] == "video/mp4"
    beyond = await client.get("/notices/b.mp4", headers={"Range": f"bytes={len(MP4)}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize(
    "path",
    ["unnamed.png", "none.png", "", "../site.toml", "..%2Fsite.toml", "%2e%2e/site.toml",
     "a.png%00", "a.png/", "./a.png%2F..%2Funnamed.png"],
)  # fmt: skip
async def test_no_other_path_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(f"http://testserver/notices/{path}")
    assert answer.status_code in (404, 307)
    if answer.status_code == 307:  # the slash too many is taken off, and nothing else
        assert answer.headers["location"].endswith("/notices/a.png")


async def test_a_file_that_changed_after_the_start_is_not_served(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    file = tmp_path / "notices" / "a.png"
    state = file.stat()
    file.write_bytes(PICTURE.replace(b"IHDR", b"ihdr"))
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    assert (await client.get("/notices/a.png")).status_code == 404


async def test_nothing_can_be_written_there(client: httpx.AsyncClient) -> None:
    answer = await client.put("/notices/a.png", headers={"Origin": "http://testserver"})
    assert answer.status_code == 405
