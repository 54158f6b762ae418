"""How often something may come. Pure: the time is passed in."""


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
