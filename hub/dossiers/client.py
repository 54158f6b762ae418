"""The client of an e-one-stop system: every trouble becomes a value here.

One look-up:

    cache ─▶ a request for this code that is under way ─▶ breaker ─▶ one of 8 places
      ─▶ hub.dossiers.wire (token, POST, perhaps once more) ─▶ hub.dossiers.fields

Everything after the cache shares one deadline. No line of a log and no exception holds a code, a
name, a body or a token.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import structlog

from hub.dossiers import fields
from hub.dossiers.base import Dossiers, Found, NotFound, ProcedureText, Unavailable
from hub.dossiers.breaker import Breaker, BreakerState
from hub.dossiers.cache import KEEP_S, Cache
from hub.dossiers.fields import Unreadable
from hub.dossiers.flights import Flights
from hub.dossiers.wire import Failed, Wire
from shared.model import Instant

WAITING_MOST = 64
"""Requests that may wait for a place; who comes after them hears "busy" at once."""

_LIST_SLICE = 50
"""Procedures read before others on the loop get their turn."""

log = structlog.get_logger()
T = TypeVar("T")


class Meter(Protocol):
    """What the client counts; hub.metrics shows it."""

    def asked(self, outcome: str, seconds: float) -> None:
        """A request ended: "found", "not_found", or `why` it was in vain."""
        ...

    def breaker(self, open: bool) -> None:
        """The breaker opened, or closed again."""
        ...


class EOneStop(Dossiers):
    """An e-one-stop system with the national services (`TraCuuHoSo`, …) behind OAuth2.

    `wire` carries the requests and is closed with the client; `deadline_s` is for one look-up and
    all that belongs to it; `at_once` bounds the requests that are under way.
    """

    def __init__(
        self,
        wire: Wire,
        clock: Callable[[], Instant],
        meter: Meter,
        *,
        deadline_s: float = 6.0,
        at_once: int = 8,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wire = wire
        self._access = wire.access
        self._clock = clock
        self._monotonic = monotonic
        self._meter = meter
        self._deadline = deadline_s
        self._places = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._breaker = Breaker()
        self._cache = Cache()
        self._flights: Flights[Found | NotFound | Unavailable] = Flights()
        self._sweep: asyncio.TimerHandle | None = None
        self._last_sound: Instant | None = None
        self._failing = False
        self._told: set[str] = set()
        self._closed = False

    async def look_up(self, code: str) -> Found | NotFound | Unavailable:
        """The dossier of exactly that code, at most 60 s old."""
        if self._closed:
            return self._unavailable("closed")
        if kept := self._cache.get(code, self._monotonic()):
            return kept
        return await self._flights.join(code, lambda: self._fetch(code))

    async def procedures(self) -> tuple[ProcedureText, ...] | Unavailable:
        """All procedures, without their details; one that cannot be read is left out."""

        async def read(found: list[Any]) -> tuple[ProcedureText, ...]:
            texts = []
            for place, raw in enumerate(found):
                if place % _LIST_SLICE == 0:
                    await asyncio.sleep(0)
                try:
                    texts.append(fields.procedure(raw, self._access.mapping))
                except Unreadable as error:
                    self._tell(str(error))
            if found and not texts:
                raise Unreadable("procedures")
            return tuple(texts)

        return await self._ask(self._access.procedures, {}, read, cause="procedures")

    async def procedure(self, code: str) -> ProcedureText | NotFound | Unavailable:
        """One procedure with its details; `code` is `d.dddddd`."""
        names = self._access.mapping

        async def read(found: list[Any]) -> ProcedureText | NotFound:
            if not found:
                return NotFound()
            text = fields.procedure(found[0], names)
            if text.code != code:
                raise Unreadable("procedure_code")
            return text

        body = {names.procedure_code: code}
        return await self._ask(self._access.procedure, body, read, cause="procedure")

    async def close(self) -> None:
        """End what is under way and let go of connections."""
        self._closed = True
        if self._sweep:
            self._sweep.cancel()
        await self._flights.close()
        self._cache.clear()
        await self._wire.close()

    # --- one request, as a value ---------------------------------------------------------

    async def _fetch(self, code: str) -> Found | NotFound | Unavailable:
        names = self._access.mapping

        async def read(found: list[Any]) -> Found | NotFound:
            if not found:
                return NotFound()
            return Found(fields.dossier(found, code, names), self._clock())

        try:
            answer = await self._ask(self._access.dossier, {names.code: code}, read, cause=code)
        except asyncio.CancelledError:
            if self._closed:
                return self._unavailable("closed")
            raise
        if not isinstance(answer, Unavailable) and not self._closed:
            self._cache.put(code, answer, self._monotonic())
            if self._sweep is None:
                self._sweep_later()
        return answer

    async def _ask(
        self,
        path: str,
        body: dict[str, str],
        read: Callable[[list[Any]], Awaitable[T]],
        *,
        cause: str,
    ) -> T | Unavailable:
        """`cause` is what a failure may lie in: of one alone the breaker takes no notice. The list
        of procedures is one, and all that asks for single procedures is one."""
        began = self._monotonic()
        turn: int | None = None
        try:
            async with asyncio.timeout(self._deadline), self._place():
                turn = self._breaker.begin(self._monotonic())
                if turn is None:
                    raise Failed("open")
                answer = await read(await self._wire.ask(path, body))
        except TimeoutError:
            return self._in_vain("timeout", turn, began, cause)
        except Failed as failed:
            return self._in_vain(failed.why, turn, began, cause)
        except Unreadable as error:
            # The system is well, this one record is not: nobody else shall suffer for it.
            self._tell(str(error))
            self._release(turn)
            self._meter.asked("unreadable", self._monotonic() - began)
            return self._unavailable("unreadable")
        except BaseException:
            self._release(turn)
            raise
        self._sound(turn)
        self._meter.asked(
            "not_found" if isinstance(answer, NotFound) else "found", self._monotonic() - began
        )
        return answer

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """One of the places for requests under way, or Failed when it is not worth waiting."""
        if self._closed:
            raise Failed("closed")
        if self._breaker.refuses(self._monotonic()):
            raise Failed("open")
        if self._places.locked() and self._waiting >= WAITING_MOST:
            raise Failed("busy")
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    # --- how it ended --------------------------------------------------------------------

    def _sound(self, turn: int | None) -> None:
        self._last_sound = self._clock()
        if turn is not None:
            was = self._breaker.state
            self._breaker.succeeded(turn)
            self._watch(was)
        if self._failing:
            self._failing = False
            log.info("e_one_stop_recovered")

    def _in_vain(self, why: str, turn: int | None, began: float, cause: str) -> Unavailable:
        """Without a turn the system was not asked: that says nothing of its health."""
        now = self._monotonic()
        self._meter.asked(why, now - began)
        if turn is not None:
            was = self._breaker.state
            self._breaker.failed(turn, now, hash(cause))
            self._watch(was)
            if not self._failing and not self._closed:
                self._failing = True
                log.warning("e_one_stop_failing", why=why)
        return self._unavailable(why)

    def _release(self, turn: int | None) -> None:
        if turn is not None:
            self._breaker.abandoned(turn)

    def _watch(self, was: BreakerState) -> None:
        closed = self._breaker.state is BreakerState.CLOSED
        if closed != (was is BreakerState.CLOSED):
            self._meter.breaker(not closed)

    def _tell(self, place: str) -> None:
        """Log once that records cannot be read at a place: perhaps the mapping is wrong."""
        if place not in self._told:
            self._told.add(place)
            log.warning("e_one_stop_record_unreadable", place=place)

    def _unavailable(self, why: str) -> Unavailable:
        return Unavailable(self._last_sound, why)

    # --- the cache ages also while nobody asks ---------------------------------------------

    def _sweep_later(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(KEEP_S, self._swept)

    def _swept(self) -> None:
        self._sweep = None
        self._cache.forget(self._monotonic())
        if len(self._cache):
            self._sweep_later()
