"""Long work beside the hall, which it must neither wait for nor be slowed down by."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_LOWEST_PRIORITY = 19

T = TypeVar("T")


async def aside(work: Callable[[], T]) -> T:
    """What `work` gives or raises, done on a thread that everything else goes before, and that
    nobody waits for when the hub ends: what it leaves half-done must be harmless."""
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # from now on nobody can cancel it, and be surprised by it

    def run() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST_PRIORITY)
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await asyncio.wrap_future(done)
