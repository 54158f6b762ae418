"""Damage that a hub finds when it starts, in processes of its own with the damage on the disk."""

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from hub.backup_rules import name_at
from hub.database import Database
from hub.journal import witness
from hub.journal.sqlite import FILE, read_only
from hub.recovery import open_registry
from hub.registry import FILE as REGISTRY, Registry
from tests.hub.hall_site import at
from tests.hub.hub_process import ROOT, SITE, HubProcess

PAGE = 4096


class Centre:
    """A hub with a kiosk, and what the kiosk was given."""

    def __init__(self, data: Path) -> None:
        self.hub = HubProcess(data)
        self.hub.start()
        self.credential = self.hub.enrol("kiosk", "k1")
        self.numbers: list[str] = []
        self.epochs: list[str] = []

    def take(self, count: int) -> list[str]:
        """Take numbers; those that came."""
        hello = {"type": "hello", "version": 1, "role": "kiosk", "credential": self.credential}
        given = []
        with connect(f"ws://{self.hub.live}/live") as talk:
            talk.send(json.dumps(hello))
            welcome = json.loads(talk.recv(5))
            assert welcome["type"] == "welcome", welcome
            self.epochs.append(welcome["epoch"])
            for _ in range(count):
                wish = {"kind": "issue_ticket", "service": "dat-dai"}
                frame = {"type": "command", "request_id": str(uuid.uuid4()), "command": wish}
                talk.send(json.dumps(frame))
                while (answer := json.loads(talk.recv(5)))["type"] != "result":
                    assert answer["type"] in ("view", "beat"), answer
                given.append(answer["value"]["number"])
        self.numbers += given
        return given

    def back_up(self, day: str = "2026-11-23") -> None:
        """Have one of the hub's own backups, as it makes them every hour."""
        folder = self.hub.data / "backups"
        folder.mkdir(exist_ok=True)
        self.hub.command("backup", str(folder / name_at(at("08:00", day))))

    def figure(self, name: str) -> float:
        with urllib.request.urlopen(f"{self.hub.url}/metrics") as page:
            text = page.read().decode()
        found = re.search(rf"(?m)^{name} (\S+)$", text)
        assert found, name
        return float(found[1])


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    one = Centre(tmp_path / "data")
    try:
        yield one
    finally:
        one.hub.stop()


def aside(data: Path) -> Path:
    [found] = data.glob("damaged-*")
    return found


def test_a_corrupt_page_is_put_aside_and_no_number_is_given_twice(centre: Centre) -> None:
    hub, path = centre.hub, centre.hub.data / FILE
    assert centre.take(30)[-1] == "A030"
    centre.back_up()
    centre.take(20)
    hub.stop()
    spoilt = bytearray(path.read_bytes())
    for page in (2, 3, 4):  # the roots of what was made first
        spoilt[page * PAGE : page * PAGE + 200] = os.urandom(200)
    path.write_bytes(spoilt)
    hub.start()
    after = centre.take(2)
    assert len(set(centre.numbers)) == 52
    # The mark knew that 20 events were missing: 30 + 20 + 100.
    assert after == ["A151", "A152"]
    assert centre.epochs[0] == centre.epochs[1] != centre.epochs[2]
    assert (aside(hub.data) / FILE).read_bytes() == bytes(spoilt)
    assert centre.figure("motcua_damaged_folders") == 1
    assert hub.log.count('"journal_damaged"') == hub.log.count('"journal_recovered"') == 1
    kinds = [entry.kind for entry in read_only(hub.data)]
    assert kinds.count("ticket_issued") == 32 and kinds.count("day_opened") == 1
    hub.restart()
    assert centre.take(1) == ["A153"]
    assert len(list(hub.data.glob("damaged-*"))) == 1


@pytest.mark.parametrize("how", ["cut off", "garbage", "gone"])
def test_a_wal_file_that_lost_its_end_is_noticed_and_what_is_left_is_kept(
    centre: Centre, how: str
) -> None:
    hub = centre.hub
    centre.take(40)
    hub.kill()
    wal = hub.data / f"{FILE}-wal"
    content = wal.read_bytes()
    assert len(content) > 10 * PAGE
    if how == "cut off":
        wal.write_bytes(content[: len(content) // 2])
    elif how == "garbage":
        wal.write_bytes(content[:32] + os.urandom(len(content) - 32))
    else:
        wal.unlink()
        (hub.data / FILE).write_bytes(b"")
    if how != "cut off":  # nothing of the journal is left then
        done = start(hub)
        assert done.returncode == 2, done.stderr
        return
    hub.start()
    left = [entry.kind for entry in read_only(hub.data)].count("ticket_issued")
    assert 0 < left < 40
    assert centre.take(1) == ["A141"]
    assert "numbers_moved" in [entry.kind for entry in read_only(hub.data)]


def test_a_backup_that_has_more_than_what_is_left_is_preferred(centre: Centre) -> None:
    hub = centre.hub
    centre.take(20)
    wal = hub.data / f"{FILE}-wal"
    size = wal.stat().st_size
    centre.take(20)
    centre.back_up()
    centre.take(5)
    hub.kill()
    wal.write_bytes(wal.read_bytes()[:size])
    hub.start()
    assert centre.take(1) == ["A146"]
    assert [entry.kind for entry in read_only(hub.data)].count("ticket_issued") == 41


def test_a_backup_of_a_clock_that_was_ahead_hides_neither_newer_ones_nor_what_is_left(
    centre: Centre,
) -> None:
    hub, path = centre.hub, centre.hub.data / FILE
    centre.take(5)
    centre.back_up("2026-11-24")
    centre.take(15)
    wal = hub.data / f"{FILE}-wal"
    size = wal.stat().st_size
    centre.take(20)
    centre.back_up()
    hub.kill()
    wal.write_bytes(wal.read_bytes()[:size])
    hub.start()
    assert [entry.kind for entry in read_only(hub.data)].count("ticket_issued") == 40
    hub.stop()
    cut(path)
    hub.start()
    assert [entry.kind for entry in read_only(hub.data)].count("ticket_issued") == 40


def start(hub: HubProcess) -> "subprocess.CompletedProcess[str]":
    """Start a hub that will not serve."""
    return subprocess.run(
        [
            sys.executable, "-m", "hub", "serve", "--always-open",
            "--site", str(SITE), "--data", str(hub.data),
            "--live", "127.0.0.1:0", "--web", "127.0.0.1:0",
        ],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 2 * PAGE])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove(path: Path) -> None:
    path.unlink()


def text(path: Path) -> None:
    path.write_bytes(b"a shopping list " * 1000)


@pytest.mark.parametrize("spoil", [cut, empty, remove, text])
def test_a_journal_that_is_gone_is_restored_or_the_hub_says_in_one_sentence_what_to_do(
    centre: Centre, spoil: Callable[[Path], None]
) -> None:
    hub, path = centre.hub, centre.hub.data / FILE
    centre.take(3)
    hub.stop()
    (hub.data / "kept").write_bytes(path.read_bytes())
    spoil(path)
    before = {one.name for one in hub.data.iterdir()}
    done = start(hub)
    assert done.returncode == 2
    said = done.stderr.strip().splitlines()[-1]
    assert said.startswith("motcua-hub: ") and "motcua-hub restore FILE --replace" in said
    assert "Traceback" not in done.stderr
    assert before <= {one.name for one in hub.data.iterdir()} | {FILE}
    assert not list(hub.data.glob("damaged-*"))
    path.write_bytes((hub.data / "kept").read_bytes())
    hub.start()
    centre.back_up()
    centre.take(2)
    hub.stop()
    spoil(path)
    hub.start()
    assert centre.take(1) == ["A106"]


def test_what_cannot_be_read_of_the_open_day_is_damage_though_the_page_is_whole(
    centre: Centre,
) -> None:
    hub = centre.hub
    centre.take(3)
    centre.back_up()
    centre.take(2)
    hub.stop()
    content = (hub.data / FILE).read_bytes()
    fifth = b'"number":"A005","prefix"'
    assert content.count(fifth) == 1
    (hub.data / FILE).write_bytes(content.replace(fifth, b'"nimber":"A005","prefix"'))
    hub.start()
    # A004 could be read, and one event more is missing: 4 + 1 + 100.
    assert centre.take(1) == ["A106"]
    assert "row 6 (ticket_issued) cannot be read" in hub.log


def test_what_a_newer_version_wrote_is_no_damage(centre: Centre) -> None:
    hub = centre.hub
    centre.take(2)
    centre.back_up()
    hub.stop()
    with contextlib.closing(Database(hub.data / FILE)) as database:
        database.run(
            "INSERT INTO event SELECT max(seq) + 1, max(day), max(at), 'ticket_praised', '{}', NULL"
            " FROM event"
        )
    done = start(hub)
    assert done.returncode == 2
    assert "a kind that this version does not know (ticket_praised)" in done.stderr
    assert not list(hub.data.glob("damaged-*"))


def test_a_row_whose_kind_is_garbled_says_the_way_out_and_it_is_one(centre: Centre) -> None:
    hub = centre.hub
    centre.take(3)
    centre.back_up()
    centre.take(2)
    hub.stop()
    with contextlib.closing(Database(hub.data / FILE)) as database:
        for (trigger,) in database.run("SELECT name FROM sqlite_schema WHERE type = 'trigger'"):
            database.run(f"DROP TRIGGER {trigger}")
        database.run("UPDATE event SET kind = 'ticket_issuee' WHERE seq = 5")
    done = start(hub)
    assert done.returncode == 2
    assert "install the version that wrote it or, if there is none" in done.stderr
    assert "`motcua-hub restore --replace`" in done.stderr
    hub.command("restore", "--replace")
    hub.start()
    assert centre.take(1)[0] > "A100"


def test_a_damaged_registry_is_restored_without_touching_the_journal(centre: Centre) -> None:
    hub = centre.hub
    centre.take(2)
    centre.back_up()
    hub.stop()
    text(hub.data / REGISTRY)
    hub.start()
    assert centre.take(1) == ["A003"]
    assert len(set(centre.epochs)) == 1
    assert [path.name for path in aside(hub.data).iterdir()] == [REGISTRY]


KILLED_WRITER = """
import os, pathlib, signal, sys
from hub.database import Database
database = Database(pathlib.Path(sys.argv[1]), journal_mode="delete")
database.run("PRAGMA cache_size=2")  # so that pages are on disk before the end of it
database.run("BEGIN IMMEDIATE")
for _ in range(500):
    database.run("INSERT INTO change (at, kind, name) VALUES (0, 'enrolled', ?)", "x" * 500)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_registry_whose_writer_was_killed_is_rolled_back_and_not_called_damaged(
    tmp_path: Path,
) -> None:
    Registry(tmp_path).close()
    subprocess.run(
        [sys.executable, "-c", KILLED_WRITER, str(tmp_path / REGISTRY)],
        cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert (tmp_path / f"{REGISTRY}-journal").stat().st_size
    with contextlib.closing(open_registry(tmp_path, None, lambda: at("08:00"))) as opened:
        assert list(opened.changes()) == []


def test_a_damaged_registry_without_a_backup_is_one_sentence(centre: Centre) -> None:
    centre.hub.stop()
    text(centre.hub.data / REGISTRY)
    done = start(centre.hub)
    assert done.returncode == 2
    assert "has no sound backup" in done.stderr


def test_a_disk_that_forgot_its_mark_costs_nothing(centre: Centre) -> None:
    hub = centre.hub
    centre.take(2)
    hub.kill()
    (hub.data / witness.FILE).write_bytes(b"\0" * 40)
    hub.start()
    assert centre.take(1) == ["A003"]
    found = witness.read(hub.data)
    assert found is not None and found.seq == 4


def test_a_restored_journal_counts_what_the_replaced_one_had(centre: Centre) -> None:
    hub = centre.hub
    centre.take(2)
    centre.back_up()
    centre.take(5)
    hub.stop()
    assert "A107" in hub.command("restore", "--replace")
    hub.start()
    assert centre.take(1) == ["A108"]


def test_a_backup_that_was_restored_once_is_restored_again_behind_what_was_given_since(
    centre: Centre,
) -> None:
    hub = centre.hub
    centre.take(2)
    centre.back_up()
    centre.take(50)
    for given in ("A153", "A255"):  # 2 + 50 + 100, and one more was given before the next hundred
        hub.stop()
        hub.command("restore", "--replace")
        hub.start()
        assert centre.take(2)[0] == given


@pytest.mark.parametrize("spoil", [cut, text])
def test_a_journal_that_is_damaged_again_goes_on_behind_its_first_recovery(
    centre: Centre, spoil: Callable[[Path], None]
) -> None:
    """Though only a backup from before the first one is there, which knows nothing of it."""
    hub = centre.hub
    centre.take(2)
    centre.back_up()
    centre.take(150)
    for _ in range(3):
        hub.stop()
        spoil(hub.data / FILE)
        hub.start()
        centre.take(40)
    assert len(set(centre.numbers)) == len(centre.numbers) == 2 + 150 + 3 * 40


def test_the_damaged_journal_can_be_read_where_it_was_put(centre: Centre) -> None:
    hub = centre.hub
    centre.take(40)
    hub.kill()
    wal = hub.data / f"{FILE}-wal"
    wal.write_bytes(wal.read_bytes()[: 20 * PAGE])
    hub.start()
    with contextlib.closing(Database(aside(hub.data) / FILE, read_only=True)) as database:
        assert database.run("SELECT count(*) FROM event")[0][0] > 1
