"""The body of `all`: every counter of the centre at once."""

from typing import Any

from display import board as wall, theme
from display.board import Board
from display.screens.body import Body, put
from display.screens.lettering import WallWords, scale
from display.screens.parts import CounterCell

MOST_PLACES = 3
"""With more of them changed at once the whole board is drawn: each place costs a sixth of it."""


class CountersBody(Body):
    """Every counter of the centre at once."""

    def __init__(self, **options: Any) -> None:
        self.counters: list[CounterCell] = []
        self.greeting = WallWords(
            most=72, least=48, lines=2, halign="center", valign="bottom", weight="bold"
        )
        self.hint = WallWords(lines=2, halign="center", valign="top", color=theme.SECOND)
        super().__init__(**options)
        self.add_widget(self.greeting)
        self.add_widget(self.hint)

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """One cell a counter."""
        found = wall.cells(board)
        before = (len(self.counters), self.greeting.text)
        while len(self.counters) > len(found):
            self.remove_widget(self.counters.pop())
        while len(self.counters) < len(found):
            self.counters.append(CounterCell())
            self.add_widget(self.counters[-1])
        changed = [
            widget for widget, cell in zip(self.counters, found, strict=True) if widget.show(cell)
        ]
        self.greeting.text, self.hint.text = ("", "") if found else (welcome, hint)
        if len(found) != getattr(self, "_arranged", None):
            self.arrange()
        alone = before == (len(found), self.greeting.text) and len(changed) <= MOST_PLACES
        self.places = tuple(widget.box for widget in changed) if alone else ()

    def arrange(self, *_args: object) -> None:
        """As many columns as let the cells be largest."""
        u = scale.u
        self._arranged = len(self.counters)
        edge, gap = 32 * u, 12 * u
        left, top = self.x + edge, self.y + self.height - 24 * u
        width, height = self.width - 2 * edge, self.height - 48 * u
        half = (width, self.height / 2 - 12 * u)
        self.greeting.pos, self.greeting.size = (left, self.y + self.height / 2 + 12 * u), half
        self.hint.pos, self.hint.size = (left, self.y), half
        if not self.counters:
            return
        across = theme.columns(len(self.counters), width, height)
        down = -(-len(self.counters) // across)
        wide, high = (width - gap * (across - 1)) / across, (height - gap * (down - 1)) / down
        for number, widget in enumerate(self.counters):
            line, column = divmod(number, across)
            put(widget, left + column * (wide + gap), top - line * (high + gap), wide, high)
