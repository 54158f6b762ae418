"""The hub's own backups: every hour, when the business day has closed or an epoch begun."""

import asyncio
import contextlib
import functools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec
import structlog

from hub import registry
from hub.aside import aside
from hub.backups import folder_of, keep_one, listed, thin_out
from hub.engine.concern import Concern
from hub.hall import Hall
from hub.settings import BackupSettings
from hub.soundness import suspect
from shared.errors import MotcuaError, StorageDamaged
from shared.model import Instant

log = structlog.get_logger()

FIRST_AFTER_S = 60.0
"""A hub that has just started has better things to do."""

AGAIN_AFTER_S = 300.0
"""When a backup that failed is tried again."""


class Meter(Protocol):
    """What is counted about backups; hub.metrics shows it."""

    def backups(self, age_s: Callable[[], float], failed: Callable[[], bool]) -> None:
        """Where to ask, for every page, how long ago all was in a backup, and whether the last
        attempt failed."""


class _Mark(msgspec.Struct, frozen=True):
    """What tells whether there is something to back up."""

    epoch: str
    seq: int
    officers: str


class Hourly:
    """Keeps a hall's backups. `clock` names them; whether one is due is measured by the loop's own
    time, which no one can set."""

    def __init__(
        self,
        hall: Hall,
        data: Path,
        settings: BackupSettings,
        clock: Callable[[], Instant],
        *,
        meter: Meter | None = None,
        first_after_s: float = FIRST_AFTER_S,
        again_after_s: float = AGAIN_AFTER_S,
    ) -> None:
        self._hall = hall
        self._data = data
        self._folder = folder_of(data, settings)
        self._settings = settings
        self._clock = clock
        self._first_after_s = first_after_s
        self._again_after_s = again_after_s
        self._closed = asyncio.Event()
        self._day = hall.state.day
        self._epoch = hall.epoch
        self._kept: _Mark | None = None
        self._whole_at: Instant | None = None
        self._failed = False
        hall.watch(self._heard)
        if meter is not None and self._folder is not None:
            meter.backups(self._age_s, lambda: self._failed)

    def _heard(self, concern: Concern) -> None:
        if concern.everyone:
            before, self._day = self._day, self._hall.state.day
            life, self._epoch = self._epoch, self._hall.epoch
            # Backups of a life that has ended say little of what is lost when this one is damaged.
            if (before is not None and self._day != before) or self._epoch != life:
                self._closed.set()

    def _age_s(self) -> float:
        """Seconds since all was in a backup; endless without one that a clock that was set back
        still knows of."""
        whole_at, now = self._whole_at, self._clock()
        return math.inf if whole_at is None or whole_at > now else (now - whole_at) / 1000

    async def run(self) -> None:
        """Make backups until cancelled."""
        if self._folder is None:
            return
        now = self._clock()
        made = await aside(functools.partial(listed, self._folder))
        self._whole_at = next((one.at for one in made if one.at <= now), None)  # the newest
        pause = self._first_after_s
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._closed.wait()
            self._closed.clear()
            await aside(functools.partial(self._back_up, self._folder))
            pause = self._again_after_s if self._failed else self._settings.every_minutes * 60

    def _back_up(self, folder: Path) -> None:
        """On the thread: make one if something has changed, and say a failure once."""
        at = self._clock()
        mark = _Mark(self._hall.epoch, self._hall.seq, registry.stamp(self._data))
        try:
            if mark != self._kept:
                thin_out(folder, at, self._hall.site.zone, self._settings)
                file, events = keep_one(self._data, folder, at)
                log.info("backup_made", file=str(file), events=events)
        except (MotcuaError, OSError) as error:
            if not self._failed:
                log.error("backup_failed", reason=str(error))
            if isinstance(error, StorageDamaged):
                suspect(self._data)
            self._failed = True
            return
        if self._failed:
            log.info("backup_recovered")
        self._failed, self._kept, self._whole_at = False, mark, at
