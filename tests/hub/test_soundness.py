"""What is looked at before the hub serves, and what beside its work."""

import contextlib
import os
import zlib
from pathlib import Path

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from hub import soundness
from hub.database import Database
from hub.engine.events import TicketIssued
from hub.engine.forward import Unknown
from hub.journal import witness
from hub.journal.base import Entry
from hub.journal.codec import pack
from hub.journal.passed import Passed
from hub.journal.sqlite import FILE, SqliteJournal
from hub.lost import End, after
from hub.metrics import Metrics
from hub.soundness import SUSPECT, check_at_start, check_beside
from shared.errors import StorageDamaged
from shared.model import Epoch, Instant, Seq, TicketId
from tests.hub.hall_site import LAND
from tests.hub.journal.events import entries

PAGE = 4096


def issued(seq: int) -> Entry:
    ticket = TicketIssued(TicketId(f"t{seq}"), f"A{seq:03}", "A", seq, LAND, Instant(seq))
    return Entry(Seq(seq), "2026-11-23", Instant(seq), *pack(ticket), None)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A data folder whose journal has a page of rubbish in the middle."""
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        for first in range(1, 2000, 100):
            journal.append([issued(seq) for seq in range(first, first + 100)], [])
    content = bytearray((tmp_path / FILE).read_bytes())
    middle = len(content) // PAGE // 2 * PAGE
    content[middle : middle + PAGE] = os.urandom(PAGE)
    (tmp_path / FILE).write_bytes(content)
    return tmp_path


def damage_metric(metrics: Metrics) -> float | None:
    return metrics.registry.get_sample_value("motcua_journal_damaged")


def test_a_journal_that_is_not_large_is_read_as_a_whole(damaged: Path) -> None:
    with pytest.raises(StorageDamaged):
        check_at_start(damaged)


async def test_a_large_one_is_read_beside_the_work_and_at_the_next_start_if_it_is_damaged(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 0)
    check_at_start(damaged)
    metrics = Metrics()
    with capture_logs() as logs:
        await check_beside(damaged, metrics, after_s=0)
    assert [log["event"] for log in logs] == ["journal_damaged"]
    assert damage_metric(metrics) == 1
    with pytest.raises(StorageDamaged):
        check_at_start(damaged)


async def test_a_large_one_that_is_sound_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SqliteJournal(tmp_path).close()
    metrics = Metrics()
    await check_beside(tmp_path, metrics, after_s=0)  # not large: it was read at the start
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 0)
    with capture_logs() as logs:
        await check_beside(tmp_path, metrics, after_s=0)
    assert [log["event"] for log in logs] == ["journal_checked"]
    soundness.suspect(tmp_path)
    check_at_start(tmp_path)
    assert not (tmp_path / SUSPECT).exists()
    assert damage_metric(metrics) == 0


async def test_a_journal_that_cannot_be_read_now_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SqliteJournal(tmp_path).close()
    monkeypatch.setattr(soundness, "WHOLE_BYTES", 0)

    def fail(path: Path) -> None:
        (tmp_path / FILE).unlink()
        (tmp_path / FILE).mkdir()
        check(path)

    check = soundness.quick_check
    monkeypatch.setattr(soundness, "quick_check", fail)
    with capture_logs() as logs:
        await check_beside(tmp_path, Metrics(), after_s=0)
    assert [log["event"] for log in logs] == ["journal_not_checked"]
    assert not (tmp_path / SUSPECT).exists()


# --- what is lost --------------------------------------------------------------------------


def test_of_a_damaged_journal_all_that_follows_without_a_gap_is_read(damaged: Path) -> None:
    mark = witness.read(damaged)
    assert mark is not None and mark.seq == 2000
    found = after(End(mark.epoch, Seq(10), Instant(0), "2026-11-23"), damaged / FILE, mark)
    assert found.events is not None
    last = 2000 - found.events  # the newest event before the page
    assert 100 < last < 1900
    assert (found.day, found.ordinals, found.since) == ("2026-11-23", {"A": last}, last)


def test_of_another_life_the_newest_day_is_read_as_far_as_it_can_be(damaged: Path) -> None:
    end = End("another", Seq(10), Instant(7), "2026-11-23")
    mark = witness.read(damaged)
    assert mark is not None
    found = after(end, damaged / FILE, mark)
    last = found.ordinals["A"]
    assert 100 < last < 1900
    assert (found.since, found.events, found.day) == (last, 2000 - last, "2026-11-23")
    # Without its mark nobody knows how many are missing.
    assert after(end, damaged / FILE, None).events is None


@pytest.mark.parametrize("body", ["'x'", "CAST(x'fffe' AS TEXT)"])
def test_moved_numbers_that_cannot_be_read_are_damage(tmp_path: Path, body: str) -> None:
    SqliteJournal(tmp_path).close()
    with contextlib.closing(Database(tmp_path / FILE)) as database:
        database.run(
            "INSERT INTO event (seq, day, at, kind, body)"
            f" VALUES (1, '2026-11-23', 1, 'numbers_moved', {body})"
        )
    with pytest.raises(StorageDamaged, match="a row cannot be read"):
        SqliteJournal(tmp_path)
    end = End("another", Seq(10), Instant(7), "2026-11-23")
    assert after(end, tmp_path / FILE, None).events is None


def test_of_another_life_that_cannot_be_read_the_mark_says_what_it_passed_over(
    tmp_path: Path,
) -> None:
    end = End("another", Seq(10), Instant(7), "2026-11-23")
    assert after(end, tmp_path / "none.db", None) == Unknown(Instant(7), None, end.day)
    for day, told in (
        ("2026-11-22", Unknown(Instant(7), None, end.day)),
        ("2026-11-23", Unknown(Instant(7), None, end.day, passed=206)),
        ("2026-11-24", Unknown(Instant(7), None, "2026-11-24", passed=206)),
    ):
        mark = witness.Mark(Epoch("e"), Seq(99), 1, Passed(day, 206))
        assert after(end, tmp_path / "none.db", mark) == told


@pytest.mark.parametrize(
    "content", [b"", b"a b", b"a b c", b"a 7 1 00000000", b"\xff 1 2", b"x" * 999]
)
def test_a_mark_that_is_not_whole_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / witness.FILE).write_bytes(content)
    assert witness.read(tmp_path) is None
    mark = witness.Mark(Epoch("e"), Seq(7), 3, Passed("2026-11-23", 206))
    written = witness.Witness(tmp_path, mark)
    assert witness.read(tmp_path) == mark
    written.kept(Seq(12))
    written.close()
    written.close()
    assert witness.read(tmp_path) == replace(mark, seq=Seq(12))


def test_the_mark_of_an_older_release_is_one_of_nothing_that_was_passed_over(
    tmp_path: Path,
) -> None:
    said = b"e 00000000000000000012 3"
    (tmp_path / witness.FILE).write_bytes(said + b" %08x\n" % zlib.crc32(said))
    assert witness.read(tmp_path) == witness.Mark(Epoch("e"), Seq(12), 3)


def test_a_folder_that_takes_no_mark_costs_only_the_mark(tmp_path: Path) -> None:
    (tmp_path / witness.FILE).mkdir()
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        journal.append(entries(1, 3), [])
        assert journal.last_seq() == 3
