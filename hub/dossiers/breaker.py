"""Leaves a system that fails alone for a while, and finds out when it is well again. Pure."""

from enum import StrEnum

FAILURES = 5
PAUSE_S = 10.0
LONGEST_PAUSE_S = 60.0


class BreakerState(StrEnum):
    """What a breaker does with the next request."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Counts failures in a row; `now` is in seconds of any clock that never goes back.

                    5 failures in a row
         closed ───────────────────────────▶ open ◀─────────────┐
           ▲                                  │                 │ the probe failed:
           │                                  │ 10 s have gone  │ 20 s, 40 s, 60 s, 60 s …
           │         the probe was answered   ▼                 │
           └─────────────────────────────── half-open ──────────┘
                                    one request goes, the probe

    A request asks for a turn and says how it ended. What it says counts only while the state is the
    one it began in: a slow request of better days neither opens nor closes anything. A failure with
    the same `cause` as the one counted just before does not count: one record that makes the system
    fail, asked for again and again, says nothing of the others.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        pause_s: float = PAUSE_S,
        longest_s: float = LONGEST_PAUSE_S,
    ) -> None:
        self.state = BreakerState.CLOSED
        self._most = failures
        self._first_pause = self._pause = pause_s
        self._longest = longest_s
        self._failures = 0
        self._cause: int | None = None
        self._until = 0.0
        self._probing = False
        self._turn = 0

    def refuses(self, now: float) -> bool:
        """Whether a request would get no turn now."""
        if self.state is BreakerState.OPEN:
            return now < self._until
        return self.state is BreakerState.HALF_OPEN and self._probing

    def begin(self, now: float) -> int | None:
        """A turn for one request, or None. Each turn ends by one of the three below."""
        if self.refuses(now):
            return None
        if self.state is BreakerState.OPEN:
            self._enter(BreakerState.HALF_OPEN)
        self._probing = self.state is BreakerState.HALF_OPEN
        return self._turn

    def succeeded(self, turn: int) -> None:
        """The request was answered."""
        if turn != self._turn:
            return
        self._failures = 0
        self._cause = None
        if self.state is BreakerState.HALF_OPEN:
            self._pause = self._first_pause
            self._enter(BreakerState.CLOSED)

    def failed(self, turn: int, now: float, cause: int | None = None) -> None:
        """The request got no sound answer; `cause` names what was asked for, None nothing."""
        if turn != self._turn:
            return
        if cause is not None and cause == self._cause:
            self._probing = False
            return
        self._cause = cause
        if self.state is BreakerState.HALF_OPEN:
            self._pause = min(2 * self._pause, self._longest)
            self._open(now)
            return
        self._failures += 1
        if self._failures >= self._most:
            self._open(now)

    def abandoned(self, turn: int) -> None:
        """The request says nothing of the system, e.g. was cancelled: another may probe."""
        if turn == self._turn:
            self._probing = False

    def _open(self, now: float) -> None:
        self._failures = 0
        self._until = now + self._pause
        self._enter(BreakerState.OPEN)

    def _enter(self, state: BreakerState) -> None:
        self.state = state
        self._probing = False
        self._turn += 1
