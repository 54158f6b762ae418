"""Whether every text and sign of a picture stands out from what it was drawn on.

Which colours meet is not listed anywhere: the letters' colour is the widget's own, and what lies
behind them is read from the picture.
"""

from collections.abc import Iterator
from operator import itemgetter
from typing import Any, cast

from PIL import Image

from deploy.gallery.fit import seen

TEXT, SHAPE, TOUCHED = 7.0, 3.0, 4.5
"""The least ratios: WCAG 2.2, 1.4.6 and 1.4.11, and for a text under a finger 1.4.3."""

Colour = tuple[int, int, int]


def luminance(colour: Colour) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1; `colour` in bytes."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (byte / 255 for byte in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: Colour, other: Colour) -> float:
    """The contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def faint(layers: list[Any], image: Image.Image, *, edges: bool) -> list[str]:
    """What does not stand out, one sentence each; `edges`: buttons must be told by theirs, too."""
    return [
        fault
        for layer in layers
        for widget in seen(layer)
        if widget.width > 1 and widget.height > 1
        for fault in _faults(widget, image, edges)
    ]


def _faults(widget: Any, image: Image.Image, edges: bool) -> Iterator[str]:
    letters = _letters(widget)
    if letters is not None:
        behind = _ground(image, _box(widget, image))
        text = hasattr(widget, "text")
        what = repr(widget.text) if text else f"the sign {widget.sign!r}"
        grounds = [("", behind, TEXT if text else SHAPE)]
        if (touched := _touched(widget, behind)) != behind:
            grounds.append((" while touched", touched, TOUCHED if text else SHAPE))
        for where, ground, least in grounds:
            found = ratio(_on(letters, ground), ground)
            if found < least:
                yield f"{what} has {found:.1f} of {least:g} on {_hex(ground)}{where}"
    if edges and hasattr(widget, "fill_down") and not widget.disabled:
        left, upper, _right, lower = _box(widget, image)
        middle = (upper + lower) // 2
        outside, *edge = (_pixel(image, max(0, left + by), middle) for by in (-2, 0, 1, 2))
        told = max(ratio(colour, outside) for colour in edge)
        if told < SHAPE and left > 2:
            yield f"the edge of a button at {left}, {upper} has {told:.1f} of {SHAPE:g}"


def _letters(widget: Any) -> list[float] | None:
    """What a text or sign is drawn with, red to alpha, 0 to 1; None for what is neither."""
    if not getattr(widget, "text", "") and not getattr(widget, "sign", ""):
        return None
    if hasattr(widget, "disabled_color"):
        colour = widget.disabled_color if widget.disabled else widget.color
    else:
        # A piece of the wall, or a sign; a card says its text through the widgets in it.
        colour = getattr(widget, "color", None) or getattr(widget, "colour", None)
    if colour is None or (widget.disabled and colour[3] < 1):
        return None  # 1.4.3 leaves out what cannot be used now: keys that lead nowhere
    return list(colour)


def _touched(widget: Any, behind: Colour) -> Colour:
    """What lies behind it while a finger is on its button; the same where it stands on another."""
    above = widget.parent
    while above is not None and hasattr(above, "parent") and above.parent is not above:
        if hasattr(above, "fill_down"):
            same = _bytes(above.fill) == behind and above.fill_down[3] == 1 and not above.disabled
            return _bytes(above.fill_down) if same else behind
        above = above.parent
    return behind


def _box(widget: Any, image: Image.Image) -> tuple[int, int, int, int]:
    """Left, upper, right, lower in the picture, px."""
    left, bottom = widget.to_window(widget.x, widget.y)
    right, top = left + widget.width, bottom + widget.height
    width, height = image.size
    across = (max(0, int(left)), min(width, max(int(right), int(left) + 1)))
    down = (max(0, int(height - top)), min(height, max(int(height - bottom), 1)))
    return across[0], down[0], across[1], down[1]


def _ground(image: Image.Image, box: tuple[int, int, int, int]) -> Colour:
    """The colour of most of a box: letters and lines cover less than half of theirs."""
    part = image.crop(box)
    counted = part.getcolors(part.width * part.height) or []
    return cast(Colour, max(counted, key=itemgetter(0))[1])


def _pixel(image: Image.Image, x: int, y: int) -> Colour:
    return cast(Colour, image.getpixel((x, y)))


def _on(letters: list[float], ground: Colour) -> Colour:
    """The letters' colour with what shines through it."""
    alpha = letters[3]
    red, green, blue = (
        round(part * 255 * alpha + under * (1 - alpha))
        for part, under in zip(letters, ground, strict=False)
    )
    return red, green, blue


def _bytes(colour: Any) -> Colour:
    red, green, blue = (round(part * 255) for part in colour[:3])
    return red, green, blue


def _hex(colour: Colour) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)
