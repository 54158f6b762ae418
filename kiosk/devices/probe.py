"""Ask a thermal printer how it is while nothing is printed.

A printer on the network has one line for all who want to talk with it, and a device file one
opener. Between jobs that is the probe's; it lets go before a job, so that it never stands in
CUPS' way.
"""

from collections.abc import Callable

from kiosk.devices import thermal
from shared.messages import PrinterState

MUTE_AGAIN_S = 5.0
"""A printer that says nothing may print the questions: it is seldom asked."""

_WORST_FIRST = (
    (thermal.COVER_OPEN, PrinterState.COVER_OPEN),
    (thermal.PAPER_OUT, PrinterState.NO_PAPER),
    (thermal.OFFLINE, PrinterState.OFF),
    (thermal.FAULT, PrinterState.FAULT),
    (thermal.PAPER_LOW, PrinterState.LOW),
)


class Probe:
    """Holds the line to the printer of `look`; `clock` gives seconds that never run backwards."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._place = ""
        self._line: thermal.Line | None = None
        self._answers = False
        """Whether this printer has ever answered: then silence means that it is off."""
        self._missed = 0
        self._mute_until = 0.0

    def look(self, place: str) -> PrinterState | None:
        """How the printer at `place` is; None: not known yet. Takes a second at most."""
        if place != self._place:
            self.let_go()
            self._place, self._answers, self._missed, self._mute_until = place, False, 0, 0.0
        if self._clock() < self._mute_until:
            return PrinterState.MUTE
        began_anew = self._line is None
        try:
            self._line = self._line or thermal.Line(place)
            reasons = self._line.state()
        except OSError:
            return self._cut(began_anew)
        if reasons is not None:
            self._answers, self._missed = True, 0
            return worst(reasons)
        if self._answers:
            return self._cut(began_anew)
        self.let_go()
        self._mute_until = self._clock() + MUTE_AGAIN_S
        return PrinterState.MUTE

    def heard_nothing(self) -> None:
        """A job has found that the printer answers nothing: another one stands there now."""
        self._answers = False

    def let_go(self) -> None:
        """Leave the line to others."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _cut(self, began_anew: bool) -> PrinterState | None:
        """Silence on a line that stood is certain. A line that cannot be had at once is not: the
        printer may still be hanging up on the job before."""
        self.let_go()
        self._missed += 1
        return None if began_anew and self._missed == 1 else PrinterState.OFF


def worst(reasons: set[str]) -> PrinterState:
    """The state that a printer's reasons amount to."""
    return next((state for reason, state in _WORST_FIRST if reason in reasons), PrinterState.READY)
