"""A busy hub loses some of its journal, again and again, and goes on from what is left.

Hub, clients and people are those of tests/faults/kills.py. Every few lives files are damaged or
removed, an operator restores a backup, an old one too, or the standby is promoted. What was told
after the copy that is gone on from may be lost then; nothing else may, and no number comes twice.
"""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path

from hub.backup import back_up
from hub.backup_rules import name_at
from hub.follow import Follower, prepare
from hub.journal.sqlite import COMPANIONS, FILE
from hub.peer import Peer
from hub.promote import promote
from hub.registry import Registry
from hub.restore import restore
from hub.standing import following
from shared.model import Instant, Role
from tests.faults import kills
from tests.faults.hubs import Hub

PAGE = 4096
RECOVERED = '"journal_recovered"'
COPIED_BEFORE_A_LOSS = 0.4
OLD_BACKUP = 0.4
"""How often somebody restores another backup than the newest."""

FOLLOWED_WITHIN_S = 20.0


class Loss(StrEnum):
    """What the hub's journal may suffer."""

    RUBBISH = "pages of the journal overwritten"
    CUT_OFF = "the end of the journal cut off"
    GONE = "the journal removed"
    RESTORED = "a backup restored"
    PROMOTED = "the standby promoted"


def now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


class Trial(kills.Trial):
    """One centre and its hubs. `folder` has the data folders, one for each promotion."""

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder / "0", seed)
        self.folder.mkdir()
        self._folders = folder
        self._copies: dict[str, float] = {}
        """When each backup was begun, by its name: all that had been told by then is in it, unless
        it had been lost before."""
        self._begun = 0.0
        """When this life of the journal began, in one file."""
        self._ways: dict[Loss, Callable[[Hub], Awaitable[float | None]]] = {
            Loss.RUBBISH: self._overwrite,
            Loss.CUT_OFF: self._cut_off,
            Loss.GONE: self._remove,
            Loss.RESTORED: self._restore,
            Loss.PROMOTED: self._promote,
        }

    def _enrol(self) -> dict[str, str]:
        with contextlib.closing(Registry(self.folder)) as registry:
            self._standby = registry.enrol(Role.STANDBY, "standby", None, Instant(0))
        return super()._enrol()

    async def _suffer(self, hub: Hub, times: int, ending: contextlib.AsyncExitStack) -> None:
        await self._copy()
        for loss in kills.in_turn(self.chance, list(Loss), times):
            await self._hear(self.chance.randint(0, kills.MOST_ANSWERS))
            if self.chance.random() < COPIED_BEFORE_A_LOSS:
                await self._copy()
                await self._hear(self.chance.randint(0, kills.MOST_ANSWERS))
            self.deaths[loss] += 1
            recovered = hub.log.count(RECOVERED)
            since = await self._ways[loss](hub)
            until = time.monotonic()
            await hub.bear()
            assert await hub.ready(), hub.log
            if since is None and hub.log.count(RECOVERED) > recovered:
                since = self._best_copy(loss)
            if since is not None:
                self.history.lose(since, until)
                self._begun = until

    async def _copy(self) -> None:
        """A backup beside the hub's work, as it makes them itself every hour."""
        folder = self.folder / "backups"
        folder.mkdir(exist_ok=True)
        name, began = name_at(now()), time.monotonic()
        # Beside the folder: the hub clears away there what looks half made when it makes its own.
        await asyncio.to_thread(back_up, self.folder, self._folders / name)
        (self._folders / name).rename(folder / name)
        self._copies[name] = began

    def _best_copy(self, loss: Loss) -> float:
        """When that copy was begun from which a hub that finds such damage has to go on: the newest
        backup or, of a journal that has lost its end, what this life began with, if that is more.
        """
        newest = max(self._copies.values())
        return max(newest, self._begun) if loss is Loss.CUT_OFF else newest

    async def _end(self, hub: Hub, number: signal.Signals = signal.SIGKILL) -> None:
        await asyncio.sleep(self.chance.uniform(0, kills.LAST_BREATH_S))
        hub.kill(number)
        await hub.gone()

    async def _overwrite(self, hub: Hub) -> None:
        await self._end(hub, signal.SIGTERM)  # so that no page stands in the -wal file
        path = self.folder / FILE
        content = bytearray(path.read_bytes())
        for page in self.chance.sample(range(1, len(content) // PAGE), 3):
            content[page * PAGE : page * PAGE + 200] = os.urandom(200)
        path.write_bytes(content)

    async def _cut_off(self, hub: Hub) -> None:
        await self._end(hub)
        wal = self.folder / f"{FILE}-wal"
        os.truncate(wal, self.chance.randint(0, wal.stat().st_size))

    async def _remove(self, hub: Hub) -> None:
        await self._end(hub)
        for end in COMPANIONS:
            (self.folder / f"{FILE}{end}").unlink(missing_ok=True)

    async def _restore(self, hub: Hub) -> float:
        await self._end(hub)
        names = sorted(self._copies)
        name = self.chance.choice(names) if self.chance.random() < OLD_BACKUP else names[-1]
        file = self.folder / "backups" / name
        await asyncio.to_thread(restore, file, self.folder, now(), replace=True)
        return self._copies[name]

    async def _promote(self, hub: Hub) -> float:
        """The backups come along, as on a disk that both machines reach."""
        data = self._folders / str(int(self.folder.name) + 1)
        peer = Peer(f"http://{hub.web}", self._standby)
        prepare(data, peer.url, now(), replace=False)
        follows = asyncio.create_task(Follower(data, peer, now).run())
        await self._followed(data)
        await self._hear(self.chance.randint(0, kills.MOST_ANSWERS))
        await self._end(hub)
        made = await asyncio.to_thread(promote, data, now())
        await follows
        await peer.close()
        assert "Traceback" not in hub.log
        (self.folder / "backups").rename(data / "backups")
        self.folder = hub.data = data
        return made.whole_at / 1000 + time.monotonic() - time.time()

    async def _followed(self, data: Path) -> None:
        """Wait until the standby says that it has had everything."""
        for _ in range(int(FOLLOWED_WITHIN_S / kills.PAUSE_S)):
            state = following(data)
            if state is not None and state.whole_at:
                return
            await asyncio.sleep(kills.PAUSE_S)
        raise AssertionError("the standby does not follow")
