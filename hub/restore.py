"""The way back from a backup, and out of damage: a new life of a journal."""

import contextlib
import secrets
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from hub import registry, standing
from hub.backup import RESTORING, check, copied, fold, opened, registry_in
from hub.database import Database, FolderLock, keep_names, prepare_folder
from hub.engine.events import NumbersMoved
from hub.engine.forward import Unknown, moving
from hub.engine.state import State
from hub.exchanged import exchanging, second_name, take_back
from hub.journal import sqlite, witness
from hub.journal.base import Entry
from hub.journal.codec import pack, unpack
from hub.lost import End, after
from shared.errors import SetupError, StorageError
from shared.model import Epoch, Instant, Seq

JOURNAL_FILES = (*(sqlite.FILE + end for end in sqlite.COMPANIONS), witness.FILE)
REGISTRY_FILES = tuple(registry.FILE + end for end in sqlite.COMPANIONS)

FindUnknown = Callable[[End], Unknown | None]
"""What may be missing after the end of a copy; None: nothing is."""


class Restored(msgspec.Struct, frozen=True):
    """What was restored: `last_day` is the copy's newest business day. `moved` tells what numbers
    come after; None if they just go on; `aside` are files moved."""

    events: int
    last_day: str | None
    moved: NumbersMoved | None
    aside: tuple[Path, ...]


def restore(
    file: Path,
    folder: Path,
    at: Instant,
    *,
    replace: bool = False,
    complete: bool = False,
    take_over: bool = False,
) -> Restored:
    """Make `folder` what `file` was copied from, as a new life of the journal (a new epoch).

    The business day goes on, with numbers that only go forward: behind all that may have been given
    after the copy. `complete`: nothing was, so they just go on. `replace`: move what is in the
    folder aside. `take_over`: serve though another hub has taken this one's place, for it is lost.
    Raises SetupError, StorageError.
    """
    if not file.is_file():
        raise SetupError(f"{file}: there is no such file")
    if (newer := standing.newer(folder)) and not take_over:
        raise SetupError(
            f"{folder}: another hub has taken over (generation {newer}), and what is restored here"
            " would end it. Make this one its standby: `motcua-hub follow --replace --data"
            f" {folder}`; if the other is lost for good, restore with --take-over"
        )
    prepare_folder(folder)
    with contextlib.closing(FolderLock(folder)):
        take_back(folder)
        old = there(folder, JOURNAL_FILES + REGISTRY_FILES + standing.FILES)
        data = [path for path in old if path.name != witness.FILE]
        if data and not replace:
            raise SetupError(f"{data[0]}: exists; name another folder, or --replace it")
        found = witness.read(folder)

        def unknown(end: End) -> Unknown | None:
            if complete:
                return None
            elsewhere = max(0, newer - (found.generation if found else 1))
            known = after(end, folder / sqlite.FILE, found)
            return msgspec.structs.replace(known, lives=elsewhere)

        def generation(of_backup: int) -> int:
            return max(of_backup, found.generation if found else 0, newer) + 1

        with making(folder) as place:
            with opened(file) as backup:
                officers = registry_in(backup)
            if officers is not None:
                rebuild_registry(officers, place)
            made = rebuild_journal(file, place, at, unknown, generation)
            aside = put_in_place(place, folder, old, "replaced", at)
    return msgspec.structs.replace(made, aside=aside)


@contextlib.contextmanager
def making(folder: Path) -> Iterator[Path]:
    """A place for files that are not whole yet. What the disk refuses is a SetupError."""
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=RESTORING) as place:
            yield Path(place)
    except OSError as error:
        raise SetupError(f"{folder}: cannot be written ({error.strerror})") from None


def rebuild_journal(
    file: Path,
    place: Path,
    at: Instant,
    unknown: FindUnknown,
    generation: Callable[[int], int],
    zone: str | None = None,
) -> Restored:
    """A journal in `place` that goes on from `file`, checked and fit to be served.

    `generation` gives its generation by that of the file. `zone` is where the hall stands; without
    it no numbers are moved where no day was ever held.
    """
    with contextlib.closing(copied(file, place / sqlite.FILE)) as copy:
        check(copy)
        copy.run("DROP TABLE IF EXISTS registry")
        [(epoch,)] = copy.run("SELECT value FROM meta WHERE name = 'epoch'")
    with contextlib.closing(sqlite.SqliteJournal(place)) as journal:
        newest = Instant(0)
        for entry in journal.entries():
            unpack(entry.kind, entry.body, entry.seq, entry.at)
            newest = entry.at
        state = fold(journal.open_day(), zone or "UTC")
        missing = unknown(End(epoch, journal.last_seq(), newest, state.last_day or ""))
        moved = None
        if missing is not None and (state.last_day is not None or zone is not None):
            moved = moving(state, missing, at)
        begin_anew(journal, state, generation(journal.generation), moved, at)
        return Restored(journal.last_seq(), state.last_day, moved, ())


def begin_anew(
    journal: sqlite.SqliteJournal,
    state: State,
    generation: int,
    moved: NumbersMoved | None,
    at: Instant,
) -> None:
    """Begin a new life of a journal that `state` was folded from."""
    entries = []
    if moved is not None:
        day = state.day or state.last_day or moved.day
        entries = [Entry(Seq(journal.last_seq() + 1), day, at, *pack(moved), None)]
    journal.begin_anew(Epoch(secrets.token_urlsafe(9)), generation, entries)


def rebuild_registry(content: bytes, place: Path) -> None:
    """The registry in `place`, without sessions and codes."""
    path = place / registry.FILE
    path.write_bytes(content)
    with contextlib.closing(Database(path, journal_mode="delete")) as officers:
        check(officers)
        registry.end_sessions(officers)


def whole(path: Path) -> None:
    """Take into a database what stands in files beside it, for it goes on without them. Raises
    StorageError: SQLite itself says nothing when a disk does not take that at a connection's end,
    and a journal would be without the numbers that were moved."""
    with contextlib.closing(Database(path, journal_mode="delete")):
        pass
    if left := there(path.parent, [path.name + end for end in sqlite.COMPANIONS if end]):
        raise StorageError(f"{left[0]}: was not taken into {path.name}")


def there(folder: Path, names: Sequence[str]) -> list[Path]:
    """Those of the files that exist."""
    return [path for name in names if (path := folder / name).exists()]


def put_in_place(
    place: Path, folder: Path, old: Sequence[Path], why: str, at: Instant
) -> tuple[Path, ...]:
    """Put what was rebuilt in the place of the `old` files, and these into a folder of their own,
    under their names, in which `motcua-hub journal` reads them. Gives where they are now.

    What is cut off in between is taken back by whoever opens the folder next: see hub.exchanged.
    All old files go before a new one comes: SQLite would take a journal's companions for the new
    one's.
    """
    aside: tuple[Path, ...] = ()
    if old:
        stamp = datetime.fromtimestamp(at / 1000, UTC).strftime("%Y%m%dT%H%M%S")
        beside = Path(tempfile.mkdtemp(dir=folder, prefix=f"{why}-{stamp}Z-"))
        aside = tuple(second_name(path, beside / path.name) for path in old)
        keep_names(beside)
        keep_names(folder)
    new = there(place, (sqlite.FILE, registry.FILE))
    for path in new:
        whole(path)
    names = dict.fromkeys(path.name for path in (*old, *new))
    with exchanging(folder, tuple(names), aside[0].parent if aside else None):
        for path in old:
            path.unlink()
        for path in new:
            path.replace(folder / path.name)
    return aside
