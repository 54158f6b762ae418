"""A copy of a hub's data in one file, and the way back from it.

The file is a copy of the journal with the registry's file as a blob in a table of its own, so that
both are copied, moved and kept together.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub import registry
from hub.database import Database, FolderLock, prepare_folder
from hub.engine.decide import Wish, decide
from hub.engine.events import DayOpened, Event
from hub.engine.evolve import evolve
from hub.engine.refusal import Refusal
from hub.engine.rights import HUB
from hub.engine.site import Site
from hub.engine.state import State
from hub.journal import sqlite
from hub.journal.base import Entry
from hub.journal.codec import pack, unpack
from shared.errors import SetupError, StorageDamaged
from shared.messages import CloseDay, OpenDay
from shared.model import Instant, Seq

_TABLES = {"meta", "event", "answer"}
_COMPANIONS = ("", "-wal", "-shm", "-journal")


class Restored(msgspec.Struct, frozen=True):
    """What was restored: `last_day` is the copy's newest business day. `closed` is the day that was
    closed so that no number is given twice, None if none had to be; `aside` are files moved."""

    events: int
    last_day: str | None
    closed: str | None
    aside: tuple[Path, ...]


def back_up(folder: Path, file: Path) -> int:
    """Copy the data in `folder` to a new `file`, whether its hub runs or not: all that was on disk
    at one moment. Gives the number of events. Raises SetupError, StorageError."""
    journal, officers = folder / sqlite.FILE, folder / registry.FILE
    if not journal.is_file():
        raise SetupError(f"{journal}: there is no journal; name the hub's data folder")
    if file.exists():
        raise SetupError(f"{file}: exists; name a file that does not")
    if not file.parent.is_dir():
        raise SetupError(f"{file.parent}: there is no such folder; make it first")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=".backup-") as place:
            part = Path(place) / "journal.db"
            with contextlib.closing(_copy(journal, part)) as copy:
                copy.run("CREATE TABLE registry (file BLOB NOT NULL) STRICT")
                if officers.is_file():
                    beside = Path(place) / "registry.db"
                    _copy(officers, beside).close()
                    copy.run("INSERT INTO registry VALUES (?)", beside.read_bytes())
                events = int(copy.run("SELECT count(*) FROM event")[0][0])
            part.replace(file)
            _keep_names(file.parent)
    except OSError as error:
        raise SetupError(f"{file}: cannot be written ({error.strerror})") from None
    return events


def restore(
    file: Path, folder: Path, at: Instant, *, replace: bool = False, keep_day: bool = False
) -> Restored:
    """Make `folder` what `file` was copied from, as a new life of the journal (a new epoch).

    Numbers only go forward: what was issued after the copy is not known, so the business day is
    closed, and today as well if it had not begun. `keep_day`: nothing was issued after the copy,
    the day goes on. `replace`: move what is in the folder aside. Raises SetupError, StorageError.
    """
    if not file.is_file():
        raise SetupError(f"{file}: there is no such file")
    prepare_folder(folder)
    with contextlib.closing(FolderLock(folder)):
        old = [p for name in _names() if (p := folder / name).exists()]
        if old and not replace:
            raise SetupError(f"{old[0]}: exists; name another folder, or --replace it")
        try:
            with tempfile.TemporaryDirectory(dir=folder, prefix="restore-") as place:
                made = _rebuild(file, Path(place), at, keep_day)
                aside = _move_aside(folder, old, at) if old else ()
                for name in (sqlite.FILE, registry.FILE):
                    if (Path(place) / name).exists():
                        (Path(place) / name).replace(folder / name)
                _keep_names(folder)
        except OSError as error:
            raise SetupError(f"{folder}: cannot be written ({error.strerror})") from None
    return msgspec.structs.replace(made, aside=aside)


def _rebuild(file: Path, place: Path, at: Instant, keep_day: bool) -> Restored:
    """The data in a folder of its own, checked and fit to be served."""
    with contextlib.closing(_copy(file, place / sqlite.FILE)) as copy:
        tables = {row[0] for row in copy.run("SELECT name FROM sqlite_schema WHERE type='table'")}
        if not tables >= _TABLES:
            raise SetupError(f"{file}: is no backup of a hub; make one with motcua-hub backup")
        if "registry" in tables:
            for (content,) in copy.run("SELECT file FROM registry"):
                _rebuild_registry(place / registry.FILE, content)
            copy.run("DROP TABLE registry")
        copy.run("UPDATE meta SET value = ? WHERE name = 'epoch'", secrets.token_urlsafe(9))
    with contextlib.closing(sqlite.SqliteJournal(place)) as journal:
        for entry in journal.entries():
            unpack(entry.kind, entry.body, entry.seq, entry.at)
        state = _fold(journal.open_day())
        newest = state.last_day
        added = [] if keep_day else _close(state, at)
        journal.append(added, [])
        return Restored(journal.last_seq(), newest, added[-1].day if added else None, ())


def _rebuild_registry(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with contextlib.closing(Database(path, journal_mode="delete")) as officers:
        _check(officers)
        officers.run("DELETE FROM session")  # who signed out since must not be signed in again


def _copy(source: Path, target: Path) -> Database:
    """A checked copy of a database, open, in one file without companions."""
    with contextlib.closing(Database(source, read_only=True)) as original:
        copy = Database(target, journal_mode="delete")
        try:
            original.copy_into(copy)
            _check(copy)
        except BaseException:
            copy.close()
            raise
    return copy


def _check(database: Database) -> None:
    found = database.run("PRAGMA integrity_check(1)")[0][0]
    if found != "ok":
        raise StorageDamaged(f"{database.path}: the file is damaged ({found})")


def _fold(entries: Sequence[Entry]) -> State:
    """The newest day's state."""
    events = [unpack(one.kind, one.body, one.seq, one.at) for one in entries]
    zones = [event.timezone for event in events if isinstance(event, DayOpened)]
    # Events say what was decided, so a site without services and counters is enough to fold them.
    state = State(Site("", "", "", zones[-1] if zones else "UTC", (), (), (), ()))
    for entry, event in zip(entries, events, strict=True):
        evolve(state, event, entry.seq, entry.at)
    return state


def _close(state: State, at: Instant) -> list[Entry]:
    """What to append so that neither the newest day nor today is open, nor opens by itself."""
    added: list[Entry] = []

    def does(command: OpenDay | CloseDay) -> None:
        decision = decide(state, Wish(HUB, command), at)
        assert not isinstance(decision, Refusal), decision
        added.extend(_take_in(state, event, at) for event in decision)

    if state.day is not None:
        does(CloseDay())
    today = state.local(at).date().isoformat()
    if state.last_day is not None and state.last_day < today:
        does(OpenDay(today))
        does(CloseDay())
    return added


def _take_in(state: State, event: Event, at: Instant) -> Entry:
    before, seq = state.day, Seq(state.seq + 1)
    evolve(state, event, seq, at)
    kind, body = pack(event)
    return Entry(seq, state.day or before or "", at, kind, body, None)


def _names() -> list[str]:
    return [name + end for name in (sqlite.FILE, registry.FILE) for end in _COMPANIONS]


def _move_aside(folder: Path, old: Sequence[Path], at: Instant) -> tuple[Path, ...]:
    """Into a folder of their own under their names, in which `motcua-hub journal` reads them."""
    stamp = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y%m%dT%H%M%S")
    aside = Path(tempfile.mkdtemp(dir=folder, prefix=f"replaced-{stamp}Z-"))
    return tuple(path.replace(aside / path.name) for path in old)


def _keep_names(folder: Path) -> None:
    """New names survive a power cut only when their folder is on disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
