"""What goes onto a paper ticket, and what became of it: the words between kiosk and printer."""

import msgspec

from shared.i18n import SOURCE
from shared.model import CounterNumber, TicketId, Wait

OK = "ok"
"""The printer has said so."""
SENT = "sent"
"""It took everything, and is one that never says whether it prints."""
UNCONFIRMED = "unconfirmed"
"""It fell silent in the middle: there may be a whole paper, a part of one, or none."""
NO_PAPER = "no_paper"
COVER_OPEN = "cover_open"
PRINTER_OFF = "printer_off"
PRINTER_FAULT = "printer_fault"
CUPS_DOWN = "cups_down"
TIMEOUT = "timeout"
NO_PRINTER = "no_printer"
"""This kiosk is set up without paper."""


class Paper(msgspec.Struct, frozen=True):
    """One ticket to print. `at` is the ISO moment of issue; `url` goes into the QR. No names."""

    ticket: TicketId
    number: str
    service: str
    site: str
    province: str
    ahead: int
    wait: Wait | None
    counters: tuple[CounterNumber, ...]
    at: str
    url: str
    language: str = SOURCE
    """What the citizen reads."""


class PrintOutcome(msgspec.Struct, frozen=True):
    """The paper is out, or why not: `code` is one of the constants above, `reason` is for staff."""

    ticket: TicketId
    printed: bool
    code: str
    reason: str


class Slip(msgspec.Struct, frozen=True):
    """A look-up on paper, asked for by the citizen. No names. `lines` are label and value; `steps`
    are done (true) or to come; `at` is the ISO moment of asking."""

    site: str
    province: str
    code: str
    procedure: str
    state: str
    state_detail: str
    lines: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str, bool], ...]
    todo: str
    todo_lines: tuple[str, ...]
    at: str
    url: str
    language: str = SOURCE
    """What the citizen reads."""
