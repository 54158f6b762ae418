"""A hub's disk is full, broken, read-only or held by somebody else, and well again.

People go on asking as in tests/faults/kills.py, and the same checker judges them.
"""

import asyncio
import contextlib
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import apsw
import httpx

from hub.journal.sqlite import FILE
from tests.faults import kills
from tests.faults.ailing import ailing
from tests.faults.history import Kind
from tests.faults.hubs import Hub

SIZE_MB = 6
"""Of the small disk: journal, WAL and registry, and little more."""

REFUSALS = 4
"""How many must be heard before the fault ends: a batch and more."""

TROUBLED_WITHIN_S, WELL_WITHIN_S = 15.0, 10.0
"""A journal that another process holds is waited for 5 s before anybody is refused."""

Fault = Callable[[Path], AbstractContextManager[None]]
"""Lasts until its block ends; told the folder of the hub's data, beside which `ailing` says more.
"""


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A file system of its own in `folder`, of `SIZE_MB`. Raises CalledProcessError where this
    process may not mount one."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=700"]
    subprocess.run(["mount", *options, "motcua-test", str(folder)], check=True, capture_output=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextlib.contextmanager
def full(data: Path) -> Iterator[None]:
    """Somebody else's file takes all the room there is."""
    ballast = data / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65_536, 1):  # to the last byte
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(size))
    try:
        yield
    finally:
        ballast.unlink()


@contextlib.contextmanager
def held(data: Path) -> Iterator[None]:
    """Another process writes to the journal and does not end: to the hub, this one."""
    other = apsw.Connection(str(data / FILE))
    try:
        other.set_busy_timeout(10_000)  # the hub may be in the middle of a commit
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")
    finally:
        other.close()


FAULTS: dict[str, tuple[Fault, str]] = {
    "full": (full, "storage_full"),
    "an I/O error on every write": (
        lambda data: ailing(said_of(data), "EIO", "write"),
        "storage_failed",
    ),
    "an I/O error on every sync": (
        lambda data: ailing(said_of(data), "EIO", "sync"),
        "storage_failed",
    ),
    "read-only": (lambda data: ailing(said_of(data), "EROFS"), "storage_failed"),
    "held by another process": (held, "storage_failed"),
}
"""What is wrong, and the code of the refusal that tells it."""


def said_of(data: Path) -> Path:
    """The file that says what is wrong with the disk of that data folder."""
    return data.with_name("ailing")


class Trial(kills.Trial):
    """One hub whose disk falls ill and recovers. `data` lies in a folder of its own."""

    def __init__(self, data: Path, seed: int, fault: str) -> None:
        super().__init__(data, seed)
        self.ailing = said_of(data)
        self.fault = fault

    async def _suffer(self, hub: Hub, times: int, ending: contextlib.AsyncExitStack) -> None:
        for _ in range(times):
            await self._hear(kills.LAST_ANSWERS)
            self._since = len(self.history.moments)
            await self._fall_ill_and_recover(hub)
            await self._phone(ending)

    async def _fall_ill_and_recover(self, hub: Hub) -> None:
        begin, code = FAULTS[self.fault]
        with begin(self.folder):
            await self._until(lambda: self._told()[code] >= REFUSALS, TROUBLED_WITHIN_S)
            assert await _health(hub) == 503
        self.deaths[self.fault] += 1
        granted = self._told()[Kind.OK]
        await self._until(lambda: self._told()[Kind.OK] > granted, WELL_WITHIN_S)
        assert await _health(hub) == 200

    _since = 0

    async def _until(self, holds: Callable[[], bool], within_s: float) -> None:
        end = asyncio.get_running_loop().time() + within_s
        while not holds():
            assert asyncio.get_running_loop().time() < end, f"nobody was told: {self._told()}"
            await asyncio.sleep(kills.LAST_BREATH_S)

    def _told(self) -> Counter[str]:
        """Refusals by code, and how often something else happened, since the fault began."""
        return Counter(one.code or one.kind for one in self.history.moments[self._since :])


async def _health(hub: Hub) -> int:
    async with httpx.AsyncClient(trust_env=False) as web:
        return (await web.get(f"http://{hub.web}/healthz")).status_code
