"""What nobody has caught ends the process, at once: a screen never stays half dead.

The keeper then starts the program anew (docs/decisions/keeper.md).
"""

import asyncio
import faulthandler
import os
import sys
import traceback
from collections.abc import Coroutine
from typing import Any, NoReturn

from shared.errors import MotcuaError

CODE = 1


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end as `asyncio.run` does.

    An exception in it, or in a callback of its loop, is written to stderr and ends the process
    without waiting for any thread; MotcuaError is the caller's. A crash of the interpreter itself
    leaves the lines of code that ran, and no values.
    """
    faulthandler.enable()
    try:
        asyncio.run(_watched(work))
    except MotcuaError:
        raise
    except Exception:
        traceback.print_exc()
        _end()


async def _watched(work: Coroutine[Any, Any, None]) -> None:
    asyncio.get_running_loop().set_exception_handler(_on_error)
    await work


def _on_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """asyncio would note what a callback raises, and go on without what it should have done."""
    loop.default_exception_handler(context)
    if "handle" in context and isinstance(context.get("exception"), Exception):
        traceback.print_exception(context["exception"])
        _end()


def _end() -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(CODE)
