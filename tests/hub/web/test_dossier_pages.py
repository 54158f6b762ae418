"""The look-up from a phone by its HTTP: what travels where, and what nobody can tell apart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from hub.dossiers.base import Dossier
from hub.dossiers.fake import FakeDossiers
from hub.dossiers.lookup import Lookup
from hub.engine.refusal import Refusal
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.registry import Registry
from hub.settings import HubSettings, LookupLimits
from hub.web import pages
from hub.web.app import build
from hub.web.dossiers import COOKIE, TROUBLES
from shared import messages as m
from shared.dossiers import DossierState
from shared.model import Instant
from shared.procedures import Catalogue
from tests.hub.hall_site import SITE, at
from tests.hub.web.phone_house import FakeLookup
from tests.hub.web.phone_states import CODE, DOSSIERS

ORIGIN = {"Origin": "http://testserver", "Accept-Language": "vi"}
WITHIN_S = 20


def _clock() -> Instant:
    return at("08:00")


@asynccontextmanager
async def _phone(
    folder: Path,
    lookup: pages.Lookup | None,
    hall: Hall,
    base_url: str = "http://testserver",
    settings: HubSettings | None = None,
) -> AsyncIterator[httpx.AsyncClient]:
    registry = Registry(folder)
    app = build(
        hall,
        registry,
        clock=_clock,
        live_port=lambda: 8765,
        metrics=Metrics(),
        settings=settings or HubSettings(),
        lookup=lookup,
    )
    transport = httpx.ASGITransport(app, client=("10.1.2.3", 5))
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client
    registry.close()


def _hall() -> Hall:
    return Hall(SITE, MemoryJournal(), _clock)


@pytest.fixture
def lookup() -> FakeLookup:
    return FakeLookup()


@pytest.fixture
async def phone(tmp_path: Path, lookup: FakeLookup) -> AsyncIterator[httpx.AsyncClient]:
    async with _phone(tmp_path, lookup, _hall()) as client:
        yield client


async def _ask(phone: httpx.AsyncClient, code: str = CODE, digits: str = "") -> httpx.Response:
    return await phone.post("/d", data={"code": code, "digits": digits}, headers=ORIGIN)


async def test_a_dossier_is_told_with_what_to_do_where(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    lookup.finding = DOSSIERS["papers"]
    page = await _ask(phone)
    assert page.status_code == 200
    for text in ("Cần bổ sung giấy tờ", "quầy 1, 2", "04/12/2026", "100.000 đồng", "N***** V** A"):
        assert text in page.text
    assert "máy ở sảnh" in page.text


async def test_the_code_stands_in_no_address_title_header_or_log(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    with capture_logs() as logs:
        for name in DOSSIERS:
            lookup.finding = DOSSIERS[name]
            page = await _ask(phone, digits="1234")
            title = page.text.split("<title>")[1].split("</title>")[0]
            told = f"{page.url} {title} {page.headers}"
            assert CODE not in told
            assert "1234" not in page.text.replace("H41.15-261123-0001", "")
            assert page.headers["cache-control"] == "no-store"
    assert CODE not in str(logs)


async def test_the_digits_are_asked_for_and_never_given_back(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    await _ask(phone, digits="1234")
    assert lookup.asked[0][1:] == (CODE, "1234")
    await _ask(phone)
    assert lookup.asked[1][1:] == (CODE, None)


@pytest.mark.parametrize("digits", ["123", "12345", "12a4", "１２３４", "²³¹¹"])
async def test_digits_that_are_no_four_digits_cost_no_look_up(
    phone: httpx.AsyncClient, lookup: FakeLookup, digits: str
) -> None:
    page = await _ask(phone, digits=digits)
    assert page.status_code == 422
    assert "bốn chữ số" in page.text
    assert lookup.asked == []


@pytest.mark.parametrize("code", ["", "   ", "x" * 65])
async def test_a_code_that_cannot_be_one_costs_no_look_up(
    phone: httpx.AsyncClient, lookup: FakeLookup, code: str
) -> None:
    page = await _ask(phone, code)
    assert page.status_code == 422
    assert "Mã hồ sơ chưa đúng dạng" in page.text
    assert lookup.asked == []


async def test_what_was_typed_is_shown_as_text_whatever_it_is(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    lookup.finding = Refusal("bad_code", "…")
    page = await _ask(phone, '"><script>alert(1)</script>')
    assert "<script>alert" not in page.text


async def test_a_phone_keeps_one_random_name_for_the_limits(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    first = await _ask(phone)
    [morsel] = SimpleCookie(first.headers["set-cookie"]).values()
    assert (morsel.key, morsel["samesite"].lower(), morsel["httponly"]) == (COOKIE, "lax", True)
    assert len(morsel.value) == 22
    assert not morsel["secure"]
    assert "set-cookie" not in (await _ask(phone)).headers
    askers = {asker for asker, _code, _digits in lookup.asked}
    [asker] = askers
    assert (asker.device, asker.address, asker.phone) == (morsel.value, "10.1.2.3", True)


async def test_a_name_that_we_did_not_give_is_replaced(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    phone.cookies.set(COOKIE, "kiosk-1", domain="testserver.local", path="/")
    await _ask(phone)
    assert lookup.asked[0][0].device != "kiosk-1"


async def test_over_https_the_name_is_secure(tmp_path: Path, lookup: FakeLookup) -> None:
    async with _phone(tmp_path, lookup, _hall(), "https://motcua.example") as phone:
        headers = {"Origin": "https://motcua.example"}
        answer = await phone.post("/d", data={"code": CODE}, headers=headers)
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("refusal", TROUBLES)
async def test_a_refused_look_up_says_what_is_safe_and_what_to_do(
    phone: httpx.AsyncClient, lookup: FakeLookup, refusal: str
) -> None:
    lookup.finding = Refusal(refusal, "…")
    page = await _ask(phone)
    assert page.status_code == TROUBLES[refusal].status
    for text in (TROUBLES[refusal].title, "không bị ảnh hưởng", "quầy hướng dẫn"):
        assert text in page.text
    assert "{" not in page.text


async def test_how_long_to_wait_is_what_the_hub_counts_over(
    tmp_path: Path, lookup: FakeLookup
) -> None:
    lookup.finding = Refusal("too_many_lookups", "…")
    settings = HubSettings(lookup=LookupLimits(minutes=25))
    async with _phone(tmp_path, lookup, _hall(), settings=settings) as phone:
        assert "khoảng 25 phút" in (await _ask(phone)).text


async def test_a_locked_code_leads_to_the_counter_and_to_the_state_without_digits(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    lookup.finding = Refusal("code_locked", "…")
    page = await _ask(phone, digits="1234")
    for text in ("Hôm nay", "hỏi tại quầy", "Để trống bốn số cuối"):
        assert text in page.text
    phone.cookies.set("motcua_lang", "en")
    page = await _ask(phone, digits="1234")
    assert "leave the last four digits empty" in page.text


async def test_a_silent_system_is_named_with_the_time_it_last_answered(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    lookup.finding = m.DossierUnavailable("2026-11-23T07:55:00+07:00")
    page = await _ask(phone)
    assert page.status_code == 503
    assert "07:55, 23/11/2026" in page.text


async def test_a_form_from_another_site_looks_nothing_up(
    phone: httpx.AsyncClient, lookup: FakeLookup
) -> None:
    answer = await phone.post("/d", data={"code": CODE}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403
    assert lookup.asked == []


async def test_a_hub_without_look_up_says_so_and_shows_no_way_there(tmp_path: Path) -> None:
    async with _phone(tmp_path, None, _hall()) as phone:
        assert 'href="/d"' not in (await phone.get("/")).text
        page = await _ask(phone)
    assert page.status_code == 503
    assert "chưa mở tra cứu" in page.text


async def test_the_first_page_leads_citizens_to_their_dossier(phone: httpx.AsyncClient) -> None:
    assert 'href="/d"' in (await phone.get("/")).text


async def test_wrong_digits_and_no_such_dossier_are_one_page_byte_for_byte(tmp_path: Path) -> None:
    known = Dossier(
        code=CODE,
        procedure_code="1.012790",
        procedure="Đính chính",
        state=DossierState.IN_WORK,
        received=None,
        due=None,
        done=None,
        unit="Sở",
        name="Nguyễn Văn An",
        tails=frozenset({"1234"}),
    )
    hall = _hall()
    limits = LookupLimits(digits_answer_ms=50)
    real = Lookup(hall, FakeDossiers({CODE: known}), lambda: Catalogue(()), limits, _clock)
    async with _phone(tmp_path, real, hall) as phone, asyncio.timeout(WITHIN_S):
        right = await _ask(phone, digits="1234")
        wrong = await _ask(phone, digits="9999")
        nobody = await _ask(phone, "H41.15-261101-9999", digits="9999")
    assert "N***** V** A" in right.text
    assert "Nguyễn" not in right.text
    assert (wrong.status_code, wrong.content) == (nobody.status_code, nobody.content)
    assert sorted(wrong.headers.items()) == sorted(nobody.headers.items())
