"""When backups are due, and which are kept. Pure: moments come in, decisions go out."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from shared.model import Instant

_DAY_MS = 24 * 3600 * 1000
_STAMP = "%Y%m%dT%H%M%S"
_HEAD, _TAIL = "motcua-", "Z.db"


def name_at(at: Instant) -> str:
    """What a backup made at that moment is called, e.g. `motcua-20261123T010000.000Z.db`."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return f"{_HEAD}{moment:{_STAMP}}.{at % 1000:03d}{_TAIL}"


def moment_of(name: str) -> Instant | None:
    """When a backup of that name was made; None for a file that is none of ours."""
    if not (name.startswith(_HEAD) and name.endswith(_TAIL)):
        return None
    stamp, _dot, rest = name.removeprefix(_HEAD).removesuffix(_TAIL).partition(".")
    try:
        moment = datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
    at = Instant(int(moment.timestamp()) * 1000 + (int(rest) if rest.isdecimal() else 0))
    return at if name_at(at) == name else None


def to_drop(
    made: Iterable[Instant], now: Instant, zone: tzinfo, *, hourly_days: int, days: int
) -> set[Instant]:
    """Which of the backups made at these moments may go.

    Of the newest `hourly_days` all are kept, after that the last one of each day in `zone`, after
    `days` none. A backup is as old as the clock says or, if that is less, as there are later days
    with backups: a clock that is a year ahead for an hour costs none, and what it calls the future
    is kept.
    """
    dropped: set[Instant] = set()
    later_days: set[str] = set()
    day = ""
    for at in sorted(made, reverse=True):
        before, day = day, datetime.fromtimestamp(at / 1000, zone).date().isoformat()
        if before and day != before:
            later_days.add(before)
        age = min((now - at) / _DAY_MS, len(later_days))
        if age > days or (age > hourly_days and day == before):
            dropped.add(at)
    return dropped
