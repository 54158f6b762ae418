"""The body of `main` and `zone`: the large call, earlier ones, lines and notices."""

from itertools import zip_longest
from typing import Any

from display import board as wall, theme
from display.board import Board
from display.notices import notices
from display.screens.body import Body, put
from display.screens.calls import CallPanel, CallRow
from display.screens.lettering import WallWords, scale
from display.screens.parts import Notice, WallLine
from display.screens.side import Side
from shared.i18n import _


class CallsBody(Body):
    """The large call, earlier ones, and the lines; beside each other, or below when upright."""

    def __init__(self, *, upright: bool, **options: Any) -> None:
        self.upright = upright
        self.panel = CallPanel(tall=upright)
        count = theme.ROWS_TALL if upright else theme.ROWS_WIDE
        self.rows = [CallRow() for _n in range(count)]
        self.heading = WallWords(
            text=_("Số người đang chờ"), weight="medium", most=theme.HEADING, color=theme.SECOND
        )
        lines = theme.LINES_TALL if upright else theme.LINES_WIDE
        self.lines = [WallLine() for _n in range(lines)]
        self.nobody = WallWords(most=theme.BODY, lines=2, valign="top")
        self.notice = Notice()
        self.side = Side()
        self._empty = True
        self._paged = False
        self._beside = 2
        self._said = (Board(), "", "")
        self._stands: tuple[object, ...] = ("", True, False, 2)
        super().__init__(**options)
        for widget in (self.panel, *self.rows, self.heading, *self.lines):
            self.add_widget(widget)
        for widget in (self.nobody, self.notice, self.side):
            self.add_widget(widget)

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """Large call, rows, lines and notice."""
        self._said = (board, welcome, hint)
        self.panel.welcome, self.panel.hint = welcome, hint
        self.panel.gold = board.gold
        self.panel.counter = str(board.large.counter) if board.large else ""
        self.panel.number = board.large.number if board.large else ""
        self._paged = bool(notices(board.view))
        self._beside = self._line_columns(board)
        rows = wall.rows(board, self._row_count())
        for row, said in zip_longest(self.rows, rows):
            row.show(said)
        lines = wall.lines(board, self._line_count())
        for line, said in zip_longest(self.lines, lines):
            line.show(said)
        known = board.view is not None
        self.heading.text = _("Số người đang chờ") if known else ""
        self.nobody.text = _("Chưa có ai phải chờ") if known and not lines else ""
        notice = board.view.notice if board.view and not self._paged else ""
        stands = (notice, board.large is None, self._paged, self._beside)
        if stands != self._stands:
            self._stands = stands
            self.notice.text, self._empty = notice, board.large is None
            self.arrange()

    def _row_count(self) -> int:
        tall = theme.SIDE_ROWS_TALL if self._paged else theme.ROWS_TALL
        return tall if self.upright else theme.ROWS_WIDE

    def _line_count(self) -> int:
        if self.upright:
            tall = theme.SIDE_LINES_TALL if self._paged else theme.LINES_TALL
            return tall // 2 * self._beside
        return theme.SIDE_LINES_WIDE if self._paged else theme.LINES_WIDE

    def _line_columns(self, board: Board) -> int:
        """How many lines stand beside each other when upright: a long name has a whole width."""
        if not self.upright:
            return self._beside  # lying there is one column, and nothing to be measured
        half = (self.width - 3 * theme.EDGE * scale.u) / 2
        most = theme.SIDE_LINES_TALL if self._paged else theme.LINES_TALL
        names = [line.name for line in wall.lines(board, most)]
        return 1 if any(WallLine.crowded(name, half) for name in names) else 2

    def arrange(self, *_args: object) -> None:
        """Place the pieces."""
        if self._beside != self._line_columns(self._said[0]):
            self.show(*self._said)  # in another width other lines stand there
        elif self.upright:
            self._arrange_upright()
        else:
            self._arrange_wide()

    def _arrange_wide(self) -> None:
        u = scale.u
        edge = theme.EDGE * u
        left, top = self.x + edge, self.y + self.height - theme.TOP * u
        side = theme.SIDE * u
        main = self.width - 2 * edge - side - edge
        room = top - self.y - theme.BOTTOM * u
        large = room if self._empty else room * 0.402
        put(self.panel, left, top, main, large)
        self._columns(left, top - large - 28 * u, main, room - large - 28 * u)
        right = left + main + edge
        put(self.heading, right, top, side, 52 * u)
        notice = 0.0 if self._paged else self.notice.high(side)
        count = self._line_count()
        lines = count * theme.LINE_HIGH * u if self._paged else room - 64 * u - notice - 24 * u
        high = min(theme.LINE_HIGH * u, lines / count)
        for number, line in enumerate(self.lines):
            put(line, right, top - 64 * u - number * high, side, high if number < count else 0)
        put(self.nobody, right, top - 84 * u, side, 2 * high)
        put(self.notice, right, self.y + theme.BOTTOM * u + notice, side, notice)
        pages = room - 64 * u - lines - 24 * u if self._paged else 0.0
        put(self.side, right, self.y + theme.BOTTOM * u + pages, side, pages)

    def _columns(self, left: float, top: float, width: float, height: float) -> None:
        u = scale.u
        down = len(self.rows) // 2
        across, gap = 28 * u, theme.GAP * u
        wide, high = (width - across) / 2, (height - gap * (down - 1)) / down
        for number, row in enumerate(self.rows):
            column, line = divmod(number, down)
            put(row, left + column * (wide + across), top - line * (high + gap), wide, high)

    def _arrange_upright(self) -> None:
        u = scale.u
        edge, gap = theme.EDGE * u, theme.GAP * u
        left, width = self.x + edge, self.width - 2 * edge
        top = self.y + self.height - theme.TOP * u
        room = top - self.y - theme.BOTTOM * u
        # The side area and the standing sentence take turns at the foot.
        foot = theme.SIDE_TALL * u if self._paged else self.notice.high(width) - 40 * u
        beside = self._beside
        deep = self._line_count() // beside
        listed = 64 * u + deep * 88 * u
        calls = room - listed - foot - 3 * 24 * u
        large = calls if self._empty else calls * 0.49
        put(self.panel, left, top, width, large)
        top -= large + 24 * u
        count = self._row_count()
        high = max(0.0, calls - large - gap * (count - 1)) / count
        for number, row in enumerate(self.rows):
            put(row, left, top - number * (high + gap), width, high if number < count else 0)
        base = self.y + theme.BOTTOM * u
        top = base + foot + 24 * u + listed
        put(self.heading, left, top, width, 52 * u)
        put(self.nobody, left, top - 68 * u, width, 88 * u)
        wide = (width - edge * (beside - 1)) / beside
        for number, line in enumerate(self.lines):
            column, down = divmod(number, deep)
            across = left + column * (wide + edge)
            high = 88 * u if column < beside else 0
            put(line, across, top - 60 * u - down * 88 * u, wide, high)
        put(self.notice, left, base + foot, width, 0 if self._paged else foot)
        put(self.side, left, base + foot, width, foot if self._paged else 0)
