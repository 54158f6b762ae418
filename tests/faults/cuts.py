"""The power is cut under a busy hall, again and again.

The hall, its journal and its commits are the hub's own, on a disk that knows what was synced; the
people ask it directly, without sockets, for the cut is what is tried here. After each cut the
journal that survived is opened and examined, and the same people go on with it, asking again what
was not answered.
"""

import asyncio
import contextlib
import random
import shutil
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

import hub.database
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.views import view
from hub.hall import Hall, Outcome
from hub.journal import witness
from hub.journal.sqlite import SqliteJournal
from shared.errors import StorageError
from shared.messages import Command, Refused, Result
from shared.model import CounterNumber, Instant, RequestId, Role
from tests.faults import people
from tests.faults.history import History
from tests.faults.power import PowerDisk
from tests.faults.verdict import Verdict, judge
from tests.hub.hall_site import SITE

LONGEST_LIFE = 300
"""Operations of the disk before a cut, at most; a commit takes some ten to thirty."""

CHECKPOINTS = (1_000, 12)
"""WAL pages between checkpoints: the hub's own figure, and one that cuts hit."""

LASTS_S = 5.0
PAUSE_S = 0.002

PEOPLE = (
    *(Actor(Role.KIOSK, f"kiosk-{n}") for n in (1, 2, 3)),
    *(Actor(Role.COUNTER, f"quay-{n}", CounterNumber(n)) for n in (1, 2, 3, 4)),
    Actor(Role.SUPERVISOR, "sep"),
)


def now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


class Trial:
    """One hall over many lives. `seed` settles the people's wishes and what the disk keeps."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.seed = seed
        self.chance = random.Random(seed)
        self.history = History()
        self.disk = PowerDisk(f"power-{uuid.uuid4()}")
        self.hall: Hall | None = None
        self.serves = asyncio.Event()
        self.waiting: set[asyncio.Future[Outcome | None]] = set()
        self.found: list[str] = []

    async def run(self, cuts: int) -> Verdict:
        """So many cuts, and the judgement."""
        asking = [asyncio.create_task(self._live(actor)) for actor in PEOPLE]
        data = self.folder / "0"
        pages = self.chance.choice(CHECKPOINTS)
        with patch.object(hub.database, "CHECKPOINT_PAGES", pages):
            for life in range(1, cuts + 1):
                await self._life(data, self.chance.randint(1, LONGEST_LIFE))
                data = self._after_cut(data, self.folder / str(life))
            await self._life(data, None, asking)
        self.disk.unregister()
        verdict = judge(self.seed, Counter({"power cut": cuts}), self.history, data)
        verdict.faults += self.found
        return verdict

    def _after_cut(self, before: Path, after: Path) -> Path:
        """What the next life finds. The journal's mark is not SQLite's: nobody waits for it, so any
        state of it may survive; the newest is the one that could claim too much."""
        self.disk.salvage(after)
        mark = before / witness.FILE
        if mark.exists() and self.chance.random() < 0.8:
            shutil.copy(mark, after)
        return after

    async def _live(self, actor: Actor) -> None:
        chance = random.Random(self.chance.random())
        await people.live(Person(self, actor), chance, PAUSE_S)

    async def _life(
        self, data: Path, left: int | None, asking: list[asyncio.Task[None]] | None = None
    ) -> None:
        """Serve until the power is cut; without `left` it stays, and those `asking` stop."""
        loop, self.dark = asyncio.get_running_loop(), asyncio.Event()

        def on_cut(dark: asyncio.Event = self.dark) -> None:
            loop.call_soon_threadsafe(dark.set)

        self.disk.power_on(self.chance, left, on_cut)
        with contextlib.ExitStack() as ending:
            try:
                journal = SqliteJournal(data, vfs=self.disk.name)
                ending.callback(_let_go, journal)
                self._examine(journal)
                hall = Hall(SITE, journal, now, always_open=True)
            except StorageError as error:
                if not self.disk.dead:
                    self.found.append(f"{data}: the journal cannot be used after a cut: {error}")
                    self.disk.cut()
                return
            hall.watch(lambda concern: hall.when_settled(lambda: self._show(hall)))
            serving = asyncio.create_task(hall.run())
            self.hall = hall
            self.serves.set()
            if asking is not None:
                await self._end(hall, asking)
            else:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.dark.wait(), LASTS_S)
                self.disk.cut()
            self.serves.clear()
            self.hall = None
            serving.cancel()
            await asyncio.wait({serving})
            if not serving.cancelled():
                self.found.append(f"the hall ended by itself: {serving.exception()!r}")
            for heard in self.waiting:
                if not heard.done():
                    heard.set_result(None)

    def _examine(self, journal: SqliteJournal) -> None:
        found = journal.writer.pragma("integrity_check")
        if found != "ok":
            self.found.append(f"integrity_check after a cut: {found}")

    def _show(self, hall: Hall) -> None:
        """What subscribers are sent; nothing once the power has gone."""
        for actor in PEOPLE:
            self.history.actors[actor.name] = actor
            shown = msgspec.json.encode(view(hall.state, actor, now()))
            if not self.disk.dead:
                self.history.saw(actor.name, hall.epoch, hall.seq, False, shown)

    async def _end(self, hall: Hall, asking: list[asyncio.Task[None]]) -> None:
        await hall.ready.wait()
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        for task in asking:
            if not task.cancelled():
                task.result()
        settled = asyncio.Event()
        hall.when_settled(settled.set)
        await settled.wait()
        self._show(hall)


class Person:
    """Somebody who asks the hall itself, and asks again once the power is back."""

    def __init__(self, trial: Trial, actor: Actor) -> None:
        trial.history.actors[actor.name] = actor
        self.actor = actor
        self._trial = trial

    @property
    def view(self) -> dict[str, Any]:
        """What a screen would show."""
        hall = self._trial.hall
        shown = None if hall is None else view(hall.state, self.actor, now())
        if shown is None or isinstance(shown, Refusal):
            return {}
        builtins: dict[str, Any] = msgspec.to_builtins(shown)
        return builtins

    async def ask(
        self, command: Command, request: RequestId | None = None
    ) -> tuple[RequestId, Result | Refused]:
        """Ask until it is answered; cancelled, the outcome is unknown."""
        request = request or RequestId(str(uuid.uuid4()))
        history, name = self._trial.history, self.actor.name
        history.invoke(name, request, command)
        try:
            outcome = await self._answer(request, command)
        except asyncio.CancelledError:
            history.unknown(name, request)
            raise
        if isinstance(outcome, Refusal):
            history.refused(name, request, outcome.code)
            return request, Refused(request, outcome.code, outcome.reason)
        history.ok(name, request, outcome.seq, outcome.value)
        return request, Result(request, outcome.seq, msgspec.Raw(outcome.value.encode()))

    async def _answer(self, request: RequestId, command: Command) -> Outcome:
        """What is answered while there is power to hear it."""
        trial = self._trial
        loop = asyncio.get_running_loop()
        while True:
            await trial.serves.wait()
            hall, dark = trial.hall, trial.dark
            assert hall is not None
            heard: asyncio.Future[Outcome | None] = loop.create_future()

            def reply(outcome: Outcome, heard: "asyncio.Future[Outcome | None]" = heard) -> None:
                if not heard.done():
                    heard.set_result(None if trial.disk.dead else outcome)

            trial.waiting.add(heard)
            try:
                hall.submit(self.actor, request, command, reply)
                outcome = await heard
            finally:
                trial.waiting.discard(heard)
            if outcome is not None:
                return outcome
            await dark.wait()


def _let_go(journal: SqliteJournal) -> None:
    # Without power the files cannot be written any more, only closed.
    with contextlib.suppress(StorageError):
        journal.close()
