"""Draw a paper ticket as dots: one 1-bit bitmap for every kind of printer.

A bitmap, because the code pages of cheap thermal printers cannot print Vietnamese. Widths are
in dots at 203 dpi: 576 on 80 mm paper, 384 on 58 mm. The order of things is that of the
family's look: site, number, service, line, QR, bar code. No names.
"""

import importlib.util
import unicodedata
from datetime import datetime
from functools import cache
from pathlib import Path

from barcode.codex import Code128
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from kiosk.faces import counters_text
from kiosk.paper import Paper
from shared import theme
from shared.errors import SetupError
from shared.i18n import _

WIDE = 576
"""Dots across 80 mm paper; 58 mm paper has 384."""

DPI = 203
QR_MODULE = 6
"""The fewest dots a QR module may have: phones read 0.75 mm in bad light."""
BAR_MODULE = 3
"""Dots of a narrow bar. Whole dots, or the bars blur into each other (0.2 mm is 1.6 dots)."""

_INK, _BLANK = 0, 255
_LONGEST = 6000
_ROBOTO = {"regular": "Roboto-Regular", "medium": "Roboto-Bold", "bold": "Roboto-Bold"}

Font = ImageFont.FreeTypeFont


def draw(paper: Paper, dots: int = WIDE) -> Image.Image:
    """The ticket as a mode "1" image, `dots` wide and as long as it needs; 0 is ink."""
    sheet = _Sheet(dots)
    narrow = dots < WIDE
    _head(sheet, paper, narrow)
    _line_up(sheet, paper, narrow)
    sheet.rule()
    _phone(sheet, paper.url, narrow)
    sheet.rule()
    sheet.skip(6)
    sheet.picture(_bars(paper.number, dots))
    sheet.skip(12)
    sheet.text(_("Lấy số lúc {at}").format(at=_moment(paper.at)), "medium", 24 if narrow else 28)
    sheet.skip(2)
    sheet.text(_("Phiếu có giá trị trong ngày"), "regular", 22 if narrow else 25)
    return sheet.cut()


def _head(sheet: "_Sheet", paper: Paper, narrow: bool) -> None:
    sheet.text(paper.site, "bold", 27 if narrow else 34)
    if paper.province and _nfc(paper.province) not in _nfc(paper.site):
        sheet.text(paper.province, "medium", 24 if narrow else 28)
    sheet.skip(6)
    sheet.rule()
    sheet.text(_("Số của ông/bà"), "regular", 26 if narrow else 32)
    sheet.skip(14)
    sheet.number(paper.number, 150 if narrow else 225)
    sheet.skip(24 if narrow else 32)
    sheet.text(paper.service, "bold", 32 if narrow else 42)
    sheet.skip(8)


def _line_up(sheet: "_Sheet", paper: Paper, narrow: bool) -> None:
    sheet.rule()
    size = 26 if narrow else 32
    sheet.pair(_("Quầy"), counters_text(paper.counters) or _("xem bảng gọi số"), size)
    sheet.pair(_("Người ở phía trước"), str(paper.ahead) if paper.ahead else _("không có"), size)
    if paper.wait is not None:
        sheet.pair(_("Dự kiến chờ"), _span(paper.wait.low, paper.wait.high), size)


def _phone(sheet: "_Sheet", url: str, narrow: bool) -> None:
    title = _("Theo dõi trên điện thoại")
    line = _("Quét mã này để xem còn bao nhiêu người và được báo khi đến lượt.")
    code = _qr(url, sheet.dots)
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


def _nfc(text: str) -> str:
    # Decomposed accents would float beside their letters.
    return unicodedata.normalize("NFC", text).strip()


class _Sheet:
    """A growing strip of paper: `y` is where the next thing goes, in dots."""

    def __init__(self, dots: int) -> None:
        self.dots = dots
        self.margin = dots // 24
        self.y = 8
        self._image = Image.new("L", (dots, _LONGEST), _BLANK)
        self._pen = ImageDraw.Draw(self._image)

    def skip(self, dots: int) -> None:
        self.y += dots

    def rule(self) -> None:
        self.y += 10
        self._pen.rectangle(
            (self.margin, self.y, self.dots - self.margin - 1, self.y + 2), fill=_INK
        )
        self.y += 3 + 10

    def text(self, text: str, weight: str, size: int) -> None:
        """Centred lines, wrapped at words."""
        font = _font(weight, size)
        for line in _wrap(text, font, self.dots - 2 * self.margin):
            self._pen.text((self.dots / 2, self.y), line, fill=_INK, font=font, anchor="ma")
            self.y += _leading(size)

    def number(self, number: str, size: int) -> None:
        """The number, as large as the paper's width allows; it takes its own height only."""
        width = self.dots - 2 * self.margin
        while _font("bold", size).getlength(number) > width:
            size -= 5
        font = _font("bold", size)
        _left, top, _right, bottom = font.getbbox(number, anchor="ms")
        self._pen.text((self.dots / 2, self.y - top), number, fill=_INK, font=font, anchor="ms")
        self.y += round(bottom - top)

    def pair(self, label: str, value: str, size: int) -> None:
        """A label on the left, and its value on the right in as many lines as it takes."""
        plain, strong = _font("regular", size), _font("bold", size + 6)
        right = self.dots - self.margin
        room = right - self.margin - plain.getlength(label) - size
        base = self.y + size + 4
        self._pen.text((self.margin, base), label, fill=_INK, font=plain, anchor="ls")
        for line in _wrap(value, strong, room):
            self._pen.text((right, base), line, fill=_INK, font=strong, anchor="rs")
            base += _leading(size + 6)
        self.y = base - size - 4

    def picture(self, picture: Image.Image) -> None:
        self._image.paste(picture, ((self.dots - picture.width) // 2, self.y))
        self.y += picture.height

    def beside(self, picture: Image.Image, title: str, line: str) -> None:
        """A picture on the left, and words in the middle of its height on the right."""
        left = self.margin + picture.width
        room = self.dots - self.margin - left
        self._image.paste(picture, (self.margin // 2, self.y))
        words = [(text, "bold", 32) for text in _wrap(title, _font("bold", 32), room)]
        words += [(text, "regular", 26) for text in _wrap(line, _font("regular", 26), room)]
        top = self.y + max(0, picture.height - sum(_leading(size) for _, _, size in words)) // 2
        for text, weight, size in words:
            self._pen.text((left, top), text, fill=_INK, font=_font(weight, size), anchor="la")
            top += _leading(size)
        self.y += picture.height

    def cut(self) -> Image.Image:
        strip = self._image.crop((0, 0, self.dots, self.y + 8))
        return strip.point(lambda level: _BLANK if level > 127 else _INK, mode="1")


def _leading(size: int) -> int:
    # Vietnamese stacks two marks on a capital: a line needs more air than English.
    return round(size * 1.3)


def _wrap(text: str, font: Font, width: float) -> list[str]:
    """Lines of whole words, about equally long: no last word stands alone on a line."""
    words = _nfc(text).split()
    lengths = [font.getlength(word) for word in words]
    gap = font.getlength(" ")
    lines = _fill(words, lengths, gap, width)
    for part in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55):
        closer = _fill(words, lengths, gap, width * part)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def _fill(words: list[str], lengths: list[float], gap: float, width: float) -> list[str]:
    lines: list[str] = []
    used = 0.0
    for word, length in zip(words, lengths, strict=True):
        if lines and used + gap + length <= width:
            lines[-1] += f" {word}"
            used += gap + length
        else:
            lines.append(word)
            used = length
    return lines


def _qr(url: str, dots: int) -> Image.Image:
    """The QR with its quiet zone, at `QR_MODULE` dots a module, or more while there is room."""
    # A fixed mask: looking for the best one of eight costs 6 ms and no reader needs it.
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4, mask_pattern=3)
    code.add_data(url, optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    small = Image.frombytes(
        "L", (len(rows), len(rows)), bytes(_INK if dark else _BLANK for row in rows for dark in row)
    )
    side = len(rows) * min(max(QR_MODULE, 300 // len(rows)), dots // len(rows))
    return small.resize((side, side), Image.Resampling.NEAREST)


def _bars(number: str, dots: int) -> Image.Image:
    """Code 128 of the number with quiet zones of ten modules, in whole dots."""
    modules = "0" * 10 + Code128(number).build()[0] + "0" * 10
    unit = BAR_MODULE if len(modules) * BAR_MODULE <= dots else BAR_MODULE - 1
    row = bytes(_INK if module == "1" else _BLANK for module in modules)
    line = Image.frombytes("L", (len(row), 1), row)
    return line.resize((len(row) * unit, 72), Image.Resampling.NEAREST)


@cache
def _font(weight: str, size: int) -> Font:
    # Basic layout is enough: NFC Vietnamese needs no shaping, and it costs a third.
    return ImageFont.truetype(
        typeface(weight, theme.font(weight)), size, layout_engine=ImageFont.Layout.BASIC
    )


def typeface(weight: str, preferred: Path | None) -> Path:
    """The font file to use: `preferred`, or else the Roboto inside Kivy.

    Both have every Vietnamese letter. Raises SetupError where neither is to be had.
    """
    if preferred is not None:
        return preferred
    kivy = importlib.util.find_spec("kivy")
    for folder in (kivy and kivy.submodule_search_locations) or ():
        found = Path(folder) / "data" / "fonts" / f"{_ROBOTO[weight]}.ttf"
        if found.is_file():
            return found
    raise SetupError("no font with Vietnamese letters: install Debian's fonts-inter")
