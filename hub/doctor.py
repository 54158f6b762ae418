"""What this machine has for motcua and what it lacks, one line each."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from shared.errors import SetupError
from shared.theme import font

_ROOM_NEEDED_MB = 500


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at. `needed`: the hub cannot serve without it; `remedy`: what to do."""

    what: str
    fine: bool
    remedy: str
    needed: bool = False

    def __str__(self) -> str:
        """The line to print."""
        if self.fine:
            return f"✓ {self.what}"
        level = "needed" if self.needed else "optional"
        return f"✗ {self.what} ({level}): {self.remedy}"


def find_program(name: str) -> str | None:
    """Where a program is; an ordinary user's PATH lacks the places of system programs."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def examine(folder: Path, *, which: Callable[[str], str | None] = find_program) -> list[Finding]:
    """Look at this machine. `folder` is where the hub keeps, or will keep, its data."""
    return [
        _python(),
        _sqlite(),
        _time_zones(),
        _room(folder),
        Finding(
            "Inter font (screens and paper look best with it)",
            font("regular") is not None,
            "apt-get install fonts-inter; without it Roboto is used",
        ),
        *(
            Finding(
                f"{program}: {purpose}", which(program) is not None, f"apt-get install {package}"
            )
            for program, purpose, package in _PROGRAMS
        ),
    ]


_PROGRAMS = (
    ("espeak-ng", "makes the voice clips", "espeak-ng"),
    ("cupsd", "prints the tickets", "cups"),
    ("Xvfb", "a virtual screen for machines without one", "xvfb"),
    ("xdotool", "taps the kiosk in tests", "xdotool"),
    ("chromium", "the officer's browser in tests", "chromium"),
)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info >= (3, 11)
    return Finding(f"Python {version}", fine, "install Python 3.11 or newer", needed=True)


def _sqlite() -> Finding:
    try:
        from hub.database import check_library, library_version

        version = library_version()
        check_library()
    except ImportError:
        remedy = "pip install 'apsw>=3.51.3'"
        return Finding("SQLite through apsw", False, remedy, needed=True)
    except SetupError as error:
        return Finding(f"SQLite {version}", False, str(error), needed=True)
    return Finding(f"SQLite {version}", True, "", needed=True)


def _time_zones() -> Finding:
    try:
        ZoneInfo("Asia/Ho_Chi_Minh")
    except ZoneInfoNotFoundError:
        fine = False
    else:
        fine = True
    return Finding("time zone data", fine, "apt-get install tzdata", needed=True)


def _room(folder: Path) -> Finding:
    existing = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    free = shutil.disk_usage(existing).free // 1_000_000
    return Finding(
        f"{free} MB free for data at {existing}",
        free >= _ROOM_NEEDED_MB,
        f"make room; a year of a centre takes some {_ROOM_NEEDED_MB} MB",
        needed=True,
    )
