"""A hall with its live socket and its pages on a loop of its own, for phones that are real
browsers: the clock is turned, and dossiers are answered, by the test."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import uvicorn

from hub.admission import admit
from hub.dossiers.lookup import Asker
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.site import Site
from hub.enrolment import Enrolment
from hub.hall import Hall
from hub.journal.base import Answer
from hub.journal.memory import MemoryJournal
from hub.metrics import Metrics
from hub.realtime import Live
from hub.registry import Registry
from hub.serve import Address, bound, listen
from hub.settings import HubSettings
from hub.web.app import build
from shared import messages as m
from shared.model import CounterNumber, Instant, PriorityId, RequestId, Role, ServiceId, TicketId
from tests.hub.hall_site import KIOSK, LAND, SITE, at, officer

T = TypeVar("T")
WITHIN_S = 10.0


class FakeLookup:
    """Answers `finding`, whatever is asked, and remembers who asked for what."""

    def __init__(self) -> None:
        self.finding: m.Finding | Refusal = m.DossierNotFound()
        self.asked: list[tuple[Asker, str, str | None]] = []

    async def dossier(self, asker: Asker, code: str, digits: str | None) -> m.Finding | Refusal:
        self.asked.append((asker, code, digits))
        return self.finding


class PhoneHouse:
    """What runs. `url` is where phones find the pages."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.now = at("08:00")
        self.lookup = FakeLookup()
        self._folder, self._site = folder, site
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._run()])
        self._ready = threading.Event()
        self._stop = asyncio.Event()

    # --- what a test does --------------------------------------------------------------

    def later(self, minutes: float) -> None:
        self.now = Instant(self.now + int(minutes * 60_000))

    def does(self, actor: Actor, command: m.Command) -> dict[str, Any]:
        """Let the hall grant a command; its value."""
        asking = self.hall.ask(actor, RequestId(str(uuid.uuid4())), command)
        answer = self._await(asking)
        assert isinstance(answer, Answer), answer
        value: dict[str, Any] = msgspec.json.decode(answer.value)
        return value

    def holder(self, ticket: TicketId) -> Actor:
        """Whoever holds the phone with that ticket."""
        return Actor(Role.TICKET, "ticket", ticket=ticket)

    def issue(self, service: ServiceId = LAND, priority: PriorityId | None = None) -> TicketId:
        return TicketId(self.does(KIOSK, m.IssueTicket(service, priority))["ticket"])

    def call(self, counter: int) -> None:
        self.does(officer(counter), m.CallNext())

    def counter(self, number: int, command: type[Any], **values: Any) -> None:
        self.does(officer(number), command(**values))

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WITHIN_S)

    # --- running -----------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(WITHIN_S), "it did not start"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(WITHIN_S)
        self._loop.close()

    def cut(self) -> None:
        """The live socket is gone, as when the network is."""
        self._await(self._live.stop())

    def mend(self) -> None:
        """It is back, on the same port."""
        self._await(self._listen(self._live_at))

    async def _listen(self, address: Address) -> None:
        self._live = Live(self.hall, self._admit, self.clock)
        listener = listen(address, "--live")
        self._live_at = bound(listener)
        await self._live.start(listener)

    def clock(self) -> Instant:
        return self.now

    async def _run(self) -> None:
        with closing(Registry(self._folder)) as registry:
            metrics = Metrics()
            self.hall = Hall(self._site, MemoryJournal(), self.clock, meter=metrics)
            enrolment = Enrolment(registry, self.clock)
            self._admit = partial(admit, registry=registry, clock=self.clock, enrolment=enrolment)
            await self._listen(Address("127.0.0.1", 0))
            app = build(
                self.hall,
                registry,
                clock=self.clock,
                live_port=lambda: self._live_at.port,
                metrics=metrics,
                settings=HubSettings(),
                lookup=self.lookup,
            )
            web = listen(Address("127.0.0.1", 0), "--web")
            self.url = f"http://{bound(web)}"
            server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_config=None))
            server.capture_signals = _no_signals  # type: ignore[method-assign]
            hall = asyncio.create_task(self.hall.run())
            serving = asyncio.create_task(server.serve(sockets=[web]))
            await self.hall.ready.wait()
            self._ready.set()
            await self._stop.wait()
            server.should_exit = server.force_exit = True
            await self._live.stop()
            await serving
            hall.cancel()
            await asyncio.wait({hall})
            web.close()


@contextmanager
def _no_signals() -> Iterator[None]:
    yield


@contextmanager
def open_house(
    folder: Path, adapt: Callable[[Site], Site] = lambda site: site
) -> Iterator[PhoneHouse]:
    """A house until the block ends."""
    house = PhoneHouse(folder, adapt(SITE))
    house.start()
    try:
        for number in (1, 2, 3, 4):
            house.does(officer(number), m.OpenCounter(CounterNumber(number)))
        yield house
    finally:
        house.stop()
