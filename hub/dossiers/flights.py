"""Lets those who want the same thing at the same time share one request for it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class _Flight(Generic[T]):
    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.riders = 0


class Flights(Generic[T]):
    """Requests that are under way, by key."""

    def __init__(self) -> None:
        self._flights: dict[str, _Flight[T]] = {}

    def __len__(self) -> int:
        return len(self._flights)

    async def join(self, key: str, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the request for `key`, begun by `start` unless one is under way.

        Who is cancelled leaves the others alone; with the last one the request is cancelled.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(start()))
        flight.riders += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.riders -= 1
            if not flight.riders:
                flight.task.cancel()
                if self._flights.get(key) is flight:
                    del self._flights[key]

    async def close(self) -> None:
        """Cancel everything that is under way and wait until it is over."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
