"""Print tickets through CUPS: the only module that speaks to it.

    created ─▶ noted in the data folder ─▶ sent ─▶ completed                 printed
       │                                    ├────▶ trouble for GRACE_S ─┐
       └ CUPS away: cups_down               └────▶ patience is over ────┴─▶ cancelled, gone

A job that did not print in time is cancelled, so that its paper cannot come out an hour later,
and nothing is ever printed twice by this code. One worker thread makes all calls, because pycups
blocks; it begins by cancelling what an earlier run has left behind.
"""

import asyncio
import contextlib
import hashlib
import io
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import cups
from escpos.constants import GS
from PIL import Image, ImageChops

from kiosk import paper as words
from kiosk.paper import Paper, PrintOutcome, Slip
from kiosk.sheet import DPI, WIDE
from kiosk.slip_layout import draw as draw_slip
from kiosk.ticket_layout import draw
from shared.errors import DeviceError
from shared.model import TicketId

Style = Literal["thermal", "ipp"]

GRACE_S = 2.0
"""Trouble that lasts this long is certain; a reason of an earlier job is gone by then."""
POLL_S = 0.02
HUNG_S = 3.0
"""How long past its patience a print may hang in CUPS itself."""

JOB_PREFIX = "tkt:"
SLIP_PREFIX = "slip:"
_OURS = (JOB_PREFIX, SLIP_PREFIX)
_NOTE = "printing"
_GONE = (7, 8, 9)  # cancelled, aborted, completed: RFC 8011, 5.3.7
_COMPLETED = 9
_STOPPED = 5  # printer-state, RFC 8011, 5.4.11
_TROUBLE = {
    "media-empty": words.NO_PAPER,
    "media-needed": words.NO_PAPER,
    "cover-open": words.COVER_OPEN,
    "door-open": words.COVER_OPEN,
    "interlock-open": words.COVER_OPEN,
    "offline": words.PRINTER_OFF,
    "shutdown": words.PRINTER_OFF,
    "connecting-to-device": words.PRINTER_OFF,
    "timed-out": words.PRINTER_OFF,
}
_REASONS = {
    words.OK: "printed",
    words.NO_PAPER: "the printer has no paper",
    words.COVER_OPEN: "the printer's cover is open",
    words.PRINTER_OFF: "the printer is off or cannot be reached",
    words.CUPS_DOWN: "the print service (CUPS) does not answer",
    words.TIMEOUT: "the printer did not finish in time",
}
_FAULTS = (RuntimeError, cups.IPPError, cups.HTTPError)


class NoCups(DeviceError):
    """CUPS is away, or does not take our job."""


class CupsPrinter:
    """Prints each `Paper` and `Slip` on the CUPS queue `queue`, one after another.

    `server` is a socket's path or a host, None the system's own CUPS; `folder` keeps the note of
    the job in hand. "thermal" sends ESC/POS raster to a raw queue, "ipp" a one-page PDF.
    """

    def __init__(
        self,
        queue: str,
        *,
        folder: Path,
        server: str | None = None,
        style: Style = "thermal",
        dots: int = WIDE,
        patience_s: float = 12.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.queue = queue
        self._note = folder / _NOTE
        self._server = server
        self._encode = escpos if style == "thermal" else one_page_pdf
        self._format = "application/vnd.cups-raw" if style == "thermal" else "application/pdf"
        self._dots = dots
        self._patience_s = patience_s
        self._clock = clock
        self._swept = False
        self._closing = threading.Event()
        self._worker = ThreadPoolExecutor(1, "printer")
        self._first = self._worker.submit(self._begin)

    async def print(self, paper: Paper) -> PrintOutcome:
        """Print one ticket and wait until it is out, or surely never will be.

        Cancelling this call cancels the job. Raises nothing for trouble with paper or CUPS.
        """
        code = await self._out(job_name(paper), lambda: draw(paper, self._dots))
        return outcome(paper.ticket, code)

    async def print_slip(self, slip: Slip) -> str:
        """Print a look-up in the same way; gives the code of what became of it."""
        # The job's name is for everybody to see: it tells nothing of the dossier.
        name = f"{SLIP_PREFIX}{secrets.token_hex(4)}"
        return await self._out(name, lambda: draw_slip(slip, self._dots))

    async def _out(self, name: str, drawn: Callable[[], Image.Image]) -> str:
        given_up = threading.Event()
        work = self._worker.submit(self._print, name, drawn, given_up)
        try:
            limit = self._patience_s + HUNG_S
            return await asyncio.wait_for(asyncio.wrap_future(work), limit)
        except TimeoutError:
            return words.CUPS_DOWN
        finally:
            given_up.set()

    def close(self) -> None:
        """Cancel the job in hand and end the worker."""
        self._closing.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _begin(self) -> None:
        # The first ticket of the day should not wait for fonts to be read.
        draw(_SPECIMEN, self._dots)
        with contextlib.suppress(NoCups):  # swept before the first print instead
            self._sweep(self._connect())

    def _print(self, name: str, drawn: Callable[[], Image.Image], given_up: threading.Event) -> str:
        deadline = self._clock() + self._patience_s
        data = self._encode(drawn())
        try:
            connection = self._connect()
            if not self._swept or self._note.exists():
                self._sweep(connection)
            if given_up.is_set() or self._closing.is_set():
                return words.TIMEOUT
            job = self._send(connection, name, data)
        except NoCups:
            return words.CUPS_DOWN
        code = self._await(connection, job, deadline, given_up)
        if code != words.CUPS_DOWN:
            self._note.unlink(missing_ok=True)
        return code

    def _connect(self) -> Any:
        try:
            # By argument: setServer() would hold for this thread only.
            return cups.Connection(host=self._server) if self._server else cups.Connection()
        except _FAULTS as error:
            raise NoCups from error

    def _send(self, connection: Any, name: str, data: bytes) -> int:
        # CUPS itself ends a job that works longer than this, should we be dead by then.
        options = {"job-cancel-after": str(int(self._patience_s + HUNG_S) + 1)}
        try:
            job: int = connection.createJob(self.queue, name, options)
            self._note.parent.mkdir(parents=True, exist_ok=True)
            self._note.write_text(f"{job} {name}\n", encoding="utf-8")
            connection.startDocument(self.queue, job, name, self._format, True)
            connection.writeRequestData(data, len(data))
            connection.finishDocument(self.queue)
        except _FAULTS as error:
            raise NoCups from error
        return job

    def _await(self, connection: Any, job: int, deadline: float, given_up: threading.Event) -> str:
        """Watch the job until it is done; cancel it when the trouble is certain."""
        code, since, missed = words.TIMEOUT, self._clock(), 0
        while True:
            try:
                if (state := job_state(connection, job)) in _GONE:
                    return words.OK if state == _COMPLETED else code
                now, found = self._clock(), self._trouble(connection)
                missed = 0
            except _FAULTS:
                # CUPS went away with our job. It is not printed again when CUPS comes back:
                # the backend refuses a job it has begun, and we sweep before the next one.
                missed += 1
                if missed > 3:
                    return words.CUPS_DOWN
                connection = self._again(connection)
                continue
            if found != code:
                code, since = found, now
            certain = code != words.TIMEOUT and now - since >= GRACE_S
            if certain or now >= deadline or given_up.is_set() or self._closing.is_set():
                return self._cancel(connection, job, code)
            self._closing.wait(POLL_S)

    def _again(self, connection: Any) -> Any:
        self._closing.wait(POLL_S)
        try:
            return self._connect()
        except NoCups:
            return connection

    def _cancel(self, connection: Any, job: int, code: str) -> str:
        """Cancel the job and see that it is gone; had it printed meanwhile, say so."""
        try:
            state = cancel(connection, job)
        except _FAULTS:
            return words.CUPS_DOWN
        return words.OK if state == _COMPLETED else code

    def _trouble(self, connection: Any) -> str:
        asked = ["printer-state", "printer-state-reasons"]
        facts = connection.getPrinterAttributes(self.queue, requested_attributes=asked)
        reasons = facts.get("printer-state-reasons", [])
        found = {code for reason in reasons for key, code in _TROUBLE.items() if key in reason}
        for code in (words.COVER_OPEN, words.NO_PAPER, words.PRINTER_OFF):
            if code in found:
                return code
        return words.PRINTER_OFF if facts.get("printer-state") == _STOPPED else words.TIMEOUT

    def _sweep(self, connection: Any) -> None:
        """Cancel what an earlier run has left: the noted job, and all of ours in the queue."""
        try:
            left = our_jobs(connection, self.queue)
            if (noted := read_note(self._note)) is not None:
                left.add(noted)
            for job in sorted(left):
                cancel(connection, job)
        except _FAULTS as error:
            raise NoCups from error
        self._note.unlink(missing_ok=True)
        self._swept = True


def job_name(paper: Paper) -> str:
    """What others may see of a job: the number, and not the ticket id, which is a secret."""
    digest = hashlib.sha256(paper.ticket.encode()).hexdigest()
    return f"{JOB_PREFIX}{paper.number}-{digest[:6]}"


def outcome(ticket: TicketId, code: str) -> PrintOutcome:
    """The outcome that `code` stands for, in words for the staff."""
    return PrintOutcome(ticket, code == words.OK, code, _REASONS[code])


def escpos(picture: Image.Image) -> bytes:
    """`picture` (mode "1", 0 is ink) as ESC/POS: one `GS v 0` raster, feed to the knife, cut.

    The bytes are those of python-escpos' Dummy printer, and a test holds them to it. Its printers
    are not used here: importing them takes 0.4 s and leaves a folder in /tmp at every start,
    and their way from dots to bytes (by RGBA) takes 12 ms a ticket.
    """
    across = (picture.width + 7) // 8
    sizes = across.to_bytes(2, "little") + picture.height.to_bytes(2, "little")
    raster: bytes = GS + b"v0\x00" + sizes + ImageChops.invert(picture).tobytes()
    return raster + bytes(GS) + b"VB\x00"


def one_page_pdf(picture: Image.Image) -> bytes:
    """`picture` as a PDF of one page in its true size at 203 dpi."""
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=DPI)
    return out.getvalue()


def job_state(connection: Any, job: int) -> int:
    """The job's state; one that CUPS has forgotten counts as cancelled."""
    try:
        facts = connection.getJobAttributes(job, requested_attributes=["job-state"])
    except cups.IPPError as error:
        if error.args and error.args[0] == cups.IPP_NOT_FOUND:
            return _GONE[0]
        raise
    return int(facts["job-state"])


def cancel(connection: Any, job: int) -> int:
    """Cancel a job; gives the state it ended in. Raises RuntimeError if it will not go."""
    for _ in range(100):
        if (state := job_state(connection, job)) in _GONE:
            return state
        try:
            connection.cancelJob(job)
        except cups.IPPError as error:
            if error.args[0] not in (cups.IPP_NOT_POSSIBLE, cups.IPP_NOT_FOUND):
                raise
        time.sleep(POLL_S / 2)
    raise RuntimeError(f"job {job} cannot be cancelled")


def our_jobs(connection: Any, queue: str) -> set[int]:
    """Tickets and slips that wait or print in `queue`."""
    # Without job-id nothing comes back, and without copies the job-name is left out.
    asked = ["job-id", "job-name", "job-printer-uri", "copies"]
    jobs = connection.getJobs(which_jobs="not-completed", requested_attributes=asked)
    return {
        job
        for job, facts in jobs.items()
        if str(facts.get("job-name", "")).startswith(_OURS)
        and str(facts.get("job-printer-uri", "")).endswith(f"/{queue}")
    }


def read_note(note: Path) -> int | None:
    """The job noted as in hand; None without a note, or for one that a power cut has spoilt."""
    try:
        job, name = note.read_text(encoding="utf-8").split()
        return int(job) if name.startswith(_OURS) else None
    except (OSError, ValueError):
        return None


_SPECIMEN = Paper(
    TicketId(""),
    "A000",
    "Đăng ký",
    "Trung tâm",
    "",
    1,
    None,
    (),
    "2026-01-01T07:00",
    "http://m/t#0",
)
