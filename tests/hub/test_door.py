"""Who floods is stopped, and everybody else is served: real sockets on a real hub."""

import asyncio
import contextlib
import json
import socket
import struct
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import Opcode

from hub.door import Door
from hub.realtime import Live
from tests.hub.hub_process import HubProcess, running_hub
from tests.hub.test_realtime import Client, Room, room as room

WITHIN_S = 15.0


def frame(opcode: int, payload: bytes = b"", *, fin: bool = True) -> bytes:
    """A client's frame, masked with zeros."""
    size = len(payload)
    head = bytes((opcode | (0x80 if fin else 0),))
    head += bytes((0x80 | size,)) if size < 126 else b"\xfe" + struct.pack("!H", size)
    return head + bytes(4) + payload


async def raw(client: Client, data: bytes) -> None:
    """Past the library, which would not send this."""
    client.connection.transport.write(data)


async def cut(client: Client) -> bool:
    """Whether the hub cuts the connection off."""
    try:
        async with asyncio.timeout(WITHIN_S):
            while True:
                await client.connection.recv()
    except ConnectionClosed:
        return True
    except TimeoutError:
        return False


# --- floods of one connection ---------------------------------------------------------------


async def test_some_pings_are_answered(room: Room) -> None:
    kiosk = await room.join("kiosk")
    for _ in range(5):
        async with asyncio.timeout(WITHIN_S):
            await (await kiosk.connection.ping())


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG])
async def test_a_flood_of_pings_is_cut_off_and_harms_nobody(room: Room, opcode: Opcode) -> None:
    kiosk, flood = await room.join("kiosk"), await room.join("display")
    # Nothing is read: without an end the answers would fill the hub's memory.
    flood.connection.transport.pause_reading()
    await raw(flood, frame(opcode, b"x" * 100) * 5000)
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"
    flood.connection.transport.resume_reading()
    assert await cut(flood)
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"


async def test_a_message_in_endless_pieces_is_cut_off(room: Room) -> None:
    flood = await room.join("display")
    await raw(flood, frame(Opcode.TEXT, b"{", fin=False))
    await raw(flood, frame(Opcode.CONT, b"", fin=False) * 2000)
    assert await cut(flood)


async def test_a_frame_that_says_it_is_huge_is_refused_before_it_comes(room: Room) -> None:
    flood = await room.join("display")
    await raw(flood, b"\x81\xff" + (2**40).to_bytes(8) + bytes(4))
    assert await flood.closed() == 1009


async def test_a_phone_that_presses_on_and_on_is_told_to_wait(room: Room) -> None:
    kiosk = await room.join("kiosk")
    ticket = (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["value"]["ticket"]
    phone = await room.join("ticket", ticket)
    codes = [(await phone.ask(kind="delay", ticket="other"))["code"] for _ in range(30)]
    assert codes[:20] == ["unknown_ticket"] * 20
    assert codes[-1] == "too_busy"


# --- how many -------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def narrow(most: int, most_of_one: int, *, behind_proxy: bool = False) -> AsyncIterator[Room]:
    """A room with a door for few."""
    one = Room()
    door = Door(most, most_of_one)
    one.live = Live(one.hall, one.admit, one.clock, door=door, behind_proxy=behind_proxy)
    running = asyncio.create_task(one.hall.run())
    await one.hall.ready.wait()
    listener = socket.create_server(("127.0.0.1", 0))
    one.port = listener.getsockname()[1]
    await one.live.start(listener)
    async with one.stack:
        yield one
    await one.live.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_silent_sockets_make_room_for_who_says_hello() -> None:
    async with narrow(10, 1000) as room:
        silent = [await asyncio.open_connection("127.0.0.1", room.port) for _ in range(30)]
        kiosks = [await room.join("kiosk") for _ in range(9)]
        for kiosk in kiosks:
            assert kiosk.welcome["type"] == "welcome"
            assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"
        async with asyncio.timeout(WITHIN_S):
            with contextlib.suppress(ConnectionResetError):
                assert await silent[0][0].read() == b""
        for _reader, writer in silent:
            writer.close()


async def test_a_full_hall_of_welcomed_clients_keeps_them_and_turns_new_ones_away() -> None:
    async with narrow(3, 1000) as room:
        kiosks = [await room.join("kiosk") for _ in range(3)]
        with pytest.raises((OSError, WebSocketException)):
            await room.socket(open_timeout=2)
        assert (await kiosks[0].ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"


async def test_one_more_connection_than_an_address_may_have_is_told_so_and_places_come_back() -> (
    None
):
    async with narrow(100, 3) as room:
        kiosks = [await room.join("kiosk") for _ in range(3)]
        with pytest.raises(InvalidStatus) as refused:
            await room.socket()
        assert refused.value.response.status_code == 429
        await kiosks[0].connection.close()
        deadline = time.monotonic() + WITHIN_S
        while True:
            with contextlib.suppress(InvalidStatus):
                await room.join("kiosk")
                break
            assert time.monotonic() < deadline


@pytest.mark.parametrize(
    ("behind_proxy", "sender", "gets_in"),
    [
        (True, "127.0.0.1", True),
        (False, "127.0.0.1", False),
        # Not where our proxy comes from: it stands here for a machine that reaches the port itself.
        (True, "127.0.0.2", False),
    ],
)
async def test_only_a_proxy_of_ours_is_believed_where_a_client_is(
    behind_proxy: bool, sender: str, gets_in: bool
) -> None:
    here = (sender, 0)
    async with narrow(100, 1, behind_proxy=behind_proxy) as room:
        for place in range(3):
            told = {"X-Forwarded-For": f"6.6.6.6, 10.0.0.{place}"}
            if gets_in or place == 0:
                await room.socket(local_addr=here, additional_headers=told)
            else:
                with pytest.raises(InvalidStatus):
                    await room.socket(local_addr=here, additional_headers=told)
        if gets_in:
            with pytest.raises(InvalidStatus):
                await room.socket(additional_headers={"X-Forwarded-For": "1.1.1.1, 10.0.0.0"})


class _Transport:
    """Notes that it was aborted."""

    def __init__(self) -> None:
        self.aborted = False

    def abort(self) -> None:
        self.aborted = True


class _Comer:
    def __init__(self) -> None:
        self.transport: Any = _Transport()


def test_a_door_forgets_who_has_gone() -> None:
    door = Door(2, 1)
    first, second, third = _Comer(), _Comer(), _Comer()
    for one in (first, second):
        door.come(one)
    assert door.enter(first, "a")
    assert not door.enter(second, "a")
    assert door.enter(second, "b")
    door.settle(first)
    door.come(third)
    assert second.transport.aborted
    assert not first.transport.aborted
    door.leave(first)
    door.leave(first)
    assert door.enter(third, "a")
    door.settle(second)
    assert door.enter(second, "c"), "who has gone is counted nowhere"
    door.leave(third)
    assert vars(door)["_of_one"] == {}


# --- slowloris, against a hub in a process of its own ----------------------------------------


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    folder = tmp_path_factory.mktemp("hub")
    settings = folder / "hub.toml"
    settings.write_text("web_connections = 50\nlive_connections = 50\n", encoding="utf-8")
    with running_hub(folder / "data", options=("--config", str(settings))) as one:
        yield one


def _to(address: str) -> socket.socket:
    host, _colon, port = address.rpartition(":")
    one = socket.create_connection((host, int(port)), timeout=WITHIN_S)
    one.setblocking(False)
    return one


def _is_over(one: socket.socket) -> bool:
    try:
        return one.recv(4096) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


async def _drip(sockets: list[socket.socket], stop: asyncio.Event) -> None:
    """A byte of a header a while to each of them that is still open."""
    while not stop.is_set():
        for one in list(sockets):
            try:
                one.send(b"a")
            except OSError:
                sockets.remove(one)
                one.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.5)


async def test_dripping_sockets_keep_nobody_out_and_are_closed(hub: HubProcess) -> None:
    """Sixty dripping sockets a port, though each takes fifty, and a kiosk and pages beside them."""
    web = [_to(hub.web) for _ in range(60)]
    live = [_to(hub.live) for _ in range(60)]
    for one in web:
        one.send(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ")
    for one in live:
        one.send(b"GET /live HTTP/1.1\r\nHost: x\r\nX-A: ")
    stop = asyncio.Event()
    dripping = asyncio.create_task(_drip(web + live, stop))
    credential = hub.enrol("kiosk", f"k{uuid.uuid4()}")
    slowest, began = 0.0, time.monotonic()
    try:
        async with connect(f"ws://{hub.live}/live") as socket_, httpx.AsyncClient() as pages:
            kiosk = Client(socket_)
            await kiosk.send(type="hello", version=1, role="kiosk", credential=credential)
            assert (await kiosk.frame("welcome", "refused"))["type"] == "welcome"
            while not all(_is_over(one) for one in web + live):
                assert time.monotonic() - began < 10.0 + WITHIN_S, "10 s for a head, and no more"
                asked = time.monotonic()
                assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["seq"]
                assert (await pages.get(f"http://{hub.web}/sign-in")).status_code == 200
                slowest = max(slowest, time.monotonic() - asked)
                await asyncio.sleep(0.2)
    finally:
        stop.set()
        await dripping
        for one in web + live:
            one.close()
    assert slowest < 3.0


async def test_a_head_without_end_is_refused_on_both_ports(hub: HubProcess) -> None:
    for address, path in ((hub.web, "/"), (hub.live, "/live")):
        host, _colon, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nX-A: ".encode() + b"a" * 20_000)
        async with asyncio.timeout(5):
            with contextlib.suppress(ConnectionResetError):
                answer = await reader.read()
                assert b" 200 " not in answer
        writer.close()


def test_rubbish_on_both_ports_is_answered_or_cut_off_and_the_hub_goes_on(
    hub: HubProcess, tmp_path: Path
) -> None:
    rubbish = (b"\x00" * 500, b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"\xff" * 3000)
    for address in (hub.web, hub.live):
        for one in rubbish:
            with _to(address) as plug:
                plug.setblocking(True)
                plug.settimeout(WITHIN_S)
                plug.sendall(one)
                plug.shutdown(socket.SHUT_WR)
                with contextlib.suppress(ConnectionResetError):
                    while plug.recv(4096):
                        pass
    assert httpx.get(f"http://{hub.web}/healthz").json()["ok"] is True
    lines = [json.loads(line) for line in hub.log.splitlines()]
    assert not [one for one in lines if one["level"] in ("error", "critical")]
