"""The pages by their HTTP alone: who gets in, what is refused, what machines are told."""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from hub.admission import COOKIE
from hub.database import Database
from hub.engine.rights import Actor
from hub.engine.site import Site
from hub.hall import Hall
from hub.journal.base import Answer
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.registry import FILE, Registry
from hub.settings import HubSettings
from hub.web.app import build
from hub.web.pages import settled
from shared import messages as m
from shared.model import CounterNumber, Instant, RequestId, Role, TicketId
from tests.hub.hall_site import KIOSK, LAND, SITE, at

ORIGIN = {"Origin": "http://testserver"}


class House:
    """The application over a hall without a disk, and a clock to turn."""

    def __init__(self, folder: Path, site: Site = SITE) -> None:
        self.now = at("08:00")
        self.registry = Registry(folder)
        self.metrics = Metrics()
        self.hall = Hall(site, MemoryJournal(), self.clock, meter=self.metrics)
        self.app = build(
            self.hall,
            self.registry,
            clock=self.clock,
            live_port=lambda: 8765,
            metrics=self.metrics,
            settings=HubSettings(),
        )
        self.client = self.browser("http://testserver")

    def browser(self, base_url: str, address: str = "127.0.0.1") -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(address, 123))
        return httpx.AsyncClient(transport=transport, base_url=base_url)

    async def close(self) -> None:
        await self.client.aclose()
        self.registry.close()

    def clock(self) -> Instant:
        return self.now

    def later(self, minutes: float) -> None:
        self.now = Instant(self.now + int(minutes * 60_000))

    async def sign_in(self, name: str = "Trần Thị Hoa", password: str = "mật khẩu") -> int:
        answer = await self.client.post(
            "/sign-in", data={"name": name, "password": password}, headers=ORIGIN
        )
        self.answer = answer
        return answer.status_code


@asynccontextmanager
async def working(folder: Path) -> AsyncIterator[House]:
    """A house whose hall works: it has opened its day by itself."""
    house = House(folder)
    run = asyncio.create_task(house.hall.run())
    await house.hall.ready.wait()
    try:
        yield house
    finally:
        run.cancel()
        await asyncio.wait({run})
        await house.close()


async def _does(house: House, actor: Actor, command: m.Command) -> dict[str, Any]:
    """Let the hall grant a command."""
    answer = await house.hall.ask(actor, RequestId(str(uuid.uuid4())), command)
    assert isinstance(answer, Answer), answer
    value: dict[str, Any] = msgspec.json.decode(answer.value)
    return value


@pytest.fixture(scope="session")
def officers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with an officer and a supervisor; argon2id makes each of them dear."""
    folder = tmp_path_factory.mktemp("officers")
    with closing(Registry(folder)) as registry:
        registry.add_officer("Trần Thị Hoa", CounterNumber(2), "mật khẩu", at("07:00"))
        boss = Role.SUPERVISOR
        registry.add_officer("Giám sát", CounterNumber(1), "mật khẩu", at("07:00"), boss)
    return folder / FILE


@pytest.fixture
async def house(tmp_path: Path, officers: Path) -> AsyncIterator[House]:
    shutil.copy(officers, tmp_path)
    one = House(tmp_path)
    yield one
    await one.close()


async def test_the_right_password_signs_in_and_leads_to_the_console(house: House) -> None:
    assert await house.sign_in() == 303
    assert house.answer.headers["location"] == "/console"
    page = await house.client.get("/console")
    assert page.status_code == 200
    assert "Trần Thị Hoa" in page.text
    assert '<meta name="live-port" content="8765">' in page.text


async def test_the_cookie_is_for_http_and_for_this_site_only(house: House) -> None:
    await house.sign_in()
    [morsel] = SimpleCookie(house.answer.headers["set-cookie"]).values()
    assert morsel.key == COOKIE
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "strict"
    assert not morsel["secure"]


async def test_the_cookie_of_an_https_page_is_secure(house: House) -> None:
    async with house.browser("https://motcua.example") as client:
        answer = await client.post(
            "/sign-in",
            data={"name": "Trần Thị Hoa", "password": "mật khẩu"},
            headers={"Origin": "https://motcua.example"},
        )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"__Host-{COOKIE}=")
    assert "; secure" in cookie.lower()
    assert "path=/" in cookie.lower()
    assert "domain" not in cookie.lower()


async def _signed_in(client: httpx.AsyncClient, house: House) -> bool:
    return (await client.get("/console")).status_code == 200


async def test_behind_tls_a_cookie_that_could_be_set_without_it_counts_for_nothing(
    house: House,
) -> None:
    await house.sign_in()
    token = house.client.cookies[COOKIE]
    for name, counts in ((COOKIE, False), (f"__Host-{COOKIE}", True)):
        async with house.browser("https://motcua.example") as client:
            client.cookies.set(name, token)
            assert await _signed_in(client, house) is counts


async def test_signing_in_again_is_a_new_session_and_ends_the_old_one(house: House) -> None:
    await house.sign_in()
    first = house.client.cookies[COOKIE]
    await house.sign_in()
    second = house.client.cookies[COOKIE]
    assert first != second
    assert house.registry.session(first, house.now) is None
    assert house.registry.session(second, house.now) is not None


async def test_a_session_that_a_visitor_brings_along_is_never_taken_over(house: House) -> None:
    house.client.cookies.set(COOKIE, "x" * 43, domain="testserver.local", path="/")
    await house.sign_in()
    assert "x" * 43 not in house.answer.headers["set-cookie"]


async def test_a_session_ends_after_twelve_hours(house: House) -> None:
    await house.sign_in()
    house.later(12 * 60 - 1)
    assert await _signed_in(house.client, house)
    house.later(1)
    assert not await _signed_in(house.client, house)


async def test_a_wrong_password_says_so_and_keeps_the_name(house: House) -> None:
    assert await house.sign_in(password="sai") == 401
    assert "không đúng" in house.answer.text
    assert 'value="Trần Thị Hoa"' in house.answer.text
    assert "set-cookie" not in house.answer.headers


async def test_a_name_is_shown_as_text_whatever_it_contains(house: House) -> None:
    await house.sign_in(name='"><script>alert(1)</script>')
    assert "<script>alert" not in house.answer.text


async def test_five_wrong_passwords_pause_sign_in_for_five_minutes(house: House) -> None:
    assert [await house.sign_in(password="sai") for _ in range(5)] == [401] * 5
    assert await house.sign_in() == 429
    assert 0 < int(house.answer.headers["retry-after"]) <= 300
    assert "5 phút" in house.answer.text
    house.later(5)
    assert await house.sign_in() == 303


async def test_an_officer_signs_in_where_a_name_is_tried_from_elsewhere(house: House) -> None:
    async with house.browser("http://testserver", "10.9.9.9") as far:
        for _ in range(7):
            data = {"name": "Trần Thị Hoa", "password": "sai"}
            answer = await far.post("/sign-in", data=data, headers=ORIGIN)
    assert answer.status_code == 429
    assert await house.sign_in() == 303


async def test_a_registry_that_is_busy_is_a_page_that_says_try_again(
    house: House, tmp_path: Path
) -> None:
    await house.sign_in()
    writer = Database(tmp_path / FILE, journal_mode="delete")
    writer.run("BEGIN EXCLUSIVE")
    answer = await house.client.get("/console")
    writer.close()
    assert answer.status_code == 503
    assert "thử lại" in answer.text
    assert (await house.client.get("/console")).status_code == 200


async def test_what_a_page_shows_is_seen_at_the_very_moment_all_is_on_disk(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[Callable[[], None]] = []
    monkeypatch.setattr(house.hall, "when_settled", acts.append)
    seen = asyncio.create_task(settled(house.hall, lambda: house.now))
    await asyncio.sleep(0)
    wanted = house.now
    acts[0]()
    house.later(1)
    assert await seen == wanted


async def test_a_page_that_fails_or_leaves_while_it_waits_does_no_harm_to_the_hall(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    acts: list[Callable[[], None]] = []
    monkeypatch.setattr(house.hall, "when_settled", acts.append)
    failing = asyncio.create_task(settled(house.hall, lambda: 1 // 0))
    leaving = asyncio.create_task(settled(house.hall, lambda: 1 // 0))
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    for act in acts:
        act()
    with pytest.raises(ZeroDivisionError):
        await failing


async def test_an_oversized_form_is_no_sign_in(house: House) -> None:
    assert await house.sign_in(password="x" * 10_000) == 401


async def test_a_supervisor_is_led_to_the_whole_hall_and_an_officer_is_not(house: House) -> None:
    await house.sign_in("Giám sát")
    assert house.answer.headers["location"] == "/supervisor"
    assert (await house.client.get("/supervisor")).status_code == 200
    assert (await house.client.get("/console")).headers["location"] == "/supervisor"
    house.client.cookies.clear()
    await house.sign_in()
    assert (await house.client.get("/supervisor")).headers["location"] == "/console"


async def test_without_a_session_work_pages_lead_to_sign_in(house: House) -> None:
    for path in ("/console", "/supervisor"):
        answer = await house.client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert "Cán bộ đăng nhập" in (await house.client.get("/")).text


async def test_signing_out_ends_the_session(house: House) -> None:
    await house.sign_in()
    token = house.client.cookies[COOKIE]
    assert (await house.client.get("/sign-in")).headers["location"] == "/console"
    assert (await house.client.post("/sign-out", headers=ORIGIN)).status_code == 303
    assert house.registry.session(token, house.now) is None
    assert (await house.client.get("/console")).status_code == 303


@pytest.mark.parametrize(
    "origin",
    [
        {},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://["},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://testserver", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_a_form_from_elsewhere_is_refused(house: House, origin: dict[str, str]) -> None:
    data = {"name": "Trần Thị Hoa", "password": "mật khẩu"}
    answer = await house.client.post("/sign-in", data=data, headers=origin)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/sign-in", "/t", "/t/none", "/nowhere", "/healthz"])
async def test_every_answer_carries_the_security_headers(house: House, path: str) -> None:
    headers = (await house.client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "strict-transport-security" not in headers, "without TLS it would lock people out"
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "ws://testserver:8765" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"no-referrer", "same-origin"}
    assert headers["cache-control"] == "no-store"


async def test_a_strange_host_cannot_write_into_the_policy(house: House) -> None:
    policy = (await house.client.get("/", headers={"Host": "a; script-src *"})).headers[
        "content-security-policy"
    ]
    assert "script-src *" not in policy


async def test_static_files_are_asked_for_anew_and_cost_nothing_when_unchanged(
    house: House,
) -> None:
    first = await house.client.get("/static/console.js")
    assert first.headers["cache-control"] == "no-cache"
    assert "javascript" in first.headers["content-type"]
    again = await house.client.get(
        "/static/console.js", headers={"If-None-Match": first.headers["etag"]}
    )
    assert again.status_code == 304


async def test_the_ticket_page_weighs_less_than_sixty_kilobytes(house: House) -> None:
    files = ["/t", "/static/base.css", "/static/ticket.css", "/static/ticket.js"]
    files += ["/static/link.js", "/static/elements.js", "/static/icon.svg", "/static/app.js"]
    files += ["/static/alarm.js", "/static/pocket.js"]
    weights = [len((await house.client.get(path)).content) for path in files]
    assert sum(weights) < 60_000


async def test_an_unknown_ticket_is_a_page_that_says_what_to_do(house: House) -> None:
    answer = await house.client.get("/t/khong-co")
    assert answer.status_code == 404
    assert "lấy số mới" in answer.text


async def test_a_ticket_without_javascript_refreshes_itself_until_it_ends(tmp_path: Path) -> None:
    async with working(tmp_path) as house:
        ticket = TicketId((await _does(house, KIOSK, m.IssueTicket(LAND)))["ticket"])
        page = await house.client.get(f"/t/{ticket}")
        assert "A001" in page.text
        assert page.headers["refresh"] == f"20; url=/t/{ticket}"
        await _does(house, KIOSK, m.Cancel(ticket))
        page = await house.client.get(f"/t/{ticket}")
        assert "không còn hiệu lực" in page.text
        assert "refresh" not in page.headers


async def test_a_page_that_wishes_on_and_on_is_told_to_wait(tmp_path: Path) -> None:
    async with working(tmp_path) as house:
        tickets = [
            TicketId((await _does(house, KIOSK, m.IssueTicket(LAND)))["ticket"]) for _ in range(2)
        ]

        async def wishes(ticket: TicketId) -> httpx.Response:
            return await house.client.post(f"/t/{ticket}/delay", headers=ORIGIN)

        told = [(await wishes(tickets[0])).status_code for _ in range(24)]
        assert told[0] == 303 and told[1] == 409
        assert 429 in told and told[-1] == 429
        assert "vẫn được giữ" in (await wishes(tickets[0])).text
        assert (await wishes(tickets[1])).status_code == 303
        assert house.hall.seq == 5, "the day, two numbers, and a delay of each"


async def test_who_reads_slowly_stops_the_refreshing(tmp_path: Path) -> None:
    async with working(tmp_path) as house:
        ticket = (await _does(house, KIOSK, m.IssueTicket(LAND)))["ticket"]
        assert 'href="?still=1"' in (await house.client.get(f"/t/{ticket}")).text
        page = await house.client.get(f"/t/{ticket}?still=1")
    assert "refresh" not in page.headers
    assert f'href="/t/{ticket}">Tải lại</a>' in page.text


async def test_health_says_where_the_journal_stands(house: House) -> None:
    answer = await house.client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "seq": 0,
        "epoch": house.hall.epoch,
        "generation": 1,
        "day": None,
    }


async def test_health_is_503_while_the_journal_cannot_write(house: House) -> None:
    house.hall.healthy = False
    answer = await house.client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["ok"] is False


async def test_metrics_count_events_refusals_connections_and_lines(tmp_path: Path) -> None:
    async with working(tmp_path) as house:
        await _does(house, KIOSK, m.IssueTicket(LAND))
        house.metrics.connected(Role.DISPLAY, 1)
        house.metrics.refused("not_allowed")
        text = (await house.client.get("/metrics")).text
    assert 'motcua_events_total{kind="ticket_issued"} 1.0' in text
    assert 'motcua_refusals_total{code="not_allowed"} 1.0' in text
    assert 'motcua_connections{role="display"} 1.0' in text
    assert 'motcua_waiting{service="dat-dai"} 1.0' in text
    assert "motcua_commit_seconds_count 2.0" in text


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", "testclient", ""])
async def test_figures_are_for_the_monitorings_network_alone(house: House, address: str) -> None:
    async with house.browser("http://testserver", address) as client:
        assert (await client.get("/metrics")).status_code == 404
    async with house.browser("http://testserver", "127.3.2.1") as client:
        assert (await client.get("/metrics")).status_code == 200


async def test_behind_tls_browsers_are_told_to_come_no_other_way(house: House) -> None:
    async with house.browser("https://motcua.example") as client:
        headers = (await client.get("/")).headers
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "ws://" not in headers["content-security-policy"]
    assert "wss://motcua.example" in headers["content-security-policy"]


@pytest.mark.parametrize("host", ["[", "a b", "x" * 300, "testserver:99999", ""])
async def test_a_strange_host_is_served_or_refused_and_breaks_nothing(
    house: House, host: str
) -> None:
    for path in ("/", "/sign-in", "/t/none", "/nowhere"):
        assert (await house.client.get(path, headers={"Host": host})).status_code < 500
