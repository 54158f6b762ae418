"""What every ticket printer can do, and one of air for tests and for kiosks without paper."""

from typing import Protocol

from kiosk import paper as words
from kiosk.paper import Paper, PrintOutcome, Slip


class Printer(Protocol):
    """Puts a ticket on paper; every trouble is an outcome, never an error."""

    async def print(self, paper: Paper) -> PrintOutcome:
        """Print, and say what became of it."""
        ...

    async def print_slip(self, slip: Slip) -> str:
        """Print a look-up; gives one of the codes of `kiosk.paper`."""
        ...

    def close(self) -> None:
        """Let go of the printer."""
        ...


class NoPrinter:
    """A kiosk without paper: number and QR on the screen are all there is."""

    async def print(self, paper: Paper) -> PrintOutcome:
        """Say that there is no printer."""
        return PrintOutcome(paper.ticket, False, words.NO_PRINTER, "this kiosk has no printer")

    async def print_slip(self, slip: Slip) -> str:
        """Say that there is no printer."""
        return words.NO_PRINTER

    def close(self) -> None:
        """Nothing to let go of."""


class FakePrinter:
    """Prints nothing, remembers everything, and fails with `code` when told to."""

    def __init__(self, code: str = words.OK) -> None:
        self.code = code
        self.papers: list[Paper] = []
        self.slips: list[Slip] = []

    async def print(self, paper: Paper) -> PrintOutcome:
        """Say that it is printed, or fails as told."""
        self.papers.append(paper)
        return PrintOutcome(paper.ticket, self.code == words.OK, self.code, "")

    async def print_slip(self, slip: Slip) -> str:
        """The same for a slip."""
        self.slips.append(slip)
        return self.code

    def close(self) -> None:
        """Nothing to let go of."""
