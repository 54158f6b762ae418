"""A journal written anew into another file, without what is to go.

The journal is append-only, so a copy of it stays true while it grows: `take` may run beside the
hub and as often as one likes; what comes after is little, and `finish` takes it in. What SQLite
leaves behind in a file, in free pages and half-used ones, does not come along.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from hub.database import Database
from hub.engine.events import DayOpened
from hub.journal.base import ERASED, KEEP_ANSWERS_MS
from hub.journal.codec import unpack
from hub.journal.sqlite import discard, make
from hub.retention import FORGOTTEN, Cut, Day, Held, cut, erasable
from hub.settings import Retention
from shared.errors import StorageDamaged
from shared.model import Epoch, Instant, Seq

_CHUNK = 100_000


class Outline(msgspec.Struct, frozen=True):
    """What says what is due in a journal. `newest` is when its last event happened."""

    days: list[Day]
    last: Seq
    newest: Instant
    over: bool
    zone: ZoneInfo


class Report(msgspec.Struct, frozen=True):
    """What a rewriting has done: `erased` fields, `dropped` events, and the new life."""

    erased: int
    dropped: int
    epoch: Epoch


def outline(database: Database) -> Outline:
    """Of the journal in that file. Raises StorageError, StorageDamaged for a day without a zone."""
    opened = database.run("SELECT seq, day, at FROM event WHERE kind = 'day_opened' ORDER BY seq")
    newest = database.run("SELECT seq, at FROM event ORDER BY seq DESC LIMIT 1")
    last, at = newest[0] if newest else (0, 0)
    turns = database.run(
        "SELECT kind FROM event WHERE seq > ? AND kind IN ('day_closed', 'day_reopened')"
        " ORDER BY seq DESC LIMIT 1",
        opened[-1][0] if opened else 0,
    )
    zone = _zone(database, opened[-1][0], opened[-1][2]) if opened else ZoneInfo("UTC")
    days = [Day(day, Seq(seq)) for seq, day, _at in opened]
    return Outline(days, Seq(last), Instant(at), turns == [("day_closed",)], zone)


def _zone(database: Database, seq: Seq, at: Instant) -> ZoneInfo:
    """Where the hall stood when that day was opened."""
    [(body,)] = database.run("SELECT body FROM event WHERE seq = ?", seq)
    event = unpack("day_opened", body, seq, at)
    assert isinstance(event, DayOpened)
    try:
        return ZoneInfo(event.timezone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise StorageDamaged(f"{database.path}: event {seq} names no time zone") from None


def due(database: Database, seen: Outline, now: Instant, rules: Retention) -> Cut | None:
    """What is to go of the journal in that file, None where nothing is. Raises StorageError."""
    wanted = cut(seen.days, seen.last, over=seen.over, now=now, zone=seen.zone, rules=rules)
    first = database.run("SELECT min(seq) FROM event")[0][0]
    if first is not None and first < wanted.first:
        return wanted
    return wanted if any(_held(database, wanted)) else None


class Rewriting:
    """Writes the journal in `source` anew into `target`, as a life of that epoch.

        take ─▶ check ─▶ take … ─▶ finish ─▶ the file may stand in the journal's place

    Raises StorageError, and StorageDamaged when what was written is not what it should be; leave it
    by `close`, which removes what is not finished.
    """

    def __init__(self, source: Path, target: Path, wanted: Cut, epoch: Epoch) -> None:
        discard(target)
        self._source = source
        self.path = target
        self._cut = wanted
        self._epoch = epoch
        self._done = Seq(0)
        self._erased = 0
        self._finished = False
        self._file = Database(target, journal_mode="delete")
        try:
            make(self._file, lambda: epoch)
            with self._attached():
                first = self._file.run("SELECT ifnull(min(seq), 1) FROM old.event")[0][0]
            self._done = Seq(max(wanted.first, first) - 1)
        except BaseException:
            self.close()
            raise

    def take(self) -> None:
        """Copy the events that have come so far, and check them."""
        with self._attached():
            last = self._file.run("SELECT ifnull(max(seq), 0) FROM old.event")[0][0]
            while self._done < last:
                until = Seq(min(self._done + _CHUNK, last))
                with self._file.transaction():
                    self._file.run(
                        "INSERT INTO event SELECT seq, day, at, kind,"
                        f" {_kept(self._cut)}, request_id"
                        " FROM old.event WHERE seq > ? AND seq <= ? ORDER BY seq",
                        self._done,
                        until,
                    )
                self._check(self._done, until)
                self._done = until

    def check(self) -> None:
        """See that the file is sound; it takes as long as reading it."""
        found = self._file.run("PRAGMA integrity_check(1)")[0][0]
        if found != "ok":
            raise StorageDamaged(f"{self.path}: was not written soundly ({found})")

    def finish(self, at: Instant) -> Report:
        """Copy what is left while nobody appends, check the whole, and put it on the disk."""
        self.take()
        before: Epoch
        with self._attached(), self._file.transaction():
            links = self._cut.through[Held.LINK]
            self._file.run(
                "INSERT INTO answer SELECT place, request_id, at,"
                f" CASE WHEN seq <= ? THEN '{ERASED}' ELSE fingerprint END, seq, value"
                " FROM old.answer WHERE at >= ? ORDER BY place",
                links,
                at - KEEP_ANSWERS_MS,
            )
            before = self._file.run("SELECT value FROM old.meta WHERE name = 'epoch'")[0][0]
            known = self._file.run("SELECT count(*) FROM old.sqlite_schema WHERE name='compaction'")
            if known[0][0]:
                self._file.run("INSERT INTO compaction SELECT * FROM old.compaction")
            if self._file.run("SELECT count(*) FROM old.sqlite_schema WHERE name='registry'")[0][0]:
                self._file.run("CREATE TABLE registry (file BLOB NOT NULL) STRICT")
                self._file.run("INSERT INTO registry SELECT * FROM old.registry")
            self._file.run(
                "INSERT OR REPLACE INTO meta SELECT * FROM old.meta WHERE name = 'generation'"
            )
            dropped = self._dropped()
            if self._epoch != before:
                self._file.run(
                    "INSERT INTO compaction VALUES (?, ?, ?, ?, ?, ?)",
                    *(self._epoch, before, at, self._done, self._erased, dropped),
                )
        self._check_gone()
        self._file.close()
        _sync(self.path)
        self._finished = True
        return Report(self._erased, dropped, self._epoch)

    def close(self) -> None:
        """Let go of the files, and leave nothing unless it is finished."""
        self._file.close()
        if not self._finished:
            discard(self.path)

    def _dropped(self) -> int:
        first = self._cut.first
        return int(self._file.run("SELECT count(*) FROM old.event WHERE seq < ?", first)[0][0])

    def _check(self, since: Seq, until: Seq) -> None:
        """Every event of this part is what it was, but for the fields that had to go."""
        alike = self._file.run(
            "SELECT count(*) FROM event AS n JOIN old.event AS o ON o.seq = n.seq"
            " WHERE n.seq > ? AND n.seq <= ? AND n.day IS o.day AND n.at IS o.at"
            " AND n.kind IS o.kind AND n.request_id IS o.request_id",
            since,
            until,
        )[0][0]
        if alike != until - since:
            raise StorageDamaged(f"{self.path}: {alike} events where {until - since} belong")
        changed = self._file.run(
            "SELECT n.seq, n.at, n.kind, o.body, n.body FROM event AS n"
            " JOIN old.event AS o ON o.seq = n.seq"
            " WHERE n.seq > ? AND n.seq <= ? AND n.body IS NOT o.body",
            since,
            until,
        )
        for seq, at, kind, was, now in changed:
            lost = _fields(self._cut, kind, seq)
            before = unpack(kind, was, seq, at)
            defaults = {one.name: one.default for one in msgspec.structs.fields(before)}
            wanted = msgspec.structs.replace(before, **{name: defaults[name] for name in lost})
            if unpack(kind, now, seq, at) != wanted:
                raise StorageDamaged(f"{self.path}: event {seq} ({kind}) is not what it was")
            self._erased += sum(getattr(before, name) != defaults[name] for name in lost)

    def _check_gone(self) -> None:
        """Nothing is in it that had to go."""
        for seq, name in _held(self._file, self._cut):
            raise StorageDamaged(f"{self.path}: event {seq} still has its {name}")

    @contextmanager
    def _attached(self) -> Iterator[None]:
        # As an address, by which SQLite does not make a file that is not there.
        self._file.run("ATTACH ? AS old", self._source.absolute().as_uri() + "?mode=rw")
        try:
            yield
        finally:
            self._file.run("DETACH old")


def _held(database: Database, wanted: Cut) -> Iterator[tuple[Seq, str]]:
    """The first event of each field that has to go and is still there."""
    for held in FORGOTTEN:
        for kind, names in erasable(held).items():
            for name in names:
                first = database.run(f"SELECT min(seq) FROM event WHERE {_holds(kind, name)}")[0][0]
                if first is not None and first <= wanted.through[held]:
                    yield Seq(first), name


def _holds(kind: str, name: str) -> str:
    """The condition of the index that finds this field; see hub.journal.sqlite."""
    return f"kind = '{kind}' AND json_extract(body, '$.{name}') IS NOT NULL"


def _fields(wanted: Cut, kind: str, seq: Seq) -> list[str]:
    """The fields that an event of this kind and place loses."""
    return [
        name
        for held, through in wanted.through.items()
        if seq <= through
        for name in erasable(held).get(kind, ())
    ]


def _kept(wanted: Cut) -> str:
    """The SQL of a body without what has to go of it."""
    body = "body"
    for held, through in wanted.through.items():
        for kind, names in erasable(held).items():
            paths = ", ".join(f"'$.{name}'" for name in names)
            holds = " OR ".join(_holds(kind, name) for name in names)
            less = f"json_remove({body}, {paths})"
            body = f"CASE WHEN seq <= {through} AND ({holds}) THEN {less} ELSE {body} END"
    return body


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
