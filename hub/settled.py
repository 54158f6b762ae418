"""Looking at the hall while its state holds nothing that is not on disk."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from hub.hall import Hall

T = TypeVar("T")


async def settled(hall: Hall, look: Callable[[], T]) -> T:
    """What `look` sees when the hall's state holds nothing that is not on disk.

    It looks at that very moment: one turn of the loop later a batch may be under way again.
    """
    seen: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def act() -> None:
        if seen.done():
            return  # whoever asked has left
        try:
            seen.set_result(look())
        except Exception as error:  # the asker's fault must not become the hall's
            seen.set_exception(error)

    hall.when_settled(act)
    return await seen
