"""Procedures on a phone, by their HTTP: searched by an address alone, and carried away by a QR."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.registry import Registry
from hub.settings import HubSettings
from hub.web.app import build
from hub.web.procedures import MOST
from shared.model import ServiceId
from shared.procedures import Catalogue
from shared.questions import Procedure
from tests.hub.hall_site import LAND, SITE, at

SEAL = Procedure(
    "1.012790",
    "Đính chính Giấy chứng nhận",
    "Sở Nông nghiệp",
    LAND,
    ("Đơn theo mẫu", "Bản chính <giấy>"),
    "10 ngày",
    "Miễn phí",
    "Nộp thay cần giấy ủy quyền.",
    ("sổ đỏ",),
)
NOWHERE = Procedure("1.000001", "Cấp thẻ", "Sở Khác", ServiceId(""))
CATALOGUE = Catalogue((SEAL, NOWHERE))


@asynccontextmanager
async def _phone(
    folder: Path, catalogue: Callable[[], Catalogue] | None
) -> AsyncIterator[httpx.AsyncClient]:
    registry, metrics = Registry(folder), Metrics()
    app = build(
        Hall(SITE, MemoryJournal(), lambda: at("08:00"), meter=metrics),
        registry,
        clock=lambda: at("08:00"),
        live_port=lambda: 8765,
        metrics=metrics,
        settings=HubSettings(),
        catalogue=catalogue,
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://testserver"
    ) as client:
        yield client
    registry.close()


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with _phone(tmp_path, lambda: CATALOGUE) as client:
        yield client


async def test_the_qr_of_a_kiosk_leads_to_all_that_is_known(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/p/1.012790")
    assert answer.status_code == 200
    for text in (SEAL.name, SEAL.agency, SEAL.time, SEAL.fee, SEAL.note, "Đơn theo mẫu"):
        assert text in answer.text
    assert "Bản chính &lt;giấy&gt;" in answer.text


async def test_it_says_at_which_counters_and_for_what_to_take_a_number(
    phone: httpx.AsyncClient,
) -> None:
    text = (await phone.get("/p/1.012790")).text
    *others, last = map(str, SITE.service[LAND].counters)
    assert f"Nộp tại quầy {', '.join(others)} hoặc {last}" in text
    assert SITE.service[LAND].name in text


async def test_a_procedure_without_a_counter_leads_to_the_guides(
    phone: httpx.AsyncClient,
) -> None:
    text = (await phone.get("/p/1.000001")).text
    assert "Hỏi quầy hướng dẫn" in text
    assert "Nộp tại quầy" not in text
    assert "Mời ông/bà hỏi cán bộ tại quầy." in text


async def test_one_counter_stands_alone(tmp_path: Path) -> None:
    single = next(one for one in SITE.services if len(one.counters) == 1)
    alone = Procedure("1.000002", "Một quầy", "Sở", single.id)
    async with _phone(tmp_path, lambda: Catalogue((alone,))) as phone:
        text = (await phone.get("/p/1.000002")).text
    assert f"Nộp tại quầy {single.counters[0]}<" in text


async def test_a_printed_codes_suffix_does_not_matter(phone: httpx.AsyncClient) -> None:
    assert SEAL.name in (await phone.get("/p/1.012790.000.00.00.H41")).text


@pytest.mark.parametrize("code", ["9.999999", "khong-co", "<script>"])
async def test_an_unknown_code_is_a_page_to_search_on(phone: httpx.AsyncClient, code: str) -> None:
    answer = await phone.get(f"/p/{code}")
    assert answer.status_code == 404
    assert "Không tìm thấy thủ tục này" in answer.text
    assert 'name="q"' in answer.text


async def test_the_search_finds_without_tones_and_leads_on(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/p", params={"q": "so do"})
    assert answer.status_code == 200
    assert 'href="/p/1.012790"' in answer.text
    assert 'href="/p/1.000001"' not in answer.text
    assert 'value="so do"' in answer.text
    assert "1 thủ tục" in answer.text


async def test_nothing_typed_shows_the_agencies(phone: httpx.AsyncClient) -> None:
    text = (await phone.get("/p")).text
    assert "Sở Nông nghiệp" in text
    assert "q=S%E1%BB%9F%20Kh%C3%A1c" in text
    found = await phone.get("/p?q=S%E1%BB%9F%20Kh%C3%A1c")
    assert 'href="/p/1.000001"' in found.text


async def test_nothing_found_says_what_to_do_and_shows_the_query_as_text(
    phone: httpx.AsyncClient,
) -> None:
    text = (await phone.get("/p", params={"q": '"><script>zzz'})).text
    assert "Chưa tìm thấy" in text
    assert "<script>zzz" not in text


async def test_an_endless_query_is_cut(phone: httpx.AsyncClient) -> None:
    answer = await phone.get("/p", params={"q": "x" * 5000})
    assert answer.status_code == 200
    assert "x" * 81 not in answer.text


async def test_only_the_best_are_shown_until_all_are_wanted(tmp_path: Path) -> None:
    many = tuple(
        Procedure(f"1.{place:06d}", f"Cấp thẻ {place}", "Sở", LAND) for place in range(MOST + 5)
    )
    async with _phone(tmp_path, lambda: Catalogue(many)) as phone:
        first = (await phone.get("/p", params={"q": "the"})).text
        everything = (await phone.get("/p", params={"q": "the", "all": "1"})).text
    assert first.count('href="/p/1.') == MOST
    assert "Xem thêm 5 thủ tục" in first
    assert everything.count('href="/p/1.') == MOST + 5
    assert "Xem thêm" not in everything


async def test_another_language_keeps_what_was_typed(phone: httpx.AsyncClient) -> None:
    text = (await phone.get("/p", params={"q": "so do"})).text
    assert 'href="/p?q=so%20do&amp;lang=en"' in text
    english = (await phone.get("/p/1.012790?lang=en")).text
    assert "Papers to bring" in english
    assert '<h1 lang="vi">' in english


async def test_the_page_follows_a_newer_catalogue(tmp_path: Path) -> None:
    current = [CATALOGUE]
    async with _phone(tmp_path, lambda: current[0]) as phone:
        assert (await phone.get("/p/1.000001")).status_code == 200
        current[0] = Catalogue((SEAL,))
        assert (await phone.get("/p/1.000001")).status_code == 404


async def test_a_hub_without_a_catalogue_says_so(tmp_path: Path) -> None:
    async with _phone(tmp_path, None) as phone:
        for path in ("/p", "/p/1.012790"):
            answer = await phone.get(path)
            assert answer.status_code == 404
            assert "máy ở sảnh" in answer.text
