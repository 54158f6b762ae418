"""The journal in a SQLite file: `journal.db` in the data folder.

SQLite's driver gives the interpreter lock away at every step of a statement, and beside a busy
event loop each return costs up to a switch interval. A batch is therefore one JSON text and one
step a table, measured at 2,700 events/s beside a spinning thread where row by row reached 180.
Reading does the same the other way round: one row that is a JSON array of rows.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from hub.database import Database, FolderLock
from hub.journal.base import BEGINNING, Answer, Entry, check_seqs
from shared.errors import SetupError, StorageDamaged
from shared.model import Epoch, Instant, RequestId, Seq

FILE = "journal.db"
SCHEMA_VERSION = 1
_CHUNK = 1_000

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
    """CREATE TRIGGER IF NOT EXISTS event_is_never_changed BEFORE UPDATE ON event
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER IF NOT EXISTS event_is_never_deleted BEFORE DELETE ON event
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
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

    Raises SetupError when the folder or the library will not do, StorageError when the file
    cannot be read or made. `new_epoch` names a new journal's life; `vfs` is for tests.
    """

    def __init__(
        self,
        folder: Path,
        *,
        vfs: str | None = None,
        new_epoch: Callable[[], str] = lambda: secrets.token_urlsafe(9),
    ) -> None:
        self._lock = FolderLock(folder)
        self._path = folder / FILE
        self._vfs = vfs
        try:
            self.writer = Database(self._path, vfs=vfs)
            try:
                self._epoch = _make(self.writer, new_epoch)
                self._last_seq = Seq(self.writer.run("SELECT ifnull(max(seq), 0) FROM event")[0][0])
                self._reader = Database(self._path, read_only=True, vfs=vfs)
            except BaseException:
                self.writer.close()
                raise
        except BaseException:
            self._lock.close()
            raise

    @property
    def epoch(self) -> Epoch:
        """This journal's life."""
        return self._epoch

    def last_seq(self) -> Seq:
        """The newest entry's seq; 0 when empty."""
        return self._last_seq

    def append(self, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        """Keep all or none, on disk when it returns. A gap in seq, or an answer to a request
        that has one, is a ValueError."""
        check_seqs(self._last_seq, entries)
        events = [(e.seq, e.day, e.at, e.kind, e.body, e.request_id) for e in entries]
        replies = [(a.request_id, a.at, a.fingerprint, a.seq, a.value) for a in answers]
        with self.writer.transaction():
            if events:
                self.writer.run(_APPEND_EVENTS, _json(events))
            if replies:
                self.writer.run(_APPEND_ANSWERS, _json(replies))
        if entries:
            self._last_seq = entries[-1].seq

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
        database = Database(self._path, read_only=True, vfs=self._vfs)
        try:
            return open_day(database)
        finally:
            database.close()

    def entries(self, since: Seq = BEGINNING) -> Iterator[Entry]:
        """All entries after `since`, in order, a thousand in memory at a time."""
        return _read(self._path, since, self._vfs)

    def close(self) -> None:
        """Let go of files and locks. Harmless when called twice."""
        self._reader.close()
        self.writer.close()
        self._lock.close()


def read_only(folder: Path, since: Seq = BEGINNING) -> Iterator[Entry]:
    """The entries after `since` of the journal in `folder`, whether its hub runs or not.

    Raises SetupError when there is no journal, StorageError when it cannot be read.
    """
    path = folder / FILE
    if not path.is_file():
        raise SetupError(f"{path}: there is no journal; name the hub's data folder")
    return _read(path, since, None)


def open_day(database: Database) -> list[Entry]:
    """The entries from the newest `day_opened` on, of a journal's file that is open."""
    opened = database.run("SELECT max(seq) FROM event WHERE kind = 'day_opened'")[0][0]
    return list(stream(database, Seq(opened - 1 if opened else 0)))


def _make(database: Database, new_epoch: Callable[[], str]) -> Epoch:
    """Make what a new file lacks, refuse a file from a newer program, give the epoch."""
    with database.transaction():
        for statement in _SCHEMA:
            database.run(statement)
        database.run(
            "INSERT OR IGNORE INTO meta (name, value) VALUES ('epoch', ?), ('schema', ?)",
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


def _read(path: Path, since: Seq, vfs: str | None) -> Iterator[Entry]:
    database = Database(path, read_only=True, vfs=vfs)
    try:
        yield from stream(database, since)
    finally:
        database.close()


def stream(database: Database, since: Seq = BEGINNING) -> Iterator[Entry]:
    """The entries after `since` of a journal's file that is open. Raises StorageDamaged where one
    is missing."""
    # In pieces: a statement that stays open pins the WAL, which then grows without end.
    while True:
        text = database.run(_READ_EVENTS, since, _CHUNK)[0][0]
        rows = _entry_rows.decode(text)
        for row in rows:
            since = Seq(since + 1)
            if row[0] != since:
                raise StorageDamaged(f"{database.path}: event {since} is missing")
            yield Entry(*row)
        if len(rows) < _CHUNK:
            return


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
