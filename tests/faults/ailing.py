"""A disk under a running hub that fails while a test says so.

The hub is the real one in its own process, so the test speaks through a file: `ERRNO write`,
`ERRNO sync` or `ERRNO all`; no file, a sound disk. Real faults of a whole file system, which need
no such help, are in tests/faults/disks.py.
"""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tests.hub.journal.faulty_disk import Deed, FaultyDisk


class AilingDisk(FaultyDisk):
    """The disk of every connection that this process opens from now on."""

    def __init__(self, said: Path) -> None:
        self._said = said
        super().__init__("ailing", for_all=True)

    def check(self, deed: Deed) -> None:
        try:
            code, which = self._said.read_text(encoding="ascii").split()
        except FileNotFoundError:
            self.errno = 0
            return
        self.errno = errno.__dict__[code]
        self.only = None if which == "all" else "sync" if which == "sync" else "write"
        super().check(deed)


@contextlib.contextmanager
def ailing(said: Path, code: str, which: Deed | Literal["all"] = "all") -> Iterator[None]:
    """The disk fails until the block ends, with the error of that name."""
    new = said.with_suffix(".new")
    new.write_text(f"{code} {which}", encoding="ascii")
    new.replace(said)
    try:
        yield
    finally:
        said.unlink()
