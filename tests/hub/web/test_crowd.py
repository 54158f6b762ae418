"""Connections that ask nothing, and more requests than are served at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, Request as Ask, build_opener

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from uvicorn.server import ServerState

from hub.web.crowd import Connection, Gate
from tests.hub.hub_process import HubProcess, running_hub

ASK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
WITHIN_S = 5.0


class Hasty(Connection):
    head_within_s = 0.2
    read_within_s = 0.2


async def _greet(request: Request) -> Response:
    return PlainTextResponse("chào")


FILM = b"x" * 32_000_000
"""More than the kernel keeps for a socket, on both sides."""


async def _film(request: Request) -> Response:
    return Response(FILM)


@asynccontextmanager
async def serving(kind: type[Connection], most: int) -> AsyncIterator[int]:
    """A port where such connections are served."""
    routes = [Route("/", _greet), Route("/film", _film)]
    config = uvicorn.Config(
        Starlette(routes=routes),
        lifespan="off", ws="none", log_config=None, limit_concurrency=most, timeout_keep_alive=1,
    )  # fmt: skip
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: kind(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        for one in list(state.connections):
            one.transport.abort()
        server.close()
        await server.wait_closed()
        while state.connections:  # noqa: ASYNC110 - uvicorn tells nobody that one has ended
            await asyncio.sleep(0)


async def _ended(reader: asyncio.StreamReader) -> bool:
    """Whether the other side closes within some seconds; what it says first is passed over."""
    try:
        async with asyncio.timeout(WITHIN_S):
            await reader.read()
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost:"])
async def test_a_connection_without_a_whole_request_head_is_closed(sent: bytes) -> None:
    async with serving(Hasty, 10) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        assert await _ended(reader)
        writer.close()


async def test_a_head_that_comes_in_drops_after_an_answer_is_cut_off_too() -> None:
    async with serving(Hasty, 10) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        assert b"200 OK" in await reader.readuntil("chào".encode())
        writer.write(b"GET")
        assert await _ended(reader)
        writer.close()


async def test_who_asks_and_does_not_read_is_cut_off() -> None:
    async with serving(Hasty, 10) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        writer.write(ASK.replace(b"/", b"/film", 1))
        assert b"200 OK" in await reader.readline()
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        other = await asyncio.open_connection("127.0.0.1", port)
        other[1].write(ASK)
        assert b"200 OK" in await other[0].readline()
        async with asyncio.timeout(WITHIN_S):
            await _cut_off(writer)
        for one in (writer, other[1]):
            one.close()


async def _cut_off(writer: asyncio.StreamWriter) -> None:
    """The other side has gone, whatever lies unread: what is sent there is answered by a reset."""
    while True:
        writer.write(b"GET")
        try:
            await writer.drain()
        except ConnectionError:
            return
        await asyncio.sleep(0.01)


async def test_who_reads_a_long_answer_slowly_but_reads_gets_all_of_it() -> None:
    async with serving(Hasty, 10) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=64 * 1024)
        writer.write(ASK.replace(b"/", b"/film", 1))
        await reader.readuntil(b"\r\n\r\n")
        got = 0
        while got < len(FILM):
            part = await reader.read(256 * 1024)
            assert part, f"cut off after {got}"
            got += len(part)
            await asyncio.sleep(0)
        writer.close()


async def test_an_address_that_asks_on_and_on_is_told_to_wait_and_others_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.web.crowd.COSTS_S", 60.0)
    monkeypatch.setattr("hub.web.crowd.AHEAD_S", 180.0)
    gate = Gate(Starlette(routes=[Route("/", _greet), Route("/healthz", _greet)]), 10, 10)

    async def asks(address: str, path: str = "/") -> httpx.Response:
        transport = httpx.ASGITransport(gate, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get(path)

    told = [await asks("2001:db8::1") for _ in range(5)]
    assert [one.status_code for one in told] == [200, 200, 200, 429, 429]
    assert told[-1].headers["retry-after"] == "2"
    assert (await asks("2001:db8::2")).status_code == 429
    assert (await asks("2001:db8:0:1::1")).status_code == 200
    assert (await asks("2001:db8::1", "/healthz")).status_code == 200


async def test_a_crowd_of_silent_connections_does_not_keep_a_guest_out() -> None:
    async with serving(Connection, 3) as port:
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(8)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASK)
        assert b"200 OK" in await reader.readuntil("chào".encode())
        assert await _ended(crowd[0][0])
        for _reader, one in (*crowd, (reader, writer)):
            one.close()


async def test_beyond_the_limit_requests_wait_outside_and_health_is_told() -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Response:
        entered.set()
        await go_on.wait()
        return PlainTextResponse("xong")

    routes = [Route("/", slow), Route("/healthz", _greet)]
    gate = Gate(Starlette(routes=routes), most=1, most_of_one=1)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(gate), base_url="http://x"
    ) as client:
        first = asyncio.create_task(client.get("/"))
        await entered.wait()
        second = await client.get("/")
        assert (second.status_code, second.headers["retry-after"]) == (503, "2")
        assert (await client.get("/healthz")).status_code == 200
        go_on.set()
        assert (await first).text == "xong"
        assert (await client.get("/")).status_code == 200


def _tries(hub: HubProcess) -> list[int]:
    """The answers to seven wrong passwords, each with another made-up origin."""
    opener = build_opener(HTTPCookieProcessor(CookieJar()))
    answers = []
    for number in range(7):
        headers = {"Origin": hub.url, "X-Forwarded-For": f"10.0.0.{number}"}
        try:
            opener.open(Ask(f"{hub.url}/sign-in", b"name=hoa&password=sai", headers))
        except HTTPError as error:
            answers.append(error.code)
            error.close()
    return answers


def test_a_made_up_origin_is_no_way_around_the_limit(tmp_path: Path) -> None:
    with running_hub(tmp_path) as hub:
        assert _tries(hub) == [401] * 5 + [429] * 2


def test_behind_a_proxy_it_says_who_asks(tmp_path: Path) -> None:
    settings = tmp_path / "hub.toml"
    settings.write_text("behind_proxy = true\n")
    with running_hub(tmp_path, options=("--config", str(settings))) as hub:
        assert _tries(hub) == [401] * 7


async def test_one_address_does_not_take_all_places() -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Response:
        entered.set()
        await go_on.wait()
        return PlainTextResponse("xong")

    gate = Gate(Starlette(routes=[Route("/", slow), Route("/quick", _greet)]), 10, 1)

    def of(address: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(gate, client=(address, 1)), base_url="http://x"
        )

    async with of("10.0.0.1") as greedy, of("10.0.0.2") as other:
        first = asyncio.create_task(greedy.get("/"))
        await entered.wait()
        assert (await greedy.get("/quick")).status_code == 503
        assert (await other.get("/quick")).status_code == 200
        go_on.set()
        await first
        assert (await greedy.get("/quick")).status_code == 200
