"""Named points at which a hub dies, laid around its own functions from outside.

Production code has no switch for this: `die_at` is called in a test's process, and wraps what the
hub calls anyway.
"""

import os
import signal
from collections.abc import Callable, Iterable
from enum import StrEnum

from websockets.asyncio.server import ServerConnection

import hub.database
import hub.wire
from hub.journal import sqlite

_ANSWERS = (b'{"type":"result"', b'{"type":"refused"')
_VIEW = b'{"type":"view"'


class Point(StrEnum):
    """Where a hub may die."""

    IN_TRANSACTION = "with the events written, not yet their answers"
    BEFORE_COMMIT = "before the commit"
    AFTER_COMMIT = "after the commit, before anybody was told"
    BEFORE_ANSWER = "before an answer is sent"
    HALF_ANSWER = "with half an answer sent"
    AFTER_ANSWER = "after an answer was sent"
    BEFORE_VIEW = "before a view is sent"
    AFTER_VIEW = "after a view was sent"


def die_at(point: Point, passing: int) -> None:
    """End this process as by SIGKILL when it passes `point` for the `passing`th time."""
    left = passing

    def passed(here: Point) -> bool:
        nonlocal left
        left -= here is point
        return left <= 0

    _wrap_database(passed)
    _wrap_wire(passed)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    signal.pause()  # the signal is on its way


def _wrap_database(passed: Callable[[Point], bool]) -> None:
    run = hub.database.Database.run

    def watched(self: hub.database.Database, sql: str, *values: object) -> list[hub.database.Row]:
        commits = sql == "COMMIT" and self.path.name == sqlite.FILE
        if sql is sqlite._APPEND_ANSWERS and passed(Point.IN_TRANSACTION):
            _die()
        if commits and passed(Point.BEFORE_COMMIT):
            _die()
        rows = run(self, sql, *values)
        if commits and passed(Point.AFTER_COMMIT):
            _die()
        return rows

    hub.database.Database.run = watched  # type: ignore[method-assign]


def _wrap_wire(passed: Callable[[Point], bool]) -> None:
    send = hub.wire.send

    def watched(
        connections: Iterable[ServerConnection], payload: bytes, buffer: int | None = None
    ) -> list[ServerConnection]:
        answer, shown = payload.startswith(_ANSWERS), payload.startswith(_VIEW)
        if (answer and passed(Point.BEFORE_ANSWER)) or (shown and passed(Point.BEFORE_VIEW)):
            _die()
        if answer and passed(Point.HALF_ANSWER):
            frame = hub.wire.text_frame(payload)
            for connection in connections:
                connection.transport.write(frame[: len(frame) // 2])
            _die()
        slow = send(connections, payload, buffer)
        if (answer and passed(Point.AFTER_ANSWER)) or (shown and passed(Point.AFTER_VIEW)):
            _die()
        return slow

    hub.wire.send = watched
