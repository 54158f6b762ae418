"""Whether a data folder is sound: what is looked at before the hub serves, and what beside it.

SQLite's quick_check reads every page of a file: 0.35 s for a journal of 2,000,000 events that is in
the machine's memory, and as long as the disk takes for one that is not. docs/decisions/damage.md
says why a large one is therefore not read as a whole at every start.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import Protocol

import structlog

from hub.aside import aside
from hub.database import Database
from hub.journal import sqlite
from shared.errors import StorageDamaged, StorageError

log = structlog.get_logger()

WHOLE_BYTES = 64 * 1024 * 1024
"""Up to this size a journal is read as a whole before the hub serves: some months of a centre."""

SUSPECT = "suspect"
"""A file of this name in the data folder has the whole journal read at the next start."""

AFTER_S = 120.0
"""When a large journal is read beside the hub's work."""


class Meter(Protocol):
    """What is counted about damage; hub.metrics shows it."""

    def journal_damaged(self) -> None:
        """The journal in use is damaged."""


def quick_check(path: Path) -> None:
    """Raise StorageDamaged unless every page of a database's file is sound."""
    with contextlib.closing(Database(path, read_only=True)) as database:
        found = database.run("PRAGMA quick_check(1)")[0][0]
        if found != "ok":
            raise StorageDamaged(f"{path}: is damaged ({found})")


def check_at_start(data: Path) -> None:
    """Raise StorageDamaged unless every page of the journal is sound, if it is not large or is
    suspect. Of a large one the hub reads the open day, whatever else it does."""
    path = data / sqlite.FILE
    if path.stat().st_size <= WHOLE_BYTES or (data / SUSPECT).exists():
        quick_check(path)
        (data / SUSPECT).unlink(missing_ok=True)


def suspect(data: Path) -> None:
    """Have the whole journal read at the next start."""
    with contextlib.suppress(OSError):
        (data / SUSPECT).touch()


async def check_beside(data: Path, meter: Meter, after_s: float = AFTER_S) -> None:
    """Read a journal that was too large for the start; the hall goes on whatever is found."""
    path = data / sqlite.FILE
    if path.stat().st_size <= WHOLE_BYTES:
        return
    await asyncio.sleep(after_s)
    try:
        await aside(lambda: quick_check(path))
    except StorageDamaged as error:
        suspect(data)
        meter.journal_damaged()
        log.error("journal_damaged", reason=str(error), remedy="restart the hub after closing")
    except StorageError as error:
        log.warning("journal_not_checked", reason=str(error))
    else:
        log.info("journal_checked")
