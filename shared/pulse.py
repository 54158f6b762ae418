"""The pulse that a keeper process feels: one byte a second, as long as the screen really lives.

A keeper that started this program names a pipe in `MOTCUA_KEEPER_FD`; it ends and restarts a
program whose bytes stop. Without the variable nothing is written and nothing is lost.
"""

import contextlib
import os
from collections.abc import Callable, Mapping

VARIABLE = "MOTCUA_KEEPER_FD"
EVERY_S = 1.0
FRAME_WITHIN_S = 10.0
"""A program whose newest frame is older than this does not live, however busy it is."""


class Pulse:
    """Writes to the keeper's pipe and never waits for it. `clock` counts seconds."""

    def __init__(self, environment: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._fd = _pipe(environment.get(VARIABLE, ""))
        self._beaten = clock() - EVERY_S

    @property
    def felt(self) -> bool:
        """Whether somebody feels it."""
        return self._fd is not None

    def beat(self) -> None:
        """Tell the keeper that all is well; at most once a second, harmless without one."""
        now = self._clock()
        # A timer of one second may come a little early, and must not skip a beat for that.
        if self._fd is None or now - self._beaten < EVERY_S * 0.9:
            return
        self._beaten = now
        try:
            os.write(self._fd, b".")
        except BlockingIOError:
            pass  # the pipe is full of beats that the keeper has still to read
        except OSError:
            self._fd = None  # the keeper has gone; whoever watches over it will see to that

    def ready(self) -> None:
        """Tell the keeper that the first view is on the screen; harmless without one."""
        if self._fd is not None:
            with contextlib.suppress(OSError):
                os.write(self._fd, b"!")

    def close(self) -> None:
        """Let go of the pipe. Harmless when called twice."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with contextlib.suppress(OSError):
                os.close(fd)


def _pipe(named: str) -> int | None:
    """The pipe of that number, ready to be written to without waiting; None where there is none."""
    if not named.isdecimal():
        return None
    fd = int(named)
    try:
        os.set_blocking(fd, False)
        os.set_inheritable(fd, False)  # a child of ours must not keep it open
    except OSError:
        return None
    return fd
