"""When numbers are given again, and who else can help meanwhile, in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from kiosk.state import Flow, known_service, moment
from shared.dates import day_words
from shared.i18n import SOURCE, _, local
from shared.model import Instant

CLOSING_SOON = timedelta(minutes=15)


def closing_soon(flow: Flow, now: Instant) -> str:
    """How long numbers are still given, where that is not much longer; else empty."""
    at = moment(flow, now)
    until = flow.view.numbers_until if flow.view else None
    if at is None or until is None:
        return ""
    ends = datetime.fromisoformat(until)
    if not timedelta(0) < ends - at <= CLOSING_SOON:
        return ""
    return _("Còn phát số đến {time}").format(time=_clock(ends))


def numbers_again(flow: Flow, opening: str | None, now: Instant) -> str:
    """When numbers are given again; empty where nobody knows."""
    if opening is None:
        return ""
    opens, at = datetime.fromisoformat(opening), moment(flow, now)
    time, day = _clock(opens), day_words(opens.date())
    days = None if at is None else (opens.date() - at.date()).days
    match days:
        case 0:
            return _("Trung tâm phát số từ {time} hôm nay.").format(time=time)
        case 1:
            return _("Trung tâm phát số từ {time} ngày mai, {day}.").format(time=time, day=day)
        case _:
            return _("Trung tâm phát số từ {time}, {day}.").format(time=time, day=day)


def service_again(flow: Flow, now: Instant) -> str:
    """The same for the service that was chosen, which may have none today."""
    view = flow.view
    if view is None:
        return ""
    known = known_service(flow, flow.service)
    full = known is not None and known.full
    return numbers_again(flow, view.next_day_opening if full else view.next_opening, now)


def told_elsewhere(texts: Mapping[str, str]) -> str:
    """Who else can help, in the language that is spoken."""
    return local(texts.get(SOURCE, ""), texts)


def _clock(at: datetime) -> str:
    return f"{at.hour}:{at:%M}"
