"""The body that stands over every layout while a supervisor speaks to everybody."""

from typing import Any

from display import theme
from display.board import Board
from display.screens.body import Body, put
from display.screens.lettering import WallWords, scale
from display.screens.parts import WallSign
from shared.i18n import _


class EmergencyBody(Body):
    """Sign, the word for it, and what is said, as large as it fits."""

    def __init__(self, **options: Any) -> None:
        self.sign = WallSign()
        self.heading = WallWords(
            text=_("Thông báo khẩn"), weight="bold", most=80, least=48, halign="center"
        )
        self.words = WallWords(weight="bold", most=150, least=44, lines=14, halign="center")
        super().__init__(**options)
        for widget in (self.sign, self.heading, self.words):
            self.add_widget(widget)

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """Say it."""
        self.words.text = board.view.emergency if board.view else ""

    def arrange(self, *_args: object) -> None:
        """Sign over heading over words."""
        u = scale.u
        edge = theme.EDGE * u
        sign = 160 * u
        top = self.y + self.height - 40 * u
        put(self.sign, self.x + (self.width - sign) / 2, top, sign, sign)
        top -= sign + 8 * u
        put(self.heading, self.x + edge, top, self.width - 2 * edge, 104 * u)
        top -= 104 * u + 16 * u
        put(self.words, self.x + edge, top, self.width - 2 * edge, top - self.y - 40 * u)
