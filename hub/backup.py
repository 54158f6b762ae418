"""A copy of a hub's data in one file, and the way back from it.

The file is a copy of the journal with the registry's file as a blob in a table of its own, so that
both are copied, moved and kept together.
"""

import contextlib
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub import registry
from hub.database import Database, FolderLock, keep_names, prepare_folder
from hub.engine.events import DayOpened, NumbersMoved
from hub.engine.evolve import evolve
from hub.engine.forward import Unknown, moving
from hub.engine.site import Site
from hub.engine.state import State
from hub.journal import sqlite
from hub.journal.base import Entry
from hub.journal.codec import pack, unpack
from shared.errors import SetupError, StorageDamaged
from shared.model import Instant, Seq

_TABLES = {"meta", "event", "answer"}
_COMPANIONS = ("", "-wal", "-shm", "-journal")


class Contents(msgspec.Struct, frozen=True):
    """What a backup holds. `numbers`: the last number given on `last_day`, by prefix; `newest`: the
    moment of the newest event; `devices` are those whose credential is good."""

    epoch: str
    events: int
    newest: Instant | None
    days: int
    first_day: str | None
    last_day: str | None
    day_open: bool
    tickets: int
    numbers: dict[str, str]
    devices: int
    officers: int


class Restored(msgspec.Struct, frozen=True):
    """What was restored: `last_day` is the copy's newest business day. `moved` tells what numbers
    come after; None if they just go on; `aside` are files moved."""

    events: int
    last_day: str | None
    moved: NumbersMoved | None
    aside: tuple[Path, ...]


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
            with contextlib.closing(_copy(journal, part)) as copy:
                copy.run("CREATE TABLE registry (file BLOB NOT NULL) STRICT")
                if officers.is_file():
                    beside = Path(place) / "registry.db"
                    with contextlib.closing(_copy(officers, beside)) as copied:
                        _check(copied)
                    copy.run("INSERT INTO registry VALUES (?)", beside.read_bytes())
            with _opened(part) as found:
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
    with _opened(file) as found:
        [(epoch,)] = found.run("SELECT value FROM meta WHERE name = 'epoch'")
        [(events, newest)] = found.run("SELECT count(*), max(at) FROM event")
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
    content = _registry_in(backup)
    if content is None:
        return 0, 0
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / registry.FILE
        path.write_bytes(content)
        with contextlib.closing(Database(path, read_only=True)) as officers:
            _check(officers)
            return (
                officers.run("SELECT count(*) FROM device WHERE revoked_at IS NULL")[0][0],
                officers.run("SELECT count(*) FROM officer")[0][0],
            )


def _registry_in(backup: Database) -> bytes | None:
    """The registry's file that a backup holds; None in a bare journal."""
    if not backup.run("SELECT 1 FROM sqlite_schema WHERE name = 'registry'"):
        return None
    rows = backup.run("SELECT file FROM registry")
    return rows[0][0] if rows else None


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[Database]:
    """A backup to be read, checked as SQLite's file and as a journal without a gap."""
    if not file.is_file():
        raise SetupError(f"{file}: there is no such file")
    with contextlib.closing(Database(file, read_only=True)) as found:
        tables = {row[0] for row in found.run("SELECT name FROM sqlite_schema WHERE type='table'")}
        if not tables >= _TABLES:
            raise SetupError(f"{file}: is no backup of a hub; make one with motcua-hub backup")
        _check(found)
        # The first may be a later one than 1: days that were kept their years are gone.
        [(events, first, last)] = found.run("SELECT count(*), min(seq), max(seq) FROM event")
        if events and events != last - first + 1:
            raise StorageDamaged(
                f"{file}: has {events} events of {last - first + 1}; take another backup"
            )
        yield found


# --- the way back --------------------------------------------------------------------------


def restore(
    file: Path, folder: Path, at: Instant, *, replace: bool = False, complete: bool = False
) -> Restored:
    """Make `folder` what `file` was copied from, as a new life of the journal (a new epoch).

    The business day goes on, with numbers that only go forward: behind all that may have been given
    after the copy. `complete`: nothing was, so they just go on. `replace`: move what is in the
    folder aside. Raises SetupError, StorageError.
    """
    if not file.is_file():
        raise SetupError(f"{file}: there is no such file")
    prepare_folder(folder)
    with contextlib.closing(FolderLock(folder)):
        old = [p for name in _names() if (p := folder / name).exists()]
        if old and not replace:
            raise SetupError(f"{old[0]}: exists; name another folder, or --replace it")
        try:
            with tempfile.TemporaryDirectory(dir=folder, prefix=RESTORING) as place:
                made = _rebuild(file, Path(place), at, complete)
                aside = move_aside(folder, old, "replaced", at) if old else ()
                for name in (sqlite.FILE, registry.FILE):
                    if (Path(place) / name).exists():
                        (Path(place) / name).replace(folder / name)
                keep_names(folder)
        except OSError as error:
            raise SetupError(f"{folder}: cannot be written ({error.strerror})") from None
    return msgspec.structs.replace(made, aside=aside)


def _rebuild(file: Path, place: Path, at: Instant, complete: bool) -> Restored:
    """The data in a folder of its own, checked and fit to be served."""
    with _opened(file) as found:
        officers = _registry_in(found)
    if officers is not None:
        _rebuild_registry(place / registry.FILE, officers)
    with contextlib.closing(_copy(file, place / sqlite.FILE)) as copy:
        copy.run("DROP TABLE IF EXISTS registry")
        copy.run("UPDATE meta SET value = ? WHERE name = 'epoch'", secrets.token_urlsafe(9))
    with contextlib.closing(sqlite.SqliteJournal(place)) as journal:
        newest = Instant(0)
        for entry in journal.entries():
            unpack(entry.kind, entry.body, entry.seq, entry.at)
            newest = entry.at
        state = fold(journal.open_day())
        if complete or state.last_day is None:
            return Restored(journal.last_seq(), state.last_day, None, ())
        moved = moving(state, Unknown(newest), at)
        kind, body = pack(moved)
        seq = Seq(journal.last_seq() + 1)
        journal.append([Entry(seq, state.day or state.last_day, at, kind, body, None)], [])
        return Restored(seq, state.last_day, moved, ())


def _rebuild_registry(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with contextlib.closing(Database(path, journal_mode="delete")) as officers:
        _check(officers)
        officers.run("DELETE FROM session")  # who signed out since must not be signed in again
        officers.run("DELETE FROM code")  # and what was used since must not be used again


def _copy(source: Path, target: Path) -> Database:
    """A copy of a database, open, in one file without companions."""
    with contextlib.closing(Database(source, read_only=True)) as original:
        copy = Database(target, journal_mode="delete")
        try:
            original.copy_into(copy)
        except BaseException:
            copy.close()
            raise
    return copy


def _check(database: Database) -> None:
    found = database.run("PRAGMA integrity_check(1)")[0][0]
    if found != "ok":
        raise StorageDamaged(f"{database.path}: the file is damaged ({found})")


def fold(entries: Sequence[Entry]) -> State:
    """The newest day's state, without what only the site's configuration knows."""
    events = [unpack(one.kind, one.body, one.seq, one.at) for one in entries]
    zones = [event.timezone for event in events if isinstance(event, DayOpened)]
    # Events say what was decided, so a site without services and counters is enough to fold them.
    state = State(Site("", "", "", zones[-1] if zones else "UTC", (), (), (), ()))
    for entry, event in zip(entries, events, strict=True):
        evolve(state, event, entry.seq, entry.at)
    return state


def _names() -> list[str]:
    return [name + end for name in (sqlite.FILE, registry.FILE) for end in _COMPANIONS]


def move_aside(folder: Path, old: Sequence[Path], why: str, at: Instant) -> tuple[Path, ...]:
    """Into a folder of their own under their names, in which `motcua-hub journal` reads them."""
    stamp = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=f"{why}-{stamp}Z-"))
    return tuple(path.replace(aside / path.name) for path in old)
