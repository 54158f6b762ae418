"""When backups are due, and which are kept. Pure: moments come in, decisions go out."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo

from shared.model import Instant

NEWEST = 3
"""So many of the newest stay, however old the clock says they are."""

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
    `days` none but the newest three. What a clock calls the future is kept.
    """
    dropped: set[Instant] = set()
    newest_first = sorted(made, reverse=True)
    seen: set[str] = set()
    for at in newest_first:
        day = datetime.fromtimestamp(at / 1000, zone).date().isoformat()
        last_of_its_day = day not in seen
        seen.add(day)
        age = now - at
        if age > days * _DAY_MS or (age > hourly_days * _DAY_MS and not last_of_its_day):
            dropped.add(at)
    return dropped.difference(newest_first[:NEWEST])
