"""What the hub knows of the kiosks' printers: docs/protocol.md, Printers.

Pure: moments are passed in. A printer is known by the name its kiosk was enrolled under; a kiosk
that has never told of one has none.
"""

from collections.abc import Mapping

import msgspec

from shared.messages import PrinterState
from shared.model import Instant

FORGET_AFTER_MS = 24 * 3600 * 1000
"""A kiosk that has been away for a day is another day's."""


class Told(msgspec.Struct, frozen=True):
    """A printer's state and since when; None: its kiosk is not connected, nobody knows."""

    state: PrinterState | None
    since: Instant


class Change(msgspec.Struct, frozen=True):
    """A printer has another state than `before`."""

    name: str
    state: PrinterState | None
    before: PrinterState | None


class Printers:
    """How each kiosk's printer is, by its last word."""

    def __init__(self) -> None:
        self._connections: dict[str, int] = {}
        self._told: dict[str, Told] = {}

    def connected(self, name: str) -> None:
        """A kiosk has come; it will tell."""
        self._connections[name] = self._connections.get(name, 0) + 1

    def left(self, name: str, at: Instant) -> Change | None:
        """One of its connections has ended; with the last one goes what is known."""
        self._connections[name] -= 1
        if self._connections[name]:
            return None
        del self._connections[name]
        return self._set(name, None, at) if name in self._told else None

    def told(self, name: str, state: PrinterState, at: Instant) -> Change | None:
        """A kiosk says how its printer is; None: nothing new."""
        return self._set(name, state, at)

    def known(self, now: Instant) -> Mapping[str, Told]:
        """Every printer that is known; those of kiosks long gone are forgotten."""
        self._told = {
            name: told
            for name, told in self._told.items()
            if told.state is not None or now - told.since <= FORGET_AFTER_MS
        }
        return self._told

    def _set(self, name: str, state: PrinterState | None, at: Instant) -> Change | None:
        before = self._told.get(name)
        if before is not None and before.state is state:
            return None
        self._told[name] = Told(state, at)
        return Change(name, state, before.state if before else None)
