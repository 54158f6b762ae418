"""Texts and panels that say how high they must be, and columns that fit them all.

A dossier may have seven steps by offices with long names, or two. A column tries one size of
letters after another, the same for everything in it, until all of it has room; buttons keep
their size. Lengths are pixels of the window, `scale` is a factor on the size of letters.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from kivy.properties import ColorProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.screens.look import hue, look
from kiosk.screens.signs import Sign
from kiosk.screens.widgets import Push, Words, measure

SCALES = tuple(step / 50 for step in range(50, 17, -1))


FLOOR_HOLDS = 0.8
"""Down to this scale no text becomes smaller than it may."""

STACKED_FROM = 0.9
"""Buttons stand under each other while letters are at least so large."""


class Part(Protocol):
    """What stands in a column."""

    def natural(self, width: float, scale: float) -> float:
        """The height it needs at that width; 0: it is not there."""
        ...

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Stand there."""
        ...


class Prose(Words):
    """A text of as many lines as it takes; an empty one takes no room. `size_wanted` is in pixels
    of the design, `least` the smallest it may become while others can still give way."""

    size_wanted = NumericProperty(theme.T_BODY)
    least = NumericProperty(theme.T_NOTE)

    def _points(self, scale: float) -> float:
        floor = min(self.least, self.size_wanted) * min(1, scale / FLOOR_HOLDS)
        return float(max(self.size_wanted * scale, floor))

    def natural(self, width: float, scale: float) -> float:
        """As high as its lines."""
        if not self.text:
            return 0
        size = max(1, round(self._points(scale) * look.u))
        return measure(self.text, self.weight, size, round(width))[1] + 1

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Take that box."""
        self.points = self._points(scale)
        self.pos, self.size = (round(left), low), (round(width), height)


class Gap(Widget):
    """Air between parts, in pixels of the design; it gives way with the letters."""

    air = NumericProperty(theme.GAP)

    def natural(self, _width: float, scale: float) -> float:
        """Less where letters are smaller."""
        return float(self.air * look.bar * scale * scale)

    def place(self, left: float, low: float, width: float, height: float, _scale: float) -> None:
        """Take that box."""
        self.pos, self.size = (left, low), (width, height)


class Solid(Push):
    """A button in a column: there while it has a text."""

    tall = NumericProperty(theme.BUTTON)

    def natural(self, _width: float, _scale: float) -> float:
        """Never smaller than a finger needs."""
        return float(self.tall * look.bar) if self.text else 0

    def place(self, left: float, low: float, width: float, height: float, _scale: float) -> None:
        """Take that box, or hide."""
        self.pos, self.size = (left, low), (width, height)
        self.opacity = 1 if self.text else 0
        self.disabled = self.hushed or not self.text


class GoldPush(Solid):
    """What to do now."""


class DarkPush(Solid):
    """A second way, on the dark panel."""


class Choices(Widget):
    """The gold button, and the dark one under it; beside it where room is short."""

    def __init__(self) -> None:
        super().__init__(size_hint=(None, None))
        self.gold, self.dark = GoldPush(), DarkPush()
        self.add_widget(self.gold)
        self.add_widget(self.dark)

    def _both(self) -> bool:
        return bool(self.gold.text and self.dark.text)

    def _beside(self, scale: float) -> bool:
        return self._both() and (look.lying or scale < STACKED_FROM)

    def natural(self, width: float, scale: float) -> float:
        """As high as what is there."""
        heights = [one.natural(width, scale) for one in (self.gold, self.dark)]
        if self._beside(scale):
            return max(heights)
        return sum(heights) + (theme.GAP * look.bar if self._both() else 0)

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Take that box."""
        self.pos, self.size = (left, low), (width, height)
        gap = theme.GAP * look.bar
        if self._beside(scale):
            gold = min(
                (width - gap) * (0.5 if look.low else 0.6),
                width - gap - theme.LEAST_TARGET[0] * look.bar,
            )
            self.gold.place(left, low, gold, height, scale)
            self.dark.place(left + gold + gap, low, width - gold - gap, height, scale)
            return
        dark = self.dark.natural(width, scale)
        self.dark.place(left, low, width, dark, scale)
        gold = self.gold.natural(width, scale)
        self.gold.place(left, low + height - gold, width, gold, scale)


class Item(Widget):
    """One of a list: a mark, and the text beside it in as many lines as it takes."""

    def __init__(self, mark: str, text: str, **looks: Any) -> None:
        super().__init__(size_hint=(None, None))
        self.mark = Prose(text=mark, valign="top", **looks)
        self.words = Prose(text=text, valign="top", **looks)
        self.add_widget(self.mark)
        self.add_widget(self.words)

    def _beside(self, scale: float) -> float:
        return float(
            (1.0 if len(self.mark.text) < 2 else 1.5) * self.words.size_wanted * scale * look.u
        )

    def natural(self, width: float, scale: float) -> float:
        """As high as its text."""
        return self.words.natural(width - self._beside(scale), scale)

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Take that box."""
        beside = self._beside(scale)
        self.pos, self.size = (left, low), (width, height)
        self.mark.place(left, low, beside, height, scale)
        self.words.place(left + beside, low, width - beside, height, scale)


class Block(Widget):
    """Parts under each other on a panel; without a part that has something to say it is not
    there. `sign` stands before them."""

    fill = ColorProperty(hue.none)
    edge = ColorProperty(hue.none)
    radius = NumericProperty(theme.RADIUS)
    inset = NumericProperty(theme.INSET)
    across = NumericProperty(theme.INSET)
    """The inset at the sides."""
    stripe = ColorProperty(hue.none)
    sign = StringProperty()
    sign_size = NumericProperty(0)

    def __init__(self, *parts: Any, **kwargs: Any) -> None:
        self._sign = Sign()
        super().__init__(**{"fill": hue.paper, "edge": hue.line, **kwargs})
        self.add_widget(self._sign)
        self.bind(sign=self._sign.setter("sign"), stripe=self._sign.setter("colour"))
        self.parts: list[Any] = []
        self.hold(*parts)

    def hold(self, *parts: Any) -> None:
        """Hold these parts, from above, and no others."""
        for part in self.parts:
            self.remove_widget(part)
        self.parts = list(parts)
        for part in parts:
            self.add_widget(part)

    def _beside(self) -> float:
        return float((self.sign_size + theme.GAP * 1.1) * look.bar) if self.sign else 0.0

    def _inner(self, width: float) -> float:
        return float(width - 2 * self.across * look.bar - self._beside())

    def _inset(self, scale: float) -> float:
        return float(self.inset * look.bar * min(1, scale * 1.1))

    def natural(self, width: float, scale: float) -> float:
        """Its parts and the air around them."""
        heights = naturals(self.parts, self._inner(width), scale)
        return sum(heights) + 2 * self._inset(scale) if any(heights) else 0.0

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Stand there with all parts; height beyond their own is shared above and below."""
        self.pos, self.size = (left, low), (width, height)
        self.opacity = 1 if height else 0
        inner, inner_width = left + self.across * look.bar + self._beside(), self._inner(width)
        heights = naturals(self.parts, inner_width, scale)
        top = low + (height + sum(heights)) / 2
        for part, part_height in zip(self.parts, heights, strict=True):
            top -= part_height
            part.place(inner, top, inner_width, part_height, scale)
        side = self.sign_size * look.bar
        self._sign.size = (side, side)
        self._sign.pos = (left + self.across * look.bar, low + (height - side) / 2)


def naturals(parts: Sequence[Part], width: float, scale: float) -> list[float]:
    """The heights of `parts`; air is only between parts that are there."""
    heights = [part.natural(width, scale) for part in parts]
    solid = [not isinstance(part, Gap) and bool(h) for part, h in zip(parts, heights, strict=True)]
    for place, part in enumerate(parts):
        if isinstance(part, Gap):
            ends = [p for p in range(place + 1, len(parts)) if isinstance(parts[p], Gap)]
            after = solid[place + 1 : ends[0] if ends else None]
            if not any(solid[:place]) or not any(after):
                heights[place] = 0.0
    return heights


def fitting(parts: Sequence[Part], width: float, room: float) -> tuple[float, list[float]]:
    """The largest scale at which `parts` under each other fit `room`, and their heights."""
    scale, heights = SCALES[-1], [0.0]
    for scale in SCALES:
        heights = naturals(parts, width, scale)
        if sum(heights) <= room:
            break
    return scale, heights


def stack(parts: Sequence[Part], left: float, top: float, width: float, room: float) -> float:
    """Place `parts` from `top` downwards within `room`; gives where they end."""
    scale, heights = fitting(parts, width, room)
    for part, height in zip(parts, heights, strict=True):
        top -= height
        part.place(left, top, width, height, scale)
    return top


def beside(head: Sequence[Part], left: Sequence[Part], right: Sequence[Part], box: Widget) -> None:
    """In a lying `box`: `head` across it, and two columns below, each at its own scale."""
    gap = theme.MARGIN_NARROW * look.bar
    width = (box.width - gap) / 2
    air = theme.GAP * look.bar * 0.7
    for scale in SCALES:
        head_height = sum(naturals(head, box.width, scale))
        room = box.height - head_height - air
        if max(sum(naturals(side, width, scale)) for side in (left, right)) <= room:
            break
    low = stack(head, box.x, box.top, box.width, head_height) - air
    stack(left, box.x, low, width, low - box.y)
    stack(right, box.x + width + gap, low, width, low - box.y)
