import asyncio
import hashlib
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import cups
import pytest
import pytest_asyncio
from PIL import Image

from deploy.hall.cups import PrivateCups
from deploy.hall.printer import ThermalEmulator
from kiosk.devices.cups_queue import our_jobs
from kiosk.devices.dots import BAND, escpos
from kiosk.devices.printer import CupsPrinter, job_name
from kiosk.ticket_layout import draw
from tests.paper import a_paper, a_slip, cups_in, cups_server, needs_cups, read_codes

__all__ = ["cups_server"]

pytestmark = needs_cups


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[ThermalEmulator]:
    with ThermalEmulator(tmp_path / "paper") as printer:
        yield printer
        assert printer.errors == []


@pytest.fixture
def queue(cups_server: PrivateCups, emulator: ThermalEmulator) -> str:
    return cups_server.add_thermal(f"ve-{emulator.port}", emulator.port)


@pytest_asyncio.fixture
async def printer(
    cups_server: PrivateCups, queue: str, tmp_path: Path
) -> AsyncIterator[CupsPrinter]:
    made = CupsPrinter(queue, folder=tmp_path, server=str(cups_server.socket), patience_s=5)
    yield made
    await asyncio.to_thread(made.close)


def pictures(emulator: ThermalEmulator) -> list[Image.Image]:
    return [Image.open(file) for file in sorted(emulator.folder.glob("*.png"))]


def nothing_left(server: PrivateCups, queue: str) -> bool:
    return not our_jobs(cups.Connection(host=str(server.socket)), queue)


async def until(condition: Callable[[], bool], within_s: float = 8.0) -> None:
    end = time.monotonic() + within_s
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < end, "it did not come to pass in time"
        await asyncio.sleep(0.02)


def test_the_bytes_are_those_of_python_escpos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Importing it makes a folder in the temporary one, and leaves it there.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    from escpos.printer import Dummy

    ticket = draw(a_paper())
    theirs = Dummy()
    theirs.image(ticket, fragment_height=BAND)
    theirs.cut(feed=False)
    assert escpos(ticket) == theirs.output
    assert escpos(ticket).startswith(b"\x1dv0\x00")


def test_a_jobs_name_tells_the_number_and_keeps_the_ticket_id_to_itself() -> None:
    digest = hashlib.sha256(b"s3cr3t-ticket-id").hexdigest()
    assert job_name(a_paper()) == f"tkt:A012-{digest[:6]}"


async def test_a_ticket_comes_out_with_its_number_and_url(
    printer: CupsPrinter, emulator: ThermalEmulator, tmp_path: Path
) -> None:
    for number in ("A012", "AB1234"):
        outcome = await printer.print(a_paper(number, f"id-{number}"))
        assert (outcome.printed, outcome.code, outcome.ticket) == (True, "ok", f"id-{number}")
    assert emulator.wait_printed(2)
    codes = [read_codes(picture) for picture in pictures(emulator)]
    assert codes == [
        ("https://motcua.nghean.gov.vn/t#id-A012", "A012"),
        ("https://motcua.nghean.gov.vn/t#id-AB1234", "AB1234"),
    ]
    assert not (tmp_path / "printing").exists()


@pytest.mark.parametrize(
    ("fault", "cure", "code"),
    [
        ("paper_out", "paper_in", "no_paper"),
        ("open_cover", "close_cover", "cover_open"),
        ("off", "on", "printer_off"),
    ],
)
async def test_trouble_is_named_soon_and_its_paper_never_comes_late(
    fault: str,
    cure: str,
    code: str,
    printer: CupsPrinter,
    cups_server: PrivateCups,
    emulator: ThermalEmulator,
    queue: str,
) -> None:
    getattr(emulator, fault)()
    began = time.monotonic()
    outcome = await printer.print(a_paper("A001", "first"))
    assert (outcome.printed, outcome.code) == (False, code)
    assert 2 <= time.monotonic() - began < 4.5
    assert nothing_left(cups_server, queue)
    getattr(emulator, cure)()
    assert (await printer.print(a_paper("A002", "second"))).printed
    assert emulator.wait_printed(1)
    assert [read_codes(picture)[1] for picture in pictures(emulator)] == ["A002"]


async def test_paper_that_comes_back_in_time_is_used(
    printer: CupsPrinter, emulator: ThermalEmulator
) -> None:
    emulator.paper_out()
    asked = asyncio.create_task(printer.print(a_paper()))
    await asyncio.sleep(0.5)
    emulator.paper_in()
    assert (await asked).printed


async def test_a_roll_that_ends_in_the_middle_leaves_nothing_for_the_next_roll(
    printer: CupsPrinter, emulator: ThermalEmulator
) -> None:
    emulator.slow(0.6)
    asked = asyncio.create_task(printer.print(a_paper("A001", "first")))
    await until(lambda: bool(emulator.pending))
    emulator.paper_out()
    assert (await asked).code in ("no_paper", "timeout")
    emulator.slow(0)
    await until(lambda: not emulator.pending)
    emulator.paper_in()
    assert (await printer.print(a_paper("A002", "second"))).printed
    assert [read_codes(picture)[1] for picture in pictures(emulator)] == ["A002"]


async def test_a_printer_that_never_ends_is_given_up_after_the_patience(
    cups_server: PrivateCups, emulator: ThermalEmulator, queue: str, tmp_path: Path
) -> None:
    emulator.slow(30)
    hasty = CupsPrinter(queue, folder=tmp_path, server=str(cups_server.socket), patience_s=1)
    try:
        outcome = await hasty.print(a_paper())
        assert (outcome.printed, outcome.code) == (False, "timeout")
        assert nothing_left(cups_server, queue)
    finally:
        await asyncio.to_thread(hasty.close)


async def test_no_cups_is_said_at_once_and_forgotten_when_it_is_back(
    emulator: ThermalEmulator, tmp_path: Path
) -> None:
    with cups_in(tmp_path / "cups") as server:
        queue = server.add_thermal("ve", emulator.port)
        printer = CupsPrinter(queue, folder=tmp_path, server=str(server.socket))
        try:
            assert (await printer.print(a_paper("A001", "first"))).printed
            server.kill()
            began = time.monotonic()
            assert (await printer.print(a_paper("A002", "second"))).code == "cups_down"
            assert time.monotonic() - began < 1
            server.start()
            assert (await printer.print(a_paper("A003", "third"))).printed
        finally:
            await asyncio.to_thread(printer.close)
    numbers = [read_codes(picture)[1] for picture in pictures(emulator)]
    assert numbers == ["A001", "A003"]


async def test_cups_killed_in_the_middle_of_a_job_prints_nothing_twice(
    emulator: ThermalEmulator, tmp_path: Path
) -> None:
    with cups_in(tmp_path / "cups") as server:
        queue = server.add_thermal("ve", emulator.port)
        printer = CupsPrinter(queue, folder=tmp_path, server=str(server.socket))
        try:
            emulator.slow(1)
            asked = asyncio.create_task(printer.print(a_paper("A001", "first")))
            await until(lambda: bool(emulator.pending))
            server.kill()
            assert (await asked).code == "cups_down"
            server.start()
            await until(lambda: nothing_left(server, queue))
            emulator.slow(0)
            assert (await printer.print(a_paper("A002", "second"))).printed
        finally:
            await asyncio.to_thread(printer.close)
    numbers = [read_codes(picture)[1] for picture in pictures(emulator)]
    assert numbers in (["A001", "A002"], ["A002"])


async def test_a_kiosk_that_starts_anew_cancels_what_was_left(
    cups_server: PrivateCups, emulator: ThermalEmulator, queue: str, tmp_path: Path
) -> None:
    emulator.paper_out()
    connection = cups.Connection(host=str(cups_server.socket))
    left = connection.createJob(queue, "tkt:A001-abcdef", {})
    connection.startDocument(queue, left, "x", "application/vnd.cups-raw", True)
    data = escpos(draw(a_paper("A001")))
    connection.writeRequestData(data, len(data))
    connection.finishDocument(queue)
    other = connection.createJob(queue, "another's", {})
    (tmp_path / "printing").write_text(f"{left} tkt:A001-abcdef\n")
    printer = CupsPrinter(queue, folder=tmp_path, server=str(cups_server.socket))
    try:
        await until(lambda: nothing_left(cups_server, queue))
        assert other in connection.getJobs(requested_attributes=["job-id"])
        connection.cancelJob(other)
        emulator.paper_in()
        assert (await printer.print(a_paper("A002"))).printed
    finally:
        await asyncio.to_thread(printer.close)
    assert [read_codes(picture)[1] for picture in pictures(emulator)] == ["A002"]


async def test_a_print_that_is_called_off_leaves_no_job(
    printer: CupsPrinter, cups_server: PrivateCups, emulator: ThermalEmulator, queue: str
) -> None:
    emulator.paper_out()
    asked = asyncio.create_task(printer.print(a_paper()))
    await until(lambda: not nothing_left(cups_server, queue))
    asked.cancel()
    await until(lambda: nothing_left(cups_server, queue))


async def test_a_slip_comes_out_and_cups_keeps_neither_it_nor_its_code(
    printer: CupsPrinter, cups_server: PrivateCups, emulator: ThermalEmulator
) -> None:
    assert await printer.print_slip(a_slip()) == "ok"
    assert emulator.wait_printed(1)
    [picture] = pictures(emulator)
    assert read_codes(picture) == ("https://motcua.nghean.gov.vn/d", "H41.15-261110-0042")
    ground = cups_server.socket.parent
    await until(lambda: not list((ground / "spool").glob("d*")))
    kept = [path.read_bytes() for path in ground.rglob("*") if path.is_file()]
    assert any(b"slip:" in content for content in kept), "looked where the jobs are"
    assert not any(b"H41.15-261110-0042" in content for content in kept)


async def test_a_slip_of_an_earlier_run_is_never_printed_later(
    cups_server: PrivateCups, queue: str, emulator: ThermalEmulator, tmp_path: Path
) -> None:
    emulator.paper_out()
    connection = cups.Connection(host=str(cups_server.socket))
    connection.createJob(queue, "slip:0123abcd", {})
    printer = CupsPrinter(queue, folder=tmp_path, server=str(cups_server.socket), patience_s=5)
    try:
        await until(lambda: nothing_left(cups_server, queue))
    finally:
        await asyncio.to_thread(printer.close)
