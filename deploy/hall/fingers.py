"""Fingers on the kiosk's glass: real touches, as xdotool makes them, at the pace of people."""

import asyncio
import random

from deploy.hall.screen import Screen

START = (540, 580)
RESULTS = (284, 1653)
LAND = (284, 278)
NO_PRIORITY = (540, 590)
DONE = (788, 1790)
RESULTS_SHARE = 0.75
"""The others want a number for land."""

EVERY_S = (8.0, 14.0)
LOOK_S = (0.9, 1.6)
READ_S = (5.0, 8.0)


class Fingers:
    """Takes tickets, one after another, mostly for what is called at once.

    Places are px of a kiosk of 1080×1920 with the services of config/site.toml, times `scale`.
    """

    def __init__(self, screen: Screen, scale: float, chance: random.Random) -> None:
        self._screen = screen
        self._scale = scale
        self._chance = chance

    async def run(self) -> None:
        """Take tickets until cancelled."""
        await self.take_ticket(RESULTS)
        while True:
            await self._wait(EVERY_S)
            results = self._chance.random() < RESULTS_SHARE
            await self.take_ticket(RESULTS if results else LAND)

    async def take_ticket(self, service: tuple[int, int]) -> None:
        """Three touches to a ticket, a while to read it, and one to leave."""
        for place in (START, service, NO_PRIORITY):
            await self._wait(LOOK_S)
            await self._tap(place)
        await self._wait(READ_S)
        await self._tap(DONE)

    async def _tap(self, place: tuple[int, int]) -> None:
        x, y = place
        await asyncio.to_thread(self._screen.tap, x * self._scale, y * self._scale)

    async def _wait(self, span: tuple[float, float]) -> None:
        await asyncio.sleep(self._chance.uniform(*span))
