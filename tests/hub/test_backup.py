"""A copy beside a running hub, and what a hub makes of it."""

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from hub.backup import Contents, back_up, contents
from hub.database import Database
from hub.engine.events import NumbersMoved
from hub.engine.rights import Actor
from hub.followed import officers
from hub.hall import Hall, Outcome
from hub.journal import witness
from hub.journal.base import Answer
from hub.journal.sqlite import SqliteJournal, read_only
from hub.registry import FILE, Registry
from hub.restore import Restored, restore
from shared import messages as m
from shared.errors import LockedError, SetupError, StorageDamaged
from shared.model import CounterNumber, Epoch, Instant, RequestId, Role, Seq, ServiceId
from tests.hub.hall_site import BOSS, KIOSK, LAND, SITE, TRADE, at

TOMORROW = "2026-11-24"


class Centre:
    """A hall on a data folder, at a moment."""

    def __init__(self, hall: Hall, epoch: Epoch) -> None:
        self.hall = hall
        self.epoch = epoch

    async def asks(self, actor: Actor, command: m.Command) -> Outcome:
        return await self.hall.ask(actor, RequestId(str(uuid.uuid4())), command)

    async def number(self, service: ServiceId = LAND) -> str:
        """A number's text, or the refusal's code."""
        outcome = await self.asks(KIOSK, m.IssueTicket(service))
        if not isinstance(outcome, Answer):
            return outcome.code
        return str(msgspec.json.decode(outcome.value)["number"])


@contextlib.asynccontextmanager
async def centre(folder: Path, now: Instant) -> AsyncIterator[Centre]:
    with contextlib.closing(SqliteJournal(folder)) as journal:
        hall = Hall(SITE, journal, lambda: now)
        running = asyncio.create_task(hall.run())
        await hall.ready.wait()
        try:
            yield Centre(hall, journal.epoch)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def copied(tmp_path: Path) -> Path:
    """A folder with `data`, and `copy.db` made after A002 while the hub went on to A003."""
    async with centre(tmp_path / "data", at("08:00")) as one:
        with contextlib.closing(Registry(tmp_path / "data")) as officers:
            officers.enrol(Role.KIOSK, "k1", None, at("08:00"))
        assert [await one.number() for _ in range(2)] == ["A001", "A002"]
        assert back_up(tmp_path / "data", tmp_path / "copy.db") == 3
        assert await one.number() == "A003"
    return tmp_path


async def test_a_restored_hub_is_a_new_life_that_gives_no_number_twice(copied: Path) -> None:
    told = restore(copied / "copy.db", copied / "new", at("08:30"))
    # A002 was given at 08:00; half an hour at ten a minute, and a hundred.
    assert told == Restored(4, "2026-11-23", NumbersMoved("2026-11-23", {"A": 402}, 400), ())
    assert [one.kind for one in read_only(copied / "new")][:3] == [
        one.kind for one in read_only(copied / "data")
    ][:3]
    async with centre(copied / "data", at("08:30")) as before:
        old = before.epoch
    async with centre(copied / "new", at("08:30")) as one:
        assert one.epoch != old
        assert await one.number() == "A403"
        assert await one.number(TRADE) == "B401"
    async with centre(copied / "new", at("08:30")) as one:  # what moved them is in the journal
        assert await one.number() == "A404"
    async with centre(copied / "new", at("08:00", TOMORROW)) as one:
        assert one.hall.state.day == TOMORROW
        assert await one.number() == "A001"


async def test_a_day_that_began_after_the_backup_begins_behind_what_it_may_have_given(
    copied: Path,
) -> None:
    told = restore(copied / "copy.db", copied / "new", at("07:00", TOMORROW))
    assert told.moved == NumbersMoved(TOMORROW, {}, 100 + 2000)
    async with centre(copied / "new", at("07:30", TOMORROW)) as one:
        assert await one.number() == "A2101"
    async with centre(copied / "new", at("08:00", "2026-11-25")) as one:
        assert await one.number() == "A001"


async def test_restoring_what_was_restored_moves_numbers_on_and_never_back(copied: Path) -> None:
    restore(copied / "copy.db", copied / "new", at("07:00", TOMORROW))
    back_up(copied / "new", copied / "again.db")
    restore(copied / "again.db", copied / "newer", at("07:00", TOMORROW))
    async with centre(copied / "newer", at("07:30", TOMORROW)) as one:
        assert await one.number() == "A2211"


async def test_the_folder_of_a_life_before_does_not_hide_what_was_given_since(
    copied: Path,
) -> None:
    """Another machine took over at 08:30 and is lost; its copy is restored onto the first one's."""
    restore(copied / "copy.db", copied / "second", at("08:30"))
    async with centre(copied / "second", at("09:00")) as one:
        assert await one.number() == "A403"
    back_up(copied / "second", copied / "later.db")
    told = restore(copied / "later.db", copied / "data", at("10:00"), replace=True)
    assert told.moved is not None
    assert told.moved.after["A"] == 403 + 100 + 600  # an hour since the copy, ten a minute


@pytest.mark.parametrize("behind", [True, False])
async def test_a_mark_behind_the_copy_says_nothing_of_what_is_missing(
    copied: Path, behind: bool
) -> None:
    with contextlib.closing(SqliteJournal(copied / "data")) as journal:
        epoch = journal.epoch
    mark = witness.Mark(epoch, Seq(2 if behind else 9), 1)
    witness.Witness(copied / "data", mark).close()
    told = restore(copied / "copy.db", copied / "data", at("08:30"), replace=True)
    assert told.moved is not None
    # A003 could be read; a mark at 9 knows that five more events were kept.
    assert told.moved.after["A"] == (3 + 100 + 300 if behind else 3 + 100 + 5)


async def test_a_day_that_is_closed_and_opened_again_goes_on_behind_them(copied: Path) -> None:
    restore(copied / "copy.db", copied / "new", at("08:30"))
    async with centre(copied / "new", at("08:31")) as one:
        assert isinstance(await one.asks(BOSS, m.CloseDay()), Answer)
        assert isinstance(await one.asks(BOSS, m.OpenDay()), Answer)
        assert await one.number() == "A403"


async def test_numbers_just_go_on_when_none_was_given_after_the_backup(copied: Path) -> None:
    told = restore(copied / "copy.db", copied / "new", at("08:30"), complete=True)
    assert told == Restored(3, "2026-11-23", None, ())
    async with centre(copied / "new", at("08:30")) as one:
        assert len(one.hall.state.tickets) == 2
        assert await one.number() == "A003"


async def test_devices_come_back_and_sessions_do_not(tmp_path: Path) -> None:
    async with centre(tmp_path / "data", at("08:00")):
        pass
    with contextlib.closing(Registry(tmp_path / "data")) as officers:
        credential = officers.enrol(Role.KIOSK, "k1", None, at("08:00"))
        officers._database.run("PRAGMA foreign_keys=OFF")
        token = officers.open_session("ai đó", at("08:00"))
    back_up(tmp_path / "data", tmp_path / "copy.db")
    restore(tmp_path / "copy.db", tmp_path / "new", at("08:30"))
    with contextlib.closing(Registry(tmp_path / "new")) as officers:
        assert officers.device(credential) is not None
        assert officers._database.run("SELECT count(*) FROM session") == [(0,)]
    assert token


async def test_data_that_is_there_stays_unless_it_is_to_be_replaced_and_is_kept_then(
    copied: Path,
) -> None:
    with pytest.raises(SetupError, match="--replace"):
        restore(copied / "copy.db", copied / "data", at("08:30"))
    told = restore(copied / "copy.db", copied / "data", at("08:30"), replace=True)
    assert {path.name for path in told.aside} == {"journal.db", "journal.mark", FILE}
    assert len(list(read_only(told.aside[0].parent))) == 4
    assert [one.kind for one in read_only(copied / "data")][-1] == "numbers_moved"


async def test_a_hub_that_runs_is_not_replaced(copied: Path) -> None:
    async with centre(copied / "data", at("08:00")):
        with pytest.raises(LockedError):
            restore(copied / "copy.db", copied / "data", at("08:30"), replace=True)


async def test_a_backup_before_the_first_day_is_restored_as_it_is(tmp_path: Path) -> None:
    SqliteJournal(tmp_path / "data").close()
    assert back_up(tmp_path / "data", tmp_path / "copy.db") == 0
    told = restore(tmp_path / "copy.db", tmp_path / "new", at("08:30"))
    assert told == Restored(0, None, None, ())
    assert not (tmp_path / "new" / FILE).exists()


async def test_a_damaged_or_foreign_file_is_refused_and_leaves_nothing(copied: Path) -> None:
    damaged, foreign, text = (copied / name for name in ("damaged.db", "foreign.db", "text"))
    content = bytearray((copied / "copy.db").read_bytes())
    content[4096 + 100 : 4096 * 4] = os.urandom(4096 * 3 - 100)
    damaged.write_bytes(content)
    text.write_text("không phải" * 200)
    with contextlib.closing(Database(foreign)) as other:
        other.run("CREATE TABLE t (n INTEGER) STRICT")
    for file, kind in ((damaged, StorageDamaged), (text, StorageDamaged), (foreign, SetupError)):
        with pytest.raises(kind):
            restore(file, copied / "new", at("08:30"))
        assert [path.name for path in (copied / "new").iterdir()] == ["lock"]


async def test_a_backup_says_what_is_in_it(copied: Path) -> None:
    async with centre(copied / "data", at("08:00")) as one:
        epoch = one.epoch
        await one.number(TRADE)
        with contextlib.closing(Registry(copied / "data")) as officers:
            officers.enrol(Role.DISPLAY, "d1", None, at("08:00"))
            officers.revoke("k1", at("08:01"))
            officers.add_officer("hoa", CounterNumber(1), "mật khẩu dài", at("08:00"))
    back_up(copied / "data", copied / "full.db")
    assert contents(copied / "full.db") == Contents(
        epoch=epoch,
        events=5,
        seq=Seq(5),
        newest=at("08:00"),
        days=1,
        first_day="2026-11-23",
        last_day="2026-11-23",
        day_open=True,
        tickets=4,
        numbers={"A": "A003", "B": "B001"},
        devices=1,
        officers=1,
    )


async def test_who_works_here_is_copied_into_no_temporary_folder(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(copied / "nowhere"))
    assert contents(copied / "copy.db").devices == 1
    content = officers(copied / "data")
    (copied / "fetched.db").write_bytes(content)
    with contextlib.closing(Database(copied / "fetched.db", read_only=True)) as fetched:
        assert fetched.run("SELECT name FROM device") == [("k1",)]


async def test_a_registry_that_is_none_is_damaged(copied: Path) -> None:
    with contextlib.closing(Database(copied / "copy.db", journal_mode="delete")) as copy:
        copy.run("UPDATE registry SET file = ?", b"no database" * 100)
    with pytest.raises(StorageDamaged, match=FILE):
        contents(copied / "copy.db")


async def test_a_bare_journal_is_restored_too_as_one_put_aside_is(copied: Path) -> None:
    assert contents(copied / "data" / "journal.db").devices == 0
    assert restore(copied / "data" / "journal.db", copied / "new", at("08:30")).events == 5


async def test_a_backup_overwrites_nothing_and_names_what_is_missing(copied: Path) -> None:
    for folder, file, said in (
        (copied / "data", copied / "copy.db", "exists"),
        (copied / "none", copied / "other.db", "no journal"),
        (copied / "data", copied / "none" / "other.db", "no such folder"),
    ):
        with pytest.raises(SetupError, match=said):
            back_up(folder, file)
    with pytest.raises(SetupError, match="no such file"):
        restore(copied / "none", copied / "new", at("08:30"))
