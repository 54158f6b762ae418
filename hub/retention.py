"""What the journal holds of people, and for how long: the rules of docs/privacy.md.

Every field of every event has a class, and the class says when it goes. A field that goes before
its event does must have a default: what is left of the event is an event without it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from hub.settings import Retention
from shared.model import Instant, Seq


class Held(StrEnum):
    """What a field says of people."""

    NOTHING = "nothing"
    """Services, counters, machines, roles, times."""
    TICKET = "ticket"
    """Which ticket: a number of that day and a random id. Only the paper in somebody's hand leads
    from it to a person."""
    LINK = "link"
    """Leads from a ticket to a dossier or an identity card, and from there to a person."""
    WORDS = "words"
    """What a citizen wrote, in free words."""
    STAFF = "staff"
    """Under which name a member of staff did it."""
    NOTICE = "notice"
    """What staff told everybody on the screens, in free words."""


_TICKET = {"ticket": Held.TICKET}
_AT_COUNTER = _TICKET | {"counter": Held.NOTHING}
_BY_OFFICER = {"counter": Held.NOTHING, "by": Held.STAFF}
_DAY = {"day": Held.NOTHING}

FIELDS: Mapping[str, Mapping[str, Held]] = {
    "day_opened": _DAY | {"timezone": Held.NOTHING},
    "day_reopened": _DAY,
    "day_closed": _DAY,
    "numbers_moved": _DAY | {"after": Held.NOTHING, "others": Held.NOTHING},
    "ticket_issued": {
        "ticket": Held.TICKET,
        "number": Held.TICKET,
        "prefix": Held.NOTHING,
        "ordinal": Held.NOTHING,
        "service": Held.NOTHING,
        "arrival": Held.NOTHING,
        "priority": Held.TICKET,
        "bonus_minutes": Held.NOTHING,
        "dossier": Held.LINK,
        "procedure": Held.NOTHING,
        "by": Held.NOTHING,
        "card": Held.LINK,
    },
    "ticket_printed": _TICKET,
    "ticket_sent": _TICKET,
    "print_failed": _TICKET | {"reason": Held.NOTHING},
    "ticket_called": _AT_COUNTER | {"call": Held.NOTHING, "reason": Held.NOTHING},
    "ticket_recalled": _AT_COUNTER | {"call": Held.NOTHING},
    "service_started": _AT_COUNTER,
    "ticket_finished": _AT_COUNTER,
    "ticket_no_show": _AT_COUNTER,
    "ticket_held": _AT_COUNTER,
    "ticket_returned": _TICKET | {"arrival": Held.NOTHING},
    "ticket_delayed": _TICKET
    | {"arrival": Held.NOTHING, "minutes": Held.NOTHING, "by": Held.NOTHING},
    "ticket_transferred": _AT_COUNTER | {"service": Held.NOTHING, "to": Held.NOTHING},
    "ticket_cancelled": _TICKET | {"by": Held.NOTHING},
    "counter_opened": _BY_OFFICER,
    "counter_paused": _BY_OFFICER,
    "counter_closed": _BY_OFFICER,
    "display_arranged": {"display": Held.NOTHING, "plan": Held.NOTHING},
    "emergency_raised": {"text": Held.NOTICE, "by": Held.STAFF},
    "emergency_cleared": {"by": Held.STAFF},
}
"""Kind of event → field → class. tests/hub/test_retention.py holds it to hub.engine.events."""

FORGOTTEN = (Held.LINK, Held.WORDS)
"""Classes that go before the event they stand in; every other one goes with it."""

LONGEST_SILENCE_MS = 31 * 24 * 3600 * 1000
"""Nobody's clock is believed, without a person to say so, that is so far past the newest event."""


def erasable(held: Held) -> Mapping[str, tuple[str, ...]]:
    """Kind of event → its fields of that class, where it has any."""
    found = {
        kind: tuple(name for name, one in fields.items() if one is held)
        for kind, fields in FIELDS.items()
    }
    return {kind: names for kind, names in found.items() if names}


class Day(msgspec.Struct, frozen=True):
    """A business day (`YYYY-MM-DD`) of a journal, and the seq of its opening."""

    day: str
    first: Seq


class Cut(msgspec.Struct, frozen=True):
    """What is to go: of each class the fields up to and with a seq, and all before `first`."""

    through: Mapping[Held, Seq]
    first: Seq


def goes(held: Held, day: str, zone: ZoneInfo, rules: Retention) -> Instant:
    """When what is of this class and of that day has to be gone.

    A day ends at the midnight after its date, however early it was closed: until then it can be
    opened again.
    """
    began = date.fromisoformat(day)
    ended = datetime.combine(began + timedelta(days=1), time(), zone)
    if held is Held.LINK:
        ended += timedelta(hours=rules.link_hours)
    elif held is Held.WORDS:
        ended += timedelta(days=rules.words_days)
    else:
        # A day later than the same date, so that 29 February needs no rule of its own.
        year = began.replace(day=1, year=began.year + rules.years)
        ended = datetime.combine(year + timedelta(days=began.day), time(), zone)
    return Instant(int(ended.timestamp() * 1000))


def cut(
    days: Sequence[Day], last: Seq, *, over: bool, now: Instant, zone: ZoneInfo, rules: Retention
) -> Cut:
    """What is to go at `now` of a journal with these days, oldest first, and this last event.

    `over`: the newest day is closed. One that is open is not touched, and the newest is never
    dropped: numbers go on from it.
    """
    ends = [Seq(day.first - 1) for day in days[1:]] + ([last] if over else [])
    through = {
        held: max(
            (e for d, e in zip(days, ends, strict=False) if goes(held, d.day, zone, rules) <= now),
            default=Seq(0),
        )
        for held in FORGOTTEN
    }
    gone = 0
    while gone < len(days) - 1 and goes(Held.NOTHING, days[gone].day, zone, rules) <= now:
        gone += 1
    return Cut(through, days[gone].first if gone else Seq(1))


def oldest(now: Instant, zone: ZoneInfo, rules: Retention) -> Instant:
    """What is older than this has been kept its years."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    year = today.replace(day=1, year=today.year - rules.years)
    first = datetime.combine(year + timedelta(days=today.day - 1), time(), zone)
    return Instant(int(first.timestamp() * 1000))


def doubtful(newest: Instant, now: Instant) -> bool:
    """Whether `now` is so far past the newest event that the clock may be wrong."""
    return now - newest > LONGEST_SILENCE_MS
