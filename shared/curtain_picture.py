"""Draws the curtain: what stands on a screen whose program is away, in the family's hand."""

import sys
from collections.abc import Sequence
from math import cos, pi, sin
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct
from PIL import Image, ImageColor, ImageDraw, ImageFont

from shared import theme
from shared.curtain import HEAD
from shared.i18n import LANGUAGES, SOURCE, translator


class Hand(Struct, frozen=True):
    """How a curtain looks."""

    ground: str
    ink: str
    second: str
    size: float = 1.0
    """Of its type; a wall is read from afar."""


LIGHT = Hand(theme.GROUND, theme.INK, theme.INK_SECOND)
"""The kiosk's."""
NIGHT = Hand(theme.NAVY, theme.NAVY_TEXT, theme.NAVY_SECOND, 1.5)
"""The display's."""

_SHORT = 1080
"""All sizes are px of a screen whose shorter side has so many."""
_BAR = 16
_EMBLEM = 168
_TITLE, _BODY, _OTHER = 70, 52, 40
_LINE = 1.32
_MARGIN = 96
_SMOOTH = 4


def write(
    at: tuple[int, int], size: tuple[int, int], hand: Hand, texts: Sequence[str], out: BinaryIO
) -> None:
    """Write what `shared.curtain` reads; `texts` are a title and sentences, as sources."""
    out.write(HEAD.pack(*at, *size, *ImageColor.getrgb(hand.ground)[:3]))
    out.flush()  # the ground hangs already while the rest is drawn
    out.write(draw(size, hand, texts).tobytes("raw", "BGRX"))
    out.flush()


def draw(size: tuple[int, int], hand: Hand, texts: Sequence[str]) -> Image.Image:
    """The picture: emblem, title, a line a sentence, and below the same in other languages."""
    picture = Image.new("RGB", size, hand.ground)
    pen = ImageDraw.Draw(picture)
    bar = round(_BAR * min(size) / _SHORT)
    pen.rectangle((0, 0, size[0], bar), theme.BRAND)
    pen.rectangle((0, size[1] - bar, size[0], size[1]), theme.BRAND)
    scale = hand.size * min(size) / _SHORT
    width = size[0] - round(2 * _MARGIN * scale)
    lines = _set(texts[0], "bold", _TITLE * scale, hand.ink, width)
    lines.append(_Gap(20 * scale))
    for sentence in texts[1:]:
        lines += _set(sentence, "regular", _BODY * scale, hand.ink, width)
    for language in LANGUAGES:
        told = [translator(language)(text) for text in texts]
        if language != SOURCE and told != list(texts):
            lines.append(_Gap(72 * scale))
            lines += _set(told[0], "medium", _OTHER * scale, hand.second, width)
            for sentence in told[1:]:
                lines += _set(sentence, "regular", _OTHER * scale, hand.second, width)
    emblem, gap = round(_EMBLEM * min(size) / _SHORT), 56 * scale
    y = (size[1] - emblem - gap - sum(line.height for line in lines)) / 2
    picture.paste(_emblem(emblem, hand.ground), (round((size[0] - emblem) / 2), round(y)))
    y += emblem + gap
    for line in lines:
        if isinstance(line, _Line):
            pen.text((size[0] / 2, y), line.text, line.colour, line.font, anchor="ma")
        y += line.height
    return picture


class _Gap:
    def __init__(self, height: float) -> None:
        self.height = height


class _Line(_Gap):
    def __init__(self, text: str, font: ImageFont.FreeTypeFont, colour: str) -> None:
        super().__init__(font.size * _LINE)
        self.text, self.font, self.colour = text, font, colour


def _set(text: str, weight: str, size: float, colour: str, width: int) -> list[_Gap]:
    """Break `text` into lines, as even as they can be, for a block is calmer than a stray word."""
    font = _font(weight, size)
    fewest = _broken(text.split(), font, width)
    # The narrowest measure that needs no further line.
    narrow, wide = max(font.getlength(word) for word in text.split()), float(width)
    while wide - narrow > 4:
        middle = (narrow + wide) / 2
        if len(_broken(text.split(), font, middle)) > len(fewest):
            narrow = middle
        else:
            wide = middle
    return [_Line(line, font, colour) for line in _broken(text.split(), font, wide)]


def _broken(words: list[str], font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines = [words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _font(weight: str, size: float) -> ImageFont.FreeTypeFont:
    file = theme.font(weight)
    if file is None:
        # Kivy's Roboto, found without importing Kivy, which would start it.
        bold = "Roboto-Bold.ttf" if weight == "bold" else "Roboto-Regular.ttf"
        found = (Path(entry) / "kivy" / "data" / "fonts" / bold for entry in sys.path)
        file = next(path for path in found if path.is_file())
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)


def _emblem(size: int, ground: str) -> Image.Image:
    """The red disc with the golden star, smooth at its edges."""
    full = size * _SMOOTH
    disc = Image.new("RGB", (full, full), ground)
    pen = ImageDraw.Draw(disc)
    pen.ellipse((0, 0, full - 1, full - 1), theme.BRAND)
    middle, outer = full / 2, full * 0.31
    points = []
    for corner in range(10):
        reach = outer if corner % 2 == 0 else outer * 0.382
        turn = pi * corner / 5 - pi / 2
        points.append((middle + reach * cos(turn), middle + reach * sin(turn)))
    pen.polygon(points, theme.GOLD)
    return disc.resize((size, size), Image.Resampling.LANCZOS)
