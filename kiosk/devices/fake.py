"""What every ticket printer can do, and one of air for tests and for kiosks without paper."""

from typing import Protocol

from kiosk import paper as words
from kiosk.paper import Paper, PrintOutcome


class Printer(Protocol):
    """Puts a ticket on paper; every trouble is an outcome, never an error."""

    async def print(self, paper: Paper) -> PrintOutcome:
        """Print, and say what became of it."""
        ...

    def close(self) -> None:
        """Let go of the printer."""
        ...


class NoPrinter:
    """A kiosk without paper: number and QR on the screen are all there is."""

    async def print(self, paper: Paper) -> PrintOutcome:
        """Say that there is no printer."""
        return PrintOutcome(paper.ticket, False, words.NO_PRINTER, "this kiosk has no printer")

    def close(self) -> None:
        """Nothing to let go of."""


class FakePrinter:
    """Prints nothing, remembers everything, and fails with `code` when told to."""

    def __init__(self, code: str = words.OK) -> None:
        self.code = code
        self.papers: list[Paper] = []

    async def print(self, paper: Paper) -> PrintOutcome:
        """Say that it is printed, or fails as told."""
        self.papers.append(paper)
        return PrintOutcome(paper.ticket, self.code == words.OK, self.code, "")

    def close(self) -> None:
        """Nothing to let go of."""
