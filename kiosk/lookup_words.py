"""What the kiosk says where the hub does not look a dossier up: in our words where we know why."""

from kiosk.state import Lookup
from shared.i18n import N_, _

_NOT_NOW = {
    "bad_code": (
        N_("Mã hồ sơ chưa đúng"),
        N_("Mã này không có dạng của mã hồ sơ."),
    ),
    "lookup_off": (
        N_("Máy này chưa tra cứu được hồ sơ"),
        N_("Trung tâm chưa nối với hệ thống hồ sơ."),
    ),
    "code_locked": (
        N_("Bốn số cuối đã nhập sai nhiều lần"),
        N_("Hôm nay không xem được tên chủ hồ sơ này nữa."),
    ),
    "too_many_lookups": (
        N_("Máy này đã tra cứu nhiều lần liền nhau"),
        N_("Mời ông/bà thử lại sau ít phút."),
    ),
    "lookup_failed": (
        N_("Tạm thời chưa tra cứu được"),
        N_("Mời ông/bà thử lại sau ít phút."),
    ),
}
"""What the kiosk itself says to the hub's codes: what happened, and what is to be known."""


def refused_words(lookup: Lookup) -> tuple[str, str]:
    """What happened, and what is to be known; the hub's own words only for codes we do not know."""
    known = _NOT_NOW.get(lookup.refusal)
    if known is None:
        return _("Tạm thời chưa tra cứu được"), lookup.refused
    return _(known[0]), _(known[1])
