"""A strip of paper that is drawn on from top to bottom, in dots: tickets and slips alike.

A bitmap, because the code pages of cheap thermal printers cannot print Vietnamese. Widths are
in dots at 203 dpi: 576 on 80 mm paper, 384 on 58 mm. 0 is ink.
"""

import importlib.util
import unicodedata
from functools import cache
from pathlib import Path

import regex
from barcode.codex import Code128
from PIL import Image, ImageDraw, ImageFont
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from shared import theme
from shared.errors import SetupError
from shared.languages import written_in

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

_SYLLABLE = regex.compile(
    r"[\u0e40-\u0e44\u0ec0-\u0ec4]?\X[\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6]*"
)
"""A letter with its marks, and what of Thai and Lao belongs before or after it on the line."""

Font = ImageFont.FreeTypeFont


def nfc(text: str) -> str:
    """Text as it can be drawn."""
    # Decomposed accents would float beside their letters.
    return unicodedata.normalize("NFC", text).strip()


class Sheet:
    """A growing strip of paper: `y` is where the next thing goes, in dots."""

    def __init__(self, dots: int) -> None:
        self.dots = dots
        self.margin = dots // 24
        self.y = 8
        self._image = Image.new("L", (dots, _LONGEST), _BLANK)
        self._pen = ImageDraw.Draw(self._image)

    def skip(self, dots: int) -> None:
        """Leave so much blank."""
        self.y += dots

    def rule(self) -> None:
        """A line across."""
        self.y += 10
        self._pen.rectangle(
            (self.margin, self.y, self.dots - self.margin - 1, self.y + 2), fill=_INK
        )
        self.y += 3 + 10

    def text(self, text: str, weight: str, size: int) -> None:
        """Centred lines, wrapped at words."""
        font = _font(weight, size, text)
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
        plain, strong = _font("regular", size, label), _font("bold", size + 6, value)
        right = self.dots - self.margin
        if plain.getlength(label) > (right - self.margin) * 0.55:
            # Too long to stand beside its value: above it.
            self.lines(label, "regular", size)
            self.lines(value, "bold", size + 6)
            return
        room = right - self.margin - plain.getlength(label) - size
        base = self.y + size + 4
        self._pen.text((self.margin, base), label, fill=_INK, font=plain, anchor="ls")
        for line in _wrap(value, strong, room):
            self._pen.text((right, base), line, fill=_INK, font=strong, anchor="rs")
            base += _leading(size + 6)
        self.y = base - size - 4

    def lines(self, text: str, weight: str, size: int, *, indent: int = 0) -> None:
        """Lines that begin at the left, wrapped at words, `indent` dots from the margin."""
        font = _font(weight, size, text)
        left = self.margin + indent
        for line in _wrap(text, font, self.dots - self.margin - left):
            self._pen.text((left, self.y), line, fill=_INK, font=font, anchor="la")
            self.y += _leading(size)

    def mark(self, size: int, *, done: bool) -> None:
        """A tick or a ring at the left margin beside the line to come; it takes no height."""
        top = self.y + size * 0.2
        box = (self.margin, top, self.margin + size * 0.8, top + size * 0.8)
        if not done:
            self._pen.ellipse(box, outline=_INK, width=3)
            return
        left, _top, right, bottom = box
        bend = (left + (right - left) * 0.38, bottom - 2)
        self._pen.line(((left, top + size * 0.45), bend, (right, top)), fill=_INK, width=5)

    def picture(self, picture: Image.Image) -> None:
        """A picture in the middle."""
        self._image.paste(picture, ((self.dots - picture.width) // 2, self.y))
        self.y += picture.height

    def beside(self, picture: Image.Image, title: str, line: str) -> None:
        """A picture on the left, and words in the middle of its height on the right."""
        left = self.margin + picture.width
        room = self.dots - self.margin - left
        self._image.paste(picture, (self.margin // 2, self.y))
        words = [(text, "bold", 32) for text in _wrap(title, _font("bold", 32, title), room)]
        words += [(text, "regular", 26) for text in _wrap(line, _font("regular", 26, line), room)]
        top = self.y + max(0, picture.height - sum(_leading(size) for _, _, size in words)) // 2
        for text, weight, size in words:
            self._pen.text(
                (left, top), text, fill=_INK, font=_font(weight, size, text), anchor="la"
            )
            top += _leading(size)
        self.y += picture.height

    def cut(self) -> Image.Image:
        """What is drawn so far, as a mode "1" image; beyond the longest strip nothing is."""
        strip = self._image.crop((0, 0, self.dots, min(self.y + 8, _LONGEST)))
        return strip.point(lambda level: _BLANK if level > 127 else _INK, mode="1")


def _leading(size: int) -> int:
    # Vietnamese stacks two marks on a capital: a line needs more air than English.
    return round(size * 1.3)


def _wrap(text: str, font: Font, width: float) -> list[str]:
    """Lines of whole words, about equally long: no last word stands alone on a line."""
    words = [part for word in nfc(text).split() for part in _parts(word, font, width)]
    lengths = [font.getlength(word) for word in words]
    gap = font.getlength(" ")
    lines = _fill(words, lengths, gap, width)
    for part in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55):
        closer = _fill(words, lengths, gap, width * part)
        if len(closer) > len(lines):
            break
        lines = closer
    return lines


def _parts(word: str, font: Font, width: float) -> list[str]:
    """A word in parts of at most `width`: Lao and Thai write sentences without a space.

    Where their words end takes a dictionary; letters at least stay with their vowels and marks.
    """
    if font.getlength(word) <= width:
        return [word]
    parts = [""]
    for syllable in _SYLLABLE.findall(word):
        if parts[-1] and font.getlength(parts[-1] + syllable) > width:
            parts.append("")
        parts[-1] += syllable
    return parts


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


def qr_code(url: str, dots: int, *, room: int = 300) -> Image.Image:
    """The QR with its quiet zone, at `QR_MODULE` dots a module, or more while `room` has place."""
    # A fixed mask: looking for the best one of eight costs 6 ms and no reader needs it.
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4, mask_pattern=3)
    code.add_data(url, optimize=0)
    code.make(fit=True)
    rows = code.get_matrix()
    small = Image.frombytes(
        "L", (len(rows), len(rows)), bytes(_INK if dark else _BLANK for row in rows for dark in row)
    )
    side = len(rows) * min(max(QR_MODULE, room // len(rows)), dots // len(rows))
    return small.resize((side, side), Image.Resampling.NEAREST)


def bar_code(number: str, dots: int) -> Image.Image:
    """Code 128 with quiet zones of ten modules, in whole dots; it may be wider than the paper."""
    modules = "0" * 10 + Code128(number).build()[0] + "0" * 10
    unit = BAR_MODULE if len(modules) * BAR_MODULE <= dots else BAR_MODULE - 1
    row = bytes(_INK if module == "1" else _BLANK for module in modules)
    line = Image.frombytes("L", (len(row), 1), row)
    return line.resize((len(row) * unit, 72), Image.Resampling.NEAREST)


def _font(weight: str, size: int, text: str = "") -> Font:
    """What `text` is drawn with: the family's typeface has no letters of Lao and Thai."""
    known = written_in(text)
    path = typeface(weight, known.face(weight) if known else theme.font(weight))
    return _opened(path, size, shaped=known is not None)


@cache
def _opened(path: Path, size: int, *, shaped: bool) -> Font:
    # Basic layout is enough for NFC Vietnamese and costs a third; marks of Lao and Thai would lie
    # on one another in it. shared.languages sees to it that the other is there.
    layout = ImageFont.Layout.RAQM if shaped else ImageFont.Layout.BASIC
    return ImageFont.truetype(path, size, layout_engine=layout)


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
