"""Whether every text stands whole in its box, in the picture, and on no other text.

Measured anew with Kivy's own typesetting, not with what the widgets believe of themselves.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from typing import Any

import msgspec

SLACK = 1.0
"""Pixels by which rounding may exceed a box."""
TOUCH = 2.0
"""Pixels by which two inks must reach into each other to be an overlap; line boxes have air."""


class Ink(msgspec.Struct, frozen=True):
    """Where a text's letters are, px from the left and the bottom of the picture."""

    text: str
    left: float
    bottom: float
    right: float
    top: float

    def over(self, other: "Ink") -> bool:
        """Whether the two lie on each other."""
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > TOUCH and up > TOUCH


def seen(widget: Any) -> Iterator[Any]:
    """`widget` and all below it that can be seen."""
    if widget.opacity == 0:
        return
    yield widget
    for child in widget.children:
        yield from seen(child)


def faults(layers: list[Any], size: tuple[int, int]) -> list[str]:
    """What is wrong with the texts of a picture of that size, one sentence each.

    `layers` are the tops of trees of widgets; a layer may lie over the one before it.
    """
    found: list[str] = []
    for layer in layers:
        inks = []
        for widget in seen(layer):
            if getattr(widget, "text", "") and widget.width > 1 and widget.height > 1:
                ink, fault = _look(widget)
                found += fault
                if ink is not None:
                    inks.append(ink)
        found += [f"{ink.text!r} leaves the picture" for ink in inks if _outside(ink, size)]
        found += [
            f"{one.text!r} lies on {other.text!r}"
            for one, other in combinations(inks, 2)
            if one.over(other)
        ]
    return found


def _look(widget: Any) -> tuple[Ink | None, list[str]]:
    """Where the ink of a text is, and what is wrong with it."""
    if hasattr(widget, "ink"):  # a piece of the wall tells its ink; what it drew is a texture
        width, height = widget.ink
    elif hasattr(widget, "text_size") and hasattr(widget, "font_size"):
        width, height = _measured(
            widget.text,
            widget.font_name,
            widget.bold,
            widget.font_size,
            widget.width,
            widget.line_height,
        )
    else:
        return None, []  # says its text through the widgets in it
    if width == 0:
        return None, []
    cut = width > widget.width + SLACK or height > widget.height + SLACK
    fault = [f"{widget.text!r} of {width:.0f}×{height:.0f} in {_box(widget)}"] if cut else []
    across = {"left": 0.0, "auto": 0.0, "center": 0.5, "right": 1.0}[widget.halign]
    up = {"bottom": 0.0, "middle": 0.5, "center": 0.5, "top": 1.0}[widget.valign]
    left = widget.x + (widget.width - width) * across
    bottom = widget.y + (widget.height - height) * up
    return Ink(widget.text, left, bottom, left + width, bottom + height), fault


def _box(widget: Any) -> str:
    return f"{widget.width:.0f}×{widget.height:.0f}"


def _outside(ink: Ink, size: tuple[int, int]) -> bool:
    return (
        min(ink.left, ink.bottom) < -SLACK
        or ink.right > size[0] + SLACK
        or ink.top > size[1] + SLACK
    )


@lru_cache(8192)
def _measured(
    text: str, font: str, bold: bool, size: float, room: float, leading: float
) -> tuple[float, float]:
    from kivy.core.text import Label

    core = Label(
        text=text, font_name=font, bold=bold, font_size=size, text_size=(room, None),
        line_height=leading,
    )  # fmt: skip
    widest = max((core.get_extents(word)[0] for word in text.split()), default=0.0)
    core.refresh()
    return max(widest, core.content_width), core.content_height
