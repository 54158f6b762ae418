"""Power cuts: `make faults` cuts three hundred times, this is the sample of every test run."""

import contextlib
import itertools
import random
from pathlib import Path

import apsw
import pytest

from hub.database import Database, JournalMode
from shared.errors import StorageError
from tests.faults.cuts import Trial
from tests.faults.power import PowerDisk

_names = itertools.count()


def kept(folder: Path, synchronous: str, seed: int) -> int:
    """How many of twenty committed rows are there after a cut."""
    disk = PowerDisk(f"test-{next(_names)}")
    disk.power_on(random.Random(seed), None, lambda: None)
    connection = apsw.Connection(str(folder / "rows.db"), vfs=disk.name)
    for statement in (
        "PRAGMA journal_mode=wal",
        f"PRAGMA synchronous={synchronous}",
        "CREATE TABLE row (n)",
        *(f"INSERT INTO row VALUES ({n})" for n in range(20)),
    ):
        connection.execute(statement).fetchall()
    disk.cut()
    disk.salvage(folder / "after")
    with contextlib.suppress(apsw.IOError):  # it would empty its WAL into the file
        connection.close()
    disk.unregister()
    after = apsw.Connection(str(folder / "after" / "rows.db"))
    try:
        assert after.pragma("integrity_check") == "ok"
        [[count]] = after.execute("SELECT count(*) FROM row")
        assert isinstance(count, int)
        return count
    finally:
        after.close()


@pytest.mark.parametrize("seed", range(5))
def test_the_disk_keeps_what_was_synced(tmp_path: Path, seed: int) -> None:
    assert kept(tmp_path, "FULL", seed) == 20


def test_the_disk_may_lose_what_was_not_synced(tmp_path: Path) -> None:
    found = []
    for seed in range(10):
        (tmp_path / str(seed)).mkdir()
        try:
            found.append(kept(tmp_path / str(seed), "NORMAL", seed))
        except apsw.SQLError:  # not even the table
            found.append(-1)
    assert min(found) < 20
    assert len(set(found)) > 1, "a cut always leaves the same"


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_connection_keeps_what_it_committed_wherever_it_is_cut(
    tmp_path: Path, mode: JournalMode
) -> None:
    """Journals have a WAL; the registry, which several processes share, has not."""
    disk = PowerDisk(f"test-{next(_names)}")
    for left in range(1, 120):
        folder, after = tmp_path / str(left), tmp_path / f"{left}-after"
        folder.mkdir()
        disk.power_on(random.Random(left), left, lambda: None)
        committed = 0
        with contextlib.suppress(StorageError):
            database = Database(folder / "rows.db", journal_mode=mode, vfs=disk.name)
            try:
                database.run("CREATE TABLE row (n)")
                for _ in range(20):
                    database.run("INSERT INTO row VALUES (1)")
                    committed += 1
            finally:
                database.close()
        disk.salvage(after)
        if committed:
            with contextlib.closing(Database(after / "rows.db", journal_mode=mode)) as again:
                assert again.run("PRAGMA integrity_check") == [("ok",)]
                [(count,)] = again.run("SELECT count(*) FROM row")
                assert committed <= count <= committed + 1
    disk.unregister()


async def test_what_was_acknowledged_before_a_power_cut_is_there_after_it(tmp_path: Path) -> None:
    verdict = await Trial(tmp_path, seed=1).run(cuts=15)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert verdict.acknowledged > 100
