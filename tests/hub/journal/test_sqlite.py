import contextlib
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.database import Database
from hub.journal import sqlite
from hub.journal.sqlite import FILE, SqliteJournal, read_only
from shared.errors import LockedError, SetupError, StorageDamaged, StorageError, StorageFull
from tests.hub.journal.events import answer, entries, entry, request_id
from tests.hub.journal.faulty_disk import FaultyDisk

ROOT = Path(__file__).resolve().parents[3]

WRITER = """
import sys, pathlib
from hub.journal.sqlite import SqliteJournal
from tests.hub.journal.events import entry, answer
journal = SqliteJournal(pathlib.Path(sys.argv[1]))
for line in sys.stdin:
    seq = journal.last_seq() + 1
    journal.append([entry(seq), entry(seq + 1)], [answer(seq)])
    print(seq + 1, flush=True)
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with contextlib.closing(SqliteJournal(tmp_path)) as made:
        yield made


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[FaultyDisk]:
    made = FaultyDisk(request.node.name[:60])
    yield made
    made.unregister()


def test_the_writer_runs_with_wal_and_full_sync(journal: SqliteJournal) -> None:
    assert journal.writer.pragma("journal_mode") == "wal"
    assert journal.writer.pragma("synchronous") == 2
    assert journal.writer.pragma("foreign_keys") == 1


def test_every_batch_is_synced_before_append_returns(tmp_path: Path, disk: FaultyDisk) -> None:
    with contextlib.closing(SqliteJournal(tmp_path, vfs=disk.name)) as journal:
        for seq in range(1, 6):
            before = disk.syncs
            journal.append([entry(seq)], [answer(seq)])
            assert disk.syncs > before


def test_a_journal_goes_on_where_it_was_closed(tmp_path: Path) -> None:
    with contextlib.closing(SqliteJournal(tmp_path)) as first:
        first.append(entries(1, 3), [answer(1)])
        epoch = first.epoch
    with contextlib.closing(SqliteJournal(tmp_path)) as second:
        assert second.epoch == epoch
        assert second.last_seq() == 3
        assert second.answers([request_id(1)]) == {request_id(1): answer(1)}
        second.append([entry(4)], [])
        assert list(second.entries()) == entries(1, 4)


def test_two_journals_have_two_epochs(tmp_path: Path) -> None:
    with (
        contextlib.closing(SqliteJournal(tmp_path / "a")) as one,
        contextlib.closing(SqliteJournal(tmp_path / "b")) as other,
    ):
        assert one.epoch != other.epoch


def test_a_second_hub_is_kept_out_and_told_who_is_in(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    with pytest.raises(LockedError, match=f"pid {os.getpid()}"):
        SqliteJournal(tmp_path)
    journal.append([entry(1)], [])
    journal.close()
    SqliteJournal(tmp_path).close()


def test_events_can_be_neither_changed_nor_deleted(journal: SqliteJournal) -> None:
    journal.append(entries(1, 2), [])
    for statement in ("DELETE FROM event", "UPDATE event SET body = '{}' WHERE seq = 1"):
        with pytest.raises(ValueError, match="append-only"):
            journal.writer.run(statement)
    assert list(journal.entries()) == entries(1, 2)


def test_readers_cannot_write(journal: SqliteJournal, tmp_path: Path) -> None:
    reader = Database(tmp_path / FILE, read_only=True)
    with pytest.raises(StorageError):
        reader.run("DELETE FROM answer")
    reader.close()


def test_a_full_database_keeps_nothing_of_the_batch_and_recovers(journal: SqliteJournal) -> None:
    journal.append([entry(1)], [answer(1)])
    pages = journal.writer.pragma("page_count")
    assert isinstance(pages, int)
    journal.writer.pragma("max_page_count", pages + 2)
    with pytest.raises(StorageFull, match="room"):
        journal.append(entries(2, 300), [answer(n) for n in range(2, 300)])
    assert journal.last_seq() == 1
    assert list(journal.entries()) == [entry(1)]
    assert journal.answers([request_id(2)]) == {}
    journal.writer.pragma("max_page_count", 1_000_000)
    journal.append(entries(2, 300), [answer(n) for n in range(2, 300)])
    assert list(journal.entries()) == entries(1, 300)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EFBIG, StorageFull),
        (errno.EIO, StorageError),
    ],
)
def test_a_failing_disk_is_named_keeps_nothing_and_recovers(
    tmp_path: Path, disk: FaultyDisk, code: int, expected: type[StorageError]
) -> None:
    with contextlib.closing(SqliteJournal(tmp_path, vfs=disk.name)) as journal:
        journal.append([entry(1)], [answer(1)])
        for _ in range(3):
            with disk.failing(code), pytest.raises(expected) as caught:
                journal.append(entries(2, 90), [answer(2)])
            assert type(caught.value) is expected
            assert journal.last_seq() == 1
            assert list(journal.entries()) == [entry(1)]
            assert set(journal.answers([request_id(1), request_id(2)])) == {request_id(1)}
        journal.append(entries(2, 90), [answer(2)])
        assert list(journal.entries()) == entries(1, 90)
    with contextlib.closing(SqliteJournal(tmp_path)) as again:
        assert list(again.entries()) == entries(1, 90)


def test_a_disk_that_cannot_be_read_is_named_and_nothing_is_taken_for_damaged(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        journal.append(entries(1, 3_000), [answer(1)])
    disk.only = "read"
    for _ in range(2):  # and the folder's lock is let go of each time
        with disk.failing(errno.EIO), pytest.raises(StorageError, match=FILE) as caught:
            SqliteJournal(tmp_path, vfs=disk.name)
        assert type(caught.value) is StorageError
    with contextlib.closing(SqliteJournal(tmp_path, vfs=disk.name)) as again:
        with disk.failing(errno.EIO), pytest.raises(StorageError) as caught:
            list(again.entries())
        assert type(caught.value) is StorageError
        again.append(entries(3_001, 3_002), [])
        assert list(again.entries()) == entries(1, 3_002)


def test_a_journal_closed_on_a_failing_disk_lets_go_of_its_folder(
    tmp_path: Path, disk: FaultyDisk
) -> None:
    journal = SqliteJournal(tmp_path, vfs=disk.name)
    journal.append([entry(1)], [answer(1)])
    with disk.failing(errno.EIO), pytest.raises(StorageError):
        journal.close()
    with contextlib.closing(SqliteJournal(tmp_path)) as again:
        assert list(again.entries()) == [entry(1)]


def test_a_file_that_is_no_database_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this was a shopping list" * 400)
    with pytest.raises(StorageDamaged, match="backup"):
        SqliteJournal(tmp_path)
    with pytest.raises(StorageDamaged):
        SqliteJournal(tmp_path)  # and the lock was let go


def test_a_damaged_page_is_told_when_it_is_read(tmp_path: Path) -> None:
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        journal.append(entries(1, 3_000), [])
    path = tmp_path / FILE
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : -4096] = b"\xff" * len(content[len(content) // 2 : -4096])
    path.write_bytes(content)
    with pytest.raises(StorageDamaged):
        list(read_only(tmp_path))


def test_a_journal_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    SqliteJournal(tmp_path).close()
    database = Database(tmp_path / FILE)
    database.run("UPDATE meta SET value = '2' WHERE name = 'schema'")
    database.close()
    with pytest.raises(SetupError, match="another version"):
        SqliteJournal(tmp_path)


def test_reading_goes_on_beside_a_running_hub(journal: SqliteJournal, tmp_path: Path) -> None:
    journal.append(entries(1, 5), [])
    assert list(read_only(tmp_path)) == entries(1, 5)
    journal.append([entry(6)], [])
    assert list(read_only(tmp_path, entries(1, 4)[-1].seq)) == entries(5, 6)


def test_reading_needs_no_hub(tmp_path: Path) -> None:
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        journal.append(entries(1, 5), [])
    assert list(read_only(tmp_path)) == entries(1, 5)


def test_reading_a_folder_without_a_journal_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="no journal"):
        next(read_only(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_what_append_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    acknowledged = 0
    for _ in range(25):
        process.stdin.write("\n")
        process.stdin.flush()
        acknowledged = int(process.stdout.readline())
    with pytest.raises(LockedError, match=f"pid {process.pid}"):
        SqliteJournal(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        assert list(journal.entries()) == entries(1, acknowledged)
        assert len(journal.answers([request_id(n) for n in range(1, 51, 2)])) == 25


def test_open_day_reads_only_the_open_day(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = 0
    for day in range(1, 201):
        batch = [entry(seq + 1, "day_opened", f"day {day}"), *entries(seq + 2, seq + 50)]
        journal.append(batch, [])
        seq += 50
    plans: list[str] = []
    started_after: list[object] = []
    run = Database.run

    def watched(database: Database, sql: str, *values: object) -> list[tuple[object, ...]]:
        if "event" in sql:
            plans.extend(str(row[3]) for row in run(database, f"EXPLAIN QUERY PLAN {sql}", *values))
            started_after.extend(values[:1])
        return run(database, sql, *values)

    monkeypatch.setattr(Database, "run", watched)
    assert len(journal.open_day()) == 50
    assert started_after == [seq - 50]
    assert any("INDEX event_day_opened" in plan for plan in plans)
    assert any("rowid>?" in plan for plan in plans)
    assert "SCAN event" not in plans


def test_a_batch_is_one_statement_a_table(
    journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    run = Database.run

    def watched(database: Database, sql: str, *values: object) -> list[tuple[object, ...]]:
        ran.append(sql)
        return run(database, sql, *values)

    monkeypatch.setattr(Database, "run", watched)
    journal.append(entries(1, 64), [answer(n) for n in range(1, 65)])
    assert ran == ["BEGIN IMMEDIATE", sqlite._APPEND_EVENTS, sqlite._APPEND_ANSWERS, "COMMIT"]


def test_answers_never_wait_for_a_transaction(journal: SqliteJournal) -> None:
    journal.append([entry(1)], [answer(1)])
    found: list[int] = []
    with journal.writer.transaction():
        journal.writer.run("DELETE FROM answer")
        reader = threading.Thread(
            target=lambda: found.append(len(journal.answers([request_id(1)])))
        )
        reader.start()
        reader.join(5)
    assert found == [1]


def test_a_missing_event_is_damage(journal: SqliteJournal) -> None:
    journal.append(entries(1, 2), [])
    journal.writer.run("INSERT INTO event VALUES (4, '2026-11-23', 0, 'lost', '{}', NULL)")
    with pytest.raises(StorageDamaged, match="event 3 is missing"):
        list(journal.entries())
