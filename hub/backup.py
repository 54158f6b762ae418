"""A copy of a hub's data in one file; hub.restore is the way back from it.

The file is a copy of the journal with the registry's file as a blob in a table of its own, so that
both are copied, moved and kept together.
"""

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from hub import registry
from hub.database import Database, InMemory, keep_names
from hub.engine.events import DayOpened
from hub.engine.site import Site
from hub.engine.state import State
from hub.journal import sqlite
from hub.journal.base import Entry
from hub.journal.codec import unpack
from hub.journal.replay import replay
from shared.errors import SetupError, StorageDamaged
from shared.model import Instant, Seq

_TABLES = {"meta", "event", "answer"}


class Contents(msgspec.Struct, frozen=True):
    """What a backup holds. `numbers`: the last number given on `last_day`, by prefix; `seq`, 0
    without one, and `newest`: of the newest event, and the newest moment of any; `devices` are
    those whose credential is good."""

    epoch: str
    events: int
    seq: Seq
    newest: Instant | None
    days: int
    first_day: str | None
    last_day: str | None
    day_open: bool
    tickets: int
    numbers: dict[str, str]
    devices: int
    officers: int


# --- making --------------------------------------------------------------------------------


def back_up(folder: Path, file: Path) -> int:
    """Copy the data in `folder` to a new `file`, whether its hub runs or not: all that was on disk
    at one moment, opened and checked before it gets its name. Gives the number of events. Raises
    SetupError, StorageError."""
    journal, officers = sqlite.journal_in(folder), folder / registry.FILE
    if file.exists():
        raise SetupError(f"{file}: exists; name a file that does not")
    if not file.parent.is_dir():
        raise SetupError(f"{file.parent}: there is no such folder; make it first")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=PART) as place:
            part = Path(place) / "journal.db"
            with contextlib.closing(copied(journal, part)) as copy:
                copy.run("CREATE TABLE registry (file BLOB NOT NULL) STRICT")
                if officers.is_file():
                    beside = Path(place) / "registry.db"
                    with contextlib.closing(copied(officers, beside)) as people:
                        check(people)
                    copy.run("INSERT INTO registry VALUES (?)", beside.read_bytes())
            with opened(part) as found:
                events = int(found.run("SELECT count(*) FROM event")[0][0])
            part.replace(file)
            keep_names(file.parent)
    except OSError as error:
        raise SetupError(f"{file}: cannot be written ({error.strerror})") from None
    return events


PART = ".backup-"
"""How folders begin in which a backup is being made."""

RESTORING = ".restore-"
"""The same of a data folder; whoever holds its lock may remove what was left behind."""


# --- looking -------------------------------------------------------------------------------


def contents(file: Path) -> Contents:
    """What is in a backup, which is checked as a whole and read event by event.

    Raises SetupError when it is none, StorageDamaged when it is not what was written.
    """
    with opened(file) as found:
        [(epoch,)] = found.run("SELECT value FROM meta WHERE name = 'epoch'")
        [(events, seq, newest)] = found.run(
            "SELECT count(*), ifnull(max(seq), 0), max(at) FROM event"
        )
        [(days, first)] = found.run("SELECT count(*), min(day) FROM event WHERE kind='day_opened'")
        [(tickets,)] = found.run("SELECT count(*) FROM event WHERE kind = 'ticket_issued'")
        for entry in sqlite.stream(found):
            unpack(entry.kind, entry.body, entry.seq, entry.at)
        state = fold(sqlite.open_day(found))
        devices, officers = _people(found)
    numbers: dict[str, str] = {}
    for ticket in state.tickets.values():  # in the order in which they were given
        numbers[ticket.number.rstrip("0123456789")] = ticket.number
    return Contents(
        epoch,
        events,
        seq,
        newest,
        days,
        first,
        state.last_day,
        state.day is not None,
        tickets,
        numbers,
        devices,
        officers,
    )


def _people(backup: Database) -> tuple[int, int]:
    """How many devices and officers the registry in a backup lets in."""
    content = registry_in(backup)
    if content is None:
        return 0, 0
    # In memory: who works here must not be left lying in a folder for temporary files.
    with contextlib.closing(InMemory(backup.path / registry.FILE, content)) as officers:
        check(officers)
        return (
            officers.run("SELECT count(*) FROM device WHERE revoked_at IS NULL")[0][0],
            officers.run("SELECT count(*) FROM officer")[0][0],
        )


def registry_in(backup: Database) -> bytes | None:
    """The registry's file that a backup holds; None in a bare journal."""
    if not backup.run("SELECT 1 FROM sqlite_schema WHERE name = 'registry'"):
        return None
    rows = backup.run("SELECT file FROM registry")
    return rows[0][0] if rows else None


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Database]:
    """A backup to be read, checked as SQLite's file and as a journal without a gap."""
    if not file.is_file():
        raise SetupError(f"{file}: there is no such file")
    with contextlib.closing(Database(file, read_only=True)) as found:
        tables = {row[0] for row in found.run("SELECT name FROM sqlite_schema WHERE type='table'")}
        if not tables >= _TABLES:
            raise SetupError(f"{file}: is no backup of a hub; make one with motcua-hub backup")
        check(found)
        # The first may be a later one than 1: days that were kept their years are gone.
        [(events, first, last)] = found.run("SELECT count(*), min(seq), max(seq) FROM event")
        if events and events != last - first + 1:
            raise StorageDamaged(
                f"{file}: has {events} events of {last - first + 1}; take another backup"
            )
        yield found


# --- what both ways need -------------------------------------------------------------------


def copied(source: Path, target: Path) -> Database:
    """A copy of a database, open, in one file without companions."""
    with contextlib.closing(Database(source, read_only=True)) as original:
        copy = Database(target, journal_mode="delete")
        try:
            original.copy_into(copy)
        except BaseException:
            copy.close()
            raise
    return copy


def check(database: Database) -> None:
    """Raise StorageDamaged unless SQLite finds the whole file sound."""
    found = database.run("PRAGMA integrity_check(1)")[0][0]
    if found != "ok":
        raise StorageDamaged(f"{database.path}: the file is damaged ({found})")


def fold(entries: Sequence[Entry], zone: str = "UTC") -> State:
    """The newest day's state, without what only the site's configuration knows. `zone` is where
    the hall stands, for a journal without a day."""
    if entries and entries[0].kind == "day_opened":
        opening = unpack(entries[0].kind, entries[0].body, entries[0].seq, entries[0].at)
        assert isinstance(opening, DayOpened)
        zone = opening.timezone
    # Events say what was decided, so a site without services and counters is enough to fold them.
    state = State(Site("", "", "", zone, (), (), (), ()))
    replay(state, entries)
    return state
