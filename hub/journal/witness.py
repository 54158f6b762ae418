"""How far the journal was written, remembered a second time: `journal.mark` in the data folder.

SQLite takes a -wal file whose end is missing or unreadable for one that was never finished, and
goes on before it without a word. So the newest seq is written beside, after each commit and without
waiting for the disk. On a sound disk it is never ahead of the journal: what it says was on disk
before it was said. Where it is ahead, events are gone, and it tells how many.
"""

import contextlib
import os
import zlib
from pathlib import Path

import msgspec

from shared.model import Epoch, Seq

FILE = "journal.mark"
_LONGEST = 256


class Mark(msgspec.Struct, frozen=True):
    """The newest event of an epoch's journal that was kept."""

    epoch: Epoch
    seq: Seq
    generation: int


def read(folder: Path) -> Mark | None:
    """What was remembered; None where there is nothing that can be read."""
    try:
        line = (folder / FILE).read_bytes()[:_LONGEST].split(b"\n")[0]
        epoch, seq, generation, checked = line.decode("ascii").split()
    except (OSError, ValueError):
        return None
    numbers = seq.isdecimal() and generation.isdecimal()
    if not numbers or checked != _check(f"{epoch} {seq} {generation}"):
        return None
    return Mark(Epoch(epoch), Seq(int(seq)), int(generation))


class Witness:
    """Writes the mark; a disk that does not take it costs the mark and nothing else."""

    def __init__(self, folder: Path, epoch: Epoch, generation: int) -> None:
        self._epoch = epoch
        self._generation = generation
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def kept(self, seq: Seq) -> None:
        """Everything up to `seq` is on disk."""
        if self._file is None:
            return
        said = f"{self._epoch} {seq:020d} {self._generation}"
        with contextlib.suppress(OSError):
            os.pwrite(self._file, f"{said} {_check(said)}\n".encode("ascii", "replace"), 0)

    def close(self) -> None:
        """Let go of the file. Harmless when called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def _check(said: str) -> str:
    return f"{zlib.crc32(said.encode('ascii', 'replace')):08x}"
