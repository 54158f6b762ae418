"""The hub's clock: the machine's, until that one jumps.

The machine's clock can be wrong for a second or for an hour: a battery is empty, a time server
lies, somebody types a wrong year. A business day that was closed too early takes everybody's place
along, and what was erased too early is gone; so a jump is believed only once it has lasted.
"""

import threading
import time
from collections.abc import Callable

import msgspec
import structlog

from shared.model import Instant

JUMP_MS = 5 * 60_000
"""A smaller step is what a time server does to put a clock right: it is followed at once."""
BELIEVED_AFTER_MS = 10 * 60_000
"""A jump that has lasted so long is the time: what was wrong was the clock before it."""

log = structlog.get_logger()


def boot_ms() -> int:
    """Milliseconds since the machine started, those asleep included: no clock is set back here."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000


class _Doubt(msgspec.Struct, frozen=True):
    """What the machine's clock says beside `boot_ms`, and since when it has said so."""

    offset: int
    since: int


class SteadyClock:
    """Gives the time as `machine` does, but goes on from the time before a jump of more than
    JUMP_MS until the new time has stood for BELIEVED_AFTER_MS. Threads may share it.

    The time at its own start is believed: there is nothing to compare it with.
    """

    def __init__(self, machine: Callable[[], Instant], boot: Callable[[], int] = boot_ms) -> None:
        self._machine = machine
        self._boot = boot
        self._offset = machine() - boot()
        self._doubt: _Doubt | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Instant:
        """The time now."""
        with self._lock:
            boot = self._boot()
            self._look(self._machine() - boot, boot)
            return Instant(boot + self._offset)

    def _look(self, offset: int, boot: int) -> None:
        if abs(offset - self._offset) <= JUMP_MS:
            self._offset = offset
            if self._doubt is not None:
                self._doubt = None
                log.info("clock_right_again")
        elif self._doubt is None or abs(offset - self._doubt.offset) > JUMP_MS:
            self._doubt = _Doubt(offset, boot)
            log.error("clock_jumped", seconds=self._ahead_s(offset))
        elif boot - self._doubt.since >= BELIEVED_AFTER_MS:
            log.warning("clock_believed", seconds=self._ahead_s(offset))
            self._offset, self._doubt = offset, None

    def ahead_s(self) -> float:
        """By how many seconds the machine's clock is ahead of this one, behind if negative; 0 while
        it is believed."""
        self()
        with self._lock:
            return self._ahead_s(self._doubt.offset) if self._doubt is not None else 0.0

    def _ahead_s(self, offset: int) -> float:
        return (offset - self._offset) / 1000
