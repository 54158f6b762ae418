"""Hubs to be killed: a nursery and what it bears, seen from the test's process."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from tests.faults import mutants
from tests.faults.nursery import Order
from tests.faults.points import Point
from tests.hub.hub_process import ROOT

WITHIN_S = 20.0


class Hub:
    """One data folder and its ports, served by one hub after another. `ailing` says what is wrong
    with their disk, as in tests/faults/ailing.py."""

    def __init__(
        self, nursery: asyncio.subprocess.Process, data: Path, ailing: Path | None = None
    ) -> None:
        self._nursery = nursery
        self.data = data
        self._ailing = "" if ailing is None else str(ailing)
        self._pid = 0
        self.live = "127.0.0.1:0"
        self.web = "127.0.0.1:0"

    async def bear(self, point: Point | None = None, passing: int = 1) -> None:
        """A hub begins to start; it may die at that point."""
        order = Order(str(self.data), self.live, self.web, point, passing, self._ailing)
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(msgspec.json.encode(order) + b"\n")
        word, pid = (await self._line()).split()
        assert word == "born", word
        self._pid = int(pid)

    async def ready(self) -> bool:
        """Whether it came to serve; False when it died before."""
        word, *rest = (await self._line()).split()
        if word == "gone":
            self._pid = 0
            return False
        said = dict(one.split("=", 1) for one in rest)
        self.live, self.web = said["live"], said["web"]
        return True

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal, if it has not gone by itself."""
        assert self._pid, "there is no hub"
        # Nobody has waited for it but the nursery, which says so first: a pid may be reused then.
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, number)

    async def gone(self) -> int:
        """Wait until it has ended; gives its status, as waitpid tells it."""
        while True:
            word, *rest = (await self._line()).split()
            if word == "gone":
                self._pid = 0
                return int(rest[0])

    @property
    def log(self) -> str:
        """What all of them wrote to stderr."""
        file = self.data / "hub.log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    async def _line(self) -> str:
        assert self._nursery.stdout is not None
        try:
            async with asyncio.timeout(WITHIN_S) as patience:
                while (line := await self._nursery.stdout.readline()) == b"\n":
                    pass
        except TimeoutError:
            if not patience.expired():
                raise
            states = [_looks(pid) for pid in (self._pid, self._nursery.pid)]
            raise AssertionError(f"no word: {states}, {self._nursery.stdout}") from None
        if not line:
            raise AssertionError(f"the nursery has ended\n{self.log}")
        return line.decode()


def _looks(pid: int) -> str:
    """What the kernel says of a process."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        waits = Path(f"/proc/{pid}/wchan").read_text(encoding="ascii")
    except OSError as error:
        return str(error)
    return f"{' '.join(status.split()[:12])} … in {waits}"


@contextlib.asynccontextmanager
async def nursery() -> AsyncIterator[asyncio.subprocess.Process]:
    """A nursery until the block ends, and no hub of it longer."""
    mutant = mutants.installed
    spoilt = mutant is not None and mutants.MUTANTS[mutant].in_hub
    options = ("--mutant", mutant) if mutant is not None and spoilt else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.faults.nursery", *options,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(WITHIN_S):
            assert await process.stdout.readline() == b"open\n"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()  # its hubs die with it
        await process.wait()
