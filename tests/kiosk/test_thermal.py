"""The CUPS backend as a program of its own, started as CUPS starts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.hall.cups import BACKEND
from deploy.hall.printer import ThermalEmulator
from kiosk.devices.dots import BAND, escpos
from kiosk.devices.thermal import REMEMBERED, bands, place_of
from kiosk.ticket_layout import draw
from tests.paper import a_paper

OK, CANCEL = 0, 5
PRINTED, SENT = "+motcua-printed-report", "+motcua-sent-report"
UNCONFIRMED = "+motcua-unconfirmed-report"


class Backend:
    """Runs jobs of one queue, whose ledger is in `folder`."""

    def __init__(self, emulator: ThermalEmulator, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.spool = folder / "d00001-001"
        self.spool.write_bytes(escpos(draw(a_paper())))

    def start(
        self, job: int, name: str = "tkt:A012-ab12cd", within: float = 20
    ) -> "subprocess.Popen[str]":
        uri = f"motcua-escpos://127.0.0.1:{self.emulator.port}/?within={within:g}"
        env = {"DEVICE_URI": uri, "PRINTER": "ve", "CUPS_CACHEDIR": str(self.folder)}
        words = [str(job), "lp", name, "1", "", str(self.spool)]
        return subprocess.Popen(
            [sys.executable, "-ISE", str(BACKEND), *words],
            env=os.environ | env,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, job: int, name: str = "tkt:A012-ab12cd", within: float = 20) -> tuple[int, str]:
        """Its exit code, and what it has told CUPS."""
        with self.start(job, name, within) as process:
            told = process.communicate(timeout=30)[1]
        return process.returncode, told


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[Backend]:
    with ThermalEmulator(tmp_path / "paper") as emulator:
        yield Backend(emulator, tmp_path)
        assert [error for error in emulator.errors if "hung up" not in error] == []


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_job_that_was_printed_is_completed_again_without_paper(backend: Backend) -> None:
    for _ in range(2):
        code, told = backend.run(1)
        assert (code, backend.emulator.printed) == (OK, 1)
        assert PRINTED in told
    assert backend.run(2)[0] == OK
    assert backend.emulator.printed == 2


def test_a_job_that_was_begun_and_not_confirmed_is_never_begun_again(backend: Backend) -> None:
    backend.emulator.slow(3)
    with backend.start(1) as process:
        until(lambda: len(backend.emulator._rows) > 2)
        process.kill()
    backend.emulator.off()
    backend.emulator.slow(0)
    backend.emulator.on()
    code, told = backend.run(1)
    assert (code, backend.emulator.printed) == (CANCEL, 0)
    assert UNCONFIRMED in told


def test_a_second_backend_of_the_same_job_waits_for_the_first_and_says_the_same(
    backend: Backend,
) -> None:
    backend.emulator.slow(1.5)
    with backend.start(1) as first:
        until(lambda: len(backend.emulator._rows) > 2)
        code, told = backend.run(1)
        assert first.wait(10) == OK
    assert (code, backend.emulator.printed) == (OK, 1)
    assert PRINTED in told


def test_what_was_not_begun_is_begun_by_the_next_cups(backend: Backend) -> None:
    backend.emulator.paper_out()
    with backend.start(1) as process:
        assert process.stderr is not None
        assert any("media-empty-error" in line for line in iter(process.stderr.readline, ""))
        process.kill()
    backend.emulator.paper_in()
    assert backend.run(1)[0] == OK
    assert backend.emulator.printed == 1


def test_a_cancel_in_the_middle_empties_the_printer(backend: Backend) -> None:
    backend.emulator.slow(3)
    with backend.start(1) as process:
        until(lambda: len(backend.emulator._rows) > 2)
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == CANCEL
    until(lambda: not backend.emulator._rows)
    backend.emulator.slow(0)
    assert backend.run(2)[0] == OK
    assert [ticket["height"] for ticket in backend.emulator.tickets()] == [draw(a_paper()).height]


def test_a_job_too_old_when_the_printer_is_ready_is_dropped(backend: Backend) -> None:
    os.utime(backend.spool, (time.time() - 30, time.time() - 30))
    assert backend.run(1, within=20)[0] == CANCEL
    assert backend.run(2, within=60)[0] == OK
    assert backend.emulator.printed == 1


def test_a_job_that_begins_at_the_last_moment_is_printed_whole(backend: Backend) -> None:
    backend.emulator.slow(2)
    assert backend.run(1, within=1)[0] == OK
    assert backend.emulator.printed == 1


def test_a_printer_that_answered_before_is_given_time_to_start(backend: Backend) -> None:
    assert backend.run(1)[0] == OK
    backend.emulator._mute = True
    with backend.start(2) as process:
        assert process.stderr is not None
        assert any("+offline-report" in line for line in iter(process.stderr.readline, ""))
        backend.emulator._mute = False
        assert PRINTED in process.stderr.read()
    assert backend.emulator.printed == 2


def test_the_ledger_holds_the_last_jobs_whatever_they_are_called(backend: Backend) -> None:
    name = "tên\nlạ\t" + "x" * 300
    assert backend.run(1, name)[0] == OK
    ledger = backend.folder / "motcua-ve"
    old = "".join(f"{n} tkt:X{n:03d}-000000\tmotcua-printed-report\n" for n in range(2, 200))
    ledger.write_text(ledger.read_text(encoding="utf-8") + old, encoding="utf-8")
    assert backend.run(200)[0] == OK
    lines = ledger.read_text(encoding="utf-8").splitlines()
    assert len(lines) == REMEMBERED
    assert lines[-1] == "200 tkt:A012-ab12cd\tmotcua-printed-report"
    assert backend.run(199, "tkt:X199-000000")[0] == OK
    assert backend.emulator.printed == 2


def test_a_spoilt_ledger_is_no_hindrance(backend: Backend) -> None:
    (backend.folder / "motcua-ve").write_bytes(b"\xff\x00\n\n1 tkt\xc3")
    assert backend.run(1)[0] == OK
    assert backend.emulator.printed == 1


def test_a_job_of_somebody_else_is_sent_as_it_is(backend: Backend) -> None:
    backend.spool.write_bytes(b"\n\n" + escpos(draw(a_paper())))
    code, told = backend.run(1)
    assert (code, backend.emulator.printed) == (OK, 1)
    assert PRINTED in told


def test_bands_are_cut_where_a_question_may_stand() -> None:
    data = escpos(draw(a_paper()))
    pieces = bands(data)
    assert b"".join(pieces) == data
    assert len(pieces) == -(-draw(a_paper()).height // BAND) + 1
    assert pieces[-1] == b"\x1dVB\x00"
    assert bands(b"") == [b""]
    assert bands(b"\x1dv0\x00\x01\x00\x02\x00a")[0].endswith(b"a"), "cut short: all that there is"


@pytest.mark.parametrize(
    ("uri", "place", "within"),
    [
        ("motcua-escpos://10.0.0.5:9100/?within=60", "10.0.0.5:9100", 60),
        ("motcua-escpos://printer.lan:9100", "printer.lan:9100", 120),
        ("motcua-escpos:///dev/usb/lp0?within=90", "/dev/usb/lp0", 90),
        ("motcua-escpos:///dev/usb/lp0", "/dev/usb/lp0", 120),
        ("motcua-escpos://[fd00::5]:9100/", "[fd00::5]:9100", 120),
    ],
)
def test_a_device_uri_names_the_place_and_the_age(uri: str, place: str, within: float) -> None:
    assert place_of(uri) == (place, within)


def test_it_starts_without_what_it_does_not_need() -> None:
    found = subprocess.run(
        [sys.executable, "-ISE", "-X", "importtime", str(BACKEND)],
        capture_output=True,
        text=True,
        check=True,
        timeout=20,
    )
    assert found.stdout.startswith("network motcua-escpos ")
    loaded = {line.rpartition("|")[2].strip() for line in found.stderr.splitlines()}
    assert not loaded & {"socket", "signal", "re", "typing", "asyncio", "logging", "json"}
