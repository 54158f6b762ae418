"""How often a wrong password is borne. Pure: the time is passed in."""

from shared.model import Instant

MAX_KEYS = 10_000
"""Names and addresses remembered at once, so that a flood of them costs little memory."""


class FailureLimit:
    """At most `most` failures a key within `minutes`; the next try waits until one is forgotten.

    A try is counted before the password is looked at and taken back when it was right: twenty
    guesses at the same moment are twenty failures, not one.
    """

    def __init__(self, most: int, minutes: int) -> None:
        self._most = most
        self._window = minutes * 60_000
        self._failures: dict[str, list[Instant]] = {}

    def wait(self, keys: tuple[str, ...], now: Instant) -> int:
        """Whole seconds until all of `keys` may try again; 0 when they may now."""
        longest = 0
        for key in keys:
            recent = self._recent(key, now)
            if len(recent) >= self._most:
                left = recent[-self._most] + self._window - now
                longest = max(longest, -(-left // 1000))
        return longest

    def failed(self, keys: tuple[str, ...], now: Instant) -> None:
        """Count a try for every key."""
        for key in keys:
            recent = self._recent(key, now)
            recent.append(now)
            self._failures.pop(key, None)  # the newest key goes to the end
            self._failures[key] = recent
        while len(self._failures) > MAX_KEYS:
            del self._failures[next(iter(self._failures))]

    def succeeded(self, name: str, address: str, now: Instant) -> None:
        """The password was right: the name starts afresh, the address gets this try back."""
        self._failures.pop(name, None)
        self._failures[address] = self._recent(address, now)[:-1]

    def _recent(self, key: str, now: Instant) -> list[Instant]:
        # A clock that was set back must not lock anybody out for longer than the window.
        return [at for at in self._failures.get(key, []) if 0 <= now - at < self._window]
