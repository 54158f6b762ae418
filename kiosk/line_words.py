"""How long somebody will wait, in sentences, written and spoken. Pure."""

from shared.i18n import _, n_
from shared.model import Wait


def line_words(ahead: int, wait: Wait | None) -> str:
    """How many people are ahead, and for how long one is expected to wait."""
    if not ahead:
        return _("Sắp đến lượt ông/bà.")
    people = n_("Còn {count} người ở phía trước.", ahead).format(count=ahead)
    return f"{people} {_wait(wait)}"


def _wait(wait: Wait | None) -> str:
    if wait is None:
        return _("Chưa ước được thời gian chờ.")
    if wait.low == 0:
        return _("Dự kiến chờ không quá {high} phút.").format(high=wait.high)
    return _("Dự kiến chờ từ {low} đến {high} phút.").format(low=wait.low, high=wait.high)
