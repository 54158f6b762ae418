"""How often something may come. Pure: the time is passed in."""

PHONE_COSTS_S, PHONE_AHEAD_S = 0.5, 10.0
"""A phone may wish something twice a second, and twenty times at once: it has two buttons."""

MOST_KEYS = 10_000
"""Who is remembered at once, so that a flood of them costs little memory."""


class Pace:
    """One every `costs_s` seconds in the long run, and `ahead_s` seconds' worth at once."""

    def __init__(self, costs_s: float, ahead_s: float) -> None:
        self._costs = costs_s
        self._ahead = ahead_s
        self._until = 0.0

    def keeps(self, now: float) -> bool:
        """Whether one more keeps the pace; one that does not counts as well."""
        self._until = max(self._until, now) + self._costs
        return self._until - now <= self._ahead


class Paces:
    """A pace for each of many; who has not come for longest is forgotten first."""

    def __init__(self, costs_s: float, ahead_s: float) -> None:
        self._costs = costs_s
        self._ahead = ahead_s
        self._known: dict[str, Pace] = {}

    def keep(self, key: str, now: float) -> bool:
        """Whether one more of `key` keeps its pace; one that does not counts as well."""
        pace = self._known.pop(key, None) or Pace(self._costs, self._ahead)
        self._known[key] = pace
        if len(self._known) > MOST_KEYS:
            del self._known[next(iter(self._known))]
        return pace.keeps(now)
