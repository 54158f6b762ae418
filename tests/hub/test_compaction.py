"""Erasure: what is due is in no byte of the folder afterwards, and nothing else has changed."""

import asyncio
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from hub import backups, compaction, database
from hub.backup import RESTORING, Contents, back_up
from hub.backups import examined, keep_one, listed
from hub.compaction import (
    Compaction,
    compact,
    compact_copies,
    compact_copy,
    copies,
)
from hub.database import Database
from hub.engine.evolve import evolve
from hub.engine.state import State
from hub.hall import Hall
from hub.journal import rewrite, witness
from hub.journal.base import ERASED, Answer
from hub.journal.codec import unpack
from hub.journal.rewrite import Rewriting
from hub.journal.sqlite import FILE, NEXT, SqliteJournal, read_only
from hub.metrics import Metrics
from hub.realtime import Live
from hub.registry import Registry
from hub.restore import restore
from hub.retention import FIELDS, FORGOTTEN, Cut, Held
from hub.settings import Retention
from shared import messages as m
from shared.errors import SetupError, StorageDamaged, StorageError, StorageFull
from shared.link import Link
from shared.model import Epoch, Instant, RequestId, Role, Seq
from tests.hub.hall_site import BOSS, KIOSK, LAND, SITE, at, officer
from tests.hub.hub_process import ROOT, running_hub
from tests.hub.test_hall import Clock, fresh, serving, until
from tests.hub.test_realtime import Client, Room as LiveRoom, admit

RULES = Retention()
DAYS = ("2026-11-19", "2026-11-20", "2026-11-23")
TODAY = DAYS[-1]
NOW = at("09:00", TODAY)
"""An open Monday; Thursday's and Friday's links are due, today's are not."""

CARD = "c0ffee" * 10 + "beef"


def code(day: str, number: int = 1) -> str:
    """A dossier's code that nothing else holds."""
    return f"H41.15-{day[2:].replace('-', '')}-77{number:02}"


def state_of(folder: Path) -> dict[str, Any]:
    """What a hub that starts there knows of the open day."""
    with contextlib.closing(SqliteJournal(folder)) as journal:
        state = State(SITE)
        for one in journal.open_day():
            evolve(state, unpack(one.kind, one.body, one.seq, one.at), one.seq, one.at)
    return vars(state)


def found_in(folder: Path, *marks: str) -> list[str]:
    return [
        f"{path.relative_to(folder)}: {mark}"
        for path in folder.rglob("*")
        if path.is_file()
        for content in [path.read_bytes()]
        for mark in marks
        if mark.encode() in content
    ]


async def make_days(folder: Path) -> dict[str, RequestId]:
    """Three days with dossiers and a card, the last of them open; the wishes by their code."""
    clock, wishes = Clock(), {}
    site = msgspec.structs.replace(SITE, one_ticket_per_card=True)
    with contextlib.closing(SqliteJournal(folder)) as journal:
        for day in DAYS:
            clock.now = at("08:00", day)
            async with serving(Hall(site, journal, clock)) as hall:
                for number in (1, 2):
                    wishes[code(day, number)] = wish = fresh()
                    command = m.IssueTicket(
                        LAND,
                        dossier=code(day, number),
                        procedure="1.013831",
                        card=f"{number}{CARD}"[:64],
                    )
                    assert isinstance(await hall.ask(KIOSK, wish, command), Answer)
                assert isinstance(await hall.ask(BOSS, fresh(), m.ClearEmergency()), Answer)
                assert isinstance(await hall.ask(officer(1), fresh(), m.CallNext()), Answer)
                if day != TODAY:
                    assert isinstance(await hall.ask(BOSS, fresh(), m.CloseDay()), Answer)
                    raised = m.RaiseEmergency(f"Mất điện {day}")
                    assert isinstance(await hall.ask(BOSS, fresh(), raised), Answer)
    return wishes


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `make_days` leaves it; copy it."""
    folder = tmp_path_factory.mktemp("days")
    asyncio.run(make_days(folder))
    return folder


@pytest.fixture
def data(days: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(days, tmp_path / "data"))


def erase(data: Path, now: Instant = NOW, rules: Retention = RULES) -> rewrite.Report | None:
    with contextlib.closing(SqliteJournal(data)) as journal:
        return compact(journal, now, rules)


# --- what goes, and what stays -----------------------------------------------------------


def test_what_is_due_is_in_no_byte_of_the_folder_and_the_open_day_is_whole(data: Path) -> None:
    due = [code(day, number) for day in DAYS[:2] for number in (1, 2)]
    open_day = [code(TODAY, number) for number in (1, 2)]
    assert {line.split(": ")[1] for line in found_in(data, *due)} == set(due)
    before = state_of(data)
    with contextlib.closing(SqliteJournal(data)) as journal:
        report = compact(journal, NOW, RULES)
        # While the journal is open, with its -wal and -shm.
        assert found_in(data, *due) == []
    assert report is not None
    assert (report.erased, report.dropped) == (8, 0)
    assert found_in(data, *due) == []
    assert {line.split(": ")[1] for line in found_in(data, *open_day)} == set(open_day)
    after = state_of(data)
    site, old_site = after.pop("site"), before.pop("site")
    assert site == old_site
    assert after == before
    assert [one.dossier for one in after["tickets"].values()] == open_day


def test_every_event_stays_where_it_was_and_is_what_it_was_without_what_is_due(
    data: Path,
) -> None:
    before = list(read_only(data))
    erase(data)
    after = list(read_only(data))
    assert len(after) == len(before)
    for old, new in zip(before, after, strict=True):
        if old.kind == "ticket_issued" and old.day != TODAY:
            was, now = (unpack(one.kind, one.body, one.seq, one.at) for one in (old, new))
            assert now == msgspec.structs.replace(was, dossier=None, card=None)
            assert "dossier" not in new.body
            new = msgspec.structs.replace(new, body=old.body)
        assert new == old


def test_a_new_epoch_begins_and_the_journal_says_what_was_erased(data: Path) -> None:
    with contextlib.closing(SqliteJournal(data)) as journal:
        before = journal.epoch
        report = compact(journal, NOW, RULES)
        assert report is not None
        assert journal.epoch == report.epoch != before
        last = journal.last_seq()
        told = journal.writer.run("SELECT * FROM compaction")
        assert told == [(report.epoch, before, NOW, last, 8, 0)]
    later = erase(data, at("00:00", "2031-11-21"))
    assert later is not None
    with contextlib.closing(Database(data / FILE, read_only=True)) as database:
        assert len(database.run("SELECT * FROM compaction")) == 2


def test_nothing_due_changes_nothing(data: Path) -> None:
    erase(data)
    content = (data / FILE).read_bytes()
    assert erase(data) is None
    assert (data / FILE).read_bytes() == content


def test_links_go_at_their_midnight_and_not_before(data: Path) -> None:
    with contextlib.closing(SqliteJournal(data)) as journal:
        for clock, day, erased in (
            ("23:59", "2026-11-20", None),
            ("00:00", "2026-11-21", 4),
            ("23:59", "2026-11-21", None),
            ("00:00", "2026-11-22", 4),
            ("00:00", "2026-11-29", None),  # Monday is still open
        ):
            report = compact(journal, at(clock, day), RULES)
            assert (report and report.erased) == erased, (clock, day)


def test_days_that_were_kept_their_years_are_gone_and_reading_goes_on_from_the_next(
    data: Path,
) -> None:
    before = list(read_only(data))
    first = next(one.seq for one in before if (one.kind, one.day) == ("day_opened", DAYS[1]))
    report = erase(data, at("00:00", "2031-11-20"))
    assert report is not None
    assert report.dropped == first - 1
    after = list(read_only(data))
    assert [one.seq for one in after] == list(range(first, before[-1].seq + 1))
    assert list(read_only(data, Seq(first + 2))) == after[3:]
    assert found_in(data, code(DAYS[0])) == []
    with contextlib.closing(SqliteJournal(data)) as journal:
        assert journal.last_seq() == before[-1].seq
        journal.append([], [])


def test_a_field_of_free_words_goes_after_ninety_days_as_soon_as_it_is_in_the_table(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event has one yet: what stands in for it here is a field that tells nothing."""
    erase(data)
    fields = FIELDS["ticket_issued"] | {"procedure": Held.WORDS}  # type: ignore[operator]
    monkeypatch.setitem(FIELDS, "ticket_issued", fields)
    ninety = "2027-02-18"
    assert erase(data, at("23:59", "2027-02-17")) is None
    report = erase(data, at("00:00", ninety))
    assert report is not None
    assert report.erased == 2
    left = [one.day for one in read_only(data) if '"procedure"' in one.body]
    assert left == [DAYS[1], DAYS[1], TODAY, TODAY]


# --- answers -----------------------------------------------------------------------------


async def test_a_repeated_request_is_answered_alike_though_its_fingerprint_is_gone(
    tmp_path: Path,
) -> None:
    wishes = await make_days(tmp_path)
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        old, new = (wishes[code(day)] for day in (DAYS[1], TODAY))
        first = journal.answers([old, new])
        compact(journal, NOW, RULES)
        again = journal.answers([old, new])
        assert again[old] == msgspec.structs.replace(first[old], fingerprint=ERASED)
        assert again[new] == first[new]
        clock = Clock()
        clock.now = NOW
        async with serving(Hall(SITE, journal, clock)) as hall:
            last = journal.last_seq()
            same = await hall.ask(KIOSK, old, m.IssueTicket(LAND, dossier=code(DAYS[1])))
            assert isinstance(same, Answer)
            assert same.value == first[old].value
            other = await hall.ask(KIOSK, new, m.IssueTicket(LAND))
            assert not isinstance(other, Answer)
            assert journal.last_seq() == last


def test_answers_that_are_older_than_they_are_kept_do_not_come_along(data: Path) -> None:
    erase(data, at("09:00", "2026-11-28"))
    with contextlib.closing(SqliteJournal(data)) as journal:
        oldest = journal.writer.run("SELECT min(at) FROM answer")[0][0]
    assert oldest >= at("09:00", "2026-11-21")


# --- trouble -----------------------------------------------------------------------------


def test_somebody_who_reads_the_file_is_not_disturbed_and_it_is_done_later(data: Path) -> None:
    with contextlib.closing(SqliteJournal(data)) as journal:
        epoch, count = journal.epoch, journal.last_seq()
        with contextlib.closing(Database(data / FILE, read_only=True)) as reader:
            reader.run("SELECT count(*) FROM event")
            with pytest.raises(StorageError):
                compact(journal, NOW, RULES)
            assert (journal.epoch, journal.last_seq()) == (epoch, count)
            assert reader.run("SELECT count(*) FROM event") == [(count,)]
        assert not (data / NEXT).exists()
        assert journal.writer.pragma("journal_mode") == "wal"
        assert compact(journal, NOW, RULES) is not None


def test_who_begins_to_read_in_the_moment_of_the_swap_stops_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: list[Database] = []
    replace = Path.replace

    def read(path: Path, target: Path) -> Path:
        replaced = replace(path, target)
        reader = Database(data / FILE, read_only=True)
        reader.run("BEGIN")
        reader.run("SELECT count(*) FROM event")
        readers.append(reader)
        return replaced

    monkeypatch.setattr(Path, "replace", read)
    with contextlib.closing(SqliteJournal(data)) as journal:
        began = time.monotonic()
        assert compact(journal, NOW, RULES) is not None
        assert time.monotonic() - began < 3, "nobody was waited for"
        journal.append([], [])
        [reader] = readers
        assert reader.run("SELECT count(*) FROM event") == [(journal.last_seq(),)]
        reader.close()


def test_who_reads_when_a_swap_fails_is_waited_for_and_the_hub_goes_on(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 100)

    def fail(*_arguments: object) -> rewrite.Report:
        reader = Database(data / FILE, read_only=True)
        reader.run("BEGIN")
        reader.run("SELECT count(*) FROM event")
        threading.Timer(0.5, reader.close).start()
        raise StorageFull("no room")

    with contextlib.closing(SqliteJournal(data)) as journal:
        with monkeypatch.context() as patch, pytest.raises(StorageFull):
            patch.setattr(Rewriting, "finish", fail)
            compact(journal, NOW, RULES)
        assert journal.writer.pragma("journal_mode") == "wal"
        journal.append([], [])
        assert compact(journal, NOW, RULES) is not None


@pytest.mark.parametrize("name", ["take", "check", "finish"])
def test_without_room_nothing_changes_and_the_hub_goes_on(
    data: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = list(read_only(data))

    def full(*_arguments: object) -> None:
        raise StorageFull("no room")

    with contextlib.closing(SqliteJournal(data)) as journal:
        epoch = journal.epoch
        with monkeypatch.context() as patch, pytest.raises(StorageFull):
            patch.setattr(Rewriting, name, full)
            compact(journal, NOW, RULES)
        assert journal.epoch == epoch
        assert list(journal.entries()) == before
        assert sorted(path.name for path in data.iterdir()) == [
            FILE, f"{FILE}-shm", f"{FILE}-wal", "journal.mark", "lock",
        ]  # fmt: skip
        assert compact(journal, NOW, RULES) is not None


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("body", "still has its"),
        ("json_remove(body, '$.dossier', '$.card', '$.number')", "cannot be read"),
        ("json_set(body, '$.prefix', 'Z')", "not what it was"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_takes_no_place(
    data: Path, monkeypatch: pytest.MonkeyPatch, kept: str, said: str
) -> None:
    before = list(read_only(data))
    wrong = f"CASE WHEN kind = 'ticket_issued' THEN {kept} ELSE body END"
    monkeypatch.setattr(rewrite, "_kept", lambda wanted: wrong)
    with pytest.raises(StorageDamaged, match=said):
        erase(data)
    assert list(read_only(data)) == before
    assert not (data / NEXT).exists()


def test_the_new_file_is_on_the_disk_before_it_has_the_name_and_the_name_before_it_is_used(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a power cut could undo is done in this order; kill -9 cannot tell it."""
    done: list[str] = []
    fsync, replace, opened = os.fsync, Path.replace, SqliteJournal._open

    def synced(handle: int) -> None:
        done.append(f"sync {Path(f'/proc/self/fd/{handle}').readlink().name}")
        fsync(handle)

    def replaced(path: Path, target: Path) -> Path:
        done.append(f"{path.name} becomes {target.name}")
        return replace(path, target)

    def reopened(journal: SqliteJournal) -> None:
        done.append("open")
        opened(journal)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    monkeypatch.setattr(SqliteJournal, "_open", reopened)
    erase(data)
    assert [one for one in done if one != f"sync {witness.FILE}"] == [
        "open", f"sync {NEXT}", f"{NEXT} becomes {FILE}", f"sync {data.name}", "open",
    ]  # fmt: skip


DIES = """
import os, sys
from pathlib import Path
from hub.compaction import (
    Compaction,
    compact,
    compact_copies,
    compact_copy,
    copies,
)
from hub.journal import sqlite
from hub.journal.rewrite import Rewriting
from hub.journal.sqlite import SqliteJournal
from hub.settings import Retention
folder, owner, name, when, now = sys.argv[1:]
owner = {"Rewriting": Rewriting, "Journal": SqliteJournal, "Path": Path, "sqlite": sqlite}[owner]
journal = SqliteJournal(Path(folder))
real = getattr(owner, name)
def killed(*arguments, **more):
    if when == "after":
        real(*arguments, **more)
    os.kill(os.getpid(), 9)
setattr(owner, name, killed)
compact(journal, int(now), Retention())
"""
STEPS = {
    "the new file is made": ("Rewriting", "__init__"),
    "events are taken": ("Rewriting", "take"),
    "the new file is checked": ("Rewriting", "check"),
    "the journal is alone": ("Journal", "_be_alone"),
    "the new file is finished": ("Rewriting", "finish"),
    "it takes the old one's place": ("Path", "replace"),
    "the folder is on the disk": ("sqlite", "keep_names"),
    "the journal is opened": ("Journal", "_open"),
}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_folder_holds_one_whole_journal(
    data: Path, step: str, when: str
) -> None:
    before, state = list(read_only(data)), state_of(data)
    state.pop("site")
    done = subprocess.run(
        [sys.executable, "-c", DIES, str(data), *STEPS[step], when, str(NOW)],
        cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    with contextlib.closing(SqliteJournal(data)) as journal:
        assert not list(data.glob(f"{NEXT}*"))
        kept = list(journal.entries())
        assert [(one.seq, one.kind) for one in kept] == [(one.seq, one.kind) for one in before]
        swapped = journal.writer.run("SELECT count(*) FROM compaction") == [(1,)]
        assert swapped is (compact(journal, NOW, RULES) is None)
        assert journal.writer.run("PRAGMA integrity_check") == [("ok",)]
    after = state_of(data)
    after.pop("site")
    assert after == state
    assert found_in(data, code(DAYS[0]), code(DAYS[1])) == []


# --- copies ------------------------------------------------------------------------------


def test_a_hub_that_took_over_stays_the_newer_one(data: Path) -> None:
    with contextlib.closing(SqliteJournal(data)) as journal:
        journal.begin_anew(Epoch("taken-over"), 5, [])
        assert compact(journal, NOW, RULES) is not None
        assert (journal.epoch != "taken-over", journal.generation) == (True, 5)
    with contextlib.closing(SqliteJournal(data)) as journal:
        assert journal.generation == 5


def test_a_backup_loses_what_is_due_and_can_be_restored(data: Path, tmp_path: Path) -> None:
    with contextlib.closing(Registry(data)) as people:
        credential = people.enrol(Role.KIOSK, "k1", None, NOW)
    file = tmp_path / "backup.db"
    events = back_up(data, file)
    report = compact_copy(file, NOW, RULES)
    assert report is not None
    assert report.erased == 8
    assert compact_copy(file, NOW, RULES) is None
    assert [path.name for path in tmp_path.iterdir() if "backup" in path.name] == ["backup.db"]
    assert code(DAYS[0]).encode() not in file.read_bytes()
    assert restore(file, tmp_path / "new", NOW, complete=True).events == events
    with contextlib.closing(Registry(tmp_path / "new")) as people:
        assert people.device(credential) is not None


def test_of_a_copy_the_day_that_was_open_then_is_over_when_its_time_has_come(
    data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "backup.db"
    back_up(data, file)
    compact_copy(file, at("23:59", "2026-11-24"), RULES)
    assert code(TODAY).encode() in file.read_bytes()
    compact_copy(file, at("00:00", "2026-11-25"), RULES)
    assert code(TODAY).encode() not in file.read_bytes()
    erase(data, at("00:00", "2026-11-25"))  # the journal itself is not: its day goes on
    assert found_in(data, code(TODAY)) != []


def test_a_journal_that_a_hub_writes_is_no_copy_whoever_names_it(data: Path) -> None:
    with contextlib.closing(SqliteJournal(data)) as journal:
        before = (data / FILE).stat().st_ino
        with pytest.raises((SetupError, StorageError)):
            compact_copy(data / FILE, NOW, RULES)
        assert (data / FILE).stat().st_ino == before
        assert compact(journal, NOW, RULES) is not None


def test_what_a_restore_moved_aside_is_cleaned_too(data: Path, tmp_path: Path) -> None:
    back_up(data, tmp_path / "backup.db")
    restore(tmp_path / "backup.db", data, NOW, replace=True)
    erase(data)
    assert found_in(data, code(DAYS[0])) != []
    [(path, report)] = compact_copies(copies(data, None), NOW, RULES)
    assert path.parent.name.startswith("replaced-")
    assert report.erased == 8
    assert found_in(data, code(DAYS[0])) == []


def test_a_copy_that_cannot_be_read_is_named_and_left(data: Path) -> None:
    (data / "old").mkdir()
    (data / "old" / FILE).write_bytes(b"not a database at all" * 300)
    with capture_logs() as logs:
        assert list(compact_copies(copies(data, None), NOW, RULES)) == []
    assert [one["event"] for one in logs] == ["copy_not_compacted"]
    with contextlib.closing(Database(data / "other.db")) as other:
        other.run("CREATE TABLE t (n INTEGER) STRICT")
    with pytest.raises(SetupError, match="no journal"):
        compact_copy(data / "other.db", NOW, RULES)


# --- while the hub serves ----------------------------------------------------------------


class Served(LiveRoom):
    """A hall on a data folder that serves on loopback, and its compaction."""

    def __init__(self, data: Path) -> None:
        self.clock = Clock()
        self.journal = SqliteJournal(data)
        self.revoked = set()
        self.ill = False
        self.hall = Hall(SITE, self.journal, self.clock)
        self.live = Live(self.hall, admit, self.clock)
        self.stack = contextlib.AsyncExitStack()
        self.metrics = Metrics()
        self.compaction = Compaction(self.hall, self.journal, RULES, self.clock, meter=self.metrics)

    def failed(self) -> float | None:
        return self.metrics.registry.get_sample_value("motcua_erasure_failed")


@pytest.fixture
async def served(data: Path) -> AsyncIterator[Served]:
    room = Served(data)
    room.clock.now = NOW
    async with serving(room.hall):
        listener = socket.create_server(("127.0.0.1", 0))
        room.port = listener.getsockname()[1]
        await room.live.start(listener)
        async with room.stack:
            yield room
        await room.live.stop()
    room.journal.close()


async def test_copies_that_could_not_be_looked_at_are_looked_at_again(
    served: Served, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_one(data, data / "backups", NOW)
    served.compaction._backups = data / "backups"

    def away(files: object, now: Instant, rules: Retention) -> Iterator[object]:
        raise OSError("no such device")

    with monkeypatch.context() as broken:
        broken.setattr("hub.compaction.compact_copies", away)
        with pytest.raises(OSError, match="no such device"):
            await served.compaction.look()
    await served.compaction.look()
    assert found_in(data / "backups", code(DAYS[1])) == []


@pytest.mark.parametrize("body", ["{}", '{"day":1}', '{"day":"2026-11-19","timezone":"Mars/Sea"}'])
def test_a_day_without_a_time_zone_is_damage_that_is_named(data: Path, body: str) -> None:
    with contextlib.closing(Database(data / "journal.db")) as journal:
        journal.run("DROP TRIGGER event_is_never_changed")
        journal.run("UPDATE event SET body = ? WHERE kind = 'day_opened'", body)
    with pytest.raises(StorageDamaged, match=r"row|names no time zone"):
        compaction.due_of(data / "journal.db", NOW, RULES)


async def test_the_hubs_own_backups_are_cleaned_once_a_day(served: Served, data: Path) -> None:
    keep_one(data, data / "backups", NOW)
    served.compaction._backups = data / "backups"
    assert found_in(data / "backups", code(DAYS[1])) != []
    await served.compaction.look()
    assert found_in(data / "backups", code(DAYS[1])) == []
    [kept] = listed(data / "backups")
    assert isinstance(examined(kept), Contents)


def view_of(client: Client) -> dict[str, Any]:
    """What it was welcomed with, but for how displays are: a look each second finds that out."""
    return {name: one for name, one in client.welcome["view"].items() if name != "screens"}


async def test_clients_come_back_to_a_new_epoch_and_the_same_hall(
    served: Served, data: Path
) -> None:
    await served.hall.ask(BOSS, fresh(), m.CloseDay())
    roles = ("kiosk", "display", "supervisor")
    before = [await served.join(role) for role in roles]
    report = await served.compaction.look()
    assert report is not None
    assert [await one.closed() for one in before] == [1001] * 3
    after = [await served.join(role) for role in roles]
    for old, new in zip(before, after, strict=True):
        assert new.welcome["epoch"] == report.epoch != old.welcome["epoch"]
        assert new.welcome["seq"] == old.welcome["seq"]
        assert view_of(new) == view_of(old)
    assert found_in(data, code(DAYS[0]), code(DAYS[1])) == []
    # Today's own midnight and a day have not passed; then they have, and memory follows the disk.
    assert await served.compaction.look() is None
    assert any(one.dossier for one in served.hall.state.tickets.values())
    served.clock.now = at("00:00", "2026-11-25")
    assert await served.compaction.look() is not None
    assert not any(one.dossier for one in served.hall.state.tickets.values())
    assert found_in(data, *(code(day, number) for day in DAYS for number in (1, 2))) == []


async def test_a_clock_that_is_far_ahead_erases_nothing_until_a_person_says_so(
    served: Served, data: Path
) -> None:
    served.clock.now = at("09:00", "2033-01-01")
    with contextlib.closing(Registry(data)) as people:
        served.compaction._registry = people
        people.enrol(Role.KIOSK, "k1", None, NOW)
        assert await served.compaction.look() is None
        assert len(list(people.changes())) == 1
        assert isinstance(await served.hall.ask(BOSS, fresh(), m.OpenDay()), Answer)
        report = await served.compaction.look()
        assert list(people.changes()) == []
    assert report is not None
    assert report.dropped > 0
    assert not any(one.day == DAYS[0] for one in read_only(data))
    assert served.hall.state.last_day == "2033-01-01"


async def test_an_open_day_is_waited_for_but_not_for_longer_than_an_hour(served: Served) -> None:
    assert served.hall.state.day == TODAY
    served.compaction._since = None  # it has looked before
    assert await served.compaction.look() is None
    served.clock.now = Instant(NOW + compaction.WAIT_FOR_CLOSING_MS - 1)
    assert await served.compaction.look() is None
    tickets = dict(served.hall.state.tickets)
    served.clock.now = Instant(NOW + compaction.WAIT_FOR_CLOSING_MS)
    assert await served.compaction.look() is not None
    assert served.hall.state.tickets == tickets


async def test_wishes_that_come_meanwhile_wait_and_are_granted_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    await served.hall.ask(officer(1), fresh(), m.OpenCounter())
    finish = Rewriting.finish
    wishes = [fresh() for _ in range(20)]
    asked: list[asyncio.Task[Any]] = []
    loop = asyncio.get_running_loop()

    def ask() -> None:
        asked.extend(
            loop.create_task(served.hall.ask(KIOSK, wish, m.IssueTicket(LAND))) for wish in wishes
        )

    def slow(rewriting: Rewriting, now: Instant) -> rewrite.Report:
        asyncio.run_coroutine_threadsafe(_do(ask), loop).result()
        return finish(rewriting, now)

    monkeypatch.setattr(Rewriting, "finish", slow)
    report = await served.compaction.look()
    assert report is not None
    outcomes = await asyncio.gather(*asked)
    assert all(isinstance(one, Answer) for one in outcomes)
    issued = [one for one in served.journal.entries() if one.request_id in wishes]
    assert len(issued) == len(wishes)
    again = await served.hall.ask(KIOSK, wishes[0], m.IssueTicket(LAND))
    assert again == outcomes[0]
    assert served.hall.seq == served.journal.last_seq()


async def test_swap_after_swap_under_load_loses_nothing_and_does_nothing_twice(
    served: Served,
) -> None:
    """Twenty kiosks take numbers all the while; every answer given stands in the last file."""
    given: dict[RequestId, str] = {}
    over = False

    async def take_numbers() -> None:
        while not over:
            wish = fresh()
            outcome = await served.hall.ask(KIOSK, wish, m.IssueTicket(LAND))
            assert isinstance(outcome, Answer), outcome
            given[wish] = msgspec.json.decode(outcome.value)["number"]

    async def swap(name: int) -> None:
        nothing = Cut(dict.fromkeys(FORGOTTEN, Seq(0)), Seq(1))
        path = served.journal.path
        with contextlib.closing(
            Rewriting(path, path.with_name(NEXT), nothing, Epoch(f"life {name}"))
        ) as rewriting:
            await asyncio.to_thread(rewriting.take)
            await served.compaction._exchange(rewriting, NOW)

    kiosks = [asyncio.create_task(take_numbers()) for _ in range(20)]
    for name in range(8):
        before = len(given)
        await swap(name)
        await until(lambda: len(given) > before)  # noqa: B023
    over = True
    await asyncio.gather(*kiosks)
    issued = [one for one in served.journal.entries() if one.kind == "ticket_issued"]
    today = [msgspec.json.decode(one.body) for one in issued if one.day == TODAY]
    assert [one["ordinal"] for one in today] == list(range(1, len(today) + 1))
    written = {one.request_id: msgspec.json.decode(one.body)["number"] for one in issued}
    assert {wish: written[wish] for wish in given} == given
    assert len(today) == len(given) + 2
    lives = served.journal.writer.run("SELECT epoch, erased FROM compaction ORDER BY epoch")
    assert lives == [(f"life {name}", 0) for name in range(8)]
    assert served.journal.writer.run("PRAGMA integrity_check") == [("ok",)]


async def test_a_screen_comes_back_by_itself_and_its_wish_is_granted_once(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kiosk's own link, as it is: it asks in the very moment in which nothing is decided."""
    touches: list[tuple[str, float]] = []
    loop = asyncio.get_running_loop()
    link = Link(
        f"127.0.0.1:{served.port}",
        role=Role.KIOSK,
        credential="ok",
        view=m.KioskView,
        on_view=lambda _view, _seq: None,
        on_touch=lambda touch: touches.append((touch.value, loop.time())),
    )
    running = asyncio.create_task(link.run())
    await until(lambda: len(touches) == 1)
    wish, asked = fresh(), []
    finish = Rewriting.finish

    def ask() -> None:
        asked.append(loop.create_task(link.ask(wish, m.IssueTicket(LAND))))

    def slow(rewriting: Rewriting, now: Instant) -> rewrite.Report:
        asyncio.run_coroutine_threadsafe(_do(ask), loop).result()
        return finish(rewriting, now)

    monkeypatch.setattr(Rewriting, "finish", slow)
    assert await served.compaction.look() is not None
    result = await asyncio.wait_for(asked[0], 10)
    assert isinstance(result, m.Result)
    await until(lambda: len(touches) == 3)
    assert [touch for touch, _at in touches] == ["live", "lost", "live"]
    assert touches[2][1] - touches[1][1] < 2
    assert sum(one.request_id == wish for one in served.journal.entries()) == 1
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _do(act: Callable[[], None]) -> None:
    act()


async def test_a_reader_only_puts_it_off(
    served: Served, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "TRIES", 2)
    monkeypatch.setattr(compaction, "BETWEEN_TRIES_S", 0.0)
    await served.hall.ask(BOSS, fresh(), m.CloseDay())
    epoch = served.hall.epoch
    reader = Database(data / FILE, read_only=True)
    reader.run("SELECT count(*) FROM event")
    with pytest.raises(StorageError):
        await served.compaction.look()
    assert served.hall.epoch == epoch
    assert isinstance(await served.hall.ask(BOSS, fresh(), m.OpenDay()), Answer)
    reader.close()
    await served.hall.ask(BOSS, fresh(), m.CloseDay())
    assert await served.compaction.look() is not None


async def test_without_room_it_is_said_once_and_done_when_there_is_room(
    served: Served, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(compaction, "LOOK_EVERY_S", 0.001)
    shutil.copytree(data, data / f"{RESTORING}x")  # a restore was killed
    looks = 0
    look = served.compaction.look

    async def counted() -> Any:
        nonlocal looks
        looks += 1
        return await look()

    monkeypatch.setattr(served.compaction, "look", counted)
    epoch = served.hall.epoch
    with capture_logs() as logs, monkeypatch.context() as full:
        full.setattr(backups, "RESERVE_BYTES", 2**60)
        running = asyncio.create_task(served.compaction.run())
        await until(lambda: looks > 3)
        assert served.hall.epoch == epoch
        assert served.failed() == 1
        full.undo()
        await until(lambda: served.failed() == 0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert [one["event"] for one in logs] == ["compaction_failed", "journal_compacted"]
    assert "make room" in logs[0]["reason"]
    assert served.hall.epoch == logs[1]["epoch"]
    assert found_in(data, code(DAYS[0])) == []


# --- the programs ------------------------------------------------------------------------


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "hub", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_the_command_erases_from_journal_copies_and_backups(data: Path, tmp_path: Path) -> None:
    back_up(data, tmp_path / "backup.db")
    shutil.copytree(data, data / "replaced-x")
    words = ("compact", "--data", str(data), str(tmp_path / "backup.db"))
    first = run(*words)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count(" fields erased") == 3
    assert found_in(tmp_path, code(DAYS[0]), code(DAYS[1])) == []
    assert run(*words).stdout.count("nothing is due") == 2
    assert run("compact", "--data", str(tmp_path / "none")).returncode == 2
    assert run(*words[:3], str(tmp_path / "none.db")).returncode == 2


def test_the_command_leaves_a_running_hubs_journal_to_the_hub(data: Path) -> None:
    with contextlib.closing(SqliteJournal(data)):
        done = run("compact", "--data", str(data))
    assert done.returncode == 2
    assert "another hub" in done.stderr


def test_a_hub_that_starts_erases_what_is_due(tmp_path: Path) -> None:
    # Real days, for the program reads the machine's clock.
    past = Instant(time.time_ns() // 1_000_000 - 5 * 24 * 3600 * 1000)
    asyncio.run(_one_day(tmp_path, past))
    assert found_in(tmp_path, "H41.15-260102-7701") != []
    with running_hub(tmp_path) as hub:
        deadline = time.monotonic() + 20
        while "journal_compacted" not in hub.log:
            assert time.monotonic() < deadline, hub.log
            time.sleep(0.05)
        assert found_in(tmp_path, "H41.15-260102-7701") == []


async def _one_day(folder: Path, now: Instant) -> None:
    clock = Clock()
    clock.now = now
    with contextlib.closing(SqliteJournal(folder)) as journal:
        async with serving(Hall(SITE, journal, clock, always_open=True)) as hall:
            command = m.IssueTicket(LAND, dossier="H41.15-260102-7701")
            assert isinstance(await hall.ask(KIOSK, fresh(), command), Answer)
            assert isinstance(await hall.ask(BOSS, fresh(), m.CloseDay()), Answer)
