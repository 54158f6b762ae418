"""The network between the hub and its clients is at fault.

A client that stands and reads nothing: tests/hub/test_realtime.py.
"""

import asyncio
import ctypes
import random
import socket
import struct
import time
from pathlib import Path

import msgspec
import psutil
import pytest

from bench.raw import RawClient, command, frame, issue
from hub import wire
from shared import messages as m
from shared.link import Link, Touch
from shared.model import Role
from tests.faults.networks import Trial
from tests.faults.wire import FATES, Fate, Frame, Kind, Wire
from tests.hub.hub_process import running_hub
from tests.hub.test_hall import until
from tests.hub.test_realtime import Room, room

__all__ = ["room"]

PHONES, STORMS, CALLS = 500, 2, 40
CALL_WITHIN_S = 2.0
"""On a machine of two cores that plays the phones as well."""
GROWS_MB = 30

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h


async def test_frames_lost_with_their_connection_doubled_late_or_turned_round_change_nothing(
    tmp_path: Path,
) -> None:
    verdict = await Trial(tmp_path, seed=1).run(5)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert len(verdict.deaths) == sum(len(fates) for fates in FATES.values())
    assert verdict.acknowledged > 50


async def test_frames_are_late_by_what_the_seed_says(monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[float] = []

    async def note(seconds: float) -> None:
        late.append(seconds)

    here, there = socket.socketpair()
    _reader, writer = await asyncio.open_connection(sock=here)
    monkeypatch.setattr(asyncio, "sleep", note)
    for seed in (1, 1, 2):
        one = Wire("127.0.0.1:1", lambda kind: Fate.LATE, random.Random(seed))
        await one._fulfil(Frame(Kind.VIEW, b""), asyncio.Queue(), writer)
    monkeypatch.undo()
    writer.close()
    await writer.wait_closed()
    there.close()
    first, again, another = late
    assert first == again != another


def make_deaf(sock: socket.socket) -> None:
    """From now on this end receives no packet, not even acknowledgements, and sends none for any:
    to the other it has vanished without a word. A socket filter that keeps nothing (BPF_RET 0)."""
    nothing = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
    told = struct.pack("HL", 1, ctypes.addressof(nothing))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, told)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beats and patience a twentieth of what they are."""
    monkeypatch.setattr(m, "BEAT_EVERY_S", m.BEAT_EVERY_S / 20)
    monkeypatch.setattr(wire, "GONE_AFTER_MS", wire.GONE_AFTER_MS // 20)


@pytest.mark.usefixtures("quick")
async def test_a_peer_that_vanished_is_cleared_by_the_hub_and_the_client_says_so_and_comes_back(
    room: Room,
) -> None:
    touches: list[Touch] = []
    link = Link(
        f"127.0.0.1:{room.port}",
        role=Role.KIOSK,
        credential="ok",
        view=msgspec.Raw,
        on_view=lambda view, seq: None,
        on_touch=touches.append,
        stale_after_s=m.STALE_AFTER_S / 20,
    )
    running = asyncio.create_task(link.run())
    try:
        gone = await room.join("display")
        await until(lambda: touches == [Touch.LIVE])
        server = room.live._server
        assert server is not None
        of_link = link._socket
        assert of_link is not None
        for connection in (gone.connection, of_link):
            make_deaf(connection.transport.get_extra_info("socket"))
        await until(lambda: touches == [Touch.LIVE, Touch.STALE, Touch.LIVE])
        port = gone.connection.local_address[1]
        await until(lambda: all(one.remote_address[1] != port for one in server.connections))
        assert link._socket is not of_link
    finally:
        running.cancel()
        await asyncio.wait({running})


async def phone(address: str, ticket: str) -> asyncio.StreamWriter:
    """A phone that has been welcomed; it must be."""
    host, _colon, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"GET /live HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    hello = f'{{"type":"hello","version":1,"role":"ticket","credential":"{ticket}"}}'
    writer.write(frame(hello.encode()))
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101"), head
    said = await reader.readuntil(b'"type":"')
    assert (await reader.readexactly(7)) == b"welcome", said
    return writer


def call_numbers(officer: RawClient, count: int) -> list[float]:
    """Next, again and again; the seconds that each took."""
    took = []
    for _ in range(count):
        began = time.monotonic()
        told = officer.ask(command('{"kind":"call_next"}'))
        took.append(time.monotonic() - began)
        assert told.startswith(b'{"type":"result"'), told
    return took


async def test_five_hundred_phones_that_come_back_at_once_are_all_let_in_and_calls_go_on(
    tmp_path: Path,
) -> None:
    with running_hub(tmp_path) as hub:
        kiosk = RawClient(hub.live, "kiosk", hub.enrol("kiosk", "kiosk"))
        officer = RawClient(hub.live, "counter", hub.enrol("counter", "quay", 5))
        told = [msgspec.json.decode(kiosk.ask(issue())) for _ in range(PHONES)]
        tickets = [one["value"]["ticket"] for one in told]
        kiosk.close()
        phones = await asyncio.gather(*(phone(hub.live, one) for one in tickets))
        before = psutil.Process(hub.pid).memory_info().rss
        for _ in range(STORMS):
            for one in phones:
                one.transport.abort()
            calling = asyncio.to_thread(call_numbers, officer, CALLS)
            coming = asyncio.gather(*(phone(hub.live, one) for one in tickets))
            took, phones = await asyncio.gather(calling, coming)
            assert max(took) < CALL_WITHIN_S, sorted(took)[-5:]
        grown = psutil.Process(hub.pid).memory_info().rss - before
        assert grown < GROWS_MB * 1024 * 1024, f"{grown} bytes"
        for one in phones:
            one.transport.abort()
        officer.close()
        assert hub.stop() == 0
        assert "Traceback" not in hub.log
