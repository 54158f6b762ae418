"""When numbers are given again, and who else can help meanwhile, in words."""

from collections.abc import Mapping
from datetime import datetime

from kiosk.state import Flow, known_service, moment
from shared.dates import day_words
from shared.i18n import SOURCE, _, local
from shared.model import Instant


def closing_soon(flow: Flow) -> str:
    """Until when numbers are still given, where the hub says that it is soon; else empty."""
    until = flow.view.numbers_until if flow.view else None
    if until is None:
        return ""
    time = _clock(datetime.fromisoformat(until))
    return _("Sắp hết giờ: còn phát số đến {time}").format(time=time)


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
