"""Keeps what the e-one-stop system said of a code for a minute. Pure."""

from hub.dossiers.base import Found, NotFound

KEEP_S = 60.0
MOST = 2_000


class Cache:
    """Sound answers by code; `now` is in seconds of any clock that never goes back.

    An answer's age counts from when it came, however often it is asked for. Those that are too old
    are dropped whenever the cache is used, and by `forget`: they hold a person's name.
    """

    def __init__(self, keep_s: float = KEEP_S, most: int = MOST) -> None:
        self._keep = keep_s
        self._most = most
        self._answers: dict[str, tuple[float, Found | NotFound]] = {}
        """In the order in which they came, so that the first is the oldest."""

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, code: str, now: float) -> Found | NotFound | None:
        """What was said of `code` less than `keep_s` ago."""
        self.forget(now)
        kept = self._answers.get(code)
        return kept[1] if kept else None

    def put(self, code: str, answer: Found | NotFound, now: float) -> None:
        """Keep an answer that came just now, in place of an earlier one."""
        self._answers.pop(code, None)
        self.forget(now)
        while len(self._answers) >= self._most:
            del self._answers[next(iter(self._answers))]
        self._answers[code] = (now, answer)

    def forget(self, now: float) -> None:
        """Drop what is too old."""
        while self._answers:
            code = next(iter(self._answers))
            if now - self._answers[code][0] < self._keep:
                return
            del self._answers[code]

    def clear(self) -> None:
        """Drop everything."""
        self._answers.clear()
