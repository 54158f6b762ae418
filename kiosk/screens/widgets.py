"""The kiosk's own widgets: cards, buttons, texts that fit, signs, a QR code."""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import qrcode
from kivy.animation import Animation
from kivy.clock import Clock
from kivy.core.text import Label as CoreLabel
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.label import Label
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.screens.look import face_of, hue, look
from shared import panels as _panels  # noqa: F401  # kv draws with it

_SHARE = {
    "auto": 0.0,
    "left": 0.0,
    "bottom": 0.0,
    "center": 0.5,
    "middle": 0.5,
    "right": 1.0,
    "top": 1.0,
}
"""Of the air around letters, how much stands before or under them."""


class Words(Label):
    """A text that shrinks until it fits its box, and never spills over its neighbours."""

    points = NumericProperty(theme.T_BODY)
    """The size wanted, in pixels of the design."""
    size_in_bar = NumericProperty(0)
    """Instead of `points`: a size that is the same in every mode."""
    weight = OptionProperty("regular", options=["regular", "medium", "bold"])
    unit = NumericProperty(1.0)
    """The look's: bound in kv, which lets go of a widget that dies."""

    def __init__(self, **kwargs: Any) -> None:
        self._fit_soon = Clock.create_trigger(self._fit, -1)
        # `on_weight` hears only of changes: the first weight needs its typeface, too.
        first = face_of(kwargs.get("text", ""), kwargs.get("weight", "regular"))
        super().__init__(**{**first, **kwargs})
        for name in ("text", "size", "points", "weight", "size_in_bar", "unit"):
            self.fbind(name, self._fit_soon)
        self.fbind("text", self.on_weight)
        self._fit_soon()

    def on_weight(self, *_args: Any) -> None:
        """Take the typeface of that weight that has the text's letters."""
        found = face_of(self.text, self.weight)
        self.font_name, self.bold = found["font_name"], found["bold"]

    def _wanted(self) -> int:
        wanted: float = self.size_in_bar * look.bar or self.points * self.unit
        return max(1, round(wanted))

    def _fit(self, *_args: Any) -> None:
        size = wanted = self._wanted()
        if " " not in self.text.strip():
            # One word cannot be broken: its size follows from its width at once.
            width, _height = measure(self.text, self.weight, wanted, self.width)
            size = max(1, min(wanted, int(wanted * self.width / max(1, width))))
        while size > wanted * theme.SMALLEST_FIT and not self._fits(self.text, size):
            size -= max(1, wanted // 24)  # few sizes: each one holds a font file open
        self.font_size = size
        self.text_size = self._room(size)

    def _room(self, size: int) -> tuple[float | None, float | None]:
        """What Kivy sets the text in. It draws all of that, air as well, so no more than there are
        letters: one line needs no width, and lines that fit no height."""
        width, _line = measure(self.text, self.weight, size, math.inf)
        if "\n" not in self.text and width < self.width:
            return (None, None)
        return (self.width, None if self._fits(self.text, size) else self.height)

    @staticmethod
    def placed(
        pos: Sequence[float],
        size: Sequence[float],
        drawn: Sequence[float],
        halign: str,
        valign: str,
    ) -> tuple[int, int]:
        """Where letters `drawn` so wide and high stand in a box: left, bottom, px."""
        across, up = (
            start + (room - ink) * _SHARE[align]
            for start, room, ink, align in zip(pos, size, drawn, (halign, valign), strict=True)
        )
        return int(across), int(up)

    def forget(self) -> None:
        """Keep of the text before this one no lines; Kivy does, until the next is drawn."""
        core = self._label
        if not self.text:
            core.text = ""
            core._cached_lines = []
            core.texture = None

    def _fits(self, text: str, size: int) -> bool:
        width, height = measure(text, self.weight, size, self.width)
        return bool(width <= self.width and height <= self.height)


class Opening(Words):
    """As many words of `whole` as have room in letters that can be read: the rest stands on the
    screen that a touch leads to."""

    whole = StringProperty()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("whole", self._fit_soon)

    def _fit(self, *_args: Any) -> None:
        least = int(self._wanted() * theme.SMALLEST_OPENING)
        words = self.whole.split()
        text = self.whole
        while len(words) > 1 and not self._fits(text, least):
            words.pop()
            text = f"{' '.join(words).rstrip(',;.')}…"
        self.text = text
        super()._fit()


@lru_cache(4096)
def measure(text: str, weight: str, size: int, room: float) -> tuple[float, float]:
    """How wide and high `text` is, broken between words where it is wider than `room`."""
    if "\n" in text:
        parts = [measure(part, weight, size, room) for part in text.split("\n")]
        return max(width for width, _ in parts), sum(height for _, height in parts)
    face = face_of(text, weight)
    drawn_in = (face["font_name"], face["bold"], size)
    width, line = _extents(text, *drawn_in)
    # A line as wide as its box is broken by Kivy.
    if width < room:
        return width, line
    space = _extents(" ", *drawn_in)[0]
    widths = [_extents(word, *drawn_in)[0] for word in text.split()]
    lines, used = 1, 0.0
    for word in widths:
        # Two pixels early: Kivy rounds the width of every word.
        if used and used + space + word >= room - 2:
            lines, used = lines + 1, word
        else:
            used += word + (space if used else 0)
    return max(widths, default=0.0), lines * line


@lru_cache(8192)
def _extents(text: str, font_name: str, bold: bool, size: int) -> tuple[float, float]:
    """How wide and high one line is. The words of a text are the same at every width."""
    core = CoreLabel(text="", font_size=size, font_name=font_name, bold=bold)
    core.resolve_font_name()
    width, high = core.get_extents(text)
    return width, high


def forget_measures() -> None:
    """Keep no text that was measured: it may have been somebody's."""
    measure.cache_clear()
    _extents.cache_clear()


class Card(BoxLayout):
    """A rounded panel."""

    fill = ColorProperty(hue.none)
    edge = ColorProperty(hue.none)
    radius = NumericProperty(theme.RADIUS)


class Press(ButtonBehavior, Card):
    """A card that can be touched. `fill_down` shows within the frame of the touch."""

    fill_up = ColorProperty(hue.none)
    fill_down = ColorProperty(hue.none)


class Push(Press):
    """A button with one text, and a sign before it if named."""

    text = StringProperty()
    sign = StringProperty()
    points = NumericProperty(theme.T_BUTTON)
    weight = StringProperty("medium")
    loud = BooleanProperty(False)
    """The one thing most people want: red."""
    hushed = BooleanProperty(False)
    """There, and not to be touched now."""
    letters = ColorProperty(hue.none)


class WayCard(Press):
    """One of home's ways: a sign, what it is, and what it tells or gives."""

    title = StringProperty()
    detail = StringProperty()
    sign = StringProperty()
    loud = BooleanProperty(False)


class Progress(Widget):
    """A bar that runs from left to right and back while `running`."""

    running = BooleanProperty(False)
    place = NumericProperty(0.0)

    def on_running(self, *_args: Any) -> None:
        """Run, or stand still and cost nothing."""
        Animation.cancel_all(self, "place")
        self.place = 0
        if self.running:
            there = Animation(place=1.0, duration=theme.TURN_S, t="in_out_sine")
            back = Animation(place=0.0, duration=theme.TURN_S, t="in_out_sine")
            running = there + back
            running.repeat = True
            running.start(self)


class QrCode(Widget):
    """`url` as a QR code, level M, in whole pixels a module; the white card around completes the
    quiet zone."""

    url = StringProperty()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._texture: Any = None
        self._modules = 0
        self.bind(url=self._encode, pos=self._draw, size=self._draw)

    def _encode(self, *_args: Any) -> None:
        self._texture = None
        if self.url:
            code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=2)
            code.add_data(self.url)
            rows = code.get_matrix()
            self._modules = len(rows)
            pixels = bytes(0 if dark else 255 for row in reversed(rows) for dark in row)
            texture = Texture.create(size=(self._modules, self._modules), colorfmt="luminance")
            texture.mag_filter = texture.min_filter = "nearest"
            texture.blit_buffer(pixels, colorfmt="luminance", bufferfmt="ubyte")
            self._texture = texture
        self._draw()

    def _draw(self, *_args: Any) -> None:
        self.canvas.clear()
        if self._texture is None or min(self.size) < self._modules:
            return
        side = int(min(self.size)) // self._modules * self._modules
        with self.canvas:
            Color(*hue.paper)
            Rectangle(
                texture=self._texture,
                pos=(round(self.center_x - side / 2), round(self.center_y - side / 2)),
                size=(side, side),
            )


class LineRow(BoxLayout):
    """One service's line on home: its name, how many, and how long against the longest."""

    name = StringProperty()
    waiting = StringProperty()
    share = NumericProperty(0.0)


class ServiceCard(Press):
    """One service to choose."""

    name = StringProperty()
    agency = StringProperty()
    status = StringProperty()
    open = BooleanProperty(True)


class Figure(Card):
    """A figure, and under it what it counts."""

    value = StringProperty()
    label = StringProperty()
