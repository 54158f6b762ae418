"""The large call and the rows of earlier ones."""

from typing import Any

from kivy.graphics import Color, Line
from kivy.properties import BooleanProperty, ColorProperty, StringProperty
from kivy.uix.widget import Widget

from display import theme
from display.board import Row
from display.screens.lettering import Figures, WallWords, figures_width, scale
from shared.i18n import _


class Arrow(Widget):
    """From the number to its counter. Drawn, for Roboto has no arrow."""

    color = ColorProperty(theme.TEXT)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in ("pos", "size", "color"):
            self.fbind(name, self.draw)

    def draw(self, *_args: object) -> None:
        """A shaft over the whole width, and a head as high as two thirds of it."""
        self.canvas.clear()
        if self.width < 2:
            return
        half = min(self.width * 0.42, self.height / 2)
        tip, middle = self.x + self.width, self.y + self.height / 2
        points = [tip - half, middle + half, tip, middle, tip - half, middle - half]
        stroke = max(1.0, self.width * 0.055)
        with self.canvas:
            Color(rgba=self.color)
            Line(points=[self.x, middle, tip, middle], width=stroke, cap="square")
            Line(points=points, width=stroke, cap="square", joint="miter")


class Call(Widget):
    """A number and its counter on one ground, both in figures of one size."""

    number = StringProperty("")
    counter = StringProperty("")
    gold = BooleanProperty(False)

    def __init__(self, **options: Any) -> None:
        self.figures = (Figures(), Figures(halign="right"))
        super().__init__(**options)
        for figures in self.figures:
            self.add_widget(figures)
        for name in ("number", "counter", "gold", "pos", "size"):
            self.fbind(name, self.arrange)

    def fitting(self, sizes: tuple[float, ...], room: float) -> tuple[float, float, float]:
        """The largest of `sizes` (units) at which both fit `room` px, and their widths there."""
        for size in sizes:
            pixels = round(size * scale.u)
            number = figures_width(self.number, "bold", pixels)
            counter = figures_width(self.counter, "bold", pixels)
            if number + counter <= room:
                break
        return size, number, counter

    def figure(self, size: float, colour: theme.Rgba) -> None:
        """Say number and counter in figures of `size` units."""
        for figures, text in zip(self.figures, (self.number, self.counter), strict=True):
            figures.most = figures.least = size
            figures.color = colour
            figures.text = text

    def arrange(self, *_args: object) -> None:
        """Place everything; subclasses say how."""
        raise NotImplementedError


class CallPanel(Call):
    """The large call: gold while it is new. Without a call it welcomes."""

    welcome = StringProperty("")
    hint = StringProperty("")

    def __init__(self, *, tall: bool = False, **options: Any) -> None:
        self.tall = tall
        self.arrow = Arrow()
        self.words = (
            WallWords(weight="medium", most=theme.LABEL),
            WallWords(weight="medium", most=theme.LABEL, halign="left" if tall else "right"),
        )
        self.greeting = (
            WallWords(weight="bold", most=72, least=48, lines=2, halign="center", valign="bottom"),
            WallWords(most=theme.LABEL, lines=2, halign="center", valign="top", color=theme.SECOND),
        )
        super().__init__(**options)
        for widget in (self.arrow, *self.words, *self.greeting):
            self.add_widget(widget)
        self.fbind("welcome", self.arrange)
        self.fbind("hint", self.arrange)
        self.arrange()

    def arrange(self, *_args: object) -> None:
        """Upright the counter stands under the number, else beside it."""
        ink = theme.INK if self.gold else theme.TEXT
        self.figure(0, ink)
        self.arrow.color = ink
        for words in self.words:
            words.color = ink
        self._greet()
        if not self.number:
            for widget in (*self.figures, self.arrow, *self.words):
                widget.size = (0, 0)
        elif self.tall:
            self._arrange_tall(ink)
        else:
            self._arrange_wide(ink)

    def _greet(self) -> None:
        welcome, hint = self.greeting
        welcome.text = "" if self.number else self.welcome
        hint.text = "" if self.number else self.hint
        u = scale.u
        pad = theme.PANEL_PAD * u
        half = self.height / 2
        welcome.pos = (self.x + pad, self.y + self.height / 2 - 4 * u)
        hint.pos = (self.x + pad, self.y)
        welcome.size = (self.width - 2 * pad, half)
        hint.size = (self.width - 2 * pad, half - 28 * u)

    def _arrange_wide(self, ink: theme.Rgba) -> None:
        u = scale.u
        pad = theme.PANEL_PAD * u
        inner = self.width - 2 * pad
        label = theme.LABEL * 1.3 * u
        top = self.y + self.height - 30 * u - label
        number, counter = self.figures
        first, second = self.words
        first.text, second.text = _("Mời số"), _("đến quầy")
        first.pos, first.size = (self.x + pad, top), (inner / 2, label)
        second.pos, second.size = ((self.x + self.width / 2), top), (inner / 2, label)
        arrow_least = theme.ARROW_LEAST * u
        size, wide, right = self.fitting(
            (theme.NUMBER_MOST, 216, theme.NUMBER_LEAST, 180, 160, 140), inner - arrow_least
        )
        self.figure(size, ink)
        below = top - self.y
        middle = self.y + below / 2 + 4 * u
        high = size * 0.8 * u
        number.pos, number.size = (self.x + pad, middle - high / 2), (wide, high)
        counter.pos, counter.size = (
            (self.x + self.width - pad - right, middle - high / 2),
            (right, high),
        )
        gap = self.x + self.width - pad - right - (self.x + pad + wide)
        length = min(theme.ARROW * u, gap * 0.66)
        self.arrow.size = (length, length)
        self.arrow.pos = (self.x + pad + wide + (gap - length) / 2, middle - length / 2)

    def _arrange_tall(self, ink: theme.Rgba) -> None:
        u = scale.u
        pad = theme.PANEL_PAD * u
        inner = self.width - 2 * pad
        number, counter = self.figures
        first, second = self.words
        first.text, second.text = _("Mời số"), _("đến quầy")
        label = theme.LABEL * 1.3 * u
        first.pos, first.size = (
            (self.x + pad, self.y + self.height - 36 * u - label),
            (inner, label),
        )
        # Two lines of figures share what is under the label; they are one size.
        arrow = theme.ARROW * u
        side = 190 * u
        room = max(1.0, self.height - 36 * u - label - 28 * u)
        for size in (theme.NUMBER_TALL, 264, 244, 232, 216, theme.NUMBER_LEAST, 160):
            pixels = round(size * u)
            wide = figures_width(self.number, "bold", pixels)
            right = figures_width(self.counter, "bold", pixels)
            if max(wide, right + side + arrow * 1.6) <= inner and size * 0.87 * 2 * u <= room:
                break
        self.figure(size, ink)
        line = room / 2
        number.pos, number.size = (self.x + pad, self.y + 28 * u + line), (wide, line)
        counter.pos, counter.size = (
            (self.x + self.width - pad - right, self.y + 28 * u),
            (right, line),
        )
        second.pos, second.size = (self.x + pad, self.y + 28 * u), (side + 20 * u, line)
        beside = self.x + pad + side + 20 * u
        free = self.x + self.width - pad - right - beside
        self.arrow.size = (arrow, arrow)
        self.arrow.pos = (beside + (free - arrow) / 2, self.y + 28 * u + (line - arrow) / 2)


class CallRow(Call):
    """An earlier call, or one that has not been large yet: that one has a gold rim."""

    def __init__(self, **options: Any) -> None:
        self.word = WallWords(most=theme.BODY, halign="center", color=theme.SECOND)
        super().__init__(**options)
        self.add_widget(self.word)

    def show(self, row: Row | None) -> None:
        """Say `row`, or nothing."""
        self.number = row.number if row else ""
        self.counter = str(row.counter) if row else ""
        self.gold = bool(row and row.fresh)

    def arrange(self, *_args: object) -> None:
        """Number left, counter right, the word between them."""
        u = scale.u
        pad = theme.ROW_PAD * u
        inner = self.width - 2 * pad
        word = theme.ROW_WORD * u
        size, wide, right = self.fitting((theme.ROW, theme.ROW_LEAST, 78, 72, 60), inner - word)
        self.figure(size, theme.GOLD if self.gold else theme.TEXT)
        number, counter = self.figures
        number.pos, number.size = (self.x + pad, self.y), (wide, self.height)
        counter.pos, counter.size = (
            (self.x + self.width - pad - right, self.y),
            (right, self.height),
        )
        self.word.text = _("quầy") if self.number else ""
        self.word.pos = ((self.x + pad + wide), self.y)
        self.word.size = (
            max(0.0, self.x + self.width - pad - right - (self.x + pad + wide)),
            self.height,
        )
