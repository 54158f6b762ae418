"""What systemd hears of the hub: that it serves, and again and again that it still does.

A hub that cannot keep anything because the disk is full still lives: it says so, goes on showing
and calling, and mends itself when there is room, which no restart would. Only a loop that does not
turn, or a journal that gives no answer at all, is ended and started anew.
"""

import asyncio
from typing import Protocol

import structlog

from shared.systemd import Systemd

log = structlog.get_logger()

HANGS_S = 30.0
"""A journal that has not answered for so long hangs; the slowest sound disk takes seconds."""


class Keeps(Protocol):
    """What must not hang; see `hub.hall.Hall`."""

    @property
    def keeping_s(self) -> float:
        """Seconds that the oldest batch or the exchange of its file has been on its way to disk."""
        ...


class Heartbeat:
    """Beats by the event loop, from `begin` until the loop ends or the journal hangs."""

    def __init__(self, hall: Keeps, systemd: Systemd) -> None:
        self._hall = hall
        self._systemd = systemd

    def begin(self) -> None:
        """The hub serves."""
        self._systemd.ready()
        if self._systemd.every_s is not None:
            self._beat(self._systemd.every_s)

    def _beat(self, every_s: float) -> None:
        if self._hall.keeping_s < HANGS_S:
            self._systemd.alive()
        else:
            log.error("journal_hangs", seconds=round(self._hall.keeping_s))
        asyncio.get_running_loop().call_later(every_s, self._beat, every_s)
