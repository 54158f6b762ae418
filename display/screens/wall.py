"""The whole wall: a header, one of three bodies, a footer. It shows a Board and knows no rule."""

from pathlib import Path
from typing import Any

from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from display import board as wall, theme
from display.board import Board
from display.screens.calls import CallPanel, CallRow
from display.screens.lettering import WallWords, scale
from display.screens.parts import CounterCell, Footer, Notice, WallHeader, WallLine
from shared.i18n import _

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


def _place(widget: Widget, x: float, top: float, width: float, height: float) -> None:
    """Put `widget` with its upper edge at `top`, on whole pixels so that edges are sharp."""
    left, bottom = round(x), round(top - height)
    widget.pos = (left, bottom)
    widget.size = (max(0, round(x + width) - left), max(0, round(top) - bottom))


class Body(Widget):
    """What stands between header and footer."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.fbind("pos", self.arrange)
        self.fbind("size", self.arrange)

    def arrange(self, *_args: object) -> None:
        """Place the pieces."""

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """Say what the board says; `welcome` and `hint` where there is no call."""


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
        self._empty = True
        super().__init__(**options)
        for widget in (self.panel, *self.rows, self.heading, *self.lines):
            self.add_widget(widget)
        self.add_widget(self.nobody)
        self.add_widget(self.notice)

    def show(self, board: Board, welcome: str, hint: str) -> None:
        """Large call, rows, lines and notice."""
        self.panel.welcome, self.panel.hint = welcome, hint
        self.panel.gold = board.gold
        self.panel.counter = str(board.large.counter) if board.large else ""
        self.panel.number = board.large.number if board.large else ""
        rows = wall.rows(board, len(self.rows))
        for place, row in enumerate(self.rows):
            row.show(rows[place] if place < len(rows) else None)
        lines = wall.lines(board, len(self.lines))
        for place, line in enumerate(self.lines):
            line.show(lines[place] if place < len(lines) else None)
        known = board.view is not None
        self.heading.text = _("Số người đang chờ") if known else ""
        self.nobody.text = _("Chưa có ai phải chờ") if known and not lines else ""
        notice = board.view.notice if board.view else ""
        empty = board.large is None
        if notice != self.notice.text or empty is not self._empty:
            self.notice.text, self._empty = notice, empty
            self.arrange()

    def arrange(self, *_args: object) -> None:
        """Place the pieces."""
        if self.upright:
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
        _place(self.panel, left, top, main, large)
        self._columns(left, top - large - 28 * u, main, room - large - 28 * u)
        right = left + main + edge
        _place(self.heading, right, top, side, 52 * u)
        notice = self.notice.high(side)
        lines = room - 64 * u - notice - 24 * u
        high = min(theme.LINE_HIGH * u, lines / len(self.lines))
        for place, line in enumerate(self.lines):
            _place(line, right, top - 64 * u - place * high, side, high)
        _place(self.nobody, right, top - 84 * u, side, 2 * high)
        _place(self.notice, right, self.y + theme.BOTTOM * u + notice, side, notice)

    def _columns(self, left: float, top: float, width: float, height: float) -> None:
        u = scale.u
        down = len(self.rows) // 2
        across, gap = 28 * u, theme.GAP * u
        wide, high = (width - across) / 2, (height - gap * (down - 1)) / down
        for place, row in enumerate(self.rows):
            column, line = divmod(place, down)
            _place(row, left + column * (wide + across), top - line * (high + gap), wide, high)

    def _arrange_upright(self) -> None:
        u = scale.u
        edge, gap = theme.EDGE * u, theme.GAP * u
        left, width = self.x + edge, self.width - 2 * edge
        top = self.y + self.height - theme.TOP * u
        room = top - self.y - theme.BOTTOM * u
        notice = self.notice.high(width) - 40 * u
        listed = 64 * u + 3 * 88 * u
        calls = room - listed - notice - 3 * 24 * u
        large = calls if self._empty else calls * 0.49
        _place(self.panel, left, top, width, large)
        top -= large + 24 * u
        high = max(0.0, calls - large - gap * (len(self.rows) - 1)) / len(self.rows)
        for row in self.rows:
            _place(row, left, top, width, high)
            top -= high + gap
        top = self.y + theme.BOTTOM * u + notice + 24 * u + listed
        _place(self.heading, left, top, width, 52 * u)
        _place(self.nobody, left, top - 68 * u, width, 88 * u)
        half = (width - edge) / 2
        for place, line in enumerate(self.lines):
            column, down = divmod(place, 3)
            _place(line, left + column * (half + edge), top - 60 * u - down * 88 * u, half, 88 * u)
        _place(self.notice, left, self.y + theme.BOTTOM * u + notice, width, notice)


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
        while len(self.counters) > len(found):
            self.remove_widget(self.counters.pop())
        while len(self.counters) < len(found):
            self.counters.append(CounterCell())
            self.add_widget(self.counters[-1])
        for widget, cell in zip(self.counters, found, strict=True):
            widget.show(cell)
        self.greeting.text, self.hint.text = ("", "") if found else (welcome, hint)
        if len(found) != getattr(self, "_arranged", None):
            self.arrange()

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
        for place, widget in enumerate(self.counters):
            line, column = divmod(place, across)
            _place(widget, left + column * (wide + gap), top - line * (high + gap), wide, high)


class Wall(BoxLayout):
    """Everything on the screen. `everything`: the board of all counters instead of the calls."""

    board = ObjectProperty(Board())
    date = StringProperty("")
    clock = StringProperty("")
    alarm = StringProperty("")
    fault = StringProperty("")
    """Why there is nothing to show yet, for the person who sets this screen up."""
    everything = BooleanProperty(False)

    def __init__(self, **options: Any) -> None:
        self.header = WallHeader()
        self.footer = Footer()
        self.holder = BoxLayout()
        self.body: Body | None = None
        Window.clearcolor = theme.NAVY  # cheaper than a rectangle over everything
        super().__init__(orientation="vertical", **options)
        for widget in (self.header, self.holder, self.footer):
            self.add_widget(widget)
        self.fbind("date", self.header.setter("date"))
        self.fbind("clock", self.header.setter("clock"))
        self.fbind("alarm", self.footer.setter("alarm"))
        self.fbind("board", self.refresh)
        self.fbind("fault", self.refresh)
        self.fbind("size", self.settle)
        self.fbind("everything", self.rebuild)
        self.settle()

    def settle(self, *_args: object) -> None:
        """Follow the window's size, with the body that suits it."""
        if self.width < 2 or self.height < 2:
            return
        before = scale.u
        upright = scale.fit(self.width, self.height)
        if self.body is None or upright is not self.header.upright:
            self.header.upright = self.footer.upright = upright
            self.rebuild()
        elif before != scale.u:
            self.body.arrange()

    def rebuild(self, *_args: object) -> None:
        """Put the right body in."""
        self.holder.clear_widgets()
        self.body = CountersBody() if self.everything else CallsBody(upright=self.header.upright)
        self.holder.add_widget(self.body)
        self.refresh()

    def refresh(self, *_args: object) -> None:
        """Show the board as it is now."""
        view = self.board.view
        self.header.site = view.site if view else ""
        self.footer.hours = _hours(view.hours) if view else ""
        self.footer.hint = _("Quét mã trên phiếu để theo dõi bằng điện thoại") if view else ""
        if view is None:
            welcome, hint = _("Đang kết nối…"), self.fault
        else:
            welcome = _("Mời ông/bà lấy số tại ki-ốt")
            hint = _("Số được gọi sẽ hiện ở đây và được đọc qua loa")
        if self.body is not None:
            self.body.show(self.board, welcome, hint)


def _hours(hours: str) -> str:
    return _("Mở cửa {hours}").format(hours=hours) if hours else _("Hôm nay không làm việc")
