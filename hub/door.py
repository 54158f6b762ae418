"""How many may be connected to the live socket: in all, and from one network address.

    come ──▶ outside ──enter (its address is known)──▶ settle (it is welcome) ──▶ inside
                └── the one that has waited longest goes when there are too many

Whoever says hello at once is let in however many sockets stand outside and say nothing.
"""

import asyncio
from collections import Counter
from typing import Protocol

from hub.network import network_of

OWN = ("127.0.0.1", "::1")
"""Where a proxy on this machine comes from: it alone is believed about whom it passes on."""


class Comer(Protocol):
    """A connection."""

    transport: asyncio.Transport


class Door:
    """At most `most` connections, and `most_of_one` from one address."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._outside: dict[Comer, None] = {}
        self._inside: set[Comer] = set()
        self._addresses: dict[Comer, str] = {}
        self._of_one: Counter[str] = Counter()

    def come(self, comer: Comer) -> None:
        """A socket is open."""
        self._outside[comer] = None
        if len(self._outside) + len(self._inside) > self._most:
            longest = next(iter(self._outside))
            self.leave(longest)
            longest.transport.abort()

    def enter(self, comer: Comer, address: str) -> bool:
        """Whether one more from this address may speak."""
        address = network_of(address)
        if self._of_one[address] >= self._most_of_one:
            return False
        if comer in self._outside:
            self._addresses[comer] = address
            self._of_one[address] += 1
        return True

    def settle(self, comer: Comer) -> None:
        """It is welcome, and stays."""
        if comer in self._outside:
            del self._outside[comer]
            self._inside.add(comer)

    def leave(self, comer: Comer) -> None:
        """It is gone. Harmless when called twice."""
        self._outside.pop(comer, None)
        self._inside.discard(comer)
        address = self._addresses.pop(comer, None)
        if address is not None:
            self._of_one[address] -= 1
            if not self._of_one[address]:
                del self._of_one[address]
