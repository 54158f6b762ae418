"""What every ticket printer can do, and one of air for tests and for kiosks without paper."""

from collections.abc import Callable
from typing import Protocol

from kiosk import paper as words
from kiosk.paper import Paper, PrintOutcome, Slip
from shared.messages import PrinterState

Waits = Callable[[], bool]
"""Whether somebody still waits for a paper; it may be asked from any thread."""


class Printer(Protocol):
    """Puts a ticket on paper; every trouble is an outcome, never an error."""

    async def print(self, paper: Paper, waits: Waits) -> PrintOutcome:
        """Print, and say what became of it; while `waits()`, trouble is waited out for a while."""
        ...

    async def print_slip(self, slip: Slip) -> str:
        """Print a look-up; gives one of the codes of `kiosk.paper`."""
        ...

    async def watch(self, tell: Callable[[PrinterState], None]) -> None:
        """Tell how the printer is, now and whenever that changes, until cancelled."""
        ...

    def close(self) -> None:
        """Let go of the printer."""
        ...


class NoPrinter:
    """A kiosk without paper: number and QR on the screen are all there is."""

    async def print(self, paper: Paper, waits: Waits) -> PrintOutcome:
        """Say that there is no printer."""
        return PrintOutcome(paper.ticket, False, words.NO_PRINTER, "this kiosk has no printer")

    async def print_slip(self, slip: Slip) -> str:
        """Say that there is no printer."""
        return words.NO_PRINTER

    async def watch(self, tell: Callable[[PrinterState], None]) -> None:
        """There is nothing to tell."""

    def close(self) -> None:
        """Nothing to let go of."""


class FakePrinter:
    """Prints nothing, remembers everything, and fails with `code` when told to. `is_now` is what
    it says of itself once it is watched."""

    def __init__(self, code: str = words.OK) -> None:
        self.code = code
        self.papers: list[Paper] = []
        self.waits: Waits = lambda: False
        """Whether somebody waits for the last of them."""
        self.slips: list[Slip] = []
        self.is_now: Callable[[PrinterState], None] = lambda _state: None

    async def print(self, paper: Paper, waits: Waits) -> PrintOutcome:
        """Say that it is printed, or fails as told."""
        self.papers.append(paper)
        self.waits = waits
        return PrintOutcome(paper.ticket, self.code == words.OK, self.code, "")

    async def print_slip(self, slip: Slip) -> str:
        """The same for a slip."""
        self.slips.append(slip)
        return self.code

    async def watch(self, tell: Callable[[PrinterState], None]) -> None:
        """Keep whom to tell."""
        self.is_now = tell

    def close(self) -> None:
        """Nothing to let go of."""
