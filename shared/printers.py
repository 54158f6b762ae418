"""What is said of tickets' papers and of printers: docs/protocol.md, Printers.

shared/messages.py has all of it again; import it from there.
"""

from enum import StrEnum

import msgspec

from shared.model import TicketId

# --- commands ----------------------------------------------------------------------------


class _Command(msgspec.Struct, frozen=True, tag_field="kind", forbid_unknown_fields=True):
    """As in shared/messages.py."""


class TicketPrinted(_Command, frozen=True, tag="ticket_printed"):
    """The paper is out: the printer has said so."""

    ticket: TicketId


class TicketSent(_Command, frozen=True, tag="ticket_sent"):
    """A printer that never says whether it prints has taken the ticket."""

    ticket: TicketId


class PrintFailed(_Command, frozen=True, tag="print_failed"):
    """The paper did not come out, or nobody knows; the place in line is not touched by it."""

    ticket: TicketId
    reason: str


# --- words -------------------------------------------------------------------------------


class PaperState(StrEnum):
    """What became of a ticket's paper."""

    PRINTED = "printed"
    """Out, by the printer's own word."""
    SENT = "sent"
    """Handed to a printer that never says whether it prints."""
    FAILED = "failed"
    """Not out, as far as anybody knows."""


class PrinterState(StrEnum):
    """How a kiosk's printer is."""

    READY = "ready"
    LOW = "low_paper"
    """It prints, and the roll will end soon."""
    NO_PAPER = "no_paper"
    COVER_OPEN = "cover_open"
    OFF = "printer_off"
    """Off, or out of reach."""
    FAULT = "printer_fault"
    """It says that something in it is broken."""
    NO_SERVICE = "cups_down"
    """The kiosk's print service (CUPS) does not answer."""
    MUTE = "mute"
    """It answers no question: nobody knows how it is, or whether it prints."""


TROUBLES = frozenset(
    {
        PrinterState.NO_PAPER,
        PrinterState.COVER_OPEN,
        PrinterState.OFF,
        PrinterState.FAULT,
        PrinterState.NO_SERVICE,
    }
)
"""While it is so, no paper comes."""


# --- reports -----------------------------------------------------------------------------


class PrinterFrame(
    msgspec.Struct, frozen=True, tag_field="type", tag="printer", forbid_unknown_fields=True
):
    """How a kiosk's printer is: after each welcome, and whenever it changes."""

    state: PrinterState
