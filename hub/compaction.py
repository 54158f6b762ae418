"""What is due to go, erased: the journal is written anew without it and goes on in a new epoch.

    due? ─▶ a new file beside it, checked (the hub serves) ─▶ pause ─▶ the rest, checked, on disk
        ─▶ it takes the journal's place, the old file is gone ─▶ clients come in to a new epoch

Killed at any moment, the folder holds either the old journal or the new one, whole; what a new file
was to become is removed by the next start, which does it again. Copies, the hub's own backups
and what was moved aside, are cleaned in the same way.
"""

import asyncio
import contextlib
import functools
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from hub.aside import aside
from hub.backup import RESTORING
from hub.backups import check_room, listed
from hub.database import Database, keep_names
from hub.hall import Hall
from hub.journal import sqlite
from hub.journal.rewrite import Report, Rewriting, due, outline
from hub.journal.sqlite import SqliteJournal
from hub.registry import Registry
from hub.retention import Cut, doubtful, oldest
from hub.settings import Retention
from shared.errors import MotcuaError, SetupError, StorageError
from shared.model import Epoch, Instant

log = structlog.get_logger()

FIRST_AFTER_S = 5.0
"""A hub that has just started has better things to do."""

LOOK_EVERY_S = 60.0
TRIES = 5
BETWEEN_TRIES_S = 2.0
WAIT_FOR_CLOSING_MS = 3600 * 1000
"""So long an open day may go on before it is done all the same."""


def compact(journal: SqliteJournal, now: Instant, rules: Retention) -> Report | None:
    """Erase what is due of a journal that nobody else uses; None when nothing is. Raises
    StorageError, OSError, and has changed nothing then."""
    wanted = due_of(journal.path, now, rules)
    if wanted is None:
        return None
    with contextlib.closing(_next_life(journal.path, wanted)) as rewriting:
        return _swap(journal, rewriting, now)


def copies(data: Path, backups: Path | None) -> list[Path]:
    """The journals in a data folder that were moved aside, and the hub's own backups; not those
    that are in the making, in folders with a dot."""
    found = data.glob(f"*/{sqlite.FILE}")
    aside = sorted(path for path in found if not path.parent.name.startswith("."))
    return [*aside, *(one.file for one in (listed(backups) if backups else ()))]


def compact_copies(
    files: Iterable[Path], now: Instant, rules: Retention
) -> Iterator[tuple[Path, Report]]:
    """Erase what is due of these, as far as they can be read. The hub may run: it uses none."""
    for path in files:
        try:
            report = compact_copy(path, now, rules)
        except (MotcuaError, OSError) as error:
            log.error("copy_not_compacted", path=str(path), reason=str(error))
        else:
            if report is not None:
                yield path, report


def compact_copy(path: Path, now: Instant, rules: Retention) -> Report | None:
    """Erase what is due of a file that nobody uses: a backup, or a journal that was moved aside. It
    keeps its epoch. Raises SetupError, StorageError, OSError."""
    if not path.is_file():
        raise SetupError(f"{path}: there is no such file")
    with contextlib.closing(Database(path, read_only=True)) as database:
        if not database.run("SELECT 1 FROM sqlite_schema WHERE name = 'event'"):
            raise SetupError(f"{path}: is no journal and no backup of one")
        # Whatever day was open then goes on elsewhere.
        seen = msgspec.structs.replace(outline(database), over=True)
        wanted = due(database, seen, now, rules)
        epoch = Epoch(database.run("SELECT value FROM meta WHERE name = 'epoch'")[0][0])
    if wanted is None:
        return None
    # What a -wal file beside it still holds is taken in: it must not meet the new file. SQLite
    # refuses that while a hub, or anybody else, has the file open.
    Database(path, journal_mode="delete").close()
    target = path.with_name(f"{path.name}.next")
    with contextlib.closing(_prepare(path, target, wanted, epoch)) as made:
        report = made.finish(now)
        target.replace(path)
        keep_names(path.parent)
    return report


def due_of(path: Path, now: Instant, rules: Retention) -> Cut | None:
    """What is to go of that journal. Raises StorageError."""
    with contextlib.closing(Database(path, read_only=True)) as database:
        return due(database, outline(database), now, rules)


def clock_is_doubtful(path: Path, now: Instant) -> bool:
    """Whether `now` is so far past that journal's newest event that nothing is to be erased without
    a person to say so. Raises StorageError."""
    with contextlib.closing(Database(path, read_only=True)) as database:
        newest = outline(database).newest
    return newest > 0 and doubtful(newest, now)


def _prepare(path: Path, target: Path, wanted: Cut, epoch: Epoch) -> Rewriting:
    """The new file, as far as it goes while the hub serves. Raises StorageFull, before anything is
    written, when the hall could be short of room because of it."""
    check_room(target.parent, path.stat().st_size, "writing the journal anew")
    rewriting = Rewriting(path, target, wanted, epoch)
    try:
        rewriting.take()
        rewriting.check()
    except BaseException:
        rewriting.close()
        raise
    return rewriting


def _next_life(path: Path, wanted: Cut) -> Rewriting:
    return _prepare(path, path.with_name(sqlite.NEXT), wanted, Epoch(secrets.token_urlsafe(9)))


def _swap(journal: SqliteJournal, rewriting: Rewriting, now: Instant) -> Report:
    reports = []

    def finish() -> Path:
        reports.append(rewriting.finish(now))
        return rewriting.path

    journal.swap(finish)
    return reports[0]


class Meter(Protocol):
    """What is counted about erasure; hub.metrics shows it."""

    def erasure(self, failed: bool) -> None:
        """The last look at what is due to go."""


class Compaction:
    """Erases what is due while the hub serves: between days; at once when the hub has just started;
    or an hour after its time when the day goes on so long."""

    def __init__(
        self,
        hall: Hall,
        journal: SqliteJournal,
        rules: Retention,
        clock: Callable[[], Instant],
        *,
        backups: Path | None = None,
        registry: Registry | None = None,
        meter: Meter | None = None,
    ) -> None:
        self._hall = hall
        self._journal = journal
        self._rules = rules
        self._backups = backups
        self._registry = registry
        self._meter = meter
        self._clock = clock
        self._since: Instant | None = Instant(0)
        self._looked_on: date | None = None
        self._failing = False

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        for left in self._journal.path.parent.glob(f"{RESTORING}*"):  # by a restore that was killed
            shutil.rmtree(left, ignore_errors=True)
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            try:
                await self.look()
            except (MotcuaError, OSError) as error:
                if not self._failing:
                    log.error("compaction_failed", reason=str(error))
                self._failing = True
            else:
                self._failing = False
            if self._meter is not None:
                self._meter.erasure(self._failing)
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> Report | None:
        """Do what is due now. Raises SetupError, StorageError, OSError: nothing was changed."""
        now = self._clock()
        path = self._journal.path
        if await aside(lambda: clock_is_doubtful(path, now)):
            return None
        await self._look_at_the_rest(now)
        wanted = await aside(lambda: due_of(path, now, self._rules))
        if wanted is None:
            self._since = None
            return None
        self._since = now if self._since is None else self._since
        if self._hall.state.day is not None and now - self._since < WAIT_FOR_CLOSING_MS:
            return None
        with contextlib.closing(await aside(lambda: _next_life(path, wanted))) as rewriting:
            report = await self._exchange(rewriting, now)
        self._since = None
        return report

    async def _look_at_the_rest(self, now: Instant) -> None:
        """At copies and the registry once a day: by default what goes goes at a midnight."""
        today = self._hall.state.local(now).date()
        if today != self._looked_on:
            files = copies(self._journal.path.parent, self._backups)
            done = await aside(lambda: list(compact_copies(files, now, self._rules)))
            for path, report in done:
                log.info("copy_compacted", path=str(path), **msgspec.structs.asdict(report))
            before = oldest(now, self._hall.site.zone, self._rules)
            if self._registry is not None:
                await aside(functools.partial(self._registry.forget_changes, before))
            self._looked_on = today

    async def _exchange(self, rewriting: Rewriting, now: Instant) -> Report:
        reports: list[Report] = []
        for left in reversed(range(TRIES)):
            await aside(rewriting.take)
            began = time.perf_counter()
            try:
                await self._hall.exchange(
                    lambda: reports.append(_swap(self._journal, rewriting, now))
                )
                break
            except StorageError:  # somebody reads the file: a backup, a command line
                if not left:
                    raise
                await asyncio.sleep(BETWEEN_TRIES_S)
        told = msgspec.structs.asdict(reports[0])
        log.info("journal_compacted", pause_s=round(time.perf_counter() - began, 3), **told)
        return reports[0]
