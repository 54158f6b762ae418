"""The realtime protocol over real sockets: welcome, views, refusals, closes, slow readers."""

import asyncio
import contextlib
import json
import socket
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import broadcast
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from hub import conversation, topics
from hub.database import Database
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.realtime import Live
from hub.registry import FILE, Registry
from shared import messages as m
from shared.errors import StorageError
from shared.model import CounterNumber, Instant, Role, TicketId
from tests.hub.hall_site import SITE, at
from tests.hub.test_hall import Clock

Frame = dict[str, Any]


def admit(hello: m.Hello, cookies: Mapping[str, str], address: str) -> Actor | Refusal:
    """Lets in whoever says `ok`, `ok 3` for counter 3, or shows the cookie."""
    if hello.version != m.VERSION:
        return Refusal("bad_version", "1")
    if hello.role is Role.TICKET:
        return Actor(Role.TICKET, "ticket", ticket=TicketId(hello.credential or ""))
    word, _space, number = (hello.credential or cookies.get("motcua_session", "")).partition(" ")
    if word != "ok":
        return Refusal("bad_credential", "không được công nhận")
    return Actor(hello.role, hello.role.value, CounterNumber(int(number)) if number else None)


class Room:
    """A hall that serves on loopback."""

    port: int

    def __init__(self) -> None:
        self.clock = Clock()
        self.hall = Hall(SITE, MemoryJournal(), self.clock)
        self.revoked: set[Role] = set()
        self.ill = False
        self.enrolled: set[str] = set()
        self.registry_fails = False
        self.live = Live(self.hall, self.admit, self.clock, enrolled=self.displays)
        self.stack = contextlib.AsyncExitStack()

    def admit(self, hello: m.Hello, cookies: Mapping[str, str], address: str) -> Actor | Refusal:
        if self.ill:
            raise StorageError("database is locked")
        if hello.role in self.revoked:
            return Refusal("bad_credential", "đã thu hồi")
        return admit(hello, cookies, address)

    def displays(self) -> set[str]:
        if self.registry_fails:
            raise StorageError("database is locked")
        return self.enrolled

    async def socket(self, **options: Any) -> ClientConnection:
        options = {"compression": None, "close_timeout": 0.2, **options}
        url = f"ws://127.0.0.1:{self.port}/live"
        return await self.stack.enter_async_context(connect(url, **options))

    async def join(self, role: str, credential: str | None = "ok") -> "Client":
        client = Client(await self.socket())
        await client.send(type="hello", version=1, role=role, credential=credential)
        client.welcome = await client.frame("welcome", "refused")
        return client


class Client:
    """Sends and receives frames as a stranger would, from docs/protocol.md alone."""

    welcome: Frame

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def send(self, **frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def frame(self, *types: str) -> Frame:
        """The next frame of one of these types."""
        async with asyncio.timeout(10):
            while True:
                frame: Frame = json.loads(await self.connection.recv())
                if frame["type"] in types:
                    return frame

    async def ask(self, request_id: str | None = None, **command: Any) -> Frame:
        request_id = request_id or str(uuid.uuid4())
        await self.send(type="command", request_id=request_id, command=command)
        while True:
            frame = await self.frame("result", "refused")
            if frame["request_id"] == request_id:
                return frame

    async def view_where(self, condition: Any) -> Frame:
        while True:
            frame = await self.frame("view")
            if condition(frame["view"]):
                return frame

    async def closed(self) -> int:
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(10):
                while True:
                    await self.connection.recv()
        code = self.connection.close_code
        assert code is not None
        return code


@pytest.fixture
async def room() -> AsyncIterator[Room]:
    room = Room()
    running = asyncio.create_task(room.hall.run())
    await room.hall.ready.wait()
    listener = socket.create_server(("127.0.0.1", 0))
    room.port = listener.getsockname()[1]
    await room.live.start(listener)
    async with room.stack:
        yield room
    await room.live.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_kiosk_is_welcomed_with_its_whole_view(room: Room) -> None:
    kiosk = await room.join("kiosk")
    welcome = kiosk.welcome
    assert (welcome["type"], welcome["seq"], welcome["epoch"]) == ("welcome", 1, "memory")
    assert welcome["site"] == {"id": "thu", "name": SITE.name, "timezone": SITE.timezone}
    assert welcome["at"] == "2026-11-23T08:00:00+07:00"
    assert {s["id"] for s in welcome["view"]["services"]} == {s.id for s in SITE.services}


async def test_a_number_taken_and_called_reaches_everyone_it_concerns(room: Room) -> None:
    kiosk, display = await room.join("kiosk"), await room.join("display")
    desk, other = await room.join("counter", "ok 1"), await room.join("counter", "ok 3")
    issued = (await kiosk.ask(kind="issue_ticket", service="dat-dai", priority=None))["value"]
    assert (issued["number"], issued["ahead"]) == ("A001", 0)
    phone = await room.join("ticket", issued["ticket"])
    assert phone.welcome["view"]["state"] == "waiting"
    called = (await desk.ask(kind="call_next"))["value"]
    assert (called["number"], called["counter"], called["call"]) == ("A001", 1, 1)
    board = await display.view_where(lambda view: view["calls"])
    assert board["view"]["calls"][0]["number"] == "A001"
    assert board["seq"] == room.hall.seq
    mine = await phone.view_where(lambda view: view["state"] == "called")
    assert mine["view"]["counter"] == 1
    await other.ask(kind="open_counter")
    seen = await other.frame("view")
    assert seen["view"]["state"] == "open", "what happened at counter 1 was none of its business"


async def test_a_supervisor_who_has_a_counter_sees_all_of_them(room: Room) -> None:
    boss = await room.join("supervisor", "ok 1")
    desk = await room.join("counter", "ok 3")
    await desk.ask(kind="open_counter")
    seen = await boss.view_where(lambda view: view["counters"][2]["state"] == "open")
    assert seen["seq"] == room.hall.seq


async def test_what_changes_sooner_than_a_role_is_told_is_told_later_and_not_never(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(topics.PACE_S, Role.SUPERVISOR, 2.0)
    boss, kiosk = await room.join("supervisor"), await room.join("kiosk")
    for _ in range(2):
        await kiosk.ask(kind="issue_ticket", service="dat-dai")
    seen = await boss.view_where(lambda view: view["totals"]["waiting"] == 2)
    assert seen["seq"] == room.hall.seq


async def test_the_same_request_after_a_reconnect_gives_the_same_number(room: Room) -> None:
    request = str(uuid.uuid4())
    first = await (await room.join("kiosk")).ask(request, kind="issue_ticket", service="dat-dai")
    again = await (await room.join("kiosk")).ask(request, kind="issue_ticket", service="dat-dai")
    assert first == again


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ('{"type":"hello","version":2,"role":"kiosk","credential":"ok"}', "bad_version"),
        ('{"type":"hello","version":1,"role":"kiosk","credential":"no"}', "bad_credential"),
        ('{"type":"hello","version":1,"role":"kiosk"}', "bad_credential"),
        ('{"type":"hello","version":1,"role":"ticket","credential":"?"}', "bad_credential"),
        ('{"type":"hello","version":1,"role":"counter","credential":"ok 99"}', "unknown_counter"),
        ('{"type":"hello","version":1,"role":"king","credential":"ok"}', "bad_frame"),
        ('{"type":"hello","version":1,"role":"kiosk","credential":"ok","x":1}', "bad_frame"),
        ('{"type":"command","request_id":"x","command":{"kind":"call_next"}}', "hello_expected"),
        ("not json", "bad_frame"),
        (b"\x00\x01", "hello_expected"),
    ],
)
async def test_a_wrong_first_frame_is_refused_by_name_and_ends_it(
    room: Room, frame: str | bytes, code: str
) -> None:
    client = Client(await room.socket())
    await client.connection.send(frame)
    refused = await client.frame("refused")
    assert (refused["request_id"], refused["code"]) == (None, code)
    assert refused["reason"]
    assert await client.closed() == m.Close.POLICY


async def test_who_says_nothing_is_sent_away(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(m, "HELLO_WITHIN_S", 0.05)
    client = Client(await room.socket())
    assert (await client.frame("refused"))["code"] == "hello_timeout"
    assert await client.closed() == m.Close.POLICY


@pytest.mark.parametrize(
    ("frame", "named"),
    [
        ("not json", False),
        ("[]", False),
        ('{"type":"hello","version":1,"role":"kiosk","credential":"ok"}', False),
        ('{"type":"command","request_id":"7","command":{"kind":"call_next"}}', False),
        ('{"type":"command","request_id":"%s","command":{"kind":"dance"}}', True),
        ('{"type":"command","request_id":"%s","command":{"kind":"recall","x":1}}', True),
        ('{"type":"command","request_id":"%s","command":{"kind":"issue_ticket"}}', True),
        ('{"type":"command","request_id":"%s"}', True),
        ('{"type":"command","request_id":["%s"],"command":{}}', False),
    ],
)
async def test_a_malformed_command_is_refused_and_the_connection_stays(
    room: Room, frame: str, named: bool
) -> None:
    kiosk = await room.join("kiosk")
    request = str(uuid.uuid4())
    await kiosk.connection.send(frame.replace("%s", request))
    refused = await kiosk.frame("refused")
    assert refused["code"] == "bad_frame"
    assert refused["request_id"] == (request if named else None)
    result = await kiosk.ask(kind="issue_ticket", service="dat-dai")
    assert result["type"] == "result"


async def test_a_frame_too_long_or_binary_closes_the_connection_and_harms_nobody(
    room: Room,
) -> None:
    kiosk, big, binary = [await room.join("kiosk") for _ in range(3)]
    await big.connection.send("x" * (m.MAX_FRAME + 1))
    assert await big.closed() == m.Close.TOO_BIG
    await binary.connection.send(b"\x00")
    assert await binary.closed() == m.Close.UNSUPPORTED
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"


async def test_a_role_cannot_do_what_is_not_its_own(room: Room) -> None:
    display = await room.join("display")
    assert (await display.ask(kind="call_next"))["code"] == "not_allowed"
    desk = await room.join("counter", "ok 1")
    assert (await desk.ask(kind="call_next", counter=2))["code"] == "not_yours"


async def test_too_many_unanswered_commands_are_refused(room: Room) -> None:
    kiosk = await room.join("kiosk")
    sent = 200
    for _ in range(sent):
        await kiosk.send(
            type="command",
            request_id=str(uuid.uuid4()),
            command={"kind": "issue_ticket", "service": "dat-dai"},
        )
    codes = [(await kiosk.frame("result", "refused")).get("code") for _ in range(sent)]
    assert set(codes) <= {None, "too_busy"}
    assert room.hall.state.ordinals["A"] == codes.count(None)


async def test_commands_sent_in_pieces_or_before_the_welcome_keep_their_order(room: Room) -> None:
    client = Client(await room.socket())
    frames = [
        {
            "type": "command",
            "request_id": str(uuid.uuid4()),
            "command": {"kind": "issue_ticket", "service": service},
        }
        for service in ("dat-dai", "doanh-nghiep") * 5
    ]
    await client.send(type="hello", version=1, role="kiosk", credential="ok")
    for place, frame in enumerate(frames):
        text = json.dumps(frame)
        if place % 3:
            await client.connection.send(text)
        else:
            await client.connection.send([text[:20], text[20:]])
    results = [await client.frame("result") for _ in frames]
    assert [r["request_id"] for r in results] == [f["request_id"] for f in frames]
    assert [r["seq"] for r in results] == sorted(r["seq"] for r in results)


async def test_another_sites_page_may_not_use_an_officers_cookie(room: Room) -> None:
    url = f"ws://127.0.0.1:{room.port}/live"
    cookie = {"Cookie": 'a="b"; motcua_session=ok'}
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, origin=Origin("http://evil.example"), additional_headers=cookie)
    assert refused.value.response.status_code == 403
    own = Client(await room.socket(origin="http://127.0.0.1:9", additional_headers=cookie))
    await own.send(type="hello", version=1, role="supervisor")
    assert (await own.frame("welcome"))["view"]["day"] == "2026-11-23"


async def test_only_live_is_served(room: Room) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{room.port}/")
    assert refused.value.response.status_code == 404


async def test_a_beat_tells_the_time_and_the_seq(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosk = await room.join("kiosk")
    room.clock.now = Instant(room.clock.now + 60_000)
    room.live._topics.beat()
    beat = await kiosk.frame("beat")
    assert (beat["seq"], beat["at"]) == (1, "2026-11-23T08:01:00+07:00")


async def test_the_end_of_giving_numbers_reaches_kiosks_with_a_beat(room: Room) -> None:
    kiosk = await room.join("kiosk")
    assert kiosk.welcome["view"]["open"] is True
    room.clock.now = Instant(room.clock.now + 4 * 3_600_000)
    room.live._topics.beat()
    closed = await kiosk.view_where(lambda view: not view["open"])
    assert closed["view"]["next_opening"] == "2026-11-23T13:15:00+07:00"


async def test_who_does_not_read_is_sent_away_and_the_rest_are_served(room: Room) -> None:
    display = await room.join("display")
    stalled = await room.join("display")
    stalled.connection.transport.pause_reading()
    kiosk = await room.join("kiosk")
    await kiosk.ask(kind="issue_ticket", service="dat-dai")
    members = room.live._topics._topics[(Role.DISPLAY, None, None, "display")].connections
    payload = '{"type":"padding","x":"' + "x" * 60_000 + '"}'
    port = stalled.connection.local_address[1]
    [slow] = [c for c in members if c.remote_address[1] == port]
    while slow.transport.get_write_buffer_size() <= topics.BUFFER_STAFF:
        broadcast((slow,), payload)
    room.live._topics.beat()
    await slow.wait_closed()
    assert slow.protocol.close_sent is not None
    assert (slow.protocol.close_sent.code, slow.protocol.close_sent.reason) == (1013, "too slow")
    assert (await display.frame("beat"))["type"] == "beat"
    assert len(members) == 1


async def test_a_device_whose_credential_is_revoked_is_sent_away(room: Room) -> None:
    kiosk, display = await room.join("kiosk"), await room.join("display")
    issued = (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["value"]
    phone = await room.join("ticket", issued["ticket"])
    room.revoked = {Role.KIOSK}
    room.live._ask_again()
    assert (await kiosk.frame("refused"))["code"] == "bad_credential"
    assert await kiosk.closed() == m.Close.POLICY
    room.live._topics.beat()
    assert (await display.frame("beat"))["type"] == (await phone.frame("beat"))["type"]


async def test_a_locked_registry_halts_the_hub_for_one_look_up_and_not_for_every_socket(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kiosks = [await room.join("kiosk") for _ in range(40)]
    registry = Registry(tmp_path)
    looked_up = 0

    def by_registry(hello: m.Hello, cookies: Mapping[str, str], address: str) -> Actor | Refusal:
        nonlocal looked_up
        looked_up += 1
        registry.device(hello.credential or "")
        return admit(hello, cookies, address)

    monkeypatch.setattr(room.live, "_admit", by_registry)
    writer = Database(tmp_path / FILE, journal_mode="delete")
    writer.run("BEGIN EXCLUSIVE")
    began = time.monotonic()
    room.live._ask_again()
    assert looked_up == 1
    result = await kiosks[-1].ask(kind="issue_ticket", service="dat-dai")
    assert result["type"] == "result", "a registry that is locked sends nobody away"
    assert time.monotonic() - began < 1.0, "a look-up waits 0.25 s, and forty would wait 10 s"
    writer.run("ROLLBACK")
    writer.close()
    looked_up = 0
    room.live._ask_again()
    assert looked_up == len(kiosks), "and the next round asks for everybody again"
    registry.close()


async def test_a_phone_is_told_when_its_day_is_over(room: Room) -> None:
    kiosk, boss = await room.join("kiosk"), await room.join("supervisor")
    issued = (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["value"]
    phone, other = await room.join("ticket", issued["ticket"]), await room.join("display")
    room.clock.now = at("08:00", "2026-11-24")
    await boss.ask(kind="open_day")
    assert (await phone.frame("refused"))["code"] == "bad_credential"
    assert await phone.closed() == m.Close.POLICY
    empty = await other.view_where(lambda view: not any(x["count"] for x in view["waiting"]))
    assert empty["seq"] == room.hall.seq
    assert (await kiosk.ask(kind="issue_ticket", service="dat-dai"))["value"]["number"] == "A001"


async def test_who_sends_only_what_must_be_refused_is_cut_off(room: Room) -> None:
    kiosk, other = await room.join("kiosk"), await room.join("kiosk")
    nested = '{"a":' + "[" * 8000
    for _ in range(conversation.MAX_REFUSED + 10):
        await kiosk.connection.send(nested)
    with contextlib.suppress(ConnectionClosed):
        assert (await kiosk.frame("refused"))["code"] == "bad_frame"
    assert await kiosk.closed() in (m.Close.POLICY, 1006)
    assert (await other.ask(kind="issue_ticket", service="dat-dai"))["type"] == "result"


async def test_a_registry_that_cannot_be_read_stops_no_heart(room: Room) -> None:
    display = await room.join("display")
    room.ill = True
    room.live._ask_again()
    late = Client(await room.socket())
    await late.send(type="hello", version=1, role="kiosk", credential="ok")
    assert (await late.frame("refused"))["code"] == "storage_failed"
    room.live._topics.beat()
    assert (await display.frame("beat"))["type"] == "beat"


async def test_one_id_in_large_and_small_letters_is_one_request(room: Room) -> None:
    kiosk = await room.join("kiosk")
    request = str(uuid.uuid4())
    first = await kiosk.ask(request, kind="issue_ticket", service="dat-dai")
    again = await kiosk.ask(request.upper(), kind="issue_ticket", service="dat-dai")
    assert first["value"] == again["value"]


@pytest.mark.parametrize("origin", ["http://[", "http://evil.example", "null"])
async def test_a_strange_origin_is_refused_and_not_an_error(room: Room, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(f"ws://127.0.0.1:{room.port}/live", origin=Origin(origin))
    assert refused.value.response.status_code == 403
