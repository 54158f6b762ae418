"""What stands between header and footer: the one thing that all bodies have."""

from kivy.uix.widget import Widget

from display.board import Board
from shared.window import Box


class Body(Widget):
    """One way to show a board."""

    places: tuple[Box, ...] = ()
    """Where the last board changed it, px of the window; none: it may be anywhere."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.fbind("pos", self.arrange)
        self.fbind("size", self.arrange)

    def arrange(self, *_args: object) -> None:
        """Place the pieces."""

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """Say what the board says; `welcome` and `hint` where there is no call."""


def put(widget: Widget, x: float, top: float, width: float, height: float) -> None:
    """Put `widget` with its upper edge at `top`, on whole pixels so that edges are sharp."""
    left, bottom = round(x), round(top - height)
    widget.pos = (left, bottom)
    widget.size = (max(0, round(x + width) - left), max(0, round(top) - bottom))
