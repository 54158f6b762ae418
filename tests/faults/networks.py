"""A hub is asked over a wire on which everything goes wrong, and then nothing any more."""

import asyncio
import contextlib
import random
from pathlib import Path

from tests.faults import kills
from tests.faults.hubs import Hub
from tests.faults.wire import FATES, Fate, Kind, Wire

HOW_OFTEN = 0.15
ALL_WITHIN_S = 60.0


class Trial(kills.Trial):
    """One hub, never killed; until everything has gone wrong so many times."""

    wire: Wire

    def __init__(self, folder: Path, seed: int) -> None:
        super().__init__(folder, seed)
        self._luck = random.Random(seed)
        self._calm = False

    def _draw(self, kind: Kind) -> Fate:
        """Rather what has happened least."""
        if self._calm or kind not in FATES or self._luck.random() > HOW_OFTEN:
            return Fate.PASS
        came = self.wire.came
        return min(FATES[kind], key=lambda fate: (came[f"{kind} {fate}"], self._luck.random()))

    async def _reach(self, hub: Hub, ending: contextlib.AsyncExitStack) -> str:
        self.wire = Wire(hub.live, self._draw, random.Random(self._luck.random()))
        await ending.enter_async_context(self.wire.open())
        return self.wire.address

    async def _suffer(self, hub: Hub, times: int, ending: contextlib.AsyncExitStack) -> None:
        wanted = [f"{kind} {fate}" for kind, fates in FATES.items() for fate in fates]
        end = asyncio.get_running_loop().time() + ALL_WITHIN_S
        while min(self.wire.came[one] for one in wanted) < times:
            assert asyncio.get_running_loop().time() < end, self.wire.came
            await self._hear(kills.MOST_ANSWERS)
            await self._phone(ending)
        self._calm = True
        self.deaths += self.wire.came
