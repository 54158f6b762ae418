"""The one hall: today's state, the journal behind it, and the commands that wait their turn.

Everything here runs on the event loop but `_keep`, which has a thread of its own. While batches
are on their way to disk the state runs ahead of the truth; whoever reads the state to show it goes
through `when_settled`. Two batches may be under way, so that the loop decides one while the disk
keeps the other; as soon as somebody waits for a settled state no further one starts.
"""

import asyncio
import contextlib
import secrets
import time
import uuid
from collections import deque
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
from hub.journal.base import ERASED, KEEP_ANSWERS_MS, Answer, Entry, Journal
from hub.journal.codec import pack
from hub.journal.replay import replay
from shared.errors import StorageError, StorageFull
from shared.i18n import _
from shared.messages import Command
from shared.model import Epoch, Instant, RequestId, Seq, TicketId

log = structlog.get_logger()

BATCH = 256
"""The most commands in one transaction: it bounds how long the first of them waits."""

WORTH_A_COMMIT = 16
"""Commands that must wait before a second batch starts beside the one under way."""

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
    """A batch on its way: what was asked, rows to keep, and what to say once they are kept."""

    waiting: list[_Waiting]
    started: float
    seq: Seq = Seq(0)
    entries: list[Entry] = []
    answers: dict[RequestId, Answer] = {}
    events: list[Event] = []
    concern: Concern = msgspec.field(default_factory=Concern)
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
        self.generation = journal.generation
        self.ready = asyncio.Event()
        self.healthy = True
        self._journal = journal
        self._clock = clock
        self._always_open = always_open
        self._meter = meter
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._pending: list[_Waiting] = []
        self._wake = asyncio.Event()
        self._under_way: deque[_Batch] = deque()
        self._lost: list[_Batch] = []
        self._first_error: StorageError | None = None
        self._writer_stopped = False
        self._exchanging_since: float | None = None
        self._broken = asyncio.Event()
        self._broken_by: BaseException | None = None
        self._when_settled: list[Callable[[], None]] = []
        self._watchers: list[Callable[[Concern], None]] = []
        self.state = self._replay()
        self.seq = self.state.seq

    def _replay(self) -> State:
        """The open day, folded from the journal."""
        state = State(self.site, always_open=self._always_open)
        replay(state, self._journal.open_day())
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
        """Call `heard` after every batch that changed something; the state may have gone on."""
        self._watchers.append(heard)

    def when_settled(self, act: Callable[[], None]) -> None:
        """Call `act` when the state holds nothing that is not on disk: now, or in a moment."""
        if self._under_way:
            self._when_settled.append(act)
        else:
            act()

    @property
    def keeping_s(self) -> float:
        """Seconds that the oldest batch has been on its way to disk, or an exchange has kept
        wishes waiting; 0 when nothing is asked of the disk."""
        since = [batch.started for batch in self._under_way]
        if self._exchanging_since is not None:
            since.append(self._exchanging_since)
        return time.perf_counter() - min(since) if since else 0.0

    async def exchange(self, swap: Callable[[], None]) -> None:
        """Let `swap` put another file under the journal, on the writer's thread while no batch is
        on its way, and go on from what that file says, in its epoch. Wishes wait as long.

        Raises the StorageError of `swap`; the hall then goes on as well, as it does when whoever
        asked gives up before the swap has begun.
        """
        self._exchanging_since = time.perf_counter()
        settled = asyncio.Event()
        self.when_settled(settled.set)
        try:
            await settled.wait()
        except asyncio.CancelledError:
            self._exchanging_since = None
            self._wake.set()
            raise
        swapping = asyncio.get_running_loop().run_in_executor(self._writer, swap)
        # Not left half-way by whoever gives up waiting: only a swap that has ended is gone on from.
        swapping.add_done_callback(self._take_up)
        await asyncio.shield(swapping)

    def _take_up(self, _swapped: "asyncio.Future[None]") -> None:
        """Read anew what the journal says, tell everybody, and grant wishes again."""
        self._exchanging_since = None
        self._wake.set()
        self.epoch = self._journal.epoch
        try:
            self.state = self._replay()
        except StorageError as error:  # `_start` tries again, and refuses if it must
            log.error("storage_failed", reason=str(error))
            self.healthy = False
            return
        self.seq = self.state.seq
        for heard in self._watchers:
            heard(Concern(everyone=True))

    # --- working -----------------------------------------------------------------------

    async def run(self) -> None:
        """Serve commands and keep the business day, until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump())
                group.create_task(self._keep_day())
                await self._broken.wait()
                raise RuntimeError("the journal's writer failed") from self._broken_by
        finally:
            self._writer.shutdown()

    async def _keep_day(self) -> None:
        while True:
            wanted = calendar.due(self.state, self._clock())
            if wanted is not None:
                outcome = await self.ask(HUB, RequestId(str(uuid.uuid4())), wanted)
                if isinstance(outcome, Refusal):
                    log.warning("day_not_changed", code=outcome.code)
                else:
                    log.info("day_changed", day=self.state.day)
                    await self._forget_old_answers()
            elif not self.healthy:
                await self._probe()
            self.ready.set()
            await asyncio.sleep(DAY_CHECK_S)

    async def _probe(self) -> None:
        """See whether there is room again, so that health is told before somebody asks."""
        sign = Answer(RequestId(str(uuid.uuid4())), self._clock(), "probe", self.seq, "{}")
        loop = asyncio.get_running_loop()
        with contextlib.suppress(StorageError):
            await loop.run_in_executor(self._writer, self._journal.append, [], [sign])
            if not self._under_way:
                self.state = self._replay()
                self._kept_something()

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
            while self._pending and self._may_start():
                waiting, self._pending = self._pending[:BATCH], self._pending[BATCH:]
                self._start(_Batch(waiting, time.perf_counter()))

    def _may_start(self) -> bool:
        """A second batch starts beside the first only when it is worth a commit of its own."""
        if self._exchanging_since is not None:
            return False
        if not self._under_way:
            return True
        if self._when_settled or self._lost or not self.healthy:
            return False
        return len(self._under_way) < 2 and len(self._pending) >= WORTH_A_COMMIT

    def _start(self, batch: _Batch) -> None:
        """Decide a batch and hand it to the writer; `_land` goes on when it is kept."""
        try:
            if not self.healthy:
                self.state = self._replay()
            self._decide(batch)
        except StorageError as error:
            self._refuse([batch], error)  # reading failed, and nothing has been decided yet
            return
        batch.seq = self.state.seq
        self._under_way.append(batch)
        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._writer, self._keep, batch).add_done_callback(self._land)

    def _keep(self, batch: _Batch) -> None:
        """On the writer thread: a batch decided upon one that was lost is lost with it."""
        if self._writer_stopped:
            raise StorageError("an earlier batch could not be kept")
        try:
            if batch.entries or batch.answers:
                self._journal.append(batch.entries, list(batch.answers.values()))
        except BaseException:
            self._writer_stopped = True
            raise

    def _land(self, kept: "asyncio.Future[None]") -> None:
        """The oldest batch is on disk, or lost; batches land in the order they started."""
        batch = self._under_way.popleft()
        try:
            error = None if kept.cancelled() else kept.exception()
            if error is None:
                self._succeed(batch)
            elif isinstance(error, StorageError):
                self._lost.append(batch)
                self._first_error = self._first_error or error
            else:
                raise error
            if not self._under_way:
                self._all_landed()
        except BaseException as bug:
            # Nobody may be shown this state any more: end the hub, its journal is whole.
            self._broken_by = bug
            self._broken.set()
        self._wake.set()

    def _all_landed(self) -> None:
        if self._first_error is not None:
            lost, self._lost = self._lost, []
            error, self._first_error = self._first_error, None
            self._writer_stopped = False
            self._refuse(lost, error)
        self._settle()

    def _decide(self, batch: _Batch) -> None:
        now, waiting = self._clock(), batch.waiting
        known = self._journal.answers([one.request_id for one in waiting])
        for earlier in self._under_way:
            known |= earlier.answers
        fresh = secrets.token_urlsafe(_ID_BYTES * len(waiting))
        for place, one in enumerate(waiting):
            mark = _fingerprint(one.actor, one.command)
            prior = batch.answers.get(one.request_id) or known.get(one.request_id)
            outcome: Outcome
            if prior is None:
                ticket = TicketId(fresh[place * _ID_CHARACTERS : (place + 1) * _ID_CHARACTERS])
                outcome = self._grant(one, mark, ticket, batch, now)
            else:
                outcome = _again(prior, mark)
            batch.replies.append((one.reply, outcome))

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
        batch.concern.merge(concern_of(state, decision))
        value = msgspec.json.encode(answer(state, wish, decision)).decode()
        granted = Answer(one.request_id, now, mark, state.seq, value)
        batch.answers[one.request_id] = granted
        return granted

    def _succeed(self, batch: _Batch) -> None:
        if batch.answers:
            self._kept_something()
        self.seq = batch.seq
        if self._meter is not None:
            seconds = time.perf_counter() - batch.started
            self._meter.committed(batch.events, len(batch.replies), seconds)
        for reply, outcome in batch.replies:
            if self._meter is not None and isinstance(outcome, Refusal):
                self._meter.refused(outcome.code)
            reply(outcome)
        if batch.events:
            for heard in self._watchers:
                heard(batch.concern)

    def _kept_something(self) -> None:
        if not self.healthy:
            self.healthy = True
            log.info("storage_recovered")

    def _refuse(self, lost: list[_Batch], error: StorageError) -> None:
        """Nothing was kept: refuse all that was asked but what was granted before, and go back to
        what the journal says.

        Until something is kept again the state is folded anew before every batch.
        """
        if self.healthy:
            log.error("storage_failed", reason=str(error))
        self.healthy = False
        waiting = [one for batch in lost for one in batch.waiting]
        known: dict[RequestId, Answer] = {}
        with contextlib.suppress(StorageError):  # `_start` tries again, and refuses if it must
            known = self._journal.answers([one.request_id for one in waiting])
            self.state = self._replay()
        if isinstance(error, StorageFull):
            refusal = Refusal("storage_full", _("Máy chủ hết chỗ lưu; chưa ghi nhận được."))
        else:
            refusal = Refusal("storage_failed", _("Máy chủ chưa lưu được; xin thử lại sau."))
        for one in waiting:
            prior = known.get(one.request_id)
            if prior is not None:
                one.reply(_again(prior, _fingerprint(one.actor, one.command)))
                continue
            if self._meter is not None:
                self._meter.refused(refusal.code)
            one.reply(refusal)

    def _settle(self) -> None:
        acts, self._when_settled = self._when_settled, []
        for act in acts:
            act()


def _again(prior: Answer, mark: str) -> Outcome:
    """What is told to a request whose id was answered before."""
    if prior.fingerprint in (mark, ERASED):
        return prior
    return Refusal("request_id_reused", _("Mã yêu cầu này đã dùng cho việc khác."))


def _fingerprint(actor: Actor, command: Command) -> str:
    """Tells one wish from another under the same request id."""
    told = msgspec.json.encode((actor.role, actor.name, command))
    return blake2b(told, digest_size=12).hexdigest()
