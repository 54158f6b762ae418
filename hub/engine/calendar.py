"""Opening hours: when numbers are given, when the next ones will be, when a business day is due."""

from datetime import date, datetime, time, timedelta

from hub.engine.site import Season, Site
from hub.engine.state import State
from shared.messages import CloseDay, OpenDay, Shut
from shared.model import Instant

_DAY_OPENS_BEFORE = timedelta(minutes=60)
"""A business day begins this long before its first opening hour, so that officers can sign in."""

_LOOK_AHEAD_DAYS = 31

_LONGEST_PAUSE = timedelta(days=31)
"""No centre is closed longer without a word; a clock that has jumped may say so."""


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
    return numbers_end(site, moment) is not None


def gives_now(state: State, now: Instant) -> bool:
    """Whether this hall gives numbers: its day is open, and it is the time for it."""
    if state.day is None:
        return False
    return state.always_open or gives_numbers(state.site, state.local(now))


def numbers_end_soon(state: State, now: Instant) -> str | None:
    """When numbers end, ISO 8601, from the site's minutes before it on; never where they do not."""
    moment = state.local(now)
    end = None if state.always_open else numbers_end(state.site, moment)
    near = timedelta(minutes=state.site.closing_soon_minutes)
    if state.day is None or end is None or end - moment > near:
        return None
    return end.isoformat(timespec="seconds")


def numbers_end(site: Site, moment: datetime) -> datetime | None:
    """When the numbers that are given at `moment` end; None while none are given."""
    early = timedelta(minutes=site.early_minutes)
    cut_off = timedelta(minutes=site.cut_off_minutes)
    for opens, closes in _spans(site, moment.date()):
        if opens - early <= moment < closes - cut_off:
            return closes - cut_off
    return None


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


def next_numbers(state: State, now: Instant) -> datetime | None:
    """When this hall gives numbers next; not today any more if today's day has been closed."""
    moment = state.local(now)
    if state.day is None and state.last_day == moment.date().isoformat():
        moment = moment.replace(hour=23, minute=59, second=59)
    return next_opening(state.site, moment)


def next_day(state: State, now: Instant) -> datetime | None:
    """When numbers begin on the next working day, whatever today still holds."""
    tonight = state.local(now).replace(hour=23, minute=59, second=59)
    return next_opening(state.site, tonight)


def shut(state: State, now: Instant) -> Shut | None:
    """Why no numbers are given; None while they are."""
    if gives_now(state, now):
        return None
    site, moment = state.site, state.local(now)
    if state.always_open or gives_numbers(site, moment):
        return Shut.ENDED
    spans = _spans(site, moment.date())
    if not spans:
        return Shut.HOLIDAY if moment.date() in site.holidays else Shut.DAY_OFF
    if state.day is None and state.last_day == moment.date().isoformat():
        return Shut.AFTER
    if moment < spans[0][0]:
        return Shut.BEFORE
    if any(opens <= moment < closes for opens, closes in spans):
        return Shut.CUT_OFF
    return Shut.LUNCH if moment < spans[-1][0] else Shut.AFTER


def hours_text(site: Site, day: date) -> str:
    """That date's hours as people write them, `7:30–11:30 · 13:30–17:00`; empty on a day off."""
    return " · ".join(
        f"{opens.hour}:{opens:%M}–{closes.hour}:{closes:%M}"
        for opens, closes in sittings(site, day)
    )


def due(state: State, now: Instant) -> OpenDay | CloseDay | None:
    """What the hub itself should wish for now.

    A day opens an hour before its first opening and closes at midnight. A clock that jumped back
    shows a date at or before the newest day opened: then nothing is due, and the day goes on. One
    that shows a date long after it has probably jumped forward: a supervisor has to open that day,
    for a day once opened cannot be taken back.
    """
    moment = state.local(now)
    today = moment.date().isoformat()
    if state.last_day is not None and today <= state.last_day:
        return None
    if state.last_day is not None and not state.always_open:
        last = date.fromisoformat(state.last_day)
        if moment.date() - last > _LONGEST_PAUSE:
            return CloseDay() if state.day is not None else None
    spans = _spans(state.site, moment.date())
    if state.always_open or (spans and moment >= spans[0][0] - _DAY_OPENS_BEFORE):
        return OpenDay(today)
    return CloseDay() if state.day is not None else None
