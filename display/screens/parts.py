"""The pieces of the wall around its calls: bars, lines, notice, a counter's cell."""

from typing import Any

from kivy.graphics import Color, Line
from kivy.properties import BooleanProperty, ColorProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from display import theme
from display.board import Cell, Desk, Line as Waiting
from display.screens.lettering import Figures, WallWords, scale, wrapped
from shared.i18n import _
from shared.panels import box_of
from shared.vietnamese import nfc
from shared.window import Box

_GROUND = {Desk.CALLING: theme.GOLD, Desk.BUSY: theme.PANEL, Desk.FREE: theme.PANEL}
_INK = {Desk.CALLING: theme.INK, Desk.BUSY: theme.TEXT}


class WallHeader(BoxLayout):
    """Which centre this is, and the hall's day and time."""

    site = StringProperty("")
    date = StringProperty("")
    clock = StringProperty("")
    upright = BooleanProperty(False)


class Footer(BoxLayout):
    """Opening hours and a hint; while out of touch, what is wrong and since when instead."""

    hours = StringProperty("")
    soon = BooleanProperty(False)
    """Numbers end soon: the hours say until when, and stand out."""
    hint = StringProperty("")
    alarm = StringProperty("")
    upright = BooleanProperty(False)


class WallSign(Widget):
    """A triangle with its exclamation mark: an alarm is told by more than its colour."""

    color = ColorProperty(theme.TEXT)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for name in ("pos", "size"):
            self.fbind(name, self.draw)

    def draw(self, *_args: object) -> None:
        """Draw it in its box; nothing in a box without size."""
        self.canvas.clear()
        if self.width < 4:
            return
        side = self.height
        stroke = side * 0.045
        edge = stroke * 2
        x, y = self.x + edge, self.y + edge
        right, top = self.x + side - edge, self.y + side - edge
        middle = self.x + side / 2
        with self.canvas:
            Color(rgba=self.color)
            Line(points=[x, y, right, y, middle, top], close=True, width=stroke, joint="round")
            high = top - y
            Line(points=[middle, y + high * 0.32, middle, y + high * 0.62], width=stroke)
            Line(points=[middle, y + high * 0.16, middle, y + high * 0.18], width=stroke)


class WallLine(BoxLayout):
    """How many wait for one service."""

    name = StringProperty("")
    count = StringProperty("")

    def show(self, line: Waiting | None) -> None:
        """Say `line`, or nothing."""
        self.name = line.name if line else ""
        self.count = str(line.count) if line else ""

    @staticmethod
    def crowded(name: str, width: float) -> bool:
        """Whether a name would need more than two lines in `width` px."""
        u: float = scale.u
        room = width - (theme.COUNT_WIDE + theme.COUNT_GAP) * u
        return len(wrapped(nfc(name), "regular", round(theme.SMALL * u), room)) > 2


class Notice(BoxLayout):
    """What the centre says to all."""

    text = StringProperty("")

    def high(self, width: float) -> float:
        """How high it wants to be in `width` px: two lines, or four smaller ones."""
        u: float = scale.u
        inner = width - 2 * theme.NOTICE_PAD * u
        size = round(theme.BODY * u)
        short = len(wrapped(self.text, "regular", size, inner)) <= 2
        return (theme.NOTICE if short else theme.NOTICE_LONG) * u


class CounterCell(Widget):
    """One counter: what it is called, and its number in hand or a word."""

    ground = ColorProperty(theme.NOTHING)
    rim = ColorProperty(theme.NOTHING)

    def __init__(self, **options: Any) -> None:
        self._cell: Cell | None = None
        self.title = WallWords(most=theme.SMALL, color=theme.SECOND, halign="center")
        self.number = Figures(
            most=theme.CELL_NUMBER, least=theme.CELL_NUMBER_LEAST, halign="center"
        )
        self.word = WallWords(most=theme.CELL_WORD, color=theme.SECOND, halign="center")
        super().__init__(**options)
        for widget in (self.title, self.number, self.word):
            self.add_widget(widget)
        self.fbind("pos", self.arrange)
        self.fbind("size", self.arrange)

    @property
    def box(self) -> Box:
        """Where it stands."""
        return box_of(self.pos, self.size)

    def show(self, cell: Cell) -> bool:
        """Say how this counter stands, and whether that is new."""
        if cell == self._cell:
            return False
        self._cell = cell
        numbered = cell.desk in _INK
        ink = _INK.get(cell.desk, theme.SECOND)
        self.ground = _GROUND.get(cell.desk, theme.NOTHING)
        self.rim = _GROUND.get(cell.desk, theme.PANEL)
        self.title.color = theme.INK if cell.desk is Desk.CALLING else theme.SECOND
        self.title.text = _("Quầy {number}").format(number=cell.counter)
        self.number.color = ink
        self.number.text = cell.text if numbered else ""
        self.word.text = "" if numbered else cell.text
        return True

    def arrange(self, *_args: object) -> None:
        """The counter's name above, what it does below."""
        pad = 8 * scale.u
        title = max(48 * scale.u, self.height * 0.36)
        across = (self.width - 2 * pad, 0)[self.width < 2 * pad]
        low = self.height - title - 2 * pad
        self.title.pos, self.title.size = (self.x + pad, self.y + pad + low), (across, title)
        for widget in (self.number, self.word):
            widget.pos, widget.size = (self.x + pad, self.y + pad), (across, low)
