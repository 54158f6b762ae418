"""Tickets and slips on their way through the printer."""

from collections.abc import Callable

import structlog

from kiosk.devices.fake import Printer
from kiosk.moves import Printed, SlipDone
from kiosk.paper import OK, Paper, PrintOutcome, Slip
from shared.messages import PrintFailed, TicketPrinted

log = structlog.get_logger()


class Papers:
    """Prints with `printer`, and tells what became of it. A slip is named in no log."""

    def __init__(self, printer: Printer, tell: Callable[[Printed | SlipDone], object]) -> None:
        self._printer = printer
        self._tell = tell

    async def ticket(self, paper: Paper) -> None:
        """Print a number."""
        outcome = await self._printer.print(paper)
        if outcome.printed:
            log.info("ticket.printed", number=paper.number)
        else:
            log.error("ticket.not_printed", number=paper.number, code=outcome.code)
        self._tell(Printed(outcome))

    async def slip(self, number: int, slip: Slip) -> None:
        """Print what a look-up has found."""
        code = await self._printer.print_slip(slip)
        if code == OK:
            log.info("slip.printed")
        else:
            log.error("slip.not_printed", code=code)
        self._tell(SlipDone(number, code))


def report(outcome: PrintOutcome) -> TicketPrinted | PrintFailed:
    """What the hub is told of a number's paper."""
    if outcome.printed:
        return TicketPrinted(outcome.ticket)
    return PrintFailed(outcome.ticket, outcome.code)
