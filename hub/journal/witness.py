"""How far the journal was written, remembered a second time: `journal.mark` in the data folder.

SQLite takes a -wal file whose end is missing or unreadable for one that was never finished, and
goes on before it without a word. So the newest seq is written beside, after each commit and without
waiting for the disk. On a sound disk it is never ahead of the journal: what it says was on disk
before it was said. Where it is ahead, events are gone, and it tells how many. It tells, too, which
numbers this life of the journal passed over: a copy of another life does not know.
"""

import contextlib
import os
import zlib
from pathlib import Path

import msgspec

from hub.journal.passed import Passed
from shared.model import Epoch, Seq

FILE = "journal.mark"
_LONGEST = 256
_NO_DAY = "-"


class Mark(msgspec.Struct, frozen=True):
    """The newest event of an epoch's journal that was kept, and what had been `passed` over when
    that epoch began or was last opened."""

    epoch: Epoch
    seq: Seq
    generation: int
    passed: Passed = Passed()


def read(folder: Path) -> Mark | None:
    """What was remembered; None where there is nothing that can be read."""
    try:
        line = (folder / FILE).read_bytes()[:_LONGEST].split(b"\n")[0]
        said, checked = line.decode("ascii").rsplit(" ", 1)
        epoch, seq, generation, *passed = said.split()
    except (OSError, ValueError):
        return None
    # Marks of releases before this one say nothing of numbers that were passed over.
    day, others = passed if len(passed) == 2 else (_NO_DAY, "0")
    numbers = seq.isdecimal() and generation.isdecimal() and others.isdecimal()
    if not numbers or checked != _check(said):
        return None
    known = Passed(day, int(others)) if day != _NO_DAY else Passed()
    return Mark(Epoch(epoch), Seq(int(seq)), int(generation), known)


class Witness:
    """Writes the mark, from where it stands now; a disk that does not take it costs the mark and
    nothing else."""

    def __init__(self, folder: Path, mark: Mark) -> None:
        self._epoch, self._generation, self._passed = mark.epoch, mark.generation, mark.passed
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.kept(mark.seq)
            os.fsync(self._file)  # once: a power cut must not bring back the mark of another life

    def kept(self, seq: Seq) -> None:
        """Everything up to `seq` is on disk."""
        if self._file is None:
            return
        day = self._passed.day or _NO_DAY
        said = f"{self._epoch} {seq:020d} {self._generation} {day} {self._passed.others}"
        with contextlib.suppress(OSError):
            os.pwrite(self._file, f"{said} {_check(said)}\n".encode("ascii", "replace"), 0)

    def close(self) -> None:
        """Let go of the file. Harmless when called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def _check(said: str) -> str:
    return f"{zlib.crc32(said.encode('ascii', 'replace')):08x}"
