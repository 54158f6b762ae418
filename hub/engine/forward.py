"""Numbers only go forward: how far they move when some may have been given that nobody knows of.

A backup, a damaged journal and a standby may all lack the newest tickets, whose papers are in
people's hands. docs/decisions/forward.md says where the figures come from.
"""

from collections import Counter
from datetime import datetime, time

import msgspec

from hub.engine.events import NumbersMoved
from hub.engine.state import State
from shared.model import Instant

LEAST = 100
"""Numbers that are always passed over, whatever is known."""

A_MINUTE = 10
"""Numbers of one prefix in a minute that are reckoned with at least: the largest day planned for is
1,500 tickets with a quarter of them in one hour, six a minute over all prefixes."""

A_DAY = 2_000
"""And in a day at most, in a hall that is not busier than that."""

_MINUTE_MS = 60_000


class Unknown(msgspec.Struct, frozen=True):
    """What is not known of a journal's end.

    Everything up to `since` is known. `events`: at most so many are missing; None: not known, but
    `more` of what came later are known to be.
    `day`, `ordinals` and `passed`: the newest day that is known of what is missing, the highest
    ordinals by prefix in it, and how far every prefix had been moved in it.
    `lives`: so many other lives of the journal passed over numbers, too, nobody knows how many.
    """

    since: Instant
    events: int | None = None
    day: str = ""
    ordinals: dict[str, int] = {}
    passed: int = 0
    more: int = 0
    lives: int = 0


def moving(state: State, unknown: Unknown, now: Instant) -> NumbersMoved:
    """What to append to the journal that `state` was folded from, so that no number that may have
    been given up to `now` is given again."""
    day = max(state.local(now).date().isoformat(), state.last_day or "", unknown.day)
    after, others = _known(state, day)
    if unknown.day == day:
        # Another life of the journal began so much further on, with all its prefixes.
        further = max(0, unknown.passed - others)
        after = {prefix: ordinal + further for prefix, ordinal in after.items()}
        others += further
        for prefix, ordinal in unknown.ordinals.items():
            after[prefix] = max(after.get(prefix, others), ordinal)
    more = _margin(state, unknown, day, now)
    return NumbersMoved(
        day, {prefix: ordinal + more for prefix, ordinal in after.items()}, others + more
    )


def _known(state: State, day: str) -> tuple[dict[str, int], int]:
    """The highest ordinals of that day by prefix, and for the rest."""
    if day == state.last_day:
        return dict(state.ordinals), state.others
    if state.moved is not None and state.moved.day == day:
        return dict(state.moved.after), state.moved.others
    return {}, 0


def _margin(state: State, unknown: Unknown, day: str, now: Instant) -> int:
    known = unknown.more + (unknown.events or 0)  # each ticket is one event
    if unknown.events is not None and not unknown.lives:
        return LEAST + known
    # A life that began in between jumped by as much, and gave numbers in the same time.
    return known + (1 + unknown.lives) * (LEAST + _in_time(state, unknown, day, now))


def _in_time(state: State, unknown: Unknown, day: str, now: Instant) -> int:
    """Numbers of a prefix that may have been given since then."""
    midnight = datetime.combine(datetime.fromisoformat(day), time(), state.site.zone)
    since = max(unknown.since, int(midnight.timestamp() * 1000))
    minutes = max(1, -(-(now - since) // _MINUTE_MS))
    by_minute = Counter(ticket.issued_at // _MINUTE_MS for ticket in state.tickets.values())
    busiest = max([0, *by_minute.values()])
    if busiest <= A_MINUTE:
        return min(minutes * A_MINUTE, A_DAY)
    return minutes * busiest
