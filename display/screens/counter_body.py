"""The body of `counter`: one counter's own panel, above its desk."""

from typing import Any

from kivy.properties import BooleanProperty, ColorProperty, ListProperty

from display import board as wall, theme
from display.board import Board, Desk
from display.screens.body import Body, put
from display.screens.lettering import Figures, WallWords, scale
from shared.i18n import N_, _

_WORDS = {
    Desk.FREE: (N_("Sẵn sàng"), N_("Mời theo dõi số được gọi")),
    Desk.PAUSED: (N_("Tạm dừng"), N_("Cán bộ sẽ trở lại, mời ông/bà chờ")),
    Desk.CLOSED: (N_("Đóng quầy"), N_("Mời ông/bà sang quầy khác")),
}
"""What stands in the number's place when the counter has none, and what to do about it."""


class CounterBody(Body):
    """Whose desk it is, and the number that is there or called there: gold while it is new."""

    gold = BooleanProperty(False)
    panel = ColorProperty(theme.PANEL)
    box = ListProperty([0, 0, 0, 0])
    """The number's panel: left, bottom, width, height, px."""

    def __init__(self, *, upright: bool, **options: Any) -> None:
        self.upright = upright
        self.title = WallWords(most=96, least=48, weight="bold", halign="center")
        self.counter = Figures(most=340, least=160, halign="center")
        self.services = WallWords(
            most=56, least=theme.SMALL, lines=3, halign="center", color=theme.SECOND
        )
        self.officer = WallWords(
            most=52, least=theme.SMALL, weight="medium", lines=2, halign="center"
        )
        self.call = WallWords(most=64, least=44, weight="medium", halign="center")
        self.number = Figures(most=400, least=theme.NUMBER_LEAST, halign="center")
        self.word = WallWords(most=150, least=64, weight="bold", lines=2, halign="center")
        self.hint = WallWords(most=52, least=theme.SMALL, lines=2, halign="center", valign="top")
        super().__init__(**options)
        for widget in self._pieces():
            self.add_widget(widget)

    def _pieces(self) -> tuple[WallWords | Figures, ...]:
        return (
            *(self.title, self.counter, self.services, self.officer),
            *(self.call, self.number, self.word, self.hint),
        )

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """Say how the counter stands; before the hub has spoken, `welcome` and `hint`."""
        cells = wall.cells(board)
        counters = board.view.counters if board.view else ()
        if not cells:
            for piece in self._pieces():
                piece.text = ""
            self.gold = False
            self.word.text, self.hint.text = welcome, hint
            self.arrange()
            return
        cell, desk = cells[0], counters[0]
        self.title.text = _("Quầy")
        self.counter.text = str(cell.counter)
        self.services.text = " · ".join(desk.services) or desk.name
        self.officer.text = desk.officer
        numbered = cell.desk in (Desk.CALLING, Desk.BUSY)
        self.gold = cell.desk is Desk.CALLING
        self.number.text = cell.text if numbered else ""
        self.call.text = self._call(cell.desk)
        words, what = _WORDS.get(cell.desk, ("", ""))
        self.word.text, self.hint.text = (_(words) if words else ""), (_(what) if what else "")
        if board.view and not board.view.open:
            self._rest(cell.desk, bool(wall.lines(board, 1)), welcome, hint)
        self.arrange()

    def _rest(self, desk: Desk, awaited: bool, welcome: str, hint: str) -> None:
        """No numbers are given: no other counter is open, and who has no number waits in vain."""
        if desk is Desk.CLOSED:
            self.hint.text = hint
        elif desk is Desk.FREE and not awaited:
            self.word.text, self.hint.text = welcome, hint

    def _call(self, desk: Desk) -> str:
        if desk is Desk.CALLING:
            return _("Mời số")
        return _("Đang phục vụ số") if desk is Desk.BUSY else ""

    def arrange(self, *_args: object) -> None:
        """The desk left and its number right; upright one above the other."""
        u = scale.u
        edge = theme.EDGE * u
        ink = theme.INK if self.gold else theme.TEXT
        for piece in (self.call, self.number, self.word, self.hint):
            piece.color = ink
        self.panel = theme.GOLD if self.gold else theme.PANEL
        left, top = self.x + edge, self.y + self.height - theme.TOP * u
        width, height = self.width - 2 * edge, self.height - (theme.TOP + theme.TOP) * u
        if not self.counter.text:
            self._arrange_panel(left, top, width, height)
        elif self.upright:
            desk = height * 0.46
            self._arrange_desk(left, top, width, desk)
            self._arrange_panel(left, top - desk - edge, width, height - desk - edge)
        else:
            desk = width * 0.4
            self._arrange_desk(left, top, desk, height)
            self._arrange_panel(left + desk + edge, top, width - desk - edge, height)

    def _arrange_desk(self, left: float, top: float, width: float, height: float) -> None:
        u = scale.u
        officer = 130 * u if self.officer.text else 0.0
        rest = max(1.0, height - 120 * u - 190 * u - officer)
        put(self.title, left, top, width, 120 * u)
        put(self.counter, left, top - 120 * u, width, rest)
        put(self.services, left, top - 120 * u - rest, width, 190 * u)
        put(self.officer, left, top - 310 * u - rest, width, officer)

    def _arrange_panel(self, left: float, top: float, width: float, height: float) -> None:
        u = scale.u
        self.box = [round(left), round(top - height), round(width), round(height)]
        pad = theme.PANEL_PAD * u
        inner = width - 2 * pad
        put(self.call, left + pad, top - 40 * u, inner, 110 * u)
        put(self.number, left + pad, top - 150 * u, inner, height - 150 * u - 60 * u)
        half = height * 0.56
        put(self.word, left + pad, top - 40 * u, inner, half - 40 * u)
        put(self.hint, left + pad, top - half - 12 * u, inner, height - half - 52 * u)
