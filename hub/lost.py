"""What of a journal's end is lost with a damaged or replaced file, as far as anybody can tell."""

import contextlib
from pathlib import Path

import msgspec

from hub.database import Database
from hub.engine.events import DayOpened, TicketIssued
from hub.engine.forward import Unknown
from hub.journal import sqlite
from hub.journal.codec import unpack
from hub.journal.witness import Mark
from shared.errors import MotcuaError
from shared.model import Instant, Seq


class End(msgspec.Struct, frozen=True):
    """Where a copy of a journal ends: its epoch, newest event, that one's moment and its day."""

    epoch: str
    seq: Seq
    at: Instant
    day: str


def after(end: End, journal: Path, mark: Mark | None) -> Unknown:
    """What may have happened after `end`, by what can still be read of `journal`, which a copy that
    ends there was taken of, and by the mark beside it.

    Of the journal only events are believed that follow on the copy without a gap, and only for the
    numbers that were given.
    """
    day, at, seq = end.day, end.at, end.seq
    ordinals: dict[str, int] = {}
    with contextlib.suppress(MotcuaError), contextlib.closing(_opened(journal)) as database:
        [(epoch,)] = database.run("SELECT value FROM meta WHERE name = 'epoch'")
        if epoch == end.epoch:
            # One by one, so that an unreadable page takes no sound event before it along.
            for entry in sqlite.stream(database, end.seq, chunk=1):
                if entry.seq != seq + 1:
                    break
                event = unpack(entry.kind, entry.body, entry.seq, entry.at)
                seq, at = entry.seq, max(at, entry.at)
                if isinstance(event, DayOpened):
                    day, ordinals = event.day, {}
                elif isinstance(event, TicketIssued):
                    ordinals[event.prefix] = max(ordinals.get(event.prefix, 0), event.ordinal)
    missing = None
    if mark is not None and mark.epoch == end.epoch:
        missing = max(0, mark.seq - seq)
    return Unknown(at, missing, day, ordinals)


def _opened(journal: Path) -> Database:
    return Database(journal, read_only=True)
