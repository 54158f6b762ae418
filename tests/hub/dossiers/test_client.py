"""The client before a real server that does its worst."""

import asyncio
import contextlib
import json
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import structlog
import trustme

from hub.dossiers.base import Found, NotFound, Unavailable
from hub.dossiers.client import WAITING_MOST, EOneStop
from hub.dossiers.wire import BODY_CAP, Access, Wire
from shared.dossiers import DossierState
from shared.model import Instant
from tests.hub.dossiers.small_server import (
    BOMB,
    CLIENT_ID,
    CODE,
    NAME,
    PHONE,
    SECRET,
    Reply,
    SmallServer,
    as_bytes,
    as_json,
    dossier,
    drip,
    endless,
    found,
    hang_up,
    small_server,
)

DEADLINE_S = 0.6
FIRST_TRY_S = 0.25
LATEST_S = DEADLINE_S + 0.4
"""The deadline, and what a busy machine adds."""


class Clock:
    """Milliseconds for the wall, seconds for what must not go back; tests move it."""

    def __init__(self) -> None:
        self.s = 1000.0

    def wall(self) -> Instant:
        return Instant(int(self.s * 1000))

    def monotonic(self) -> float:
        return self.s


class Counts:
    """Keeps what the client counts."""

    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.opened: list[bool] = []

    def asked(self, outcome: str, seconds: float) -> None:
        assert seconds >= 0
        self.outcomes.append(outcome)

    def breaker(self, open: bool) -> None:
        self.opened.append(open)


class Asking:
    """A client, its server, and what both know."""

    def __init__(self, server: SmallServer, tls: ssl.SSLContext, **options: Any) -> None:
        self.server = server
        self.clock = Clock()
        self.counts = Counts()
        access = Access(
            base_url=f"{server.url}/api",
            token_url=f"{server.url}/token",
            client_id=options.pop("client_id", CLIENT_ID),
            client_secret=SECRET,
        )
        at_once = options.pop("at_once", 8)
        deadline_s = options.pop("deadline_s", DEADLINE_S)
        first_try_s = options.pop("first_try_s", FIRST_TRY_S)
        assert not options
        monotonic = self.clock.monotonic
        wire = Wire(access, tls, at_once=at_once, first_try_s=first_try_s, monotonic=monotonic)
        self.client = EOneStop(
            wire,
            self.clock.wall,
            self.counts,
            deadline_s=deadline_s,
            at_once=at_once,
            monotonic=monotonic,
        )

    async def why(self, code: str = CODE) -> str:
        """The word of an answer that is none."""
        answer = await self.client.look_up(code)
        assert isinstance(answer, Unavailable)
        return answer.why

    async def state(self, code: str = CODE) -> DossierState:
        answer = await self.client.look_up(code)
        assert isinstance(answer, Found), answer
        return answer.dossier.state


@contextlib.asynccontextmanager
async def asking(
    server_tls: ssl.SSLContext | None = None, trusting: trustme.CA | None = None, **options: Any
) -> AsyncIterator[Asking]:
    tls = ssl.create_default_context()
    if trusting:
        trusting.configure_trust(tls)
    async with small_server(server_tls) as server:
        one = Asking(server, tls, **options)
        try:
            yield one
        finally:
            await one.client.close()


async def until(condition: Callable[[], bool], within_s: float = 5.0) -> None:
    """Wait for something that must become true."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 (a server's state has no event)
            await asyncio.sleep(0.005)


def code_no(number: int) -> str:
    """Another code than CODE."""
    return f"H41.15-260105-{number + 1000}"


# --- sound answers -----------------------------------------------------------------------


async def test_a_dossier_is_found_with_the_moment_of_the_answer() -> None:
    async with asking() as one:
        answer = await one.client.look_up(CODE)
        assert isinstance(answer, Found)
        assert answer.dossier.name == NAME
        assert answer.dossier.tails == {"5678"}
        assert answer.as_of == 1_000_000
        (asked,) = one.server.lookups
        assert asked.path == "/api/TraCuuHoSo"
        assert json.loads(asked.body) == {"MaHoSo": CODE}
        assert asked.headers["accept-encoding"] == "identity"
        assert one.counts.outcomes == ["found"]


async def test_an_empty_result_means_that_there_is_no_such_dossier() -> None:
    async with asking() as one:
        assert await one.client.look_up("H41.15-260105-0099") == NotFound()
        assert one.counts.outcomes == ["not_found"]


async def test_procedures_are_listed_without_those_that_cannot_be_read() -> None:
    async with asking() as one:
        rows: list[object] = [
            {"MaTTHC": f"1.{n:06}", "TenTTHC": f"Thủ tục {n}"} for n in range(120)
        ]
        one.server.replies = [found(*rows, {"MaTTHC": "x"}, 7)]
        texts = await one.client.procedures()
        assert isinstance(texts, tuple)
        assert [text.name for text in texts] == [f"Thủ tục {n}" for n in range(120)]
        assert one.server.lookups[0].path == "/api/LayDanhSachTTHC"
        one.server.replies = [found({"MaTTHC": "x"})]
        assert await one.client.procedures() == Unavailable(Instant(1_000_000), "unreadable")


async def test_one_procedure_is_the_one_asked_for() -> None:
    async with asking() as one:
        detail = {"MaTTHC": "1.012790.000.00.00.H41", "TenTTHC": "Đính chính", "LePhi": "Không"}
        one.server.replies = [found(detail), found(), found(detail)]
        text = await one.client.procedure("1.012790")
        assert not isinstance(text, NotFound | Unavailable)
        assert text.fee == "Không"
        assert json.loads(one.server.lookups[0].body) == {"MaTTHC": "1.012790"}
        assert await one.client.procedure("1.012790") == NotFound()
        other = await one.client.procedure("1.012791")
        assert isinstance(other, Unavailable)


# --- the token ---------------------------------------------------------------------------


async def test_one_token_serves_many_until_shortly_before_its_end() -> None:
    async with asking() as one:
        await asyncio.gather(*(one.client.look_up(code_no(n)) for n in range(20)))
        assert one.server.tokens == 1
        one.clock.s += 3569
        await one.client.look_up(code_no(50))
        assert one.server.tokens == 1
        one.clock.s += 2
        await one.client.look_up(code_no(51))
        assert one.server.tokens == 2


async def test_a_token_that_is_not_taken_any_more_is_fetched_anew_once() -> None:
    async with asking() as one:
        await one.client.look_up(code_no(1))
        one.server.good_tokens = set()
        assert await one.state() is DossierState.IN_WORK
        assert one.server.tokens == 2
        refusal = as_json({}, 401)
        one.server.replies = [refusal, refusal, refusal, refusal]
        assert await one.why(code_no(3)) == "http_401"
        assert one.server.tokens == 3
        assert len(one.server.replies) == 2


async def test_a_server_with_a_wrong_clock_does_no_harm() -> None:
    async with asking() as one:
        one.server.expires_in = -86_400
        for number in range(3):
            assert await one.client.look_up(code_no(number + 10)) == NotFound()
        assert one.server.tokens == 1


async def test_a_wrong_secret_is_told_from_a_system_that_fails() -> None:
    async with asking(client_id="stranger") as one:
        assert await one.why() == "token_http_401"
        assert len(one.server.asked) == 1


async def test_a_token_answer_that_makes_no_sense_is_no_token() -> None:
    async with asking() as one:
        one.server.token_replies = [as_json({"access_token": "a\r\nb"})]
        assert await one.why() == "token_unreadable"
        assert one.server.lookups == []


# --- faults ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (as_bytes(b"<html>"), "unreadable"),
        (as_bytes(b""), "unreadable"),
        (as_bytes(b"\xff\xfe{"), "unreadable"),
        (as_bytes(b"[" * 200_000), "unreadable"),
        (as_json([]), "unreadable"),
        (as_json({"error_code": "0"}), "unreadable"),
        (as_json({"error_code": "-1", "result": []}), "error_code"),
        (found({"MaHoSo": "H41.15-260105-0002", "TrangThaiHoSo": "4"}), "unreadable"),
        (found(dossier(TrangThaiHoSo="12")), "unreadable"),
        (found(None), "unreadable"),
        (as_json({}, 404), "http_404"),
        (as_json({}, 429), "http_429"),
        (as_json({}, 204), "http_204"),
        (as_json({}, 799), "http_odd"),
        (endless, "too_big"),
        (as_bytes(b" " * (BODY_CAP + 1)), "too_big"),
        (BOMB, "packed"),
    ],
)
async def test_what_is_no_answer_becomes_a_word_and_is_not_asked_again(
    reply: Reply, why: str
) -> None:
    async with asking(deadline_s=5.0, first_try_s=4.0) as one:
        one.server.replies = [reply]
        assert await one.why() == why
        assert len(one.server.lookups) == 1
        assert one.counts.outcomes == [why]
        assert await one.state() is DossierState.IN_WORK


async def test_a_body_of_just_the_most_bytes_is_read() -> None:
    async with asking(deadline_s=5.0, first_try_s=4.0) as one:
        body = json.dumps({"error_code": "0", "result": [dossier()]}).encode()
        one.server.replies = [as_bytes(body + b" " * (BODY_CAP - len(body)))]
        assert await one.state() is DossierState.IN_WORK


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed_and_no_credential_goes_elsewhere(status: int) -> None:
    async with asking() as one, small_server() as elsewhere:
        where = as_bytes(b"", status, Location=f"{elsewhere.url}/api/TraCuuHoSo?MaHoSo={CODE}")
        one.server.replies = [where]
        assert await one.why() == "redirect"
        one.clock.s += 4000
        one.server.token_replies = [where]
        assert await one.why() == "redirect"
        assert elsewhere.asked == []


async def test_a_server_that_sends_a_byte_now_and_then_meets_the_deadline() -> None:
    async with asking() as one:
        one.server.replies = [drip, drip, drip]
        began = time.perf_counter()
        assert await one.why() == "timeout"
        assert DEADLINE_S * 0.9 <= time.perf_counter() - began < LATEST_S
        assert len(one.server.lookups) == 2
        await until(lambda: one.server.connections == 0)


async def test_a_slow_token_is_within_the_deadline() -> None:
    async with asking() as one:
        one.server.token_replies = [drip, drip, drip]
        began = time.perf_counter()
        assert await one.why() == "timeout"
        assert time.perf_counter() - began < LATEST_S
        assert one.server.lookups == []


@pytest.mark.parametrize("first", [as_json({}, 500), as_json({}, 503), hang_up, drip])
async def test_a_failure_that_may_pass_is_tried_once_more(first: Reply) -> None:
    async with asking(deadline_s=5.0) as one:
        one.server.replies = [first]
        assert await one.state() is DossierState.IN_WORK
        assert len(one.server.lookups) == 2
        assert one.counts.outcomes == ["found"]


async def test_there_is_no_third_try() -> None:
    async with asking(deadline_s=5.0) as one:
        one.server.replies = [as_json({}, 500), as_json({}, 502), as_json({}, 503)]
        assert await one.why() == "http_502"
        assert len(one.server.lookups) == 2


async def test_a_server_that_is_not_there_is_a_word() -> None:
    async with asking() as one:
        async with small_server() as gone:
            pass
        one.client._access = one.client._wire.access = Access(gone.url, gone.url, "x", "y")
        assert await one.why() == "refused"


async def test_a_certificate_of_somebody_else_ends_it_before_anything_is_sent() -> None:
    ours, theirs = trustme.CA(), trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.issue_cert("127.0.0.1").configure_cert(tls)
    async with asking(tls, trusting=ours) as one:
        assert await one.why() == "tls"
        assert one.server.asked == []


async def test_a_certificate_for_another_name_ends_it_too() -> None:
    ours = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("khac.example").configure_cert(tls)
    async with asking(tls, trusting=ours) as one:
        assert await one.why() == "tls"
        assert one.server.asked == []


async def test_a_certificate_of_an_own_ca_is_taken() -> None:
    ours = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("127.0.0.1").configure_cert(tls)
    async with asking(tls, trusting=ours, deadline_s=5.0, first_try_s=4.0) as one:
        assert await one.state() is DossierState.IN_WORK


def test_verification_cannot_be_switched_off() -> None:
    careless = ssl.create_default_context()
    careless.check_hostname = False
    access = Access("https://a", "https://a", "x", "y")
    with pytest.raises(ValueError, match="verified"):
        Wire(access, careless)
    careless.verify_mode = ssl.CERT_NONE
    with pytest.raises(ValueError, match="verified"):
        Wire(access, careless)


async def test_a_proxy_named_in_the_environment_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with asking() as one:
        assert await one.state() is DossierState.IN_WORK


async def test_cookies_are_not_kept() -> None:
    async with asking() as one:
        one.server.replies = [as_json({"error_code": "0", "result": []}, Set_Cookie="a=b")]
        await one.client.look_up(code_no(1))
        await one.client.look_up(code_no(2))
        assert "cookie" not in one.server.lookups[1].headers


# --- breaker -----------------------------------------------------------------------------


async def test_a_system_that_fails_is_left_alone_and_taken_up_again() -> None:
    async with asking() as one:
        await one.client.look_up(code_no(1))
        one.clock.s += 1
        one.server.replies = [as_json({}, 404)] * 6
        for number in range(5):
            assert await one.why(code_no(number + 10)) == "http_404"
        asked = len(one.server.asked)
        assert await one.client.look_up(CODE) == Unavailable(Instant(1_000_000), "open")
        assert len(one.server.asked) == asked
        one.clock.s += 10
        assert await one.why() == "http_404"
        assert await one.why() == "open"
        one.clock.s += 20
        assert await one.state() is DossierState.IN_WORK
        assert await one.client.look_up(code_no(40)) == NotFound()
        assert one.counts.opened == [True, False]


async def test_one_broken_record_does_not_shut_out_the_others() -> None:
    async with asking() as one:
        one.server.dossiers[CODE] = dossier(TrangThaiHoSo="?")
        for _ in range(10):
            assert await one.why() == "unreadable"
        assert await one.client.look_up(code_no(2)) == NotFound()
        assert one.counts.opened == []


@pytest.mark.parametrize(
    "reply", [as_json({}, 404), as_json({"error_code": "7", "result": []}), hang_up]
)
async def test_one_code_that_the_system_fails_at_does_not_shut_out_the_others(
    reply: Reply,
) -> None:
    async with asking() as one:
        for _ in range(10):
            one.server.replies = [reply] * 2  # a lost connection is tried once more
            await one.why()
        one.server.replies = []
        assert await one.client.look_up(code_no(2)) == NotFound()
        assert one.counts.opened == []


async def test_procedures_alone_do_not_shut_out_dossiers() -> None:
    async with asking() as one:
        one.server.replies = [as_json({}, 404)] * 12
        assert isinstance(await one.client.procedures(), Unavailable)
        for number in range(10):
            answer = await one.client.procedure(f"1.{number:06d}")
            assert isinstance(answer, Unavailable)
            assert answer.why == "http_404"
        one.server.replies = []
        assert await one.client.look_up(code_no(2)) == NotFound()
        assert one.counts.opened == []


async def test_a_probe_that_is_cancelled_lets_another_go() -> None:
    async with asking(deadline_s=5.0, first_try_s=4.0) as one:
        one.server.replies = [as_json({}, 404)] * 5
        for number in range(5):
            await one.why(code_no(number))
        one.clock.s += 10
        one.server.hold.clear()
        probe = asyncio.create_task(one.client.look_up(CODE))
        await until(lambda: one.server.under_way == 1)
        assert await one.why(code_no(2)) == "open"
        probe.cancel()
        await until(lambda: one.server.under_way == 0)
        one.server.hold.set()
        assert await one.state() is DossierState.IN_WORK


# --- cache and sharing -------------------------------------------------------------------


async def test_an_answer_is_kept_for_a_minute_with_its_own_moment() -> None:
    async with asking() as one:
        first = await one.client.look_up(CODE)
        one.clock.s += 59
        one.server.dossiers[CODE] = dossier(TrangThaiHoSo="9")
        assert await one.client.look_up(CODE) == first
        one.clock.s += 1
        assert await one.state() is DossierState.FINISHED
        assert len(one.server.lookups) == 2


async def test_names_do_not_stay_in_memory_because_nobody_asks() -> None:
    async with asking() as one:
        await one.client.look_up(CODE)
        one.clock.s += 30
        await one.client.look_up(code_no(2))
        one.clock.s += 30
        one.client._swept()
        assert NAME not in repr(vars(one.client._cache))
        assert len(one.client._cache) == 1
        one.clock.s += 30
        one.client._swept()
        assert len(one.client._cache) == 0


async def test_what_is_too_old_is_not_served_when_the_system_fails() -> None:
    async with asking() as one:
        await one.client.look_up(CODE)
        one.clock.s += 61
        one.server.replies = [as_json({}, 404)]
        assert await one.client.look_up(CODE) == Unavailable(Instant(1_000_000), "http_404")
        assert await one.state() is DossierState.IN_WORK


async def test_who_asks_the_same_at_the_same_time_shares_one_request() -> None:
    async with asking(deadline_s=5.0, first_try_s=4.0) as one:
        one.server.hold.clear()
        tasks = [asyncio.create_task(one.client.look_up(CODE)) for _ in range(50)]
        await until(lambda: one.server.under_way == 1)
        tasks[0].cancel()
        one.server.hold.set()
        answers = await asyncio.gather(*tasks[1:])
        assert {answer.dossier.code for answer in answers if isinstance(answer, Found)} == {CODE}
        assert tasks[0].cancelled()
        assert len(one.server.lookups) == 1


async def test_a_look_up_that_nobody_waits_for_ends_and_leaves_nothing() -> None:
    async with asking(at_once=2, deadline_s=5.0, first_try_s=4.0) as one:
        one.server.hold.clear()
        before = asyncio.all_tasks()
        for _ in range(10):
            tasks = [asyncio.create_task(one.client.look_up(code_no(n))) for n in range(4)]
            await until(lambda: one.server.under_way == 2)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await until(lambda: one.server.connections == 0)
        one.server.hold.set()
        ours = {task for task in asyncio.all_tasks() - before if "Flights" in repr(task)}
        assert ours == set()
        assert await one.state() is DossierState.IN_WORK
        assert await one.client.look_up(code_no(2)) == NotFound()
        assert one.counts.opened == []


# --- how many at once ----------------------------------------------------------------------


async def test_no_more_than_eight_are_under_way_and_all_are_answered() -> None:
    async with asking(deadline_s=5.0, first_try_s=4.0) as one:
        one.server.hold.clear()
        tasks = [asyncio.create_task(one.client.look_up(code_no(n + 100))) for n in range(40)]
        await until(lambda: one.server.under_way == 8)
        one.server.hold.set()
        assert await asyncio.gather(*tasks) == [NotFound()] * 40
        assert one.server.most_at_once == 8


async def test_when_too_many_wait_the_next_one_hears_so_at_once() -> None:
    async with asking(at_once=1, deadline_s=5.0, first_try_s=4.0) as one:
        one.server.hold.clear()
        most = WAITING_MOST + 1
        tasks = [asyncio.create_task(one.client.look_up(code_no(n + 100))) for n in range(most)]
        await until(lambda: one.server.under_way == 1)
        assert await one.why(code_no(1)) == "busy"
        one.server.hold.set()
        assert await asyncio.gather(*tasks) == [NotFound()] * most


async def test_waiting_for_a_place_counts_and_says_nothing_of_the_system() -> None:
    async with asking(at_once=1) as one:
        one.server.hold.clear()
        began = time.perf_counter()
        answers = await asyncio.gather(*(one.client.look_up(code_no(n)) for n in range(12)))
        assert time.perf_counter() - began < LATEST_S
        assert {answer.why for answer in answers if isinstance(answer, Unavailable)} == {"timeout"}
        assert one.counts.opened == []


async def test_closing_ends_what_is_under_way_as_a_value() -> None:
    async with asking(deadline_s=5.0, first_try_s=4.0) as one:
        one.server.hold.clear()
        task = asyncio.create_task(one.client.look_up(CODE))
        await until(lambda: one.server.under_way == 1)
        await one.client.close()
        assert await task == Unavailable(None, "closed")
        assert await one.why() == "closed"
        assert await one.client.procedures() == Unavailable(None, "closed")


# --- logs ----------------------------------------------------------------------------------


async def test_logs_hold_the_edges_and_nothing_of_a_person_or_a_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "httpcore.http11", "httpcore.connection", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    with structlog.testing.capture_logs() as lines:
        async with asking(deadline_s=5.0) as one:
            await one.client.look_up(CODE)
            one.server.replies = [
                as_json({"error_code": "1", "message": CODE}),
                as_bytes(NAME.encode(), 404),
                as_bytes(NAME.encode()),
                found(dossier(code_no(9), TrangThaiHoSo=NAME)),
                found(dossier(code_no(9), TrangThaiHoSo=NAME)),
            ]
            for _ in range(5):
                await one.why(code_no(9))
            one.server.replies = [hang_up]
            assert await one.client.look_up(code_no(9)) == NotFound()
    assert [line["event"] for line in lines] == [
        "e_one_stop_failing",
        "e_one_stop_record_unreadable",
        "e_one_stop_recovered",
    ]
    assert lines[0]["why"] == "error_code"
    everything = repr(lines) + caplog.text + repr([vars(record) for record in caplog.records])
    markers = (CODE, code_no(9), "260105", "marker", "Marker", PHONE, SECRET, "Bearer")
    assert [marker for marker in markers if marker in everything] == []
    assert "send_request_headers" in everything


async def test_neither_access_nor_failures_show_secrets() -> None:
    async with asking() as one:
        assert SECRET not in repr(one.client._access)
        assert SECRET not in repr(vars(one.client))
