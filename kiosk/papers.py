"""Tickets and slips on their way through the printer."""

from collections.abc import Callable

import structlog

from kiosk.devices.fake import Printer
from kiosk.moves import Printed, PrinterIs, SlipDone
from kiosk.paper import OK, SENT, Paper, PrintOutcome, Slip
from shared.messages import TROUBLES, PrinterState, PrintFailed, TicketPrinted, TicketSent
from shared.model import TicketId

log = structlog.get_logger()


class Papers:
    """Prints with `printer`, and tells what became of it and how the printer is. A slip is named in
    no log. `awaited` is the ticket whose paper somebody waits for."""

    def __init__(
        self, printer: Printer, tell: Callable[[Printed | SlipDone | PrinterIs], object]
    ) -> None:
        self._printer = printer
        self._tell = tell
        self.awaited: TicketId | None = None

    async def watch(self) -> None:
        """Look after the printer until cancelled."""
        await self._printer.watch(self._changed)

    def _changed(self, state: PrinterState) -> None:
        if state in TROUBLES:
            log.warning("printer.trouble", printer=state.value)
        else:
            log.info("printer.state", printer=state.value)
        self._tell(PrinterIs(state))

    async def ticket(self, paper: Paper) -> None:
        """Print a number."""
        outcome = await self._printer.print(paper, lambda: self.awaited == paper.ticket)
        if outcome.printed:
            log.info("ticket.printed", number=paper.number)
        elif outcome.code == SENT:
            log.info("ticket.sent", number=paper.number)
        else:
            log.error("ticket.not_printed", number=paper.number, code=outcome.code)
        self._tell(Printed(outcome))

    async def slip(self, number: int, slip: Slip) -> None:
        """Print what a look-up has found."""
        code = await self._printer.print_slip(slip)
        if code in (OK, SENT):
            log.info("slip.printed" if code == OK else "slip.sent")
        else:
            log.error("slip.not_printed", code=code)
        self._tell(SlipDone(number, code))


def report(outcome: PrintOutcome) -> TicketPrinted | TicketSent | PrintFailed:
    """What the hub is told of a number's paper."""
    if outcome.printed:
        return TicketPrinted(outcome.ticket)
    if outcome.code == SENT:
        return TicketSent(outcome.ticket)
    return PrintFailed(outcome.ticket, outcome.code)
