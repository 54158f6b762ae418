"""The folder in which a hub keeps its backups."""

import contextlib
import shutil
from datetime import tzinfo
from pathlib import Path

import msgspec

from hub import registry
from hub.backup import PART, Contents, back_up, contents
from hub.backup_rules import moment_of, name_at, to_drop
from hub.database import Database
from hub.journal import sqlite
from hub.settings import BackupSettings
from shared.errors import MotcuaError, SetupError, StorageFull
from shared.model import Instant

RESERVE_BYTES = 64 * 1024 * 1024
"""What a backup leaves free on its disk, for the journal may be on the same one."""


class Backup(msgspec.Struct, frozen=True):
    """One file of the folder, and when it was made."""

    file: Path
    at: Instant


def folder_of(data: Path, settings: BackupSettings) -> Path | None:
    """Where the hub of that data folder keeps its backups; None where it makes none."""
    return data / settings.folder if settings.folder else None


def listed(folder: Path) -> list[Backup]:
    """The backups in a folder, that with the newest name first; none where there is no folder."""
    if not folder.is_dir():
        return []
    found = [(path, moment_of(path.name)) for path in folder.iterdir()]
    backups = [Backup(path, at) for path, at in found if at is not None]
    return sorted(backups, key=lambda one: one.at, reverse=True)


def by_content(folder: Path, epoch: str | None = None) -> list[Backup]:
    """The same, that with most in it first: of journal `epoch` that which goes furthest, then of
    others that with the newest event. Names say what a clock said, which may have been wrong."""
    return sorted(listed(folder), key=lambda one: _reach(one.file, epoch), reverse=True)


def _reach(file: Path, epoch: str | None) -> tuple[bool, int, int]:
    """Whether a file is of that epoch, its newest moment unless it is, and its newest seq."""
    try:
        with contextlib.closing(Database(file, read_only=True)) as found:
            [(own,)] = found.run("SELECT value FROM meta WHERE name = 'epoch'")
            [(at, seq)] = found.run("SELECT ifnull(max(at), 0), ifnull(max(seq), 0) FROM event")
            return own == epoch, 0 if own == epoch else int(at), int(seq)
    except (MotcuaError, ValueError):  # damaged: last, if it can be read at all
        return False, -1, 0


def examined(backup: Backup) -> Contents | MotcuaError:
    """What is in it, or what is wrong with it."""
    try:
        return contents(backup.file)
    except MotcuaError as error:
        return error


def newest_sound(folder: Path, epoch: str | None = None) -> tuple[Path, Contents]:
    """The first `by_content` that is what was written, and what is in it. Raises SetupError when
    there is none."""
    backups = by_content(folder, epoch)
    for one in backups:
        told = examined(one)
        if isinstance(told, Contents):
            return one.file, told
    raise SetupError(
        f"{folder}: none of the {len(backups)} backups here can be read; name one that can"
        if backups
        else f"{folder}: there are no backups here; name a file, or their folder"
    )


def keep_one(data: Path, folder: Path, at: Instant) -> tuple[Path, int]:
    """Make a backup in the folder; gives its file and the number of events in it.

    Raises StorageFull, before anything is written, when the disk has no room for it and the
    reserve; SetupError, StorageError.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in folder.glob(f"{PART}*"):  # of a hub that was killed while it made one
            shutil.rmtree(left, ignore_errors=True)
    except OSError as error:
        raise SetupError(f"{folder}: cannot be used for backups ({error.strerror})") from None
    check_room(folder, sum(_size(path) for name in _NAMES for path in data.glob(f"{name}*")))
    file = folder / name_at(at)
    return file, back_up(data, file)


def check_room(folder: Path, needed: int, what: str = "a backup") -> None:
    """Raise StorageFull when that many bytes for `what` would leave the disk without the
    reserve."""
    free = shutil.disk_usage(folder).free
    if free < needed + RESERVE_BYTES:
        raise StorageFull(
            f"{folder}: has {free // 1_000_000} MB free, {what} needs"
            f" {(needed + RESERVE_BYTES) // 1_000_000}; make room, or keep fewer backups"
        )


_NAMES = (sqlite.FILE, registry.FILE)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # a -wal that has just gone
        return 0


def thin_out(folder: Path, now: Instant, zone: tzinfo, settings: BackupSettings) -> int:
    """Remove the backups that need not be kept; says how many. Other files stay."""
    backups = listed(folder)
    dropped = to_drop(
        (one.at for one in backups),
        now,
        zone,
        hourly_days=settings.hourly_days,
        days=settings.days,
    )
    for one in backups:
        if one.at in dropped:
            with contextlib.suppress(OSError):
                one.file.unlink()
    return len(dropped)
