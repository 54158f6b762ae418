"""How often a wrong password or code is borne. Pure: the time is passed in."""

from hub.network import network_of
from shared.model import Instant

MAX_KEYS = 10_000
"""Names and addresses remembered at once, so that a flood of them costs little memory."""

WIDER = 10
"""A name alone, and an address alone, bear so many times what one name from one address does."""


class FailureLimit:
    """At most `most` failures within `minutes` of one name from one address, and `WIDER` times as
    many of a name from anywhere or of an address for any names; the next try waits until one is
    forgotten. Where a name has signed in, it is let in however often it is tried from elsewhere.

    A try is counted before the password is looked at and taken back when it was right: twenty
    guesses at the same moment are twenty failures, not one.
    """

    def __init__(self, most: int, minutes: int) -> None:
        self._most = most
        self._window = minutes * 60_000
        self._failures: dict[str, list[Instant]] = {}
        self._places: dict[str, None] = {}

    def wait(self, name: str, address: str, now: Instant) -> int:
        """Whole seconds until this name may be tried from this address; 0 when it may now."""
        pair, anywhere, anybody = _keys(name, address)
        longest = max(
            self._left(pair, self._most, now), self._left(anybody, self._most * WIDER, now)
        )
        if pair in self._places:
            return longest
        return max(longest, self._left(anywhere, self._most * WIDER, now))

    def _left(self, key: str, most: int, now: Instant) -> int:
        recent = self._recent(key, now)
        return -(-(recent[-most] + self._window - now) // 1000) if len(recent) >= most else 0

    def failed(self, name: str, address: str, now: Instant) -> None:
        """Count a try."""
        for key in _keys(name, address):
            recent = self._recent(key, now)
            recent.append(now)
            self._failures.pop(key, None)  # the newest key goes to the end
            self._failures[key] = recent
        while len(self._failures) > MAX_KEYS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, name: str, address: str, now: Instant) -> None:
        """The password was right: the name starts afresh here, and gets this try back besides."""
        pair, anywhere, anybody = _keys(name, address)
        self._failures.pop(pair, None)
        for key in (anywhere, anybody):
            if left := self._recent(key, now)[:-1]:
                self._failures[key] = left
            else:
                self._failures.pop(key, None)
        self._places.pop(pair, None)
        self._places[pair] = None
        if len(self._places) > MAX_KEYS:
            del self._places[next(iter(self._places))]

    def _recent(self, key: str, now: Instant) -> list[Instant]:
        # A clock that was set back must not lock anybody out for longer than the window.
        return [at for at in self._failures.get(key, []) if 0 <= now - at < self._window]


def _keys(name: str, address: str) -> tuple[str, str, str]:
    where = network_of(address)
    return f"pair {where} {name}", f"name {name}", f"address {where}"
