"""Draw a paper ticket: site, number, service, line, QR, bar code. No names."""

from datetime import datetime

from PIL import Image

from kiosk.counter_words import counters_text
from kiosk.paper import Paper
from kiosk.sheet import WIDE, Sheet, bar_code, nfc, qr_code
from shared.i18n import _, speaking


def draw(paper: Paper, dots: int = WIDE) -> Image.Image:
    """The ticket as a mode "1" image, `dots` wide and as long as it needs; 0 is ink."""
    sheet = Sheet(dots)
    with speaking(paper.language):
        _fill(sheet, paper, dots < WIDE)
    return sheet.cut()


def _fill(sheet: Sheet, paper: Paper, narrow: bool) -> None:
    _head(sheet, paper, narrow)
    _line_up(sheet, paper, narrow)
    sheet.rule()
    _phone(sheet, paper.url, narrow)
    sheet.rule()
    sheet.skip(6)
    sheet.picture(bar_code(paper.number, sheet.dots))
    sheet.skip(12)
    sheet.text(_("Lấy số lúc {at}").format(at=_moment(paper.at)), "medium", 24 if narrow else 28)
    sheet.skip(2)
    sheet.text(_("Phiếu có giá trị trong ngày"), "regular", 22 if narrow else 25)


def _head(sheet: Sheet, paper: Paper, narrow: bool) -> None:
    sheet.text(paper.site, "bold", 27 if narrow else 34)
    if paper.province and nfc(paper.province) not in nfc(paper.site):
        sheet.text(paper.province, "medium", 24 if narrow else 28)
    sheet.skip(6)
    sheet.rule()
    sheet.text(_("Số của ông/bà"), "regular", 26 if narrow else 32)
    sheet.skip(14)
    sheet.number(paper.number, 150 if narrow else 225)
    sheet.skip(24 if narrow else 32)
    sheet.text(paper.service, "bold", 32 if narrow else 42)
    sheet.skip(8)


def _line_up(sheet: Sheet, paper: Paper, narrow: bool) -> None:
    sheet.rule()
    size = 26 if narrow else 32
    sheet.pair(_("Quầy"), counters_text(paper.counters) or _("xem bảng gọi số"), size)
    sheet.pair(_("Người ở phía trước"), str(paper.ahead) if paper.ahead else _("không có"), size)
    if paper.wait is not None:
        sheet.pair(_("Dự kiến chờ"), _span(paper.wait.low, paper.wait.high), size)


def _phone(sheet: Sheet, url: str, narrow: bool) -> None:
    title = _("Theo dõi trên điện thoại")
    line = _("Quét mã này để xem còn bao nhiêu người và được báo khi đến lượt.")
    code = qr_code(url, sheet.dots)
    beside = sheet.dots - code.width - 2 * sheet.margin
    if narrow or beside < 220:
        sheet.text(title, "bold", 26 if narrow else 32)
        sheet.picture(code)
        sheet.text(line, "regular", 22 if narrow else 26)
        return
    # Side by side saves three centimetres of paper on every ticket.
    sheet.beside(code, title, line)


def _span(low: int, high: int) -> str:
    minutes = str(high) if low == high else f"{low}–{high}"
    return _("{minutes} phút").format(minutes=minutes)


def _moment(at: str) -> str:
    moment = datetime.fromisoformat(at)
    return f"{moment:%H:%M} – {moment:%d/%m/%Y}"
