"""Letters and figures as textures, drawn once, kept, and moved: a new call costs no typesetting.

Kivy's Label has no tabular digits with SDL2, and its texture is cut to its box without saying
so; here every piece knows the size of its ink, and a test holds that against its box.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

from kivy.core.text import Label as CoreLabel
from kivy.event import EventDispatcher
from kivy.graphics import Color, Rectangle
from kivy.properties import ColorProperty, NumericProperty, OptionProperty, StringProperty
from kivy.uix.widget import Widget

from display import theme
from shared.theme import font
from shared.vietnamese import nfc

ELLIPSIS = "…"
LEADING = 0.92
"""Of the font's own line height, which is generous; Ấ over ợ still keeps its distance."""
CAPITALS = 0.75
"""Height of Inter's and Roboto's figures, of the font's size."""


class Scale(EventDispatcher):
    """How many pixels of this screen one unit of display.theme is."""

    u = NumericProperty(1.0)

    def __init__(self) -> None:
        # Kivy's own list of whom to tell would keep a crumb of every piece that is gone.
        self._followers: WeakSet[_Piece] = WeakSet()
        super().__init__()

    def follow(self, piece: "_Piece") -> None:
        """Draw it anew whenever this changes, as long as it is anywhere."""
        self._followers.add(piece)

    def on_u(self, *_args: object) -> None:
        """Another size of the window."""
        for piece in list(self._followers):
            piece.draw()

    def fit(self, width: float, height: float) -> bool:
        """Follow a window's size; says whether it is upright."""
        upright = height > width
        wide, high = theme.PORTRAIT if upright else theme.LANDSCAPE
        self.u = min(width / wide, height / high)
        return upright


scale = Scale()


@lru_cache(maxsize=3)
def _font(weight: str) -> str:
    found: Path | None = font(weight)
    if found is not None:
        return str(found)
    return "Roboto" if weight == "regular" else "data/fonts/Roboto-Bold.ttf"


@lru_cache(maxsize=1024)
def texture(text: str, weight: str, size: int, halign: str = "left") -> Any:
    """`text` in white at `size` px; `\\n` parts lines."""
    label = CoreLabel(text=text, font_name=_font(weight), font_size=size, halign=halign)
    label.options["line_height"] = LEADING
    label.refresh()
    drawn = label.texture
    # It is drawn pixel for pixel, where a look at the neighbours costs time and changes nothing.
    drawn.min_filter = drawn.mag_filter = "nearest"
    return drawn


@lru_cache(maxsize=4096)
def width_of(text: str, weight: str, size: int) -> int:
    """How wide one line of `text` is, px."""
    label = CoreLabel(font_name=_font(weight), font_size=size)
    return int(label.get_extents(text)[0])


@lru_cache(maxsize=64)
def _figure_width(size: int, weight: str) -> int:
    return max(width_of(digit, weight, size) for digit in "0123456789")


def advance(sign: str, weight: str, size: int) -> int:
    """How far one sign of a number moves the pen: all digits alike."""
    if sign.isdigit():
        return _figure_width(size, weight)
    return width_of(sign, weight, size)


def figures_width(text: str, weight: str, size: int) -> int:
    """How wide a number with tabular digits is, px."""
    return sum(advance(sign, weight, size) for sign in text)


@lru_cache(maxsize=1024)
def wrapped(text: str, weight: str, size: int, width: float) -> tuple[str, ...]:
    """`text` in lines no wider than `width`; a word that is wider stands alone."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, weight, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def shortened(text: str, weight: str, size: int, width: float) -> str:
    """`text` with its end replaced by `…` until it fits."""
    while text and width_of(text + ELLIPSIS, weight, size) > width:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


class _Piece(Widget):
    """What is drawn once per change of what it says, and moved with its box."""

    text = StringProperty("")
    weight = OptionProperty("regular", options=["regular", "medium", "bold"])
    color = ColorProperty(theme.TEXT)
    halign = OptionProperty("left", options=["left", "center", "right"])
    valign = OptionProperty("middle", options=["top", "middle", "bottom"])
    most = NumericProperty(theme.BODY)
    least = NumericProperty(theme.SMALL)

    def __init__(self, **options: Any) -> None:
        self.ink: tuple[float, float] = (0, 0)
        self.shown = ""
        super().__init__(**options)
        again = self.draw
        for name in ("text", "weight", "halign", "valign", "most", "least", "pos", "size"):
            self.fbind(name, again)
        self.fbind("color", self._recolour)
        scale.follow(self)
        self.draw()

    def _recolour(self, *_args: object) -> None:
        for instruction in self.canvas.children:
            if isinstance(instruction, Color):
                instruction.rgba = self.color

    def _place(self, width: float, height: float) -> tuple[int, int]:
        self.ink = (width, height)
        across = {"left": 0.0, "center": 0.5, "right": 1.0}[self.halign]
        up = {"bottom": 0.0, "middle": 0.5, "top": 1.0}[self.valign]
        # Whole pixels: a texture half a pixel off is blurred.
        x = round(self.x + (self.width - width) * across)
        return x, round(self.y + (self.height - height) * up)

    def _sizes(self) -> tuple[int, ...]:
        """Sizes to try, px, largest first; few, for Kivy keeps a file open for each."""
        most, least = self.most * scale.u, self.least * scale.u
        steps = (most - (most - least) * n / 4 for n in range(5))
        return tuple(dict.fromkeys(max(1, round(size)) for size in steps))

    def draw(self, *_args: object) -> None:
        """Draw anew; nothing while the box has no size yet."""
        self.canvas.clear()
        self.ink, self.shown = (0, 0), ""
        if self.text and self.width > 1 and self.height > 1:
            self._draw()

    def _draw(self) -> None:
        raise NotImplementedError


class WallWords(_Piece):
    """Text in at most `lines` lines, as large as fits between `most` and `least` units."""

    lines = NumericProperty(1)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fbind("lines", self.draw)

    def _draw(self) -> None:
        size, self.shown = self._fitted()
        drawn = texture(self.shown, self.weight, size, self.halign)
        with self.canvas:
            Color(rgba=self.color)
            Rectangle(texture=drawn, pos=self._place(*drawn.size), size=drawn.size)

    def _fitted(self) -> tuple[int, str]:
        text = nfc(self.text)
        for size in self._sizes():
            lines = wrapped(text, self.weight, size, self.width)
            if len(lines) <= self._room(size) and all(
                width_of(line, self.weight, size) <= self.width for line in lines
            ):
                return size, "\n".join(lines)
        lines = wrapped(text, self.weight, size, self.width)
        room = max(1, self._room(size))
        last = " ".join(lines[room - 1 :])
        return size, "\n".join([*lines[: room - 1], shortened(last, self.weight, size, self.width)])

    def _room(self, size: int) -> int:
        for count in range(int(self.lines), 1, -1):
            if texture("\n".join(["Ấg"] * count), self.weight, size).height <= self.height:
                return count
        return 1


class Figures(_Piece):
    """A number with tabular digits, sign by sign, as large as fits between `most` and `least`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"weight": "bold", **options})

    def _draw(self) -> None:
        for size in self._sizes():
            width = figures_width(self.text, self.weight, size)
            if width <= self.width:
                break
        height = texture("0", self.weight, size).height
        x, y = self._place(width, height)
        # Figures and capitals fill less than their line, and are centred in it.
        self.ink = (width, round(size * CAPITALS))
        with self.canvas:
            Color(rgba=self.color)
            for sign in self.text:
                drawn = texture(sign, self.weight, size)
                room = advance(sign, self.weight, size)
                Rectangle(texture=drawn, pos=(x + (room - drawn.width) // 2, y), size=drawn.size)
                x += room
