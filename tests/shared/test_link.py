import asyncio
import contextlib
import json
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import msgspec
import pytest
from structlog.testing import capture_logs
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from shared.errors import SetupError
from shared.link import LONGEST_PAUSE_S, Link, Touch, hub_url, hub_urls
from shared.messages import (
    CallNext,
    DossierNotFound,
    IssueTicket,
    LookUpDossier,
    Refused,
    ReportFrame,
    Result,
    Sound,
)
from shared.model import RequestId, Role, Seq, ServiceId

DEADLINE_S = 10
AT = "2026-11-23T08:00:00+07:00"
SITE = {"id": "x", "name": "Trung tâm", "timezone": "Asia/Ho_Chi_Minh"}

Json = dict[str, Any]
T = TypeVar("T")


class Board(msgspec.Struct, frozen=True):
    number: int


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 (what is waited for has no event)
            await asyncio.sleep(0.002)


class Hub:
    """A hub of a few lines on a real socket: it notes what comes and sends what it is told."""

    def __init__(self) -> None:
        self.hellos: list[Json] = []
        self.commands: list[Json] = []
        self.questions: list[Json] = []
        self.reports: list[Json] = []
        self.sockets: list[ServerConnection] = []
        self.paths: list[str] = []
        self.number = 0
        self.answering = True
        self.refuse: Json | None = None
        self.generation = 0
        self.silent = False
        self.server: Server | None = None
        self.port = 0

    async def start(self) -> None:
        self.server = await serve(
            self._talk, "127.0.0.1", self.port, compression=None, ping_interval=None
        )
        self.port = next(iter(self.server.sockets)).getsockname()[1]

    async def stop(self) -> None:
        if self.server is not None:
            for socket in self.sockets:
                socket.transport.abort()
            self.server.close()
            await self.server.wait_closed()
            self.server = None

    async def _talk(self, socket: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            self.hellos.append(json.loads(await socket.recv()))
            self.sockets.append(socket)
            assert socket.request is not None
            self.paths.append(socket.request.path)
            if self.silent:
                await socket.wait_closed()
            if self.refuse is not None:
                await self.send(self.refuse)
                await socket.close(1008)
                return
            await self.send(self.welcome())
            async for text in socket:
                command = json.loads(text)
                if command["type"] == "report":
                    self.reports.append(command)
                    continue
                if command["type"] == "question":
                    self.questions.append(command)
                    continue
                self.commands.append(command)
                if self.answering:
                    await self.answer(command)

    def welcome(self) -> Json:
        self.number += 1
        view = {"number": self.number, "of_the_future": [1]}
        return {
            "type": "welcome",
            "site": SITE,
            "epoch": "e",
            "seq": 7,
            "at": AT,
            "view": view,
            "generation": self.generation,
        }

    async def answer(self, command: Json) -> None:
        request_id = command["request_id"]
        if command["command"]["kind"] == "call_next":
            body: Json = {"type": "refused", "code": "nobody_waiting", "reason": "Không còn ai chờ"}
        else:
            body = {"type": "result", "seq": 8, "value": {"number": "A001"}}
        await self.send({**body, "request_id": request_id})

    async def send(self, frame: Json) -> None:
        await self.sockets[-1].send(json.dumps(frame))

    def cut(self) -> None:
        self.sockets[-1].transport.abort()


class Screen:
    """What a link told its screen."""

    def __init__(self, *ports: int, stale_after_s: float = 30.0, pause: float = 0.01) -> None:
        self.boards: list[tuple[int, Seq]] = []
        self.touches: list[Touch] = []
        self.times: list[str] = []
        self.refusals: list[Refused] = []
        self.ceilings: list[float] = []
        self.pause = pause
        self.link = Link(
            [f"127.0.0.1:{port}" for port in ports],
            role=Role.DISPLAY,
            credential="secret",
            view=Board,
            on_view=lambda view, seq: self.boards.append((view.number, seq)),
            on_touch=self.touches.append,
            on_time=self.times.append,
            on_refused=self.refusals.append,
            stale_after_s=stale_after_s,
            draw=self.draw,
        )
        self.task = asyncio.create_task(self.link.run())

    def draw(self, ceiling: float) -> float:
        self.ceilings.append(ceiling)
        return self.pause

    async def stop(self) -> None:
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


MakeScreen = Callable[..., Screen]


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    made = Hub()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def screen_of() -> AsyncIterator[MakeScreen]:
    made: list[Screen] = []

    def make(*args: Any, **options: Any) -> Screen:
        made.append(Screen(*args, **options))
        return made[-1]

    yield make
    for screen in made:
        await screen.stop()


def wish(number: int) -> tuple[RequestId, IssueTicket]:
    return RequestId(str(uuid.UUID(int=number))), IssueTicket(ServiceId("dat-dai"))


async def within(awaitable: Awaitable[T]) -> T:
    async with asyncio.timeout(DEADLINE_S):
        return await awaitable


async def test_a_link_says_hello_and_shows_the_welcomes_view(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: screen.touches == [Touch.LIVE])
    assert hub.hellos == [
        {"type": "hello", "version": 1, "role": "display", "credential": "secret"}
    ]
    assert hub.paths == ["/live"]
    assert screen.boards == [(1, 7)]
    assert screen.times == [AT]


async def test_views_and_beats_reach_the_screen(hub: Hub, screen_of: MakeScreen) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.boards))
    await hub.send({"type": "view", "seq": 9, "view": {"number": 5}})
    await hub.send({"type": "beat", "seq": 9, "at": "2026-11-23T08:00:05+07:00"})
    await until(lambda: len(screen.times) == 2)
    assert screen.boards[-1] == (5, 9)
    assert screen.times[-1] == "2026-11-23T08:00:05+07:00"
    assert screen.touches == [Touch.LIVE]


async def test_an_older_view_is_not_shown_after_a_newer_one(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.boards))
    for seq, number in ((9, 5), (8, 4), (9, 6)):
        await hub.send({"type": "view", "seq": seq, "view": {"number": number}})
    await until(lambda: screen.boards[-1] == (6, 9))
    assert screen.boards == [(1, 7), (5, 9), (6, 9)]


async def test_a_wish_is_answered_with_its_result_or_its_refusal(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    result = await within(screen.link.ask(*wish(1)))
    assert isinstance(result, Result)
    assert json.loads(bytes(result.value)) == {"number": "A001"}
    refused = await within(screen.link.ask(wish(2)[0], CallNext()))
    assert isinstance(refused, Refused)
    assert refused.code == "nobody_waiting"
    assert hub.commands[0]["command"] == {
        "kind": "issue_ticket",
        "service": "dat-dai",
        "priority": None,
        "dossier": None,
        "procedure": None,
        "card": None,
    }


async def test_a_wish_made_before_the_hub_is_there_is_sent_when_it_is(
    hub: Hub, screen_of: MakeScreen
) -> None:
    await hub.stop()
    screen = screen_of(hub.port)
    asking = asyncio.create_task(screen.link.ask(*wish(1)))
    await until(lambda: screen.touches == [Touch.LOST])
    await hub.start()
    assert isinstance(await within(asking), Result)
    assert screen.touches == [Touch.LOST, Touch.LIVE]


async def test_after_a_cut_unanswered_wishes_are_sent_again_with_the_same_ids(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    assert isinstance(await within(screen.link.ask(*wish(1))), Result)
    hub.answering = False
    asking = [asyncio.create_task(screen.link.ask(*wish(number))) for number in (2, 3)]
    await until(lambda: len(hub.commands) == 3)
    hub.answering = True
    hub.cut()
    answers = await within(asyncio.gather(*asking))
    assert [answer.request_id for answer in answers] == [wish(2)[0], wish(3)[0]]
    sent = [command["request_id"] for command in hub.commands]
    assert sent == [wish(number)[0] for number in (1, 2, 3, 2, 3)]
    assert screen.touches == [Touch.LIVE, Touch.LOST, Touch.LIVE]
    assert [number for number, _ in screen.boards] == [1, 2]


async def test_a_wish_given_up_is_not_sent_again(hub: Hub, screen_of: MakeScreen) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    hub.answering = False
    asking = asyncio.create_task(screen.link.ask(*wish(1)))
    await until(lambda: len(hub.commands) == 1)
    with pytest.raises(ValueError, match="already"):
        await screen.link.ask(*wish(1))
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    hub.answering = True
    await hub.answer(hub.commands[0])  # too late, and nobody minds
    hub.cut()
    await until(lambda: screen.touches[-1:] == [Touch.LIVE] and len(hub.hellos) == 2)
    assert isinstance(await within(screen.link.ask(*wish(1))), Result)
    assert len(hub.commands) == 2


QUESTION = LookUpDossier("H41.15-261110-0042", "1234")


async def test_a_question_is_answered_with_what_was_found_or_its_refusal(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    bodies: list[Json] = [
        {"type": "answer", "finding": {"kind": "dossier_not_found", "digits": True, "new": 1}},
        {"type": "refused", "code": "lookup_paused", "reason": "Tạm dừng"},
    ]
    asking = [asyncio.create_task(screen.link.inquire(QUESTION, 10)) for _ in bodies]
    await until(lambda: len(hub.questions) == 2)
    assert hub.questions[0]["question"] == {
        "kind": "look_up_dossier",
        "code": "H41.15-261110-0042",
        "digits": "1234",
    }
    for body, question in reversed(list(zip(bodies, hub.questions, strict=True))):
        await hub.send({**body, "request_id": question["request_id"]})
    found, refused = await within(asyncio.gather(*asking))
    assert found == DossierNotFound(digits=True)
    assert isinstance(refused, Refused)
    assert refused.code == "lookup_paused"


async def test_a_question_without_a_connection_has_no_answer(
    hub: Hub, screen_of: MakeScreen
) -> None:
    await hub.stop()
    screen = screen_of(hub.port)
    assert await within(screen.link.inquire(QUESTION, 10)) is None


async def test_a_question_that_takes_too_long_is_given_up(hub: Hub, screen_of: MakeScreen) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    assert await within(screen.link.inquire(QUESTION, 0.05)) is None
    late = {"type": "answer", "finding": {"kind": "dossier_not_found"}}
    await hub.send({**late, "request_id": hub.questions[0]["request_id"]})
    assert isinstance(await within(screen.link.ask(*wish(1))), Result)
    assert screen.touches == [Touch.LIVE]


async def test_a_question_ends_with_its_connection_and_is_not_sent_again(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    asking = asyncio.create_task(screen.link.inquire(QUESTION, 60))
    await until(lambda: len(hub.questions) == 1)
    hub.cut()
    assert await within(asking) is None
    await until(lambda: screen.touches == [Touch.LIVE, Touch.LOST, Touch.LIVE])
    assert isinstance(await within(screen.link.ask(*wish(1))), Result)
    assert len(hub.questions) == 1


async def test_an_answer_that_cannot_be_read_is_none_and_is_not_written_down(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    with capture_logs() as logs:
        asking = asyncio.create_task(screen.link.inquire(QUESTION, 10))
        await until(lambda: len(hub.questions) == 1)
        finding = {"kind": "horoscope", "whose": "Nguyễn Văn An"}
        request_id = hub.questions[0]["request_id"]
        await hub.send({"type": "answer", "request_id": request_id, "finding": finding})
        assert await within(asking) is None
    assert "hub.unknown_finding" in [line["event"] for line in logs]
    assert "Nguyễn" not in str(logs)
    assert screen.touches == [Touch.LIVE]


async def test_pauses_double_to_ten_seconds_and_begin_anew_after_a_welcome(
    hub: Hub, screen_of: MakeScreen
) -> None:
    await hub.stop()
    screen = screen_of(hub.port, pause=0.001)
    await until(lambda: len(screen.ceilings) >= 8)
    assert screen.ceilings[:8] == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10.0, 10.0]
    await hub.start()
    await until(lambda: Touch.LIVE in screen.touches)
    seen = len(screen.ceilings)
    hub.cut()
    await until(lambda: len(screen.ceilings) > seen)
    assert screen.ceilings[seen] == 0.2


async def test_silence_makes_stale_and_a_new_connection(hub: Hub, screen_of: MakeScreen) -> None:
    screen = screen_of(hub.port, stale_after_s=0.2)
    await until(lambda: Touch.STALE in screen.touches)
    assert screen.touches[:2] == [Touch.LIVE, Touch.STALE]
    await until(lambda: len(hub.hellos) >= 2 and screen.touches[2:3] == [Touch.LIVE])


async def test_any_frame_keeps_a_link_fresh(hub: Hub, screen_of: MakeScreen) -> None:
    screen = screen_of(hub.port, stale_after_s=1.0)
    await until(lambda: bool(screen.touches))
    for _ in range(12):
        await hub.send({"type": "beat", "seq": 9, "at": AT})
        await asyncio.sleep(0.1)
    assert screen.touches == [Touch.LIVE]


async def test_a_screen_that_stays_lost_becomes_stale_and_stays_so(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port, stale_after_s=0.3)
    await until(lambda: screen.touches == [Touch.LIVE])
    await hub.stop()
    await until(lambda: Touch.STALE in screen.touches)
    tries = len(screen.ceilings)
    await until(lambda: len(screen.ceilings) > tries + 3)
    assert screen.touches == [Touch.LIVE, Touch.LOST, Touch.STALE]


async def test_a_hub_that_accepts_and_says_nothing_is_tried_again(
    hub: Hub, screen_of: MakeScreen
) -> None:
    hub.silent = True
    screen = screen_of(hub.port, stale_after_s=0.1)
    await until(lambda: len(hub.hellos) >= 3)
    assert screen.touches == [Touch.STALE]
    hub.silent = False
    await until(lambda: screen.touches[-1] is Touch.LIVE)


async def test_a_refused_hello_is_told_and_tried_again_slowly(
    hub: Hub, screen_of: MakeScreen
) -> None:
    hub.refuse = {
        "type": "refused",
        "request_id": None,
        "code": "bad_credential",
        "reason": "Thiết bị chưa được đăng ký",
    }
    screen = screen_of(hub.port)
    await until(lambda: len(screen.refusals) >= 2)
    assert {refusal.code for refusal in screen.refusals} == {"bad_credential"}
    assert set(screen.ceilings) == {LONGEST_PAUSE_S}
    assert screen.touches == [Touch.LOST]
    hub.refuse = None
    await until(lambda: screen.touches[-1] is Touch.LIVE)


async def test_unknown_fields_are_passed_over_and_unknown_frames_named_once(
    hub: Hub, screen_of: MakeScreen
) -> None:
    with capture_logs() as logs:
        screen = screen_of(hub.port)
        await until(lambda: bool(screen.touches))
        for _ in range(3):
            await hub.send({"type": "weather", "sky": "blue"})
        await hub.send({"type": "view", "seq": 9, "view": {"number": 5, "x": 1}, "new": True})
        await until(lambda: (5, 9) in screen.boards)
    named = [line for line in logs if line["event"] == "hub.unknown_frame"]
    assert [line["type"] for line in named] == ["weather"]
    assert screen.touches == [Touch.LIVE]


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "view", "seq": 9, "view": {"number": "five"}},
        {"type": "view", "seq": "nine", "view": {"number": 5}},
        {"sort": "view"},
    ],
)
async def test_a_frame_that_cannot_be_read_is_a_hub_to_leave_and_try_slowly(
    hub: Hub, screen_of: MakeScreen, frame: Json
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    await hub.send(frame)
    await until(lambda: screen.touches == [Touch.LIVE, Touch.LOST, Touch.LIVE])
    assert screen.ceilings == [LONGEST_PAUSE_S]


async def test_a_refused_frame_after_the_welcome_is_logged_and_the_link_stays(
    hub: Hub, screen_of: MakeScreen
) -> None:
    with capture_logs() as logs:
        screen = screen_of(hub.port)
        await until(lambda: bool(screen.touches))
        await hub.send({"type": "refused", "request_id": None, "code": "bad_frame", "reason": "?"})
        assert isinstance(await within(screen.link.ask(*wish(1))), Result)
    assert "hub.refused_frame" in [line["event"] for line in logs]
    assert screen.refusals == []


async def test_cancelling_leaves_nothing_behind(
    hub: Hub, screen_of: MakeScreen, caplog: pytest.LogCaptureFixture
) -> None:
    before = asyncio.all_tasks()
    screen = screen_of(hub.port)
    await until(lambda: bool(screen.touches))
    closed = asyncio.create_task(hub.sockets[-1].wait_closed())
    await screen.stop()
    await within(closed)
    await until(lambda: asyncio.all_tasks() <= before)
    assert screen.link._silence is not None
    assert screen.link._silence.cancelled()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_cancelling_while_the_hub_is_away_ends_at_once(
    hub: Hub, screen_of: MakeScreen
) -> None:
    await hub.stop()
    screen = screen_of(hub.port, pause=60)
    await until(lambda: screen.touches == [Touch.LOST])
    await within(screen.stop())


@pytest.fixture
async def second() -> AsyncIterator[Hub]:
    made = Hub()
    await made.start()
    yield made
    await made.stop()


async def test_the_next_address_is_tried_when_one_does_not_welcome(
    hub: Hub, second: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port, second.port)
    await until(lambda: len(hub.hellos) == 1)
    await until(lambda: Touch.LIVE in screen.touches)
    request_id, command = wish(1)
    hub.answering = False
    asking = asyncio.create_task(screen.link.ask(request_id, command))
    await until(lambda: bool(hub.commands))
    await hub.stop()
    await within(asking)  # the wish went on to the second hub, under its id
    assert [one["request_id"] for one in second.commands] == [request_id]
    hub.silent = True
    await hub.start()
    second.refuse = {"type": "refused", "request_id": None, "code": "x", "reason": "Không"}
    second.cut()
    await until(lambda: bool(screen.refusals) and len(hub.hellos) == 2)


async def test_pauses_double_only_after_all_addresses_have_been_tried(
    hub: Hub, second: Hub, screen_of: MakeScreen
) -> None:
    await hub.stop()
    await second.stop()
    screen = screen_of(hub.port, second.port)
    await until(lambda: len(screen.ceilings) >= 11)
    assert screen.ceilings[:11] == [0.2, 0.2, 0.4, 0.4, 0.8, 0.8, 1.6, 1.6, 2.0, 2.0, 2.0]


async def test_a_hub_of_a_lower_generation_than_one_before_is_told_and_left(
    hub: Hub, second: Hub, screen_of: MakeScreen
) -> None:
    hub.generation, second.generation = 2, 1
    screen = screen_of(hub.port, second.port)
    await until(lambda: Touch.LIVE in screen.touches)
    await hub.stop()
    await until(lambda: bool(second.hellos))
    assert second.hellos[0]["generation"] == 2
    boards = len(screen.boards)
    await until(lambda: len(second.hellos) > 2)
    assert screen.touches[-1] is Touch.LOST and len(screen.boards) == boards
    await hub.start()
    await until(lambda: screen.touches[-1] is Touch.LIVE)


def test_no_address_is_refused_in_words() -> None:
    with pytest.raises(SetupError, match="HOST:PORT"):
        hub_urls(())


async def test_a_bug_in_the_screen_ends_run(hub: Hub, screen_of: MakeScreen) -> None:
    screen = screen_of(hub.port)

    def fail(view: Board, seq: Seq) -> None:
        raise KeyError("bug")

    screen.link._on_view = fail
    with pytest.raises(KeyError):
        await within(screen.task)
    screen.task = asyncio.create_task(asyncio.sleep(0))


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("hub.lan:8001", "ws://hub.lan:8001/live"),
        ("127.0.0.1:8001", "ws://127.0.0.1:8001/live"),
        ("[::1]:8001", "ws://[::1]:8001/live"),
        ("ws://hub:8001", "ws://hub:8001/live"),
        ("wss://hub.example/", "wss://hub.example/live"),
        ("wss://hub.example/nghe-an/live", "wss://hub.example/nghe-an/live"),
    ],
)
def test_addresses_become_urls(address: str, url: str) -> None:
    assert hub_url(address) == url


@pytest.mark.parametrize("address", ["", "http://hub", ":80", "hub:no", "hub:99999", "ws://"])
def test_what_is_no_address_is_refused_in_words(address: str) -> None:
    with pytest.raises(SetupError, match="HOST:PORT"):
        hub_url(address)


async def test_a_report_is_sent_while_there_is_a_connection_and_else_forgotten(
    hub: Hub, screen_of: MakeScreen
) -> None:
    screen = screen_of(hub.port)
    await until(lambda: Touch.LIVE in screen.touches)
    frame = ReportFrame(Seq(7), "5b1f", 12, Sound.WELL)
    assert await screen.link.tell(frame)
    await until(lambda: bool(hub.reports))
    assert (hub.reports[0]["seq"], hub.reports[0]["frame"]) == (7, "5b1f")
    await hub.stop()
    await until(lambda: screen.touches[-1] is Touch.LOST)
    assert not await screen.link.tell(frame)
