"""The hub's own backups, made beside its work."""

import asyncio
import contextlib
import errno
import math
import re
import shutil
import threading
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hub import backups as on_disk
from hub.backup import Contents
from hub.backup_rules import name_at
from hub.backups import Backup, examined, folder_of, listed, newest_sound
from hub.compaction import Compaction
from hub.hall import Hall
from hub.hourly import Hourly
from hub.journal.sqlite import SqliteJournal
from hub.metrics import Metrics
from hub.registry import Registry
from hub.settings import BackupSettings, Retention
from shared import messages as m
from shared.errors import SetupError
from shared.model import Instant, RequestId, Role
from tests.hub.hall_site import BOSS, KIOSK, LAND, SITE, at
from tests.hub.hub_process import running_hub

SETTINGS = BackupSettings()
NEVER_S = 3600.0


class Clock:
    """The hall's time, in the test's hand."""

    def __init__(self) -> None:
        self.now = at("08:00")

    def __call__(self) -> Instant:
        return self.now


class Keeping:
    """A hall whose backups are made."""

    def __init__(self, journal: SqliteJournal, data: Path, clock: Clock) -> None:
        self.journal = journal
        self.hall = Hall(SITE, journal, clock)
        self.data = data
        self.folder = data / "backups"
        self.clock = clock
        self.metrics = Metrics()

    async def asks(self, command: m.Command) -> None:
        actor = KIOSK if isinstance(command, m.IssueTicket) else BOSS
        await self.hall.ask(actor, RequestId(str(uuid.uuid4())), command)

    def figure(self, name: str) -> float | None:
        return self.metrics.registry.get_sample_value(name)

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 (a thread and a file have no event to wait for)
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def keeping(
    data: Path, settings: BackupSettings = SETTINGS, first_after_s: float = NEVER_S
) -> AsyncIterator[Keeping]:
    Registry(data).close()
    with contextlib.closing(SqliteJournal(data)) as journal:
        clock = Clock()
        one = Keeping(journal, data, clock)
        keeper = Hourly(
            one.hall,
            data,
            settings,
            clock,
            meter=one.metrics,
            first_after_s=first_after_s,
            again_after_s=0.05,
        )
        tasks = [asyncio.create_task(one.hall.run()), asyncio.create_task(keeper.run())]
        await one.hall.ready.wait()
        try:
            yield one
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # The hub waits for none of these; the next test would read in its log what they say.
            for thread in threading.enumerate():
                if thread.name == "aside":
                    await asyncio.to_thread(thread.join, 20)


async def test_a_backup_is_made_soon_after_the_start_and_when_the_day_has_closed(
    tmp_path: Path,
) -> None:
    async with keeping(tmp_path, first_after_s=0.05) as one:
        assert one.figure("motcua_backup_age_seconds") == math.inf
        await one.until(lambda: one.figure("motcua_backup_age_seconds") == 0)
        [first] = listed(one.folder)
        assert first.file.name == name_at(at("08:00"))
        assert one.folder.stat().st_mode & 0o077 == 0
        await one.asks(m.IssueTicket(LAND))
        one.clock.now = at("17:00")
        assert one.figure("motcua_backup_age_seconds") == 9 * 3600
        await one.asks(m.CloseDay())
        await one.until(lambda: len(listed(one.folder)) == 2)
        told = examined(listed(one.folder)[0])
        assert isinstance(told, Contents)
        assert (told.day_open, told.tickets) == (False, 1)
        assert one.figure("motcua_backup_failed") == 0


async def test_a_day_that_the_next_one_closes_is_backed_up_too(tmp_path: Path) -> None:
    async with keeping(tmp_path) as one:
        one.clock.now = at("06:45", "2026-11-24")
        await one.until(lambda: len(listed(one.folder)) == 1)


async def test_a_new_life_of_the_journal_is_backed_up_at_once(tmp_path: Path) -> None:
    async with keeping(tmp_path) as one:
        await one.asks(m.IssueTicket(LAND, dossier="H41.15-261123-0001"))
        one.clock.now = at("06:45", "2026-11-25")
        await one.until(lambda: len(listed(one.folder)) == 1)
        before = one.hall.epoch
        one.clock.now = at("06:46", "2026-11-25")
        report = await Compaction(one.hall, one.journal, Retention(), one.clock).look()
        assert report is not None
        await one.until(lambda: len(listed(one.folder)) == 2)
        newest, older = (examined(backup) for backup in listed(one.folder))
        assert isinstance(newest, Contents)
        assert isinstance(older, Contents)
        assert (older.epoch, newest.epoch) == (before, report.epoch)


async def test_nothing_new_is_no_new_file_and_counts_as_backed_up(tmp_path: Path) -> None:
    async with keeping(tmp_path, first_after_s=0.05) as one:
        keeper = Hourly(one.hall, one.data, SETTINGS, one.clock)
        keeper._back_up(one.folder)
        made = listed(one.folder)
        one.clock.now = at("09:00")
        keeper._back_up(one.folder)
        assert listed(one.folder) == made
        assert keeper._age_s() == 0
        with contextlib.closing(Registry(one.data)) as officers:
            officers.enrol(Role.KIOSK, "k1", None, at("09:00"))
        keeper._back_up(one.folder)
        assert len(listed(one.folder)) == len(made) + 1


async def test_a_disk_that_is_gone_for_a_while_ends_no_backups_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = OSError(errno.EIO, "Input/output error")
    look = on_disk.listed

    def away(folder: Path) -> list[Backup]:
        raise gone

    async with keeping(tmp_path, first_after_s=0.05) as one:
        monkeypatch.setattr(on_disk, "listed", away)  # as thin_out sees it
        await one.until(lambda: one.figure("motcua_backup_failed") == 1)
        monkeypatch.setattr(on_disk, "listed", look)
        await one.until(lambda: one.figure("motcua_backup_failed") == 0)
        assert len(listed(one.folder)) == 1


async def test_a_failure_is_said_once_and_its_end_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_disk, "RESERVE_BYTES", 1 << 60)
    with capture_logs() as logs:
        async with keeping(tmp_path, first_after_s=0.05) as one:
            tries: list[Path] = []
            make = on_disk.keep_one

            def trying(data: Path, folder: Path, moment: Instant) -> tuple[Path, int]:
                tries.append(folder)
                return make(data, folder, moment)

            monkeypatch.setattr("hub.hourly.keep_one", trying)
            await one.until(lambda: len(tries) > 2)  # it has been tried again and again
            assert one.figure("motcua_backup_failed") == 1
            assert one.figure("motcua_backup_age_seconds") == math.inf
            monkeypatch.setattr(on_disk, "RESERVE_BYTES", 0)
            await one.until(lambda: one.figure("motcua_backup_failed") == 0)
            await one.until(lambda: len(listed(one.folder)) == 1)
    said = [log["event"] for log in logs if log["event"].startswith("backup")]
    assert said == ["backup_failed", "backup_made", "backup_recovered"]
    assert "make room" in next(log["reason"] for log in logs if log["event"] == "backup_failed")


async def test_what_a_killed_hub_left_half_made_is_removed_and_no_backup(tmp_path: Path) -> None:
    async with keeping(tmp_path) as one:
        half = one.folder / ".backup-half"
        half.mkdir(parents=True)
        (half / "journal.db").write_bytes(b"half")
        assert listed(one.folder) == []
        on_disk.keep_one(one.data, one.folder, at("08:00"))
        assert [path.name for path in one.folder.iterdir()] == [name_at(at("08:00"))]


async def test_old_ones_go_and_files_of_others_stay(tmp_path: Path) -> None:
    async with keeping(tmp_path) as one:
        on_disk.keep_one(one.data, one.folder, at("08:00"))
        [sound] = listed(one.folder)
        for day in range(1, 31):
            for month in ("09", "10"):
                shutil.copy(
                    sound.file, one.folder / name_at(at("08:00", f"2026-{month}-{day:02d}"))
                )
        (one.folder / "đừng xóa.txt").write_text("x")
        Hourly(one.hall, one.data, SETTINGS, one.clock)._back_up(one.folder)
        kept = [one.at for one in listed(one.folder)]
        assert (len(kept), min(kept)) == (31, at("08:00", "2026-10-01"))
        assert (one.folder / "đừng xóa.txt").exists()


async def test_the_newest_sound_one_is_found_behind_damaged_ones(tmp_path: Path) -> None:
    async with keeping(tmp_path) as one:
        with pytest.raises(SetupError, match="no backups here"):
            newest_sound(one.folder)
        on_disk.keep_one(one.data, one.folder, at("08:00"))
        on_disk.keep_one(one.data, one.folder, at("09:00"))
        newer, older = listed(one.folder)
        newer.file.write_bytes(newer.file.read_bytes()[:5000])
        assert newest_sound(one.folder)[0] == older.file
        older.file.write_bytes(b"")
        with pytest.raises(SetupError, match="none of the 2 backups"):
            newest_sound(one.folder)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("first_on", "then_on"), [("24", "23"), ("23", "22")])
async def test_the_one_with_most_in_it_is_chosen_though_the_clock_was_a_day_wrong(
    tmp_path: Path, first_on: str, then_on: str, known: bool
) -> None:
    async with keeping(tmp_path) as one:
        epoch = one.hall.epoch if known else None
        one.clock.now = at("08:00", f"2026-11-{first_on}")
        await one.asks(m.IssueTicket(LAND))
        on_disk.keep_one(one.data, one.folder, one.clock.now)
        one.clock.now = at("09:00", "2026-11-23")
        await one.asks(m.IssueTicket(LAND))
        then = at("09:00", f"2026-11-{then_on}")
        file, events = on_disk.keep_one(one.data, one.folder, then)
        chosen, told = newest_sound(one.folder, epoch)
        assert (chosen, told.events) == (file, events)
        assert listed(one.folder)[0].file != file


async def test_a_life_that_ended_is_not_gone_back_to_while_the_one_that_went_on_is_known(
    tmp_path: Path,
) -> None:
    async with keeping(tmp_path / "ended") as one:
        one.clock.now = at("08:00", "2026-11-24")
        await one.asks(m.IssueTicket(LAND))
        await one.asks(m.IssueTicket(LAND))
        on_disk.keep_one(one.data, tmp_path / "backups", one.clock.now)
    async with keeping(tmp_path / "goes-on") as one:
        await one.asks(m.IssueTicket(LAND))
        file, _events = on_disk.keep_one(one.data, tmp_path / "backups", one.clock.now)
        assert newest_sound(tmp_path / "backups", one.hall.epoch)[0] == file


async def test_a_backup_of_the_future_does_not_silence_the_alert(tmp_path: Path) -> None:
    tomorrow = at("08:00", "2026-11-24")
    async with keeping(tmp_path) as one:
        on_disk.keep_one(one.data, one.folder, tomorrow)
    async with keeping(tmp_path, first_after_s=0.05) as one:
        keeper = Hourly(one.hall, one.data, SETTINGS, one.clock)
        running = asyncio.create_task(keeper.run())
        await asyncio.sleep(0)
        assert keeper._age_s() == math.inf
        running.cancel()
        one.clock.now = tomorrow
        keeper._back_up(one.folder / "more")
        assert keeper._age_s() == 0
        one.clock.now = at("08:00")
        assert keeper._age_s() == math.inf


async def test_a_hub_that_shall_keep_none_makes_none(tmp_path: Path) -> None:
    settings = BackupSettings(folder="")
    assert folder_of(tmp_path, settings) is None
    async with keeping(tmp_path, settings, first_after_s=0.01) as one:
        keeper = Hourly(one.hall, one.data, settings, one.clock)
        await keeper.run()
        assert one.figure("motcua_backup_age_seconds") is None


def test_an_operator_lists_the_backups_and_restores_the_newest(tmp_path: Path) -> None:
    with running_hub(tmp_path / "data") as hub:
        hub.enrol("kiosk", "k1")
        assert hub.command("backups").endswith("0 of 0 backups are sound\n")
        hub.command("backup", str(tmp_path / "by-hand.db"))
        (hub.data / "backups").mkdir()
        name = name_at(at("08:00"))
        shutil.copy(tmp_path / "by-hand.db", hub.data / "backups" / name)
        listing = hub.command("backups")
        assert name in listing and "1 of 1 backups are sound" in listing
        looked = hub.command("restore", "--look")
        assert "devices   1" in looked and "epoch" in looked
    told = hub.command("restore", "--replace")
    assert told.startswith(looked)
    assert "moved aside" in told
    assert re.search(r"go on for every prefix after 1\d0:", told)
