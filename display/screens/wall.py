"""The whole wall: a header, the body that its plan asks for, a footer. It shows a Board and knows
no rule."""

from datetime import datetime
from pathlib import Path
from typing import Any

from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from display import theme
from display.board import Board
from display.hours import hours_words, opening_words
from display.screens.body import Body
from display.screens.calls_body import CallsBody
from display.screens.counter_body import CounterBody
from display.screens.counters_body import CountersBody
from display.screens.emergency import EmergencyBody
from display.screens.lettering import scale
from display.screens.parts import Footer, WallHeader
from shared import panels as _panels  # noqa: F401  # kv draws with it
from shared.i18n import _
from shared.kv import unbind
from shared.messages import DisplayView, Notice
from shared.model import Layout
from shared.window import Box

Builder.load_file(str(Path(__file__).with_suffix(".kv")))


class Wall(BoxLayout):
    """Everything on the screen; which body stands there follows from the board's plan."""

    board = ObjectProperty(Board())
    now: datetime | None = ObjectProperty(None, allownone=True)
    """The hall's time; the minute is what matters."""
    date = StringProperty("")
    clock = StringProperty("")
    alarm = StringProperty("")
    fault = StringProperty("")
    """Why there is nothing to show yet, for the person who sets this screen up."""
    page: Notice | None = ObjectProperty(None, allownone=True)
    """What stands in the side area, and its picture."""
    texture: Any = ObjectProperty(None, allownone=True)

    def __init__(self, **options: Any) -> None:
        self.header = WallHeader()
        self.footer = Footer()
        self.holder = BoxLayout()
        self.body: Body | None = None
        self._places: tuple[Box, ...] = ()
        Window.clearcolor = theme.NAVY  # cheaper than a rectangle over everything
        super().__init__(orientation="vertical", **options)
        for widget in (self.header, self.holder, self.footer):
            self.add_widget(widget)
        for bar, names in ((self.header, ("date", "clock")), (self.footer, ("alarm",))):
            for name in names:
                setattr(bar, name, getattr(self, name))
                self.fbind(name, bar.setter(name))
        for name in ("board", "fault", "now"):
            self.fbind(name, self.refresh)
        for name in ("page", "texture"):
            self.fbind(name, self._turn)
        self.fbind("size", self.settle)
        self.settle()

    def settle(self, *_args: object) -> None:
        """Follow the window's size, with the body that suits it."""
        if self.width < 2 or self.height < 2:
            return
        before = scale.u
        upright = scale.fit(self.width, self.height)
        turned = upright is not self.header.upright
        self.header.upright = self.footer.upright = upright
        if turned or self.body is None:
            self.body = None
            self.refresh()
        elif before != scale.u:
            self.body.arrange()

    def refresh(self, *_args: object) -> None:
        """Show the board as it is now."""
        view = self.board.view
        before = self._around()
        self.header.site = _heading(view)
        emergency = bool(view and view.emergency)
        self.footer.hours = hours_words(view, self.now) if view and not emergency else ""
        self.footer.soon = bool(view and view.open and view.numbers_until)
        hint = _("Quét mã trên phiếu để theo dõi bằng điện thoại")
        self.footer.hint = hint if view and not emergency else ""
        body = self._body(view)
        body.show(self.board, *self._greeting(view))
        self._turn()
        self._places = body.places if before == self._around() else ()

    def _around(self) -> tuple[object, ...]:
        """What a board decides outside of the body, and which body there is."""
        footer = self.footer
        return self.header.site, footer.hours, footer.soon, footer.hint, self.body

    def take_places(self) -> tuple[Box, ...]:
        """Where the board has changed the wall since this was asked last, if that is known; px."""
        places, self._places = self._places, ()
        return places

    def _body(self, view: DisplayView | None) -> Body:
        """The body for that view, put in where another one stood."""
        layout = view.plan.layout if view else Layout.MAIN
        kind: type[Body] = _BODIES[layout]
        if view is not None and view.emergency:
            kind = EmergencyBody
        if type(self.body) is not kind or self.body is None:
            for old in list(self.holder.children):
                self.holder.remove_widget(old)
                unbind(old)
            upright = {"upright": self.header.upright} if kind in _TURN else {}
            self.body = kind(**upright)
            self.holder.add_widget(self.body)
        return self.body

    def _greeting(self, view: DisplayView | None) -> tuple[str, str]:
        """What stands where no call does: a welcome and a hint."""
        if view is None:
            return _("Đang kết nối…"), self.fault
        if not view.open:
            return _("Hiện chưa phát số"), opening_words(view, self.now)
        return (
            _("Mời ông/bà lấy số tại ki-ốt"),
            _("Số được gọi sẽ hiện ở đây và được đọc qua loa"),
        )

    def _turn(self, *_args: object) -> None:
        if isinstance(self.body, CallsBody):
            self.body.side.texture = self.texture
            self.body.side.page = self.page

    @property
    def video_place(self) -> tuple[int, int, int, int] | None:
        """Where a video may lie: left, bottom, width, height in px of the window; None while no
        page with a video stands."""
        if isinstance(self.body, CallsBody) and self.page is not None and self.page.video:
            return self.body.side.inner
        return None


_BODIES: dict[Layout, type[Body]] = {
    Layout.MAIN: CallsBody,
    Layout.ZONE: CallsBody,
    Layout.ALL: CountersBody,
    Layout.COUNTER: CounterBody,
}
_TURN = (CallsBody, CounterBody)
"""Bodies that are laid out otherwise on an upright screen."""


def _heading(view: DisplayView | None) -> str:
    if view is None:
        return ""
    return view.plan.title or view.site
