"""Opening hours: when numbers are given, when the next ones will be, when a business day is due."""

from datetime import date, datetime, time, timedelta

from hub.engine.site import Season, Site
from hub.engine.state import State
from shared.messages import CloseDay, OpenDay
from shared.model import Instant

_DAY_OPENS_BEFORE = timedelta(minutes=60)
"""A business day begins this long before its first opening hour, so that officers can sign in."""

_LOOK_AHEAD_DAYS = 31


def sittings(site: Site, day: date) -> tuple[tuple[time, time], ...]:
    """The opening hours of that date; none on holidays and days off."""
    if day in site.holidays:
        return ()
    for season in site.hours:
        if day.weekday() in season.days and _in_season(season, day):
            return season.open
    return ()


def _in_season(season: Season, day: date) -> bool:
    key = f"{day:%m-%d}"
    if season.since <= season.until:
        return season.since <= key <= season.until
    return key >= season.since or key <= season.until


def gives_numbers(site: Site, moment: datetime) -> bool:
    """Whether numbers are given at `moment` (aware, in the site's zone)."""
    early = timedelta(minutes=site.early_minutes)
    cut_off = timedelta(minutes=site.cut_off_minutes)
    return any(
        opens - early <= moment < closes - cut_off for opens, closes in _spans(site, moment.date())
    )


def _spans(site: Site, day: date) -> list[tuple[datetime, datetime]]:
    return [
        (
            datetime.combine(day, opens, site.zone),
            datetime.combine(day, closes, site.zone),
        )
        for opens, closes in sittings(site, day)
    ]


def next_opening(site: Site, moment: datetime) -> datetime | None:
    """The next moment at which numbers begin to be given; None if there is none within a month."""
    early = timedelta(minutes=site.early_minutes)
    for ahead in range(_LOOK_AHEAD_DAYS):
        for opens, _closes in _spans(site, moment.date() + timedelta(days=ahead)):
            if opens - early > moment:
                return opens - early
    return None


def hours_text(site: Site, day: date) -> str:
    """That date's hours as people write them, `7:30–11:30 · 13:30–17:00`; empty on a day off."""
    return " · ".join(
        f"{opens.hour}:{opens:%M}–{closes.hour}:{closes:%M}"
        for opens, closes in sittings(site, day)
    )


def due(state: State, now: Instant) -> OpenDay | CloseDay | None:
    """What the hub itself should wish for now.

    A day opens an hour before its first opening and closes at midnight. A clock that jumped back
    shows a date at or before the newest day opened: then nothing is due, and the day goes on.
    """
    moment = state.local(now)
    today = moment.date().isoformat()
    if state.last_day is not None and today <= state.last_day:
        return None
    spans = _spans(state.site, moment.date())
    if state.always_open or (spans and moment >= spans[0][0] - _DAY_OPENS_BEFORE):
        return OpenDay(today)
    return CloseDay() if state.day is not None else None
