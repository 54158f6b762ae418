"""What clients send over the live socket, from the first byte of a frame to the view it changes."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Generator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self, cast

import msgspec
from websockets.protocol import State

from hub import wire
from hub.admission import admit
from hub.cards import Cards
from hub.conversation import UNREADABLE, Conversation, decode_frame, refused
from hub.dossiers.fake import FakeDossiers
from hub.dossiers.lookup import Lookup
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.enrolment import Enrolment
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.realtime import Live
from hub.registry import Registry
from hub.settings import LookupLimits
from hub.topics import Topic
from shared import messages as m
from shared.model import (
    CounterNumber,
    Instant,
    RequestId,
    Role,
    ScreenPlan,
    Seq,
    TicketId,
    TicketState,
)
from shared.procedures import Catalogue
from shared.questions import Procedure
from tests.fuzz.base import Target
from tests.hub.hall_site import SITE, at

REQUEST = b"00000000-0000-4000-8000-000000000001"
"""Stands in seeds for a request's id; every input gets a new one, for used ones lead nowhere."""

TICKET = b"TICKETTICKETTICK"
"""Stands in seeds for a ticket that there is."""

HALL_LASTS = 2_000
"""Inputs after which a hall is replaced: it grows with every number that it gives, as it should."""

LOOK_EVERY = 16

_COUNTER = CounterNumber(1)
ACTORS = (
    Actor(Role.KIOSK, "kiosk-1"),
    Actor(Role.DISPLAY, "display-1"),
    Actor(Role.COUNTER, "quầy 1", _COUNTER),
    Actor(Role.SUPERVISOR, "sếp", _COUNTER),
    Actor(Role.TICKET, "ticket"),
)
_PROCEDURE = Procedure("1.000001", "Đính chính", "Sở", SITE.services[0].id, ("Bản sao",), "", "")
_NO_LIMITS = LookupLimits(
    device_codes=10**9, address_lookups=10**9, address_misses=10**9, alarm_misses=10**9
)
COMMANDS: tuple[m.Command, ...] = (
    m.IssueTicket(SITE.services[0].id, SITE.priorities[0].id, "H41.15-260105-0001", "1.000001"),
    m.CallNext(),
    m.CallTicket(TicketId(TICKET.decode())),
    m.Recall(),
    m.StartService(),
    m.Finish(),
    m.NoShow(),
    m.Hold(),
    m.ReturnTicket(TicketId(TICKET.decode())),
    m.Transfer(SITE.services[2].id, CounterNumber(2)),
    m.Cancel(TicketId(TICKET.decode())),
    m.Delay(TicketId(TICKET.decode())),
    m.OpenCounter(),
    m.PauseCounter(),
    m.CloseCounter(_COUNTER),
    m.TicketPrinted(TicketId(TICKET.decode())),
    m.TicketSent(TicketId(TICKET.decode())),
    m.PrintFailed(TicketId(TICKET.decode()), "no_paper"),
    m.OpenDay("2026-11-23"),
    m.CloseDay(),
    m.ArrangeDisplay("display-1", ScreenPlan()),
    m.RaiseEmergency("Cháy"),
    m.ClearEmergency(),
)
QUESTIONS: tuple[m.Question, ...] = (
    m.LookUpDossier("H41.15-260105-0001", "1234"),
    m.LookUpProcedure("1.000001"),
    m.LookUpTicket(TicketId(TICKET.decode())),
    m.ListProcedures(0),
    m.MarkCard("0" * 64),
)
REPORTS: tuple[m.ReportFrame | m.PrinterFrame, ...] = (
    m.ReportFrame(Seq(3), "5b1f7a3c", 812, m.Sound.WELL, 1, 1000, (Seq(2),)),
    *(m.PrinterFrame(state) for state in m.PrinterState),
)
_REPORTS = (b'"report"', b'"printer"')
"""What is looked into at once: the next report would take its place."""


def _seeds() -> tuple[bytes, ...]:
    frames: list[m.ClientFrame] = [
        *REPORTS,
        m.Hello(m.VERSION, Role.KIOSK, "x"),
    ]
    request = RequestId(REQUEST.decode())
    frames += [m.CommandFrame(request, command) for command in COMMANDS]
    frames += [m.QuestionFrame(request, question) for question in QUESTIONS]
    return tuple(msgspec.json.encode(frame) for frame in frames)


class Hellos(Target):
    """First frames: `hello`, or whatever comes in its place."""

    seeds = (
        *(
            msgspec.json.encode(m.Hello(m.VERSION, role, word, code))
            for role in Role
            for word, code in (("x" * 43, None), (None, None), ("x" * 43, "ABCDE-FGHJK"))
        ),
        *_seeds()[:3],
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._registry = Registry(folder)
        self._now = at("08:00")
        self._enrolment = Enrolment(self._registry, self.clock)

    def clock(self) -> Instant:
        """Minutes pass between two hellos, so that no limit stops them."""
        self._now = Instant(self._now + 400_000)
        return self._now

    def take(self, data: bytes) -> None:
        """Decode and admit, as the hub does it."""
        try:
            hello = decode_frame(data)
        except UNREADABLE as error:
            msgspec.json.encode(refused(None, Refusal("bad_frame", str(error))))
            return
        if isinstance(hello, m.Hello):
            word = hello.credential or ""
            cookies = {"motcua_session": word}
            admit(hello, cookies, "127.0.0.1", self._registry, self.clock, self._enrolment)

    def close(self) -> None:
        """Let go of the registry."""
        self._registry.close()


class _Line:
    """A connection that takes what it is handed and sends nothing."""

    address = "127.0.0.1"
    protocol = SimpleNamespace(state=State.CLOSED)
    transport = SimpleNamespace(pause_reading=lambda: None, abort=lambda: None)
    take: Callable[[bytes], None]

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        await asyncio.get_running_loop().create_future()
        raise StopAsyncIteration

    async def close(self, code: int, reason: str = "") -> None:
        """Gone already."""

    def taken(self) -> None:
        """Nothing is queued."""

    def as_socket(self) -> wire.Socket:
        """What a conversation takes it for."""
        return cast(wire.Socket, self)


class _Room:
    """A hall, and one member of every topic."""

    def __init__(self, folder: Path, note: Callable[[Exception], None]) -> None:
        self.now = at("08:00")
        metrics = Metrics()
        self.hall = Hall(SITE, MemoryJournal(), self.clock, always_open=True, meter=metrics)
        catalogue = Catalogue((_PROCEDURE,))
        lookup = Lookup(
            self.hall, FakeDossiers(), lambda: catalogue, _NO_LIMITS, self.clock, sleep=_at_once
        )
        answer = Cards(self.hall, folder, self.clock, lookup.answer).answer

        async def inquire(actor: Actor, address: str, asked: m.Question) -> m.Finding | Refusal:
            try:
                return await answer(actor, address, asked)
            except Exception as error:  # a hub would log it and go on
                note(error)
                raise

        self.live = Live(
            self.hall,
            lambda hello, cookies, address: ACTORS[0],
            self.clock,
            gauge=metrics,
            inquire=inquire,
        )
        self.ticket = TICKET.decode()
        self.running: asyncio.Task[None] | None = None
        self.topics: dict[Role, Topic] = {}

    def clock(self) -> Instant:
        """The hall's time: a second an input."""
        return self.now

    async def open(self) -> Self:
        """Open the day, and let everybody in."""
        self.running = asyncio.create_task(self.hall.run())
        await self.hall.ready.wait()
        await self._let_in()
        return self

    async def _let_in(self) -> None:
        issue = m.IssueTicket(SITE.services[0].id)
        answer = await self.hall.ask(ACTORS[0], RequestId(str(uuid.uuid4())), issue)
        if isinstance(answer, Refusal):
            return
        self.ticket = str(msgspec.json.decode(answer.value)["ticket"])
        for actor in ACTORS:
            if actor.role is Role.TICKET:
                actor = Actor(Role.TICKET, "ticket", ticket=TicketId(self.ticket))
            topic = self.live._topics.join(_Line().as_socket(), actor)
            assert isinstance(topic, Topic), topic
            self.topics[actor.role] = topic

    async def take(self, role: Role, text: bytes) -> None:
        """One frame of a welcomed client, until all that it started is done."""
        before = asyncio.all_tasks()
        line = _Line()
        topic = self.topics[role]
        conversation = Conversation(self.live, self.hall, line.as_socket(), topic.actor, topic)
        listening = cast(Generator[Any, None, None], conversation.listen())
        listening.send(None)
        try:
            line.take(text)
            # What was submitted before is in the same batch or an earlier one.
            await self.hall.ask(topic.actor, RequestId(str(uuid.uuid4())), m.Recall())
            while begun := asyncio.all_tasks() - before:
                await asyncio.wait(begun)
        finally:
            conversation.end()
            listening.close()
        assert self.running is not None
        if self.running.done():
            self.running.result()

    async def look(self) -> None:
        """What the hub does every second and every five."""
        self.live.look()
        self.live._topics.beat()
        if self.hall.state.day is None:
            await self.hall.ask(ACTORS[3], RequestId(str(uuid.uuid4())), m.OpenDay("2026-11-23"))
        ticket = self.hall.state.tickets.get(TicketId(self.ticket))
        if ticket is None or ticket.state is TicketState.CANCELLED:
            await self._let_in()

    async def close(self) -> None:
        """End the hall."""
        await self.live.stop()
        assert self.running is not None
        self.running.cancel()
        await asyncio.wait({self.running})


async def _at_once(seconds: float) -> None:
    """No answer is waited for."""


class Frames(Target):
    """Frames of welcomed clients; the first byte says whose."""

    seeds = tuple(bytes([place]) + seed for place, _actor in enumerate(ACTORS) for seed in _seeds())

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._note)
        self._failures: list[BaseException] = []
        self._room: _Room | None = None
        self._count = 0

    def take(self, data: bytes) -> None:
        """Let the hub take it, and look now and then what has become of the hall."""
        self._loop.run_until_complete(self._take(data))
        if self._failures:
            raise self._failures[0]

    async def _take(self, data: bytes) -> None:
        if self._room is None or self._count % HALL_LASTS == 0:
            if self._room is not None:
                await self._room.close()
            self._room = await _Room(self.folder, self._failures.append).open()
        room = self._room
        self._count += 1
        room.now = Instant(room.now + 1000)
        actor = ACTORS[data[0] % len(ACTORS) if data else 0]
        text = data[1:].replace(REQUEST, str(uuid.uuid4()).encode())
        await room.take(actor.role, text.replace(TICKET, room.ticket.encode()))
        if self._count % LOOK_EVERY == 0 or any(word in text for word in _REPORTS):
            await room.look()

    def close(self) -> None:
        """End the hall that is open."""
        if self._room is not None:
            self._loop.run_until_complete(self._room.close())
        self._loop.close()

    def _note(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self._failures.append(context.get("exception") or RuntimeError(context["message"]))
