"""Draw a look-up on paper: where the dossier stands, its way, what to do now. No names."""

from datetime import datetime

from PIL import Image

from kiosk.paper import Slip
from kiosk.sheet import WIDE, Sheet, bar_code, nfc, qr_code
from shared.i18n import _, speaking


def draw(slip: Slip, dots: int = WIDE) -> Image.Image:
    """The slip as a mode "1" image, `dots` wide and as long as it needs; 0 is ink."""
    sheet = Sheet(dots)
    with speaking(slip.language):
        _fill(sheet, slip, dots < WIDE)
    return sheet.cut()


def _fill(sheet: Sheet, slip: Slip, narrow: bool) -> None:
    _head(sheet, slip, narrow)
    _state(sheet, slip, narrow)
    _way(sheet, slip, narrow)
    _todo(sheet, slip, narrow)
    _phone(sheet, slip.url, narrow)
    sheet.rule()
    sheet.text(_("In lúc {at}").format(at=_moment(slip.at)), "medium", 22 if narrow else 26)
    sheet.text(_("Phiếu tra cứu, không thay giấy tiếp nhận"), "regular", 21 if narrow else 25)


def _head(sheet: Sheet, slip: Slip, narrow: bool) -> None:
    sheet.text(slip.site, "bold", 27 if narrow else 34)
    if slip.province and nfc(slip.province) not in nfc(slip.site):
        sheet.text(slip.province, "medium", 24 if narrow else 28)
    sheet.rule()
    sheet.text(_("Phiếu tra cứu hồ sơ"), "regular", 26 if narrow else 32)
    sheet.skip(14)
    sheet.number(slip.code, 38)
    sheet.skip(16)
    _scannable(sheet, slip.code, narrow)
    sheet.skip(8)
    sheet.text(slip.procedure, "medium", 25 if narrow else 31)


def _scannable(sheet: Sheet, code: str, narrow: bool) -> None:
    """The bare code to be scanned again: bars where they fit in whole dots, else a QR that says
    which of the two it is."""
    bars = bar_code(code, sheet.dots)
    if bars.width <= sheet.dots:
        sheet.picture(bars)
        return
    line = _("Đưa mã này vào khe quét của ki-ốt để tra cứu lại.")
    small = qr_code(code, sheet.dots, room=150)
    if narrow:
        sheet.picture(small)
        sheet.text(line, "regular", 22)
        return
    sheet.beside(small, "", line)


def _state(sheet: Sheet, slip: Slip, narrow: bool) -> None:
    sheet.rule()
    sheet.text(slip.state, "bold", 34 if narrow else 46)
    if slip.state_detail:
        sheet.text(slip.state_detail, "regular", 24 if narrow else 29)
    sheet.skip(6)
    for label, value in slip.lines:
        sheet.pair(label, value, 23 if narrow else 27)


def _way(sheet: Sheet, slip: Slip, narrow: bool) -> None:
    sheet.rule()
    size = 25 if narrow else 30
    for title, detail, done in slip.steps:
        sheet.mark(size, done=done)
        sheet.lines(title, "medium", size, indent=size + 14)
        if detail:
            sheet.lines(detail, "regular", size - 4, indent=size + 14)
        sheet.skip(6)


def _todo(sheet: Sheet, slip: Slip, narrow: bool) -> None:
    sheet.rule()
    sheet.lines(_("Việc ông/bà cần làm bây giờ"), "regular", 23 if narrow else 27)
    sheet.lines(slip.todo, "bold", 28 if narrow else 34)
    for line in slip.todo_lines:
        sheet.lines(f"· {line}", "regular", 24 if narrow else 29)


def _phone(sheet: Sheet, url: str, narrow: bool) -> None:
    if not url:
        return
    sheet.rule()
    title = _("Tra cứu trên điện thoại")
    line = _("Quét mã này, rồi nhập mã số hồ sơ ở trên.")
    code = qr_code(url, sheet.dots)
    if narrow:
        sheet.text(title, "bold", 26)
        sheet.picture(code)
        sheet.text(line, "regular", 22)
        return
    sheet.beside(code, title, line)


def _moment(at: str) -> str:
    moment = datetime.fromisoformat(at)
    return f"{moment:%H:%M} – {moment:%d/%m/%Y}"
