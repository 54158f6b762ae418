"""A disk that fails at will: an SQLite VFS over the real one."""

import contextlib
import errno
from collections.abc import Iterator
from typing import Literal

import apsw

Deed = Literal["write", "sync", "read"]
_REAL = "unix"
_CODES = {
    "write": apsw.SQLITE_IOERR_WRITE,
    "sync": apsw.SQLITE_IOERR_FSYNC,
    "read": apsw.SQLITE_IOERR_READ,
}


class FaultyDisk(apsw.VFS):
    """While `errno` is set, every write and sync, or `only` the one, fails with it, as SQLite's own
    unix VFS would say it; reads fail only if it is they `only`. `for_all`: connections that name no
    VFS get it, too."""

    def __init__(self, name: str, *, for_all: bool = False) -> None:
        self.name = name
        self.errno = 0
        self.only: Deed | None = None
        self.syncs = 0
        super().__init__(name, _REAL, for_all)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "_File":
        return _File(self, name, flags)

    def xGetLastError(self) -> tuple[int, str]:
        return self.errno, errno.errorcode.get(self.errno, "")

    @contextlib.contextmanager
    def failing(self, code: int) -> Iterator[None]:
        self.errno = code
        try:
            yield
        finally:
            self.errno = 0

    def check(self, deed: Deed) -> None:
        if not self.errno or self.only not in (None, deed) or (deed == "read" != self.only):
            return
        if self.errno == errno.ENOSPC:
            raise apsw.FullError("database or disk is full")
        fault = apsw.IOError("disk I/O error")
        fault.extendedresult = _CODES[deed]  # type: ignore[attr-defined]
        raise fault


class _File(apsw.VFSFile):
    def __init__(
        self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        self._disk = disk
        super().__init__(_REAL, name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        self._disk.check("read")
        return super().xRead(amount, offset)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.check("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.check("sync")
        self._disk.syncs += 1
        super().xSync(flags)
