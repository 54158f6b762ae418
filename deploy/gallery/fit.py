"""Whether every text stands whole in its box and its panel, in the picture, and on nothing else.

What is compared is what Kivy has set, line by line, not what the widgets believe of themselves.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import msgspec

SLACK = 1.0
"""Pixels by which rounding may exceed a box."""
TOUCH = 2.0
"""Pixels by which two things must reach into each other to be an overlap; line boxes have air."""
EDGE = 2.0
"""Pixels that stay free between letters and the sides of the panel they stand in."""


class Box(msgspec.Struct, frozen=True):
    """Where something is, px from the left and the bottom of the picture."""

    left: float
    bottom: float
    right: float
    top: float

    def over(self, other: "Box") -> bool:
        """Whether the two lie on each other."""
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.top, other.top) - max(self.bottom, other.bottom)
        return across > TOUCH and up > TOUCH

    def within(self, other: "Box", sides: float = -SLACK) -> bool:
        """Whether all of it lies in `other`, `sides` px away from its left and right."""
        return (
            self.left >= other.left + sides
            and self.right <= other.right - sides
            and self.bottom >= other.bottom - SLACK
            and self.top <= other.top + SLACK
        )

    def __str__(self) -> str:
        return f"{self.left:.0f},{self.bottom:.0f}–{self.right:.0f},{self.top:.0f}"


class Ink(msgspec.Struct, frozen=True):
    """A text's letters, and the buttons it stands on."""

    text: str
    box: Box
    held_by: tuple[int, ...] = ()


def seen(widget: Any) -> Iterator[Any]:
    """`widget` and all below it that can be seen."""
    for one, _panels in _seen(widget, ()):
        yield one


def is_text(widget: Any) -> bool:
    """Whether letters of the widget's own are on the picture."""
    return bool(getattr(widget, "text", "")) and widget.width > 1 and widget.height > 1


def faults(tops: list[Any], size: tuple[float, float]) -> list[str]:
    """What is wrong with the texts of a picture of that size, one sentence each.

    `tops` are trees of widgets that stand beside each other; nothing in them may lie on another.
    """
    found: list[str] = []
    inks: list[Ink] = []
    buttons: list[tuple[int, Box]] = []
    for widget, panels in (pair for top in tops for pair in _seen(top, ())):
        if _is_button(widget) and widget.width > 0 and widget.height > 0:
            buttons.append((widget.uid, _box(widget)))
        if not is_text(widget):
            continue
        ink, fault = _look(widget, panels)
        found += fault
        if ink is not None:
            inks.append(ink)
    picture = Box(0, 0, *size)
    found += [f"{ink.text!r} leaves the picture" for ink in inks if not ink.box.within(picture)]
    found += [
        f"{one.text!r} lies on {other.text!r}"
        for one, other in combinations(inks, 2)
        if one.box.over(other.box)
    ]
    found += [
        f"a button at {box} lies on {ink.text!r}"
        for uid, box in buttons
        for ink in inks
        if uid not in ink.held_by and ink.box.over(box)
    ]
    found += [
        f"buttons at {one} and {other} lie on each other"
        for (_uid, one), (_other_uid, other) in combinations(buttons, 2)
        if one.over(other)
    ]
    return found + [
        f"a button at {b} leaves the picture" for _u, b in buttons if not b.within(picture)
    ]


def _seen(widget: Any, panels: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """All that can be seen, each with the panels that it stands on."""
    if widget.opacity == 0:
        return
    yield widget, panels
    if hasattr(widget, "fill") and hasattr(widget, "edge"):
        panels = (*panels, widget)
    for child in widget.children:
        yield from _seen(child, panels)


def _is_button(widget: Any) -> bool:
    return hasattr(widget, "fill_down")


def _look(widget: Any, panels: tuple[Any, ...]) -> tuple[Ink | None, list[str]]:
    """Where the ink of a text is, and what is wrong with it."""
    fault = []
    if hasattr(widget, "ink"):  # a piece of the wall tells its ink; what it drew is a texture
        width, height = widget.ink
        shown = getattr(widget, "shown", "")
        if shown and shown.split() != widget.text.split():
            fault.append(f"of {widget.text!r} is drawn {shown!r}")
    elif hasattr(widget, "_label"):
        core = widget._label
        width, height = core.content_width, core.content_height
        drawn = " ".join("".join(word.text for word in line.words) for line in core._cached_lines)
        if drawn.split() != widget.text.split():
            fault.append(f"of {widget.text!r} is drawn {drawn!r}")
    else:
        return None, []  # says its text through the widgets in it
    if width == 0:
        return None, fault
    if width > widget.width + SLACK or height > widget.height + SLACK:
        fault.append(f"{widget.text!r} of {width:.0f}×{height:.0f} in {_size(widget)}")
    across = {"left": 0.0, "auto": 0.0, "center": 0.5, "right": 1.0}[widget.halign]
    up = {"bottom": 0.0, "middle": 0.5, "center": 0.5, "top": 1.0}[widget.valign]
    left = widget.x + (widget.width - width) * across
    bottom = widget.y + (widget.height - height) * up
    box = Box(left, bottom, left + width, bottom + height)
    fault += [
        f"{widget.text!r} at {box} crosses its panel's edge, {_box(panel)}"
        for panel in panels
        if not box.within(_box(panel), EDGE)
    ]
    held = tuple(panel.uid for panel in panels if _is_button(panel))
    return Ink(widget.text, box, held), fault


def _box(widget: Any) -> Box:
    return Box(widget.x, widget.y, widget.right, widget.top)


def _size(widget: Any) -> str:
    return f"{widget.width:.0f}×{widget.height:.0f}"
