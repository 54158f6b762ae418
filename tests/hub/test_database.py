import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.database import Database, FolderLock, check_library, library_version, prepare_folder
from shared.errors import SetupError, StorageError


def test_a_library_with_the_wal_reset_bug_is_refused() -> None:
    for version in ("3.40.1", "3.51.2"):
        with pytest.raises(SetupError, match=version):
            check_library(version)
    for version in ("3.51.3", "3.54.1", library_version()):
        check_library(version)


def test_a_place_without_journal_mode_wal_is_refused() -> None:
    with pytest.raises(SetupError, match="journal_mode=memory"):
        Database(Path(":memory:"))


def test_what_sqlite_sorts_or_takes_back_stands_in_no_temporary_file(tmp_path: Path) -> None:
    with contextlib.closing(Database(tmp_path / "a.db")) as database:
        assert database.pragma("temp_store") == 2


def test_a_file_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="missing"):
        Database(tmp_path / "missing" / "a.db")


def test_a_failed_transaction_leaves_nothing_and_the_connection_usable(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.run("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT")
    for value in (1, "no number"):
        with pytest.raises(ValueError), database.transaction():
            database.run("INSERT INTO t VALUES (7)")
            database.run("INSERT INTO t VALUES (?), (?)", value, value)
    with pytest.raises(KeyError), database.transaction():
        database.run("INSERT INTO t VALUES (8)")
        raise KeyError
    with database.transaction():
        database.run("INSERT INTO t VALUES (9)")
    assert database.run("SELECT n FROM t") == [(9,)]
    database.close()
    database.close()
    with pytest.raises(StorageError):
        database.run("SELECT 1")


@contextmanager
def another_user(folder: Path) -> Iterator[None]:
    """As somebody who may look at `folder` and not write in it."""
    closed = [one for one in (folder, *folder.parents) if one.stat().st_mode & 0o005 != 0o005]
    modes = {one: one.stat().st_mode for one in {folder, *closed}}
    for path in folder.iterdir():
        path.chmod(0o444)
    for one, mode in modes.items():
        one.chmod((mode | 0o055) & ~0o222 if one == folder else mode | 0o055)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        for one, mode in modes.items():
            one.chmod(mode)


def test_a_database_on_a_read_only_medium_can_be_read(tmp_path: Path) -> None:
    database = Database(tmp_path / "a ?#.db")
    database.run("CREATE TABLE t (n INTEGER) STRICT")
    database.close()
    with another_user(tmp_path):
        copy = Database(tmp_path / "a ?#.db", read_only=True)
        assert copy.run("SELECT count(*) FROM t") == [(0,)]
        copy.close()


def test_a_read_only_medium_that_holds_half_a_journal_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    database.run("CREATE TABLE t (n INTEGER) STRICT")
    medium = tmp_path / "medium"
    medium.mkdir()
    for name in ("a.db", "a.db-wal"):
        shutil.copy(tmp_path / name, medium)
    database.close()
    with another_user(medium), pytest.raises(SetupError, match="its newest part is in"):
        Database(medium / "a.db", read_only=True)


def test_bad_sql_is_a_storage_error(tmp_path: Path) -> None:
    database = Database(tmp_path / "a.db")
    with pytest.raises(StorageError, match="syntax"):
        database.run("SELEKT")
    database.close()


def test_a_new_data_folder_outlives_a_power_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))
    prepare_folder(tmp_path / "var" / "motcua")
    # A name is kept by the folder that it stands in.
    assert synced == {tmp_path.stat().st_ino, (tmp_path / "var").stat().st_ino}
    synced.clear()
    prepare_folder(tmp_path / "var" / "motcua")
    assert not synced


def test_a_folder_where_a_file_stands_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="data folder"):
        prepare_folder(tmp_path / "file" / "data")
    with pytest.raises(SetupError):
        FolderLock(tmp_path / "file")


def test_a_lock_file_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(SetupError, match="lock"):
        FolderLock(tmp_path)


def test_a_lock_can_be_taken_again_after_it_was_let_go(tmp_path: Path) -> None:
    for _ in range(3):
        lock = FolderLock(tmp_path)
        lock.close()
        lock.close()
