"""A disk that fails at will: an SQLite VFS over the real one."""

import contextlib
import errno
from collections.abc import Iterator

import apsw


class FaultyDisk(apsw.VFS):
    """While `errno` is set, every write fails with it, as SQLite's own unix VFS would say it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.errno = 0
        self.syncs = 0
        super().__init__(name, "")

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

    def check(self) -> None:
        if self.errno == errno.ENOSPC:
            raise apsw.FullError("database or disk is full")
        if self.errno:
            fault = apsw.IOError("disk I/O error")
            fault.extendedresult = apsw.SQLITE_IOERR_WRITE  # type: ignore[attr-defined]
            raise fault


class _File(apsw.VFSFile):
    def __init__(
        self, disk: FaultyDisk, name: str | apsw.URIFilename | None, flags: list[int]
    ) -> None:
        self._disk = disk
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.check()
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:
        self._disk.check()
        self._disk.syncs += 1
        super().xSync(flags)
