"""Opening a data folder, and getting out of damage without a person.

Damaged files are put aside, the newest sound copy takes their place, and numbers go on behind all
that may have been given.
"""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import structlog

from hub import registry
from hub.backup import Contents, contents, opened, registry_in
from hub.backups import by_content, examined, newest_sound
from hub.database import FolderLock
from hub.engine.forward import Unknown
from hub.journal import sqlite, witness
from hub.lost import End, after
from hub.registry import Registry
from hub.restore import (
    JOURNAL_FILES,
    REGISTRY_FILES,
    making,
    put_in_place,
    rebuild_journal,
    rebuild_registry,
    there,
)
from hub.soundness import check_at_start, quick_check
from shared.errors import MotcuaError, SetupError, StorageDamaged
from shared.model import Instant

log = structlog.get_logger()

T = TypeVar("T")

ASIDE = "damaged"
"""How folders of damaged files begin."""


def open_journal(
    data: Path,
    backups: Path | None,
    zone: str,
    clock: Callable[[], Instant],
    use: Callable[[sqlite.SqliteJournal], T],
) -> tuple[sqlite.SqliteJournal, T]:
    """The journal of that folder, checked, and recovered if it must be, with what `use` makes of
    it; StorageDamaged from there is damage, too.

    `backups`: where the hub's own are; `zone`: where the hall stands. Raises SetupError when the
    journal is damaged and there is no sound copy, StorageError.
    """
    try:
        return _used(data, use)
    except StorageDamaged as damage:
        log.error("journal_damaged", reason=str(damage))
        _recover_journal(data, backups, zone, clock(), damage)
    return _used(data, use)


def open_registry(data: Path, backups: Path | None, clock: Callable[[], Instant]) -> Registry:
    """The registry of that folder, the same way."""
    try:
        return _sound_registry(data)
    except StorageDamaged as damage:
        log.error("registry_damaged", reason=str(damage))
        _recover_registry(data, backups, clock(), damage)
    return _sound_registry(data)


def put_aside(data: Path) -> int:
    """How many folders of damaged files there are."""
    return sum(1 for _ in data.glob(f"{ASIDE}-*"))


def _used(data: Path, use: Callable[[sqlite.SqliteJournal], T]) -> tuple[sqlite.SqliteJournal, T]:
    journal = sqlite.SqliteJournal(data)
    try:
        check_at_start(data)
        return journal, use(journal)
    except BaseException:
        journal.close()
        raise


def _sound_registry(data: Path) -> Registry:
    made = Registry(data)  # first: it takes back what a killed writer left half done
    try:
        quick_check(data / registry.FILE)
    except BaseException:
        made.close()
        raise
    return made


def _recover_journal(
    data: Path, backups: Path | None, zone: str, at: Instant, damage: StorageDamaged
) -> None:
    with contextlib.closing(FolderLock(data)):
        damaged, mark = data / sqlite.FILE, witness.read(data)

        def unknown(end: End) -> Unknown:
            return after(end, damaged, mark)

        def generation(of_base: int) -> int:
            return max(of_base, mark.generation if mark else 0)

        base = _to_go_on_from(damaged, mark, backups) or _newest(backups, mark, damage, data)
        with making(data) as place:
            made = rebuild_journal(base, place, at, unknown, generation, zone)
            aside = put_in_place(place, data, there(data, JOURNAL_FILES), ASIDE, at)
    moved = made.moved
    log.error(
        "journal_recovered",
        file=str(base),
        events=made.events,
        place=str(aside[0].parent),
        day=moved.day if moved else None,
        number=f"after {moved.after}, others after {moved.others}" if moved else None,
    )


def _recover_registry(
    data: Path, backups: Path | None, at: Instant, damage: StorageDamaged
) -> None:
    base = _newest(backups, witness.read(data), damage, data)
    with opened(base) as backup:
        content = registry_in(backup)
    if content is None:
        raise _hopeless(damage, backups, data)
    with making(data) as place:
        rebuild_registry(content, place)
        aside = put_in_place(place, data, there(data, REGISTRY_FILES), ASIDE, at)
    log.error("registry_recovered", file=str(base), place=str(aside[0].parent))


def _to_go_on_from(damaged: Path, mark: witness.Mark | None, backups: Path | None) -> Path | None:
    """The damaged journal itself, where it is sound but for the end that it lost, and no backup has
    more of it."""
    try:
        left = contents(damaged)
    except MotcuaError:
        return None
    if mark is None or left.epoch != mark.epoch or not left.events:
        return None
    for backup in by_content(backups, left.epoch) if backups is not None else ():
        told = examined(backup)
        if isinstance(told, Contents):
            more = told.epoch == left.epoch and told.seq > left.seq
            return backup.file if more else damaged
    return damaged


def _newest(
    backups: Path | None, mark: witness.Mark | None, damage: StorageDamaged, data: Path
) -> Path:
    """The newest sound backup. Raises SetupError that says what to do where there is none."""
    if backups is None:
        raise _hopeless(damage, backups, data)
    try:
        return newest_sound(backups, mark.epoch if mark else None)[0]
    except SetupError:
        raise _hopeless(damage, backups, data) from None


def _hopeless(damage: StorageDamaged, backups: Path | None, data: Path) -> SetupError:
    where = "the hub keeps no backups" if backups is None else f"{backups} has no sound backup"
    return SetupError(
        f"{damage}; {where}: restore one with `motcua-hub restore FILE --replace --data {data}`, or"
        " begin anew with an empty data folder"
    )
