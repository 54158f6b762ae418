"""What of a journal's end is lost with a damaged or replaced file, as far as anybody can tell."""

import contextlib
from pathlib import Path

import msgspec

from hub.database import Database
from hub.engine.events import DayOpened, NumbersMoved, TicketIssued
from hub.engine.forward import Unknown
from hub.journal import sqlite
from hub.journal.base import Entry
from hub.journal.codec import unpack
from hub.journal.passed import Passed
from hub.journal.witness import Mark
from shared.errors import MotcuaError
from shared.model import Instant, Seq


class End(msgspec.Struct, frozen=True):
    """Where a copy of a journal ends: its epoch, newest event, that one's moment and its day."""

    epoch: str
    seq: Seq
    at: Instant
    day: str


class _Read(msgspec.Struct):
    """How far a journal of that epoch could be read, and the numbers of its newest day; `seq` is
    None where nothing could."""

    epoch: str
    seq: Seq | None
    at: Instant
    day: str
    ordinals: dict[str, int] = {}
    passed: int = 0

    def take(self, entry: Entry) -> None:
        """The event that follows."""
        event = unpack(entry.kind, entry.body, entry.seq, entry.at)
        self.seq, self.at = entry.seq, max(self.at, entry.at)
        if isinstance(event, DayOpened):
            self.day, self.ordinals, self.passed = event.day, {}, 0
        elif isinstance(event, TicketIssued):
            self.ordinals[event.prefix] = max(self.ordinals.get(event.prefix, 0), event.ordinal)
        elif isinstance(event, NumbersMoved):
            self.day, self.ordinals, self.passed = event.day, dict(event.after), event.others


def after(end: End, journal: Path, mark: Mark | None) -> Unknown:
    """What may have happened after `end`, by what can still be read of `journal`, whose place a
    copy that ends there takes, and by the mark beside it.

    A journal in the same life as the copy is read from `end` on: only events are believed that
    follow without a gap. One of another life shares the copy's beginning, nobody knows how much of
    it; it is read from its newest day on. How many events are missing is said only where the mark
    proves it: it counts the life that was read, is not behind it, and that life is the copy's own
    or went on later. Else an old folder would hide what was given elsewhere since.
    """
    found = _read(end, journal, mark.epoch if mark is not None else None)
    missing = None
    later = found.epoch == end.epoch or found.at > end.at
    if mark is not None and mark.epoch == found.epoch and found.seq is not None and later:
        missing = mark.seq - found.seq if mark.seq >= found.seq else None
    told = Unknown(found.at, missing, found.day, found.ordinals, found.passed)
    if mark is None or mark.passed.day < found.day:
        return told
    return _further(told, mark.passed)


def _further(told: Unknown, passed: Passed) -> Unknown:
    """The same, with what the mark says of that day or a later one."""
    if passed.day == told.day:
        return msgspec.structs.replace(told, passed=max(told.passed, passed.others))
    return msgspec.structs.replace(told, day=passed.day, ordinals={}, passed=passed.others)


def _read(end: End, journal: Path, newest: str | None) -> _Read:
    """What can be read; `newest` is the life that was served last, where that is known."""
    found = _Read(end.epoch, end.seq, end.at, end.day)
    with (
        contextlib.suppress(MotcuaError, ValueError),
        contextlib.closing(_opened(journal)) as database,
    ):
        [(epoch,)] = database.run("SELECT value FROM meta WHERE name = 'epoch'")
        begins = end.seq
        empty = not database.run("SELECT 1 FROM event LIMIT 1")
        if epoch != end.epoch == newest and empty:
            return found  # made where there was none any more
        if epoch != end.epoch:
            found = _Read(epoch, None, end.at, end.day)
            begins = sqlite.before_newest_day(database)
        # One by one, so that an unreadable page takes no sound event before it along.
        for entry in sqlite.stream(database, begins, chunk=1):
            if found.seq is not None and entry.seq != found.seq + 1:
                break
            found.take(entry)
    return found


def _opened(journal: Path) -> Database:
    return Database(journal, read_only=True)
