"""The one hall: today's state, the journal behind it, and the commands that wait their turn.

Everything here runs on the event loop but `journal.append`, which has a thread of its own. While
a batch is on its way to disk the state runs ahead of the truth; whoever reads the state to show
it goes through `when_settled`.
"""

import asyncio
import secrets
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b
from typing import Protocol

import msgspec
import structlog

from hub.engine import calendar
from hub.engine.answers import answer
from hub.engine.concern import Concern, concern_of
from hub.engine.decide import Wish, decide
from hub.engine.events import Event
from hub.engine.evolve import evolve
from hub.engine.refusal import Refusal
from hub.engine.rights import HUB, Actor
from hub.engine.site import Site
from hub.engine.state import State
from hub.journal.base import KEEP_ANSWERS_MS, Answer, Entry, Journal
from hub.journal.codec import pack, unpack
from shared.errors import StorageError, StorageFull
from shared.i18n import _
from shared.messages import Command
from shared.model import Epoch, Instant, RequestId, Seq, TicketId

log = structlog.get_logger()

BATCH = 256
"""The most commands in one transaction: it bounds how long the first of them waits."""

DAY_CHECK_S = 1.0

_ID_BYTES = 12
_ID_CHARACTERS = 16
"""A ticket id is 96 random bits; twelve bytes are sixteen characters of base64url, without a rest,
so that a whole batch's ids are cut from one draw."""

Outcome = Answer | Refusal
Reply = Callable[[Outcome], None]


class Meter(Protocol):
    """What the hall counts; hub.metrics shows it."""

    def committed(self, events: list[Event], commands: int, seconds: float) -> None:
        """A batch is on disk."""

    def refused(self, code: str) -> None:
        """A command was not granted."""


class _Waiting(msgspec.Struct, frozen=True):
    actor: Actor
    request_id: RequestId
    command: Command
    reply: Reply


class _Batch(msgspec.Struct):
    """A batch on its way: rows to keep, and what to say once they are kept."""

    entries: list[Entry] = []
    answers: dict[RequestId, Answer] = {}
    events: list[Event] = []
    replies: list[tuple[Reply, Outcome]] = []


class Hall:
    """The queue's truth. `seq` is the newest event on disk."""

    def __init__(
        self,
        site: Site,
        journal: Journal,
        clock: Callable[[], Instant],
        *,
        always_open: bool = False,
        meter: Meter | None = None,
    ) -> None:
        self.site = site
        self.epoch: Epoch = journal.epoch
        self.ready = asyncio.Event()
        self.healthy = True
        self._journal = journal
        self._clock = clock
        self._always_open = always_open
        self._meter = meter
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._pending: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._in_flight = False
        self._when_settled: list[Callable[[], None]] = []
        self._watchers: list[Callable[[Concern], None]] = []
        self.state = self._replay()
        self.seq = self.state.seq

    def _replay(self) -> State:
        """The open day, folded from the journal."""
        state = State(self.site, always_open=self._always_open)
        for entry in self._journal.open_day():
            evolve(state, unpack(entry.kind, entry.body, entry.seq, entry.at), entry.seq, entry.at)
        state.seq = self._journal.last_seq()
        return state

    # --- asking ------------------------------------------------------------------------

    def submit(self, actor: Actor, request_id: RequestId, command: Command, reply: Reply) -> None:
        """Put a command in line. `reply` is called once, after it is on disk or refused."""
        self._pending.append(_Waiting(actor, request_id, command, reply))
        self._wake.set()

    async def ask(self, actor: Actor, request_id: RequestId, command: Command) -> Outcome:
        """Like `submit`, for those who wait."""
        answered: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()

        def reply(outcome: Outcome) -> None:
            if not answered.done():
                answered.set_result(outcome)

        self.submit(actor, request_id, command, reply)
        return await answered

    def watch(self, heard: Callable[[Concern], None]) -> None:
        """Call `heard` after every batch that changed something, while the state is settled."""
        self._watchers.append(heard)

    def when_settled(self, act: Callable[[], None]) -> None:
        """Call `act` when the state holds nothing that is not on disk: now, or in a moment."""
        if self._in_flight:
            self._when_settled.append(act)
        else:
            act()

    # --- working -----------------------------------------------------------------------

    async def run(self) -> None:
        """Serve commands and keep the business day, until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump())
                group.create_task(self._keep_day())
        finally:
            self._writer.shutdown()

    async def _keep_day(self) -> None:
        while True:
            wanted = calendar.due(self.state, self._clock()) if not self._in_flight else None
            if wanted is not None:
                outcome = await self.ask(HUB, RequestId(str(uuid.uuid4())), wanted)
                if isinstance(outcome, Refusal):
                    log.warning("day_not_changed", code=outcome.code)
                else:
                    log.info("day_changed", day=self.state.day)
                    await self._forget_old_answers()
            self.ready.set()
            await asyncio.sleep(DAY_CHECK_S)

    async def _forget_old_answers(self) -> None:
        before = Instant(self._clock() - KEEP_ANSWERS_MS)
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._writer, self._journal.forget_answers, before)
        except StorageError as error:
            log.warning("answers_not_forgotten", reason=str(error))

    async def _pump(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._pending:
                waiting, self._pending = self._pending[:BATCH], self._pending[BATCH:]
                await self._work(waiting)

    async def _work(self, waiting: list[_Waiting]) -> None:
        """Decide a batch, keep it, and only then answer and tell."""
        started = time.perf_counter()
        self._in_flight = True
        try:
            if not self.healthy:
                self.state = self._replay()
            batch = self._decide(waiting)
            if batch.entries or batch.answers:
                await asyncio.get_running_loop().run_in_executor(
                    self._writer,
                    self._journal.append,
                    batch.entries,
                    list(batch.answers.values()),
                )
        except StorageError as error:
            self._fail(waiting, error)
        else:
            self._succeed(batch, time.perf_counter() - started)
        finally:
            self._in_flight = False
        self._settle()

    def _decide(self, waiting: list[_Waiting]) -> _Batch:
        now = self._clock()
        batch = _Batch()
        known = self._journal.answers([one.request_id for one in waiting])
        fresh = secrets.token_urlsafe(_ID_BYTES * len(waiting))
        for place, one in enumerate(waiting):
            mark = _fingerprint(one.actor, one.command)
            prior = batch.answers.get(one.request_id) or known.get(one.request_id)
            outcome: Outcome
            if prior is None:
                ticket = TicketId(fresh[place * _ID_CHARACTERS : (place + 1) * _ID_CHARACTERS])
                outcome = self._grant(one, mark, ticket, batch, now)
            elif prior.fingerprint == mark:
                outcome = prior
            else:
                words = _("Mã yêu cầu này đã dùng cho việc khác.")
                outcome = Refusal("request_id_reused", words)
            batch.replies.append((one.reply, outcome))
        return batch

    def _grant(
        self, one: _Waiting, mark: str, fresh: TicketId, batch: _Batch, now: Instant
    ) -> Outcome:
        state = self.state
        wish = Wish(one.actor, one.command, fresh)
        decision = decide(state, wish, now)
        if isinstance(decision, Refusal):
            return decision
        for event in decision:
            seq = Seq(state.seq + 1)
            before = state.day
            evolve(state, event, seq, now)
            kind, body = pack(event)
            day = state.day or before or ""
            batch.entries.append(Entry(seq, day, now, kind, body, one.request_id))
        batch.events += decision
        value = msgspec.json.encode(answer(state, wish, decision)).decode()
        granted = Answer(one.request_id, now, mark, state.seq, value)
        batch.answers[one.request_id] = granted
        return granted

    def _succeed(self, batch: _Batch, seconds: float) -> None:
        if not self.healthy:
            self.healthy = True
            log.info("storage_recovered")
        self.seq = self.state.seq
        if self._meter is not None:
            self._meter.committed(batch.events, len(batch.replies), seconds)
        for reply, outcome in batch.replies:
            if self._meter is not None and isinstance(outcome, Refusal):
                self._meter.refused(outcome.code)
            reply(outcome)
        if batch.events:
            concern = concern_of(self.state, batch.events)
            for heard in self._watchers:
                heard(concern)

    def _fail(self, waiting: list[_Waiting], error: StorageError) -> None:
        """Nothing was kept: go back to what the journal says, and refuse all of the batch."""
        if self.healthy:
            log.error("storage_failed", reason=str(error))
        self.healthy = False
        try:
            self.state = self._replay()
        except StorageError as second:
            log.error("journal_unreadable", reason=str(second))
        if isinstance(error, StorageFull):
            refusal = Refusal("storage_full", _("Máy chủ hết chỗ lưu; chưa ghi nhận được."))
        else:
            refusal = Refusal("storage_failed", _("Máy chủ chưa lưu được; xin thử lại sau."))
        for one in waiting:
            if self._meter is not None:
                self._meter.refused(refusal.code)
            one.reply(refusal)

    def _settle(self) -> None:
        acts, self._when_settled = self._when_settled, []
        for act in acts:
            act()


def _fingerprint(actor: Actor, command: Command) -> str:
    """Tells one wish from another under the same request id."""
    told = msgspec.json.encode((actor.role, actor.name, command))
    return blake2b(told, digest_size=12).hexdigest()
