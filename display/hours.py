"""What the wall says of the hours: pure words over a view."""

from datetime import datetime, timedelta

from shared.i18n import _
from shared.messages import DisplayView
from shared.vietnamese import date_words


def hours_words(view: DisplayView, today: datetime | None) -> str:
    """The footer's sentence: today's hours, until when there are numbers, or from when on there
    are some. `today` is the hall's time, None while it is unknown."""
    if not view.open:
        return opening_words(view, today)
    if view.numbers_until:
        return _("Sắp hết giờ: còn phát số đến {time}").format(time=_clock(view.numbers_until))
    return _("Mở cửa {hours}").format(hours=view.hours) if view.hours else ""


def opening_words(view: DisplayView, today: datetime | None) -> str:
    """From when on numbers are given: after a break, or for the first time of a day."""
    if view.next_opening is None:
        return _("Hiện không phát số")
    opens = datetime.fromisoformat(view.next_opening)
    time = _clock(view.next_opening)
    if today is not None and opens.date() == today.date():
        return _("Phát số từ {time} hôm nay").format(time=time)
    if today is not None and opens.date() == (today + timedelta(days=1)).date():
        return _("Phát số từ {time} ngày mai").format(time=time)
    return _("Phát số từ {time}, {day}").format(time=time, day=date_words(opens.date()))


def _clock(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f"{at.hour}:{at:%M}"
