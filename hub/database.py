"""The one module that drives SQLite: connections that keep what they say, and errors in our words.

SQLite before 3.51.3 can damage a WAL file when a reader resets it at the wrong moment
(https://sqlite.org/wal.html, "The WAL-Reset Bug"), so an older library is refused.
"""

import contextlib
import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import apsw

from shared.errors import LockedError, SetupError, StorageDamaged, StorageError, StorageFull

OLDEST_SOUND = (3, 51, 3)
BUSY_MS = 5_000
CACHE_KIB = 16 * 1024
CHECKPOINT_PAGES = 1_000
"""WAL pages between checkpoints: 4 MB. A checkpoint holds the commit that starts it: at 16 MB some
70 ms, which 2,500 issues a second saw in their p99 (68 ms against 8 now)."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Row = tuple[Any, ...]
JournalMode = Literal["wal", "delete"]

SYNCHRONOUS: dict[JournalMode, tuple[str, int]] = {"wal": ("FULL", 2), "delete": ("EXTRA", 3)}
"""What it takes, by name and number, for a commit to be on the disk when it returns. EXTRA syncs
the folder once a rollback journal is deleted: a power cut could bring the journal back otherwise,
and with it the state before the commit (https://sqlite.org/pragma.html#pragma_synchronous)."""


class Database:
    """One connection to one SQLite file, synchronous as `SYNCHRONOUS` says: what is committed
    survives a power cut.

    Threads may share it, one at a time: a second waits. Every failure is a StorageError, of the
    kind that fits; a broken constraint, column type or append-only rule is a ValueError, for it
    is a bug of the caller. `journal_mode` is `wal`, or `delete` for a file that several users
    share; a read-only connection takes what it finds. `busy_ms` is how long to wait for another
    process that writes, once the connection stands. `vfs` names another SQLite VFS, for tests.
    """

    def __init__(
        self,
        path: Path,
        *,
        read_only: bool = False,
        journal_mode: JournalMode = "wal",
        busy_ms: int = BUSY_MS,
        vfs: str | None = None,
    ) -> None:
        check_library()
        self.path = path
        self._lock = threading.RLock()
        create = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        flags = apsw.SQLITE_OPEN_READONLY if read_only else create
        name = str(path)
        if read_only and _is_on_read_only_medium(path):
            name, flags = path.absolute().as_uri() + "?immutable=1", flags | apsw.SQLITE_OPEN_URI
        try:
            self._connection = apsw.Connection(name, flags=flags, vfs=vfs)
        except apsw.Error as error:
            raise _in_our_words(error, path, 0) from error
        try:
            self._prepare(read_only, journal_mode)
            self._connection.set_busy_timeout(busy_ms)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, read_only: bool, journal_mode: JournalMode) -> None:
        self._connection.set_busy_timeout(BUSY_MS)
        self.run("PRAGMA foreign_keys=ON")
        self.run(f"PRAGMA cache_size=-{CACHE_KIB}")
        self.run("PRAGMA temp_store=MEMORY")  # else parts of rows could stand in temporary files
        if read_only:
            self.run("PRAGMA query_only=ON")
            self.run("SELECT count(*) FROM sqlite_schema")  # a file that is no database says so
            return
        self.run(f"PRAGMA journal_mode={journal_mode}")
        name, wanted = SYNCHRONOUS[journal_mode]
        self.run(f"PRAGMA synchronous={name}")
        self.run(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        mode = self.pragma("journal_mode")
        synchronous = self.pragma("synchronous")
        if mode != journal_mode or synchronous != wanted:
            raise SetupError(
                f"{self.path}: SQLite gave journal_mode={mode}, synchronous={synchronous} instead"
                f" of {journal_mode} and {wanted} ({name}); keep the data on a local disk"
            )

    def run(self, sql: str, *values: object) -> list[Row]:
        """Run one statement and give all its rows. Raises StorageError, ValueError."""
        with self._lock, self._errors():
            return self._connection.execute(sql, values).fetchall()

    def pragma(self, name: str, value: int | None = None) -> object:
        """Ask for a pragma, or set it and give what it is now."""
        rows = self.run(f"PRAGMA {name}" if value is None else f"PRAGMA {name}={value}")
        return rows[0][0] if rows else None

    def copy_into(self, other: "Database") -> None:
        """Make `other` a copy of this database as it is at one moment, whoever writes meanwhile.

        It gets the rollback journal: one file without companions. Raises StorageError.
        """
        with self._lock, other._lock, other._errors():
            with other._connection.backup("main", self._connection, "main") as copying:
                # In one step: a writer in another process would make it begin again after each.
                copying.step(-1)
            other._connection.execute("PRAGMA journal_mode=delete").fetchall()

    def changes(self) -> int:
        """How many rows the newest INSERT, UPDATE or DELETE touched."""
        return self._connection.changes()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is run inside is kept, or none; the connection stays usable either way."""
        with self._lock:
            self.run("BEGIN IMMEDIATE")
            try:
                yield
                self.run("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        # SQLite has rolled back by itself after some errors (a full disk is one).
        if self._connection.in_transaction:
            with contextlib.suppress(StorageError):
                self.run("ROLLBACK")

    @contextlib.contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (apsw.ConstraintError, apsw.MismatchError) as error:
            raise ValueError(f"{self.path}: {error}") from error
        except apsw.Error as error:
            raise _in_our_words(error, self.path, self._system_errno()) from error
        except UnicodeDecodeError as error:  # SQLite does not look whether text is text
            raise StorageDamaged(f"{self.path}: a row cannot be read ({error})") from error

    def _system_errno(self) -> int:
        try:
            return self._connection.system_errno
        except apsw.Error:
            return 0

    def close(self) -> None:
        """Let go of the file. Harmless when called twice."""
        with self._lock, self._errors():
            self._connection.close()


class InMemory(Database):
    """A database that is on no disk: of a file's `content`, or empty, to be copied into. `path`
    names it in errors."""

    def __init__(self, path: Path, content: bytes = b"") -> None:
        check_library()
        self.path = path
        self._lock = threading.RLock()
        self._connection = apsw.Connection(":memory:")
        if content:
            try:
                with self._errors():
                    self._connection.deserialize("main", content)
            except BaseException:
                self._connection.close()
                raise

    def content(self) -> bytes:
        """What a file of it would hold."""
        with self._lock, self._errors():
            return self._connection.serialize("main")


def _is_on_read_only_medium(path: Path) -> bool:
    """Whether SQLite cannot make the -shm file that reading in WAL mode takes, so that the file
    must be read as one that nobody changes. Raises SetupError when part of it is still in a -wal.
    """
    log, index = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if not path.is_file() or os.access(path.parent, os.W_OK, effective_ids=True) or index.exists():
        return False
    if log.exists() and log.stat().st_size:
        raise SetupError(
            f"{path}: its newest part is in {log.name}, which cannot be read in a folder that"
            " cannot be written; copy both files to one that can"
        )
    return True


def _in_our_words(error: apsw.Error, path: Path, system_errno: int) -> StorageError:
    known_place = isinstance(error, apsw.IOError | apsw.CantOpenError)
    if isinstance(error, apsw.FullError) or (known_place and system_errno in _NO_ROOM):
        return StorageFull(f"{path}: there is no room on the disk ({error}); make room")
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return StorageDamaged(f"{path}: the file is damaged ({error}); restore a backup")
    cause = f", {os.strerror(system_errno)}" if known_place and system_errno else ""
    return StorageError(f"{path}: {error}{cause}")


def library_version() -> str:
    """The SQLite library's version, e.g. `3.54.1`."""
    return apsw.sqlite_lib_version()


def check_library(version: str | None = None) -> None:
    """Refuse a SQLite library (this one, or `version`) that can damage a WAL file.

    Raises SetupError that names the version and what to do.
    """
    found = version or library_version()
    if tuple(int(part) for part in found.split(".")) < OLDEST_SOUND:
        oldest = ".".join(map(str, OLDEST_SOUND))
        raise SetupError(
            f"SQLite {found} can damage its files; {oldest} or newer is needed: install apsw anew"
        )


def prepare_folder(folder: Path) -> None:
    """Make the data folder when it is missing, so that a power cut leaves it there with all that is
    in it. Raises SetupError when that cannot be."""
    try:
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for made in missing:
            keep_names(made.parent)
    except OSError as error:
        raise SetupError(f"{folder}: cannot be made a data folder ({error.strerror})") from None


def keep_names(folder: Path) -> None:
    """New names survive a power cut only when their folder is on disk, too. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FolderLock:
    """Holds a data folder for this process alone, until `close` or the process's end.

    The lock is the kernel's (flock), so that a killed hub leaves none behind; the file's text
    only says who. Raises LockedError that names the holder, SetupError when the folder cannot
    be used.
    """

    def __init__(self, folder: Path) -> None:
        prepare_folder(folder)
        path = folder / "lock"
        try:
            self._file = path.open("a+", encoding="ascii")
        except OSError as error:
            raise SetupError(f"{path}: cannot be opened ({error.strerror})") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._holder()
            self._file.close()
            raise LockedError(
                f"{folder}: another hub ({holder}) keeps its journal here;"
                " stop it, or name another data folder"
            ) from None
        except OSError as error:
            self._file.close()
            raise SetupError(f"{path}: cannot be locked ({error.strerror})") from None
        # The pid is a courtesy: on a full disk the lock holds without it.
        with contextlib.suppress(OSError):
            self._file.truncate(0)
            self._file.write(f"{os.getpid()}\n")
            self._file.flush()

    def _holder(self) -> str:
        self._file.seek(0)
        text = self._file.read(20).strip()
        return f"pid {text}" if text.isdigit() else "pid unknown"

    def close(self) -> None:
        """Give the folder free. Harmless when called twice."""
        with contextlib.suppress(OSError):
            self._file.close()
