"""How long a paper is waited for while its printer is in trouble."""

from collections.abc import Callable

from kiosk import paper as words
from shared.messages import TROUBLES, PrinterState

SURE_S = 0.2
"""Trouble that lasts so long is told; what an earlier job has left in CUPS is gone by then."""
GRACE_S = 2.0
"""Trouble that lasts so long is certain: a paper that nobody waits for is given up."""
LIVES_S = 120.0
"""The greatest age of a paper that waits for the refill."""


class Vigil:
    """How long one paper is waited for: `told` is what to tell of the printer, None while that is
    not sure; `code` why there would be no paper now."""

    def __init__(
        self, clock: Callable[[], float], patience_s: float, waits: Callable[[], bool]
    ) -> None:
        self._clock = clock
        self._patience_s = patience_s
        self._waits = waits
        self._began = self._calm = self._since = clock()
        self._found = PrinterState.READY
        self.told: PrinterState | None = None
        self.code = words.TIMEOUT

    def saw(self, found: PrinterState) -> None:
        """How the printer is found now."""
        now = self._clock()
        if found is not self._found:
            self._found, self._since = found, now
        if found not in TROUBLES:
            self.code = words.TIMEOUT
            if self.told in TROUBLES:
                self.told, self._calm = found, now  # and patience begins anew
            return
        self.code = found.value
        if now - self._since >= SURE_S:
            self.told = found

    def over(self) -> bool:
        """Whether the job is to be cancelled."""
        now = self._clock()
        if self._found not in TROUBLES:
            return now - self._calm >= self._patience_s
        grace_s = SURE_S if self._found is PrinterState.NO_SERVICE else GRACE_S
        certain = now - self._since >= grace_s
        return now - self._began >= LIVES_S or (certain and not self._waits())
