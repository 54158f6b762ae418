"""The hall's time, as the hub told it last and a steady clock has carried it on since."""

from collections.abc import Callable
from datetime import datetime, timedelta

from shared.model import Instant


class HallTime:
    """Screens show the hub's time, not their own: their clocks are often wrong.

    `monotonic` counts seconds and is never set; until the hub has spoken, `fallback` (this
    machine's own time, with its offset) stands in.
    """

    def __init__(self, monotonic: Callable[[], float], fallback: datetime) -> None:
        self._monotonic = monotonic
        self._told = fallback
        self._since = monotonic()

    def hear(self, moment: str) -> bool:
        """Take the hub's ISO moment; says whether the time of day jumped by a second or more.

        Raises ValueError for what is no moment with an offset.
        """
        told = datetime.fromisoformat(moment)
        if told.tzinfo is None:
            raise ValueError(f"{moment!r} names no offset from UTC")
        moved = told.utcoffset() != self._told.utcoffset()
        jumped = moved or abs((told - self.now()).total_seconds()) >= 1
        self._told, self._since = told, self._monotonic()
        return jumped

    def now(self) -> datetime:
        """The hall's date and time of day."""
        return self._told + timedelta(seconds=self._monotonic() - self._since)

    def instant(self) -> Instant:
        """The hall's time in milliseconds."""
        return Instant(round(self.now().timestamp() * 1000))

    def to_next_minute(self) -> float:
        """Seconds until the clock on the wall must change."""
        now = self.now()
        return 60.0 - now.second - now.microsecond / 1_000_000
