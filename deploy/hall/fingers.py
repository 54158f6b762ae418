"""Fingers on the kiosk's glass: real touches, as xdotool makes them, at the pace of people."""

import asyncio
import random

from deploy.hall.places import Places
from deploy.hall.screen import Screen

RESULTS = "nhan-ket-qua"
LAND = "dat-dai"
RESULTS_SHARE = 0.75
"""The others want a number for land."""

EVERY_S = (8.0, 14.0)
LOOK_S = (0.9, 1.6)
READ_S = (5.0, 8.0)


class Fingers:
    """Takes tickets, one after another, mostly for what is called at once.

    Their places are those of a kiosk with the services of config/site.toml, times `scale`.
    """

    def __init__(self, screen: Screen, scale: float, chance: random.Random) -> None:
        self._screen = screen
        self._scale = scale
        self._chance = chance
        self._places = Places()

    async def run(self) -> None:
        """Take tickets until cancelled."""
        await self.take_ticket(RESULTS)
        while True:
            await self._wait(EVERY_S)
            results = self._chance.random() < RESULTS_SHARE
            await self.take_ticket(RESULTS if results else LAND)

    async def take_ticket(self, service: str) -> None:
        """Three touches to a ticket, a while to read it, and one to leave."""
        for name in ("start", service, "no_priority"):
            await self._wait(LOOK_S)
            await self._tap(name)
        await self._wait(READ_S)
        await self._tap("done")

    async def _tap(self, name: str) -> None:
        x, y = await asyncio.to_thread(self._places.centre, name)
        await asyncio.to_thread(self._screen.tap, x * self._scale, y * self._scale)

    async def _wait(self, span: tuple[float, float]) -> None:
        await asyncio.sleep(self._chance.uniform(*span))
