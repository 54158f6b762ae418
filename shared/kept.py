"""A value kept in a file of its own: it may be lost, and never torn."""

import os
from pathlib import Path
from typing import TypeVar

import msgspec
import structlog

log = structlog.get_logger()

T = TypeVar("T")


def keep(path: Path, value: object) -> None:
    """Replace what the file holds: temporary name, fsync, rename, fsync of the folder.

    Raises OSError when the disk does not take it; the former content is there then.
    """
    half = path.with_suffix(".part")
    write(half, msgspec.json.encode(value))
    half.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def write(path: Path, content: bytes) -> None:
    """Write a file, whose content is on the disk then; its name may not be yet. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def held(path: Path, kind: type[T]) -> T | None:
    """What the file holds; None when there is none. Raises OSError, msgspec.MsgspecError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None


def recall(path: Path, kind: type[T]) -> T | None:
    """What the file holds; None when there is none, or nothing sound: that is put aside."""
    try:
        return held(path, kind)
    except OSError as error:
        log.error("kept.unreadable", path=str(path), why=error.strerror)
        return None
    except msgspec.MsgspecError as error:
        log.error("kept.damaged", path=str(path), why=str(error))
        path.replace(path.with_suffix(".damaged"))
        return None
