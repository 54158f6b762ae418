"""What a citizen is told of a paper that does not come."""

from kiosk import paper
from shared.i18n import N_, _

_TROUBLE = {
    paper.NO_PAPER: N_("Máy in hết giấy"),
    paper.COVER_OPEN: N_("Nắp máy in đang mở"),
    paper.PRINTER_OFF: N_("Máy in đang tắt"),
    paper.PRINTER_FAULT: N_("Máy in bị lỗi"),
    paper.UNCONFIRMED: N_("Máy in dừng giữa chừng"),
    paper.NO_PRINTER: N_("Máy này không in phiếu"),
}

SENT_WORDS = N_("Mời ông/bà xem phiếu ở khe bên dưới. Không có phiếu, hãy chụp lại số.")
"""Of a printer that never says whether it prints."""


def paper_trouble(code: str) -> str:
    """One of the codes of `kiosk.paper` in words."""
    return _(_TROUBLE.get(code, N_("Chưa in được phiếu")))
