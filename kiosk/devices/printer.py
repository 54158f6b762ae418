"""Print tickets through CUPS, and look after the printer between them.

    created ─▶ noted in the data folder ─▶ sent ─▶ completed        printed, or sent to a mute one
       │                                    ├────▶ trouble ─┬─ over ─▶ goes on
       │                                    │               └─ nobody waits, too old ─┐
       └ CUPS away: cups_down               └────▶ patience is over ──────────────────┴▶ cancelled

Trouble is told at once. While somebody waits for the paper its job stays, and it comes out once,
after the refill; then it is cancelled, so that it cannot come out an hour later. Nothing is ever
printed twice by this code. One worker thread makes all calls, because pycups blocks; it begins by
cancelling what an earlier run has left behind.
"""

import asyncio
import contextlib
import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from PIL import Image

from kiosk import paper as words
from kiosk.devices import cups_queue as cups, thermal
from kiosk.devices.dots import escpos, one_page_pdf
from kiosk.devices.probe import Probe
from kiosk.devices.vigil import LIVES_S, Vigil
from kiosk.paper import Paper, PrintOutcome, Slip
from kiosk.sheet import WIDE
from kiosk.slip_layout import draw as draw_slip
from kiosk.ticket_layout import draw
from shared.errors import DeviceError
from shared.messages import TROUBLES, PrinterState
from shared.model import TicketId

Style = Literal["thermal", "ipp"]

POLL_S = 0.02
WAITING_POLL_S = 0.1
"""While there is trouble."""
LOOK_EVERY_S = 0.25
"""How often the printer is asked between papers: its power, cover and paper are known in 1 s."""
HUNG_S = 3.0
"""How long the worker may be busy with one call to CUPS."""

_NOTE = "printing"
_OUR_BACKEND = "motcua-escpos:"
_REASONS = {
    words.OK: "printed",
    words.SENT: "sent to a printer that does not say whether it prints",
    words.UNCONFIRMED: "the printer fell silent in the middle of it",
    words.NO_PAPER: "the printer has no paper",
    words.COVER_OPEN: "the printer's cover is open",
    words.PRINTER_OFF: "the printer is off or cannot be reached",
    words.PRINTER_FAULT: "the printer says that it is broken",
    words.CUPS_DOWN: "the print service (CUPS) does not answer",
    words.TIMEOUT: "the printer did not finish in time",
}


class NoCups(DeviceError):
    """CUPS is away, or does not take our job."""


def nobody_waits() -> bool:
    """For a paper that is not worth waiting for."""
    return False


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
        self._style = style
        self._dots = dots
        self._patience_s = patience_s
        self._clock = clock
        self._swept = False
        self._closing = threading.Event()
        self._probe = Probe(clock)
        self._asked: Any = None
        """The connection to CUPS that is used between papers."""
        self._state: PrinterState | None = None
        self._tell: Callable[[PrinterState], None] | None = None
        self._moved = clock()
        """When the worker was last seen to get on."""
        self._worker = ThreadPoolExecutor(1, "printer")
        self._first = self._worker.submit(self._begin)

    async def print(self, paper: Paper, waits: Callable[[], bool] = nobody_waits) -> PrintOutcome:
        """Print one ticket and wait until it is out, or surely never will be.

        While `waits()` (asked from a thread), trouble does not end it before LIVES_S. Cancelling
        this call cancels the job. Raises nothing for trouble with paper or CUPS.
        """
        code = await self._out(job_name(paper), lambda: draw(paper, self._dots), waits)
        return outcome(paper.ticket, code)

    async def print_slip(self, slip: Slip) -> str:
        """Print a look-up in the same way; gives the code of what became of it."""
        # The job's name is for everybody to see: it tells nothing of the dossier.
        name = f"{cups.SLIP_PREFIX}{secrets.token_hex(4)}"
        return await self._out(name, lambda: draw_slip(slip, self._dots), nobody_waits)

    async def watch(self, tell: Callable[[PrinterState], None]) -> None:
        """Tell how the printer is, now and whenever that changes, until cancelled."""
        loop = asyncio.get_running_loop()

        def told(state: PrinterState) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(tell, state)

        self._tell, self._state = told, None
        try:
            while True:
                await asyncio.wrap_future(self._worker.submit(self._look))
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            self._tell = None

    def close(self) -> None:
        """Cancel the job in hand and end the worker."""
        self._closing.set()
        self._worker.shutdown(wait=True, cancel_futures=True)
        self._probe.let_go()

    async def _out(
        self, name: str, drawn: Callable[[], Image.Image], waits: Callable[[], bool]
    ) -> str:
        given_up = threading.Event()
        self._moved = self._clock()
        work = self._worker.submit(self._print, name, drawn, given_up, waits)
        out = asyncio.wrap_future(work)
        try:
            while True:
                done, _ = await asyncio.wait({out}, timeout=HUNG_S / 2)
                if done:
                    return out.result()
                if self._clock() - self._moved > HUNG_S:
                    return words.CUPS_DOWN
        finally:
            given_up.set()
            out.cancel()

    # --- between papers ------------------------------------------------------------------

    def _begin(self) -> None:
        # The first ticket of the day should not wait for fonts to be read.
        draw(_SPECIMEN, self._dots)
        with contextlib.suppress(NoCups):  # swept before the first print instead
            self._sweep(self._connect())

    def _look(self) -> None:
        self._moved = self._clock()
        try:
            self._asked = self._asked or self._connect()
            facts = cups.facts_of(self._asked, self.queue)
        except (NoCups, *cups.FAULTS):
            self._asked = None
            self._probe.let_go()
            self._say(PrinterState.NO_SERVICE)
            return
        self._say(self._found(facts))

    def _found(self, facts: cups.Facts) -> PrinterState | None:
        """How the printer is while nothing is printed; None: as it was, as far as is known."""
        if facts.stopped:
            return facts.state
        if facts.uri.startswith(_OUR_BACKEND):
            return self._probe.look(thermal.place_of(facts.uri)[0])
        if self._style == "thermal":
            return PrinterState.MUTE
        # CUPS asks an IPP printer only while it prints: what it said then stands until the next.
        known = self._state not in (None, PrinterState.NO_SERVICE)
        return None if known else PrinterState.READY

    def _say(self, state: PrinterState | None) -> None:
        if state is not None and state is not self._state:
            self._state = state
            if self._tell is not None:
                self._tell(state)

    # --- a paper -------------------------------------------------------------------------

    def _print(
        self,
        name: str,
        drawn: Callable[[], Image.Image],
        given_up: threading.Event,
        waits: Callable[[], bool],
    ) -> str:
        self._moved = self._clock()
        if self._style == "thermal":
            content = "application/vnd.cups-raw", escpos(drawn())
        else:
            content = "application/pdf", one_page_pdf(drawn())
        self._probe.let_go()
        try:
            connection = self._connect()
            if not self._swept or self._note.exists():
                self._sweep(connection)
            if given_up.is_set() or self._closing.is_set():
                return words.TIMEOUT
            job = self._send(connection, name, content)
        except NoCups:
            self._say(PrinterState.NO_SERVICE)
            return words.CUPS_DOWN
        vigil = Vigil(self._clock, self._patience_s, waits)
        code = self._await(connection, job, vigil, given_up)
        if code == words.SENT:
            self._probe.heard_nothing()
        if code != words.CUPS_DOWN:
            self._note.unlink(missing_ok=True)
        return code

    def _connect(self) -> Any:
        try:
            return cups.connect(self._server)
        except cups.FAULTS as error:
            raise NoCups from error

    def _send(self, connection: Any, name: str, content: tuple[str, bytes]) -> int:
        try:
            # CUPS itself ends it, should we be dead by then.
            longest_s = LIVES_S + self._patience_s + HUNG_S
            job = cups.create(connection, self.queue, name, longest_s)
            self._note.parent.mkdir(parents=True, exist_ok=True)
            self._note.write_text(f"{job} {name}\n", encoding="utf-8")
            cups.send(connection, self.queue, job, content)
        except cups.FAULTS as error:
            raise NoCups from error
        return job

    def _await(self, connection: Any, job: int, vigil: Vigil, given_up: threading.Event) -> str:
        """Watch the job until it is done; cancel it when nothing more is to be hoped for."""
        while True:
            self._moved = self._clock()
            try:
                state = cups.job_state(connection, job)
                facts = cups.facts_of(connection, self.queue)
                if state in cups.GONE:
                    return self._verdict(state, facts, vigil.code)
                vigil.saw(facts.state)
            except cups.FAULTS:
                # CUPS went away with our job. When it comes back it begins no paper anew that
                # was begun: the backend's ledger knows.
                vigil.saw(PrinterState.NO_SERVICE)
                connection = self._again(connection)
            self._say(vigil.told)
            if vigil.over() or given_up.is_set() or self._closing.is_set():
                return self._cancel(connection, job, vigil.code)
            self._closing.wait(WAITING_POLL_S if vigil.told in TROUBLES else POLL_S)

    def _again(self, connection: Any) -> Any:
        try:
            return self._connect()
        except NoCups:
            return connection

    def _cancel(self, connection: Any, job: int, code: str) -> str:
        """Cancel the job and see that it is gone; had it printed meanwhile, say so."""
        try:
            state = cups.cancel(connection, job)
            return self._verdict(state, cups.facts_of(connection, self.queue), code)
        except cups.FAULTS:
            return words.CUPS_DOWN

    def _verdict(self, state: int, facts: cups.Facts, code: str) -> str:
        """What became of a job that is gone; `code`: why it was in trouble."""
        if state == cups.COMPLETED:
            # Without the word of our own backend nobody has asked a thermal printer.
            told = self._style == "ipp" or thermal.PRINTED in facts.reasons
            return words.OK if told else words.SENT
        return words.UNCONFIRMED if thermal.UNCONFIRMED in facts.reasons else code

    def _sweep(self, connection: Any) -> None:
        """Cancel what an earlier run has left: the noted job, and all of ours in the queue."""
        try:
            left = cups.our_jobs(connection, self.queue)
            if (noted := read_note(self._note)) is not None:
                left.add(noted)
            for job in sorted(left):
                cups.cancel(connection, job)
        except cups.FAULTS as error:
            raise NoCups from error
        self._note.unlink(missing_ok=True)
        self._swept = True


def job_name(paper: Paper) -> str:
    """What others may see of a job: the number, and not the ticket id, which is a secret."""
    digest = hashlib.sha256(paper.ticket.encode()).hexdigest()
    return f"{cups.JOB_PREFIX}{paper.number}-{digest[:6]}"


def outcome(ticket: TicketId, code: str) -> PrintOutcome:
    """The outcome that `code` stands for, in words for the staff."""
    return PrintOutcome(ticket, code == words.OK, code, _REASONS[code])


def read_note(note: Path) -> int | None:
    """The job noted as in hand; None without a note, or for one that a power cut has spoilt."""
    try:
        job, name = note.read_text(encoding="utf-8").split()
        return int(job) if name.startswith(cups.OURS) else None
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
