"""A disk whose power can be cut: an SQLite VFS that knows what has really reached the plate.

Beside every file stands what of it is durable, and what was written since its last xSync. A cut
keeps the durable part and, of the rest, a random prefix, torn in the middle of a sector's worth or
not, or any selection, as a disk does that reorders its cache. A new name, too, lasts only once its
folder was synced: SQLite does that with the first xSync of a new journal or WAL and with xDelete
(os_unix.c, UNIXFILE_DIRSYNC); until then a cut may take the file away or bring it back.

SQLite itself works on ordinary files in a folder that nobody syncs, so that a trial is quick; what
survived is written to another folder, where the next life begins.
"""

import random
from collections.abc import Callable
from pathlib import Path

import apsw

SECTOR = 512
_JOURNALS = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL

Change = Callable[[bytearray], None]


class _Plate:
    """A file's content as the disk has it: the durable part, and changes that were not synced."""

    def __init__(self, content: bytes) -> None:
        self.durable = bytearray(content)
        self.changes: list[tuple[Change, Change]] = []
        """Each whole, and torn."""

    def sync(self) -> None:
        for whole, _torn in self.changes:
            whole(self.durable)
        self.changes.clear()

    def after_cut(self, chance: random.Random) -> bytes:
        """What is found there when the power is back."""
        left = bytearray(self.durable)
        if chance.random() < 0.3:
            for whole, _torn in self.changes:
                if chance.random() < 0.5:
                    whole(left)
            return bytes(left)
        kept = chance.choice([0, len(self.changes), chance.randint(0, len(self.changes))])
        for whole, _torn in self.changes[:kept]:
            whole(left)
        if kept < len(self.changes) and chance.random() < 0.5:
            self.changes[kept][1](left)
        return bytes(left)


class PowerDisk(apsw.VFS):
    """The power goes before the `left`th write, truncation, sync or deletion: `dead` then, and
    nothing works any more. `on_cut` is called on the thread that did it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.dead = False
        self._chance = random.Random()
        self._left: int | None = None
        self._on_cut: Callable[[], None] = lambda: None
        self._names: dict[str, _Plate] = {}
        self._durable: dict[str, _Plate] = {}
        """The folder as it is, and as it was when it was last synced."""
        super().__init__(name, "")

    def power_on(self, chance: random.Random, left: int | None, on_cut: Callable[[], None]) -> None:
        """Begin anew, with files as they lie there; None: the power stays."""
        self._chance, self._left, self._on_cut = chance, left, on_cut
        self._names, self._durable, self.dead = {}, {}, False

    def cut(self) -> None:
        """The power goes now."""
        if not self.dead:
            self.dead = True
            self._on_cut()

    def salvage(self, folder: Path) -> None:
        """Write what survived the cut into a new folder."""
        folder.mkdir()
        for path in {**self._names, **self._durable}:
            named = self._names if self._chance.random() < 0.5 else self._durable
            if path in named:
                (folder / Path(path).name).write_bytes(named[path].after_cut(self._chance))

    def works(self) -> None:
        """One more operation; raises IOError when the power has gone."""
        if self._left is not None and not self.dead:
            self._left -= 1
            if self._left <= 0:
                self.cut()
        if self.dead:
            raise apsw.IOError("the power is off")

    def sync_folder(self) -> None:
        """Names are durable as they are now."""
        self._durable = dict(self._names)

    # --- what SQLite calls -----------------------------------------------------------------

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "_File":
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if self.dead:
            raise apsw.CantOpenError("the power is off")
        new = path is not None and not Path(path).exists()
        file = _File(self, name, flags)
        if path is None:
            return file
        if new:
            self._names[path] = _Plate(b"")
        elif path not in self._names:
            self._names[path] = self._durable[path] = _Plate(Path(path).read_bytes())
        file.plate = self._names[path]
        file.syncs_folder = new and bool(flags[0] & _JOURNALS)
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:
        self.works()
        super().xDelete(filename, syncdir)
        self._names.pop(filename, None)
        if syncdir:
            self.sync_folder()


class _File(apsw.VFSFile):
    plate: _Plate | None = None
    syncs_folder = False

    def __init__(
        self, disk: PowerDisk, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.works()
        super().xWrite(data, offset)
        if self.plate is not None:
            part = bytes(data)[: len(data) // 2 // SECTOR * SECTOR]
            self.plate.changes.append((_write(bytes(data), offset), _write(part, offset)))

    def xTruncate(self, newsize: int) -> None:
        self._disk.works()
        super().xTruncate(newsize)
        if self.plate is not None:
            self.plate.changes.append((_truncate(newsize), lambda content: None))

    def xSync(self, flags: int) -> None:
        self._disk.works()
        if self.plate is not None:
            self.plate.sync()
        if self.syncs_folder:
            self.syncs_folder = False
            self._disk.sync_folder()


def _write(data: bytes, offset: int) -> Change:
    def change(content: bytearray) -> None:
        if data and len(content) < offset:
            content.extend(bytes(offset - len(content)))
        content[offset : offset + len(data)] = data

    return change


def _truncate(size: int) -> Change:
    def change(content: bytearray) -> None:
        del content[size:]

    return change
