"""Keys on the glass: rows of characters, large where there are few."""

import math
from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.code_pad import Key
from kiosk.screens.look import look, said as _
from kiosk.screens.widgets import Press, measure
from shared.i18n import N_

MORE = "more"
"""The key of a keyboard that shows only some of its keys: to the others."""

_WORDS = {"erase": N_("Xóa"), "clear": N_("Xóa hết"), " ": N_("Dấu cách")}
_WIDE = {"erase": 2.2, "clear": 1.7, MORE: 1.7, " ": 4.0}
"""Against a character's key, in a row of many."""

_NEARLY_WHOLE = 0.7
"""A row at least so long against the longest keeps its keys' size, and stands in the middle."""


class KeyCap(Press):
    """One key. `on` is whether it leads anywhere: the others are faint, and do nothing."""

    key = StringProperty()
    label = StringProperty()
    sign = StringProperty()
    on = BooleanProperty(True)
    points = NumericProperty(theme.T_KEY)
    large = BooleanProperty(False)
    """One of a row of few."""
    beside = NumericProperty(0)
    """What the sign and the air behind it take, px."""
    worded = NumericProperty(0)
    """What the label takes beside a sign, px."""


class KeyPad(Widget):
    """Rows of keys that fill the widget's width; `press` is told which was touched.

    All letters and figures of a pad have one size, that at which the widest fits the narrowest key;
    all words another. Keys stay where they are while only their being on changes: fingers find
    them again.
    """

    grow = NumericProperty(1.25)
    """How far keys may grow where there is room."""
    gap = NumericProperty(theme.KEY_GAP_LETTER)
    """Between the keys of a row of many."""
    more = StringProperty()
    """What the key MORE bears."""

    def __init__(self, **kwargs: Any) -> None:
        self.press: Callable[[str], object] = lambda _key: None
        self._rows: list[list[KeyCap]] = []
        self._arrange_soon = Clock.create_trigger(self._arrange, -1)
        super().__init__(**kwargs)
        self.bind(pos=self._arrange_soon, size=self._arrange_soon)

    def show(self, rows: tuple[tuple[Key, ...], ...]) -> None:
        """These keys."""
        wanted = [[one.key for one in row] for row in rows]
        if wanted != [[cap.key for cap in row] for row in self._rows]:
            self.clear_widgets()
            self._rows = [[self._cap(key, row) for key in row] for row in wanted]
            self._arrange_soon()
        for caps, row in zip(self._rows, rows, strict=True):
            for cap, key in zip(caps, row, strict=True):
                cap.on = key.on

    def _cap(self, key: str, row: list[str]) -> KeyCap:
        large = len(row) <= theme.FEW_KEYS and " " not in row
        label = self.more if key == MORE else _(_WORDS[key]) if key in _WORDS else key.upper()
        cap = KeyCap(key=key, label=label)
        cap.large = large
        # Beside the sign a word would be too small on one of these.
        cap.sign = "erase" if key == "erase" and not large else ""
        cap.bind(on_release=lambda touched: self.press(touched.key))
        self.add_widget(cap)
        return cap

    def _arrange(self, *_args: Any) -> None:
        if not self._rows:
            return
        most = max(_weight(row) for row in self._rows)
        heights = [_height(row) * look.bar for row in self._rows]
        gaps = [self._gap(row) * look.bar for row in self._rows[1:]]
        grow = min(self.grow, max(0.5, (self.height - sum(gaps)) / sum(heights)))
        top = self.top
        for place, (row, height) in enumerate(zip(self._rows, heights, strict=True)):
            top -= height * grow + (gaps[place - 1] if place else 0)
            self._place(row, most, top, height * grow)
        self._letter([cap for row in self._rows for cap in row])

    def _letter(self, caps: list[KeyCap]) -> None:
        """Give characters their size, and words theirs."""
        for words, wanted in ((False, theme.T_KEY), (True, theme.T_KEY_WORD)):
            alike = [cap for cap in caps if (len(cap.key) > 1 or cap.key == " ") is words]
            points = [_fitting(cap, wanted) for cap in alike]
            for cap in alike:
                cap.points = min(points)
                size = max(1, round(cap.points * look.u))
                cap.worded = measure(cap.label, "medium", size, math.inf)[0] + 2

    def _place(self, row: list[KeyCap], most: float, low: float, height: float) -> None:
        gap = self._gap(row) * look.bar
        weight = _weight(row)
        whole = most if weight >= _NEARLY_WHOLE * most else weight
        unit = (self.width + gap) / whole
        left = self.x + (self.width + gap - unit * weight) / 2
        for cap in row:
            width = unit * _wide(cap, row) - gap
            cap.pos, cap.size = (left, low), (width, height)
            left += width + gap

    def _gap(self, row: list[KeyCap]) -> float:
        return theme.KEY_GAP if _large(row) and not _spaced(row) else self.gap


def _fitting(cap: KeyCap, wanted: float) -> float:
    """The points at which its label has room on a key, `wanted` at most."""
    size = max(1, round(wanted * look.u))
    width, height = measure(cap.label, "medium", size, math.inf)
    room = cap.width - 2 * theme.KEY_INSET * look.bar - cap.beside
    return float(min(wanted, wanted * room / max(1, width), wanted * cap.height / max(1, height)))


def _wide(cap: KeyCap, row: list[KeyCap]) -> float:
    """Of a large row all keys are alike, unless the space is among them."""
    if _large(row) and not _spaced(row):
        return 1.0
    return _WIDE.get(cap.key, 1.0)


def _weight(row: list[KeyCap]) -> float:
    return sum(_wide(cap, row) for cap in row)


def _height(row: list[KeyCap]) -> float:
    return theme.KEY if _large(row) else theme.KEY_LETTER


def _large(row: list[KeyCap]) -> bool:
    return len(row) <= theme.FEW_KEYS


def _spaced(row: list[KeyCap]) -> bool:
    return any(cap.key == " " for cap in row)
