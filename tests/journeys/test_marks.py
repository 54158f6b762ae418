"""What people show and say is looked for afterwards, in every file that a hall has written."""

import asyncio
import contextlib
import os
import re
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect

from hub.backup_rules import name_at
from hub.compaction import Compaction
from hub.dossiers.masking import masked
from hub.dossiers.sandbox.dossiers import _SHOWN_NAMES, SHOW, SHOW_DIGITS
from hub.dossiers.sandbox.people import shown
from hub.hall import Hall as QueueHall
from hub.journal.sqlite import SqliteJournal
from hub.settings import Retention
from shared import theme
from shared.dossiers import DossierState
from shared.model import Instant
from tests.hub.hall_site import SITE
from tests.hub.test_hall import serving
from tests.hub.web.browser import new_page
from tests.journeys.glass import centre, until
from tests.journeys.hall import Hall
from tests.paper import read_codes

STATE = DossierState.FINISHED
CODE = SHOW[STATE]
DIGITS = SHOW_DIGITS[STATE]
IDENTITY = f"04009912{DIGITS}"
NAME = "MARKERHOLDER"
CARD = f"{IDENTITY}|186000777|{NAME}|01021960|Nam|MARKERHAMLET, Nghi Lộc, Nghệ An|01052021"

OF_THE_CARD = (IDENTITY, "186000777", NAME, "01021960", "MARKERHAMLET", "01052021")
PERSON = shown(_SHOWN_NAMES[STATE], DIGITS)
MASKED = masked(PERSON.name)
OF_THE_ONE_STOP = (PERSON.name, MASKED, PERSON.phone, PERSON.identity, PERSON.email)
"""The applicant's name, whole and as it is masked, telephone, identity number, mail."""

ONLY_DIGITS = re.compile(rf"(?<![\w.]){DIGITS}(?!\w)")
"""The four digits by themselves: to be looked for in what is text."""

DAY_MS = 24 * 3600 * 1000


def files(hall: Hall) -> Iterator[Path]:
    """All the hall has written: data, backups, logs, spool, paper, frames, temporary files. Not the
    sandbox's own, which stands for another house's."""
    for path in (*hall.folder.rglob("*"), *hall.cups.ground.rglob("*")):
        if path.is_file() and not path.is_relative_to(hall.one_stop.folder):
            yield path


def found_in(paths: Iterator[Path], *marks: str) -> list[str]:
    return [
        f"{path}: {mark}"
        for path in paths
        for content in [path.read_bytes()]
        for mark in marks
        if mark.encode() in content
    ]


def is_text(path: Path) -> bool:
    return path.suffix in {".log", ".jsonl", ".json", ".toml", ""}


def look_up_and_take_a_number(hall: Hall) -> None:
    """Receipt, identity card, slip, number: all that a person can show a kiosk."""
    hall.go_home()
    hall.scan_until(CODE, "dossier")
    nameless = hall.kiosk_picture()
    hall.scan(CARD)
    until(lambda: hall.kiosk_picture() != nameless, "the masked name is shown")
    papers = hall.printer.printed
    time.sleep(0.3)  # a screen takes no touches at first
    hall.tap("printslip")
    assert hall.printer.wait_printed(papers + 1)
    with Image.open(hall.printer.folder / str(hall.printer.tickets()[-1]["file"])) as dots:
        codes = read_codes(dots)
    assert CODE in codes
    assert not any(NAME in code for code in codes)
    before = hall.last_seq()
    hall.scan_until("1.012790.000.00.00.H41", "procedure")
    hall.scan_until(CODE, "dossier")
    gold = centre(hall.kiosk_picture(), theme.GOLD)
    assert gold is not None, "there is a button that takes the number"
    hall.screen.tap(*gold)
    assert hall.wait_event("ticket_issued", since=before)["dossier"] == CODE
    hall.wait_shows("ticket")
    hall.go_home()


def look_up_by_phone(hall: Hall, browser: Browser) -> None:
    with new_page(browser, width=390, height=844) as phone:
        phone.goto(f"{hall.hub.url}/d#{CODE}")
        expect(phone.locator("[name=code]")).to_have_value(CODE)
        phone.locator("[name=digits]").fill(DIGITS)
        phone.keyboard.press("Enter")
        expect(phone.locator("main")).to_contain_text(MASKED)


def test_what_people_show_stands_where_it_must_and_nowhere_else(
    hall: Hall, browser: Browser, console: Page
) -> None:
    look_up_and_take_a_number(hall)
    look_up_by_phone(hall, browser)
    hall.hub.command("backup", str(hall.folder / "by-hand.db"))

    everything = [path.name for path in files(hall)]
    for name in ("journal.db", "journal.db-wal", "registry.db", "hub.log", "by-hand.db"):
        assert name in everything, "it is looked into"
    spool = [path.name for path in files(hall) if path.parent == hall.cups.ground / "spool"]
    assert any(name.startswith("c") for name in spool), "the jobs' names are looked into"
    assert not any(name.startswith("d") for name in spool), "what was printed is gone"
    # Of the card, and of what the e-one-stop system told: nowhere at all.
    assert found_in(files(hall), *OF_THE_CARD, *OF_THE_ONE_STOP) == []
    texts = ((path, path.read_text("utf-8", "replace")) for path in files(hall) if is_text(path))
    assert [str(path) for path, text in texts if ONLY_DIGITS.search(text)] == []
    # The dossier's code: in the journal and its backups, for as long as the rule says.
    meant = {hall.hub.data / "journal.db", hall.hub.data / "journal.db-wal"}
    elsewhere = (
        path
        for path in files(hall)
        if path not in meant and path.suffix != ".db" and "backups" not in path.parts
    )
    assert found_in(elsewhere, CODE) == []
    assert found_in(files(hall), CODE) != []
    assert list(hall.inflight.iterdir()) == []


def test_two_days_later_the_dossiers_code_is_in_no_file_either(hall: Hall, tmp_path: Path) -> None:
    """A copy of the hub's folder is served two days later, for the hall's own day is today."""
    hall.hub.stop()
    hall.wait_shows("away")
    data = Path(shutil.copytree(hall.hub.data, tmp_path / "data"))
    hall.hub.start()
    hall.wait_shows("home")
    kept = data / "backups"
    kept.mkdir(exist_ok=True)
    shutil.copy(hall.folder / "by-hand.db", kept / name_at(Instant(0)))
    later = Instant(time.time_ns() // 1_000_000 + 2 * DAY_MS)
    assert found_in(data.rglob("*.db"), CODE) != []

    async def serve() -> None:
        with contextlib.closing(SqliteJournal(data)) as journal:
            async with serving(QueueHall(SITE, journal, lambda: later, always_open=True)) as queue:
                rules = Retention()
                await Compaction(queue, journal, rules, lambda: later, backups=kept).look()
            assert found_in((path for path in data.rglob("*") if path.is_file()), CODE) == []

    # On a thread of its own: while Playwright is open no event loop can be run here.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, serve()).result(60)
    assert found_in((path for path in data.rglob("*") if path.is_file()), CODE) == []


def test_a_hub_that_crashes_leaves_no_core_and_tells_nothing(hall: Hall) -> None:
    hall.go_home()
    hall.scan_until(CODE, "dossier")
    hall.go_home()
    assert core_limits(hall.hub.pid) == ["0", "0"]
    before = cores(hall)
    assert hall.hub.abort() == -signal.SIGABRT
    hall.wait_shows("away")
    assert cores(hall) == before
    assert found_in(iter([hall.hub.data / "hub.log"]), CODE, *OF_THE_ONE_STOP) == []
    hall.hub.start()
    hall.wait_shows("home")


def test_a_kiosk_that_crashes_leaves_no_core(hall: Hall) -> None:
    hall.go_home()
    hall.scan_until(CODE, "dossier")
    assert core_limits(hall.kiosk.pid) == ["0", "0"]
    before = cores(hall)
    os.kill(hall.kiosk.pid, signal.SIGABRT)
    hall.kiosk.process.wait(10)
    assert cores(hall) == before
    assert not os.WCOREDUMP(-hall.kiosk.process.returncode)
    hall.start_kiosk()
    hall.kiosk.wait_ready()
    hall.go_home()
    assert found_in(files(hall), *OF_THE_CARD, *OF_THE_ONE_STOP) == []


def core_limits(pid: int) -> list[str]:
    limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    return line.split()[4:6]


def cores(hall: Hall) -> set[Path]:
    """Where a kernel would write one: the working folder, or beside the data."""
    return {*Path.cwd().glob("core*"), *hall.folder.rglob("core*")}
