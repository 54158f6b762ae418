"""The journal in a SQLite file: `journal.db` in the data folder.

SQLite's driver gives the interpreter lock away at every step of a statement, and beside a busy
event loop each return costs up to a switch interval. A batch is therefore one JSON text and one
step a table, measured at 2,700 events/s beside a spinning thread where row by row reached 180.
Reading does the same the other way round: one row that is a JSON array of rows.
"""

import contextlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from hub.database import Database, FolderLock, keep_names
from hub.exchanged import take_back
from hub.journal import witness
from hub.journal.base import BEGINNING, Answer, Entry, check_seqs
from hub.journal.passed import passed_in
from hub.retention import FORGOTTEN, erasable
from shared.errors import SetupError, StorageDamaged, StorageError
from shared.model import Epoch, Instant, RequestId, Seq

FILE = "journal.db"
NEXT = "journal.db.next"
"""What a compaction makes, until it takes the journal's place."""

SCHEMA_VERSION = 1
_CHUNK = 1_000
COMPANIONS = ("", "-wal", "-shm", "-journal")
_PATIENCE = 12
"""How often a journal is tried to be opened again, 5 s each time: as long as a backup may take."""

_ALONE_MS = 250
"""How long a swap waits for whoever reads the file: the whole hall waits with it."""

# An answer's key is random, and a row is long: clustered by key, a batch of 64 would dirty 64
# pages of rows. Rows in order of arrival with a slim index beside them commit twice as fast.
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS meta (
        name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT""",
    """CREATE TABLE IF NOT EXISTS event (
        seq INTEGER PRIMARY KEY, day TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
        body TEXT NOT NULL, request_id TEXT) STRICT""",
    """CREATE INDEX IF NOT EXISTS event_day_opened ON event (seq) WHERE kind = 'day_opened'""",
    """CREATE TABLE IF NOT EXISTS answer (
        place INTEGER PRIMARY KEY, request_id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL,
        fingerprint TEXT NOT NULL, seq INTEGER NOT NULL, value TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS compaction (
        epoch TEXT PRIMARY KEY, before TEXT NOT NULL, at INTEGER NOT NULL,
        last_seq INTEGER NOT NULL, erased INTEGER NOT NULL, dropped INTEGER NOT NULL)
        WITHOUT ROWID, STRICT""",
    """CREATE TRIGGER IF NOT EXISTS event_is_never_changed BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS event_is_never_deleted BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)

# What will be erased one day is found by an index that is as short as that is rare.
_HELD_INDEXES = tuple(
    f"""CREATE INDEX IF NOT EXISTS event_{kind}_{name} ON event (seq)
        WHERE kind = '{kind}' AND json_extract(body, '$.{name}') IS NOT NULL"""
    for held in FORGOTTEN
    for kind, names in erasable(held).items()
    for name in names
)

_APPEND_EVENTS = """INSERT INTO event (seq, day, at, kind, body, request_id)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each(?)"""
_APPEND_ANSWERS = """INSERT INTO answer (request_id, at, fingerprint, seq, value)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)"""
_FIND_ANSWERS = """SELECT json_group_array(
        json_array(a.request_id, a.at, a.fingerprint, a.seq, a.value))
    FROM json_each(?) AS asked CROSS JOIN answer AS a ON a.request_id = asked.value"""
_READ_EVENTS = """SELECT json_group_array(json_array(seq, day, at, kind, body, request_id))
    FROM (SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT ?)"""

_EntryRow = tuple[Seq, str, Instant, str, str, RequestId | None]
_AnswerRow = tuple[RequestId, Instant, str, Seq, str]
_entry_rows = msgspec.json.Decoder(list[_EntryRow])
_answer_rows = msgspec.json.Decoder(list[_AnswerRow])


class SqliteJournal:
    """The journal a hub writes. It owns its folder: a second one there raises LockedError.

    Raises SetupError when the folder or the library will not do, StorageDamaged when the file is
    not what was written or lacks events that were kept, StorageError when it cannot be read or
    made. `new_epoch` names a new journal's life; `vfs` is for tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        vfs: str | None = None,
        new_epoch: Callable[[], str] = lambda: secrets.token_urlsafe(9),
    ) -> None:
        self._lock = FolderLock(folder)
        self.path = folder / FILE
        self._vfs = vfs
        self._new_epoch = new_epoch
        try:
            self._take_back(folder)
            discard(folder / NEXT)  # of a compaction that was cut short
            self._open()
            try:
                _compare(self.path, witness.read(folder), self._epoch, self._last_seq)
            except BaseException:
                self._reader.close()
                self.writer.close()
                raise
        except BaseException:
            self._lock.close()
            raise
        self._witness = self._remember()

    def _take_back(self, folder: Path) -> None:
        """Nothing half exchanged is opened."""
        try:
            take_back(folder)
        except OSError as error:
            raise StorageError(f"{folder}: cannot be written ({error.strerror})") from None

    def _remember(self) -> witness.Witness:
        mark = witness.Mark(self._epoch, self._last_seq, self._generation, self._passed)
        return witness.Witness(self.path.parent, mark)

    def _open(self) -> None:
        self.writer = Database(self.path, vfs=self._vfs)
        try:
            self._epoch = make(self.writer, self._new_epoch)
            self._generation = generation_of(self.writer)
            self._last_seq = Seq(self.writer.run("SELECT ifnull(max(seq), 0) FROM event")[0][0])
            self._passed = passed_in(self.writer)
            self._reader = Database(self.path, read_only=True, vfs=self._vfs)
        except BaseException:
            self.writer.close()
            raise

    @property
    def epoch(self) -> Epoch:
        """This journal's life."""
        return self._epoch

    @property
    def generation(self) -> int:
        """How often the place of the hub was taken over, from 1."""
        return self._generation

    def last_seq(self) -> Seq:
        """The newest entry's seq; 0 when empty."""
        return self._last_seq

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        """Keep all or none, on disk when it returns. A gap in seq, or an answer to a request
        that has one, is a ValueError."""
        check_seqs(self._last_seq, entries)
        events = [_row(entry) for entry in entries]
        replies = [(a.request_id, a.at, a.fingerprint, a.seq, a.value) for a in answers]
        with self.writer.transaction():
            if events:
                self.writer.run(_APPEND_EVENTS, _json(events))
            if replies:
                self.writer.run(_APPEND_ANSWERS, _json(replies))
        if entries:
            self._last_seq = entries[-1].seq
            self._witness.kept(self._last_seq)

    def begin_after(self, seq: Seq) -> None:
        """Let the first event of an empty journal be the one after `seq`."""
        if self._last_seq or self.writer.run("SELECT 1 FROM event LIMIT 1"):
            raise ValueError("the journal has begun")
        self._last_seq = seq

    def begin_anew(self, epoch: Epoch, generation: int, entries: Sequence[Entry]) -> None:
        """Go on as another life of that generation, with these entries: all of it or nothing."""
        check_seqs(self._last_seq, entries)
        with self.writer.transaction():
            for name, value in (("epoch", epoch), ("generation", str(generation))):
                self.writer.run("UPDATE meta SET value = ? WHERE name = ?", value, name)
            self.writer.run(_APPEND_EVENTS, _json([_row(entry) for entry in entries]))
        self._epoch, self._generation = epoch, generation
        self._last_seq = entries[-1].seq if entries else self._last_seq
        self._passed = passed_in(self.writer)
        self._witness.close()
        self._witness = self._remember()

    def answers(self, request_ids: Sequence[RequestId]) -> dict[RequestId, Answer]:
        """Those of `request_ids` that were answered before, through an own connection."""
        if not request_ids:
            return {}
        ids = list(dict.fromkeys(request_ids))
        text = self._reader.run(_FIND_ANSWERS, _json(ids))[0][0]
        return {row[0]: Answer(*row) for row in _answer_rows.decode(text)}

    def forget_answers(self, before: Instant) -> int:
        """Drop answers given before that moment; says how many."""
        with self.writer.transaction():
            self.writer.run("DELETE FROM answer WHERE at < ?", before)
            return self.writer.changes()

    def open_day(self) -> list[Entry]:
        """The entries from the newest `day_opened` on, in order; all if there is none."""
        database = Database(self.path, read_only=True, vfs=self._vfs)
        try:
            return open_day(database)
        finally:
            database.close()

    def entries(self, since: Seq = BEGINNING) -> Iterator[Entry]:
        """All entries after `since`, in order, a thousand in memory at a time."""
        return _read(self.path, since, self._vfs)

    def swap(self, finish: Callable[[], Path]) -> None:
        """Go on with the file that `finish` gives, in this one's place; it has to be whole and on
        disk, and this one's life ends. `finish` runs while nobody else has this file open, and the
        caller sees to it that nobody uses the journal meanwhile.

        Raises StorageError when somebody reads the file; it goes on as before then, and after any
        error of `finish`.
        """
        self._reader.close()
        try:
            self._be_alone()
            made = finish()
            # In WAL mode before it has the name: to change over takes being alone, too, and from
            # then on anybody may read it.
            Database(made, vfs=self._vfs).close()
            self.writer.close()
            made.replace(self.path)
            keep_names(self.path.parent)
        except OSError as error:
            raise StorageError(f"{self.path}: cannot be replaced ({error.strerror})") from None
        finally:
            self.writer.close()
            self._open_again()
            self._witness.close()
            self._witness = self._remember()

    def _open_again(self) -> None:
        """After a swap that failed somebody may read the file, whom WAL mode has to wait for."""
        for left in reversed(range(_PATIENCE)):
            try:
                self._open()
                return
            except StorageError:
                if not left:
                    raise

    def _be_alone(self) -> None:
        """Take the -wal file in and do without one: left behind, it would be read into the next
        file. SQLite grants that only to a connection that is the file's only one."""
        self.writer.pragma("busy_timeout", _ALONE_MS)
        if self.writer.run("PRAGMA journal_mode=delete")[0][0] != "delete":
            raise StorageError(f"{self.path}: somebody reads it")

    def close(self) -> None:
        """Let go of files and locks, also on a disk that fails: StorageError then. Harmless when
        called twice."""
        with contextlib.ExitStack() as ending:  # each, whatever fails before it
            ending.callback(self._lock.close)
            ending.callback(self.writer.close)
            ending.callback(self._reader.close)
            ending.callback(self._witness.close)


def read_only(folder: Path, since: Seq = BEGINNING) -> Iterator[Entry]:
    """The entries after `since` of the journal in `folder`, whether its hub runs or not.

    Raises SetupError when there is no journal, StorageError when it cannot be read.
    """
    return _read(journal_in(folder), since, None)


def journal_in(folder: Path) -> Path:
    """The journal's file in a data folder. Raises SetupError when there is none."""
    path = folder / FILE
    if not path.is_file():
        raise SetupError(f"{path}: there is no journal; name the hub's data folder")
    return path


def open_day(database: Database) -> list[Entry]:
    """The entries from the newest `day_opened` on, of a journal's file that is open."""
    return list(stream(database, before_newest_day(database)))


def before_newest_day(database: Database) -> Seq:
    """What the newest `day_opened` stands after, in a journal's file that is open."""
    opened = database.run("SELECT max(seq) FROM event WHERE kind = 'day_opened'")[0][0]
    return Seq(opened - 1 if opened else 0)


def discard(path: Path) -> None:
    """Remove a file and its companions, where there are any."""
    for end in COMPANIONS:
        path.with_name(path.name + end).unlink(missing_ok=True)


def make(database: Database, new_epoch: Callable[[], str]) -> Epoch:
    """Make what a new file lacks, refuse a file from a newer program, give the epoch."""
    with database.transaction():
        for statement in (*_SCHEMA, *_HELD_INDEXES):
            database.run(statement)
        database.run(
            "INSERT OR IGNORE INTO meta (name, value)"
            " VALUES ('epoch', ?), ('schema', ?), ('generation', '1')",
            new_epoch(),
            str(SCHEMA_VERSION),
        )
        meta: dict[str, str] = dict(database.run("SELECT name, value FROM meta"))
        if meta["schema"] != str(SCHEMA_VERSION):
            raise SetupError(
                f"{database.path}: was written by another version of motcua"
                f" (schema {meta['schema']}, this one knows {SCHEMA_VERSION});"
                " install the version that wrote it"
            )
    return Epoch(meta["epoch"])


def generation_of(database: Database) -> int:
    """The generation of a journal's file that is open; 1 for one that is older than they are."""
    rows = database.run("SELECT value FROM meta WHERE name = 'generation'")
    return int(rows[0][0]) if rows else 1


def _compare(path: Path, mark: witness.Mark | None, epoch: Epoch, last: Seq) -> None:
    """Raise StorageDamaged where the journal lacks events that were kept."""
    if mark is None or not mark.seq:
        return
    if mark.epoch == epoch and mark.seq > last:
        raise StorageDamaged(f"{path}: ends with event {last}, though {mark.seq} were kept")
    if mark.epoch != epoch and not last:
        raise StorageDamaged(f"{path}: is empty, though {mark.seq} events were kept")


def _read(path: Path, since: Seq, vfs: str | None) -> Iterator[Entry]:
    database = Database(path, read_only=True, vfs=vfs)
    try:
        yield from stream(database, since)
    finally:
        database.close()


def stream(database: Database, since: Seq = BEGINNING, chunk: int = _CHUNK) -> Iterator[Entry]:
    """The entries after `since` of a journal's file that is open, `chunk` at a time. Raises
    StorageDamaged where one is missing or unreadable."""
    # The first event may be a later one than 1: days that were kept their years are gone.
    first = database.run("SELECT min(seq) FROM event")[0][0]
    since = max(since, Seq((first or 1) - 1))
    # In pieces: a statement that stays open pins the WAL, which then grows without end.
    while True:
        text = database.run(_READ_EVENTS, since, chunk)[0][0]
        rows = _rows(database, text)
        for row in rows:
            since = Seq(since + 1)
            if row[0] != since:
                raise StorageDamaged(f"{database.path}: event {since} is missing")
            yield Entry(*row)
        if len(rows) < chunk:
            return


def _rows(database: Database, text: str) -> list[_EntryRow]:
    try:
        return _entry_rows.decode(text)
    except msgspec.DecodeError as error:  # STRICT lets only damage put another type there
        raise StorageDamaged(f"{database.path}: a row cannot be read ({error})") from None


def some(database: Database, since: Seq, most: int) -> list[Entry]:
    """At most so many entries after `since` of a journal's file that is open."""
    text = database.run(_READ_EVENTS, since, most)[0][0]
    return [Entry(*row) for row in _rows(database, text)]


def _row(entry: Entry) -> _EntryRow:
    return entry.seq, entry.day, entry.at, entry.kind, entry.body, entry.request_id


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
