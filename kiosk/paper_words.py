"""What a citizen is told of a paper that does not come."""

from kiosk import paper
from shared.i18n import _

_TROUBLE = {
    paper.NO_PAPER: _("Máy in hết giấy"),
    paper.COVER_OPEN: _("Nắp máy in đang mở"),
    paper.PRINTER_OFF: _("Máy in đang tắt"),
    paper.NO_PRINTER: _("Máy này không in phiếu"),
}


def paper_trouble(code: str) -> str:
    """One of the codes of `kiosk.paper` in words."""
    return _TROUBLE.get(code, _("Chưa in được phiếu"))
