"""One widget a screen: `face` says what it shows, `tell` takes what was touched."""

from collections.abc import Callable
from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.screenmanager import Screen

from kiosk import faces, theme
from kiosk.moves import PickPriority, PickService, Thing, Touched
from kiosk.procedure_faces import ProceduresFace
from kiosk.screens.look import Watching, look
from kiosk.screens.widgets import LineRow, Push, ServiceCard


def _nobody(_thing: Thing) -> None:
    """Nobody listens yet."""


def _no_id() -> str:
    raise RuntimeError("the screen was given no `new_id`")


class Page(Watching, Screen):
    """What all screens have. `new_id` makes the request id of a wish."""

    header: faces.Header = ObjectProperty(faces.Header(), rebind=True)
    tell: Callable[[Thing], None] = ObjectProperty(_nobody)
    new_id: Callable[[], str] = ObjectProperty(_no_id)
    shown = BooleanProperty(False)
    kept: tuple[Any, ...] = ()
    """Parts that are not always in it."""

    def on_pre_enter(self, *_args: Any) -> None:
        """What moves may move."""
        self.shown = True

    def on_pre_leave(self, *_args: Any) -> None:
        """Nothing moves unseen."""
        self.shown = False


class Busiest(Watching, BoxLayout):
    """The longest lines, as many as there is room for, and the hours."""

    lines = ObjectProperty(())
    hours = StringProperty()

    def on_kv_post(self, *_args: Any) -> None:
        """Room comes and goes."""
        for name in ("size", "lines", "hours"):
            self.fbind(name, self._measure)
        self.watch(self._measure, "lying", "large", "low")
        self._measure()

    def _measure(self, *_args: Any) -> None:
        """The longest first; better none than one."""
        box = self.ids.lines
        left = self.height / look.u - theme.LINES_HEAD - (theme.LINES_FOOT if self.hours else 0)
        most = max(0, int(left // theme.LINE_ROW)) * box.cols
        lines = self.lines[: most if most > 1 else 0]
        sized(box, LineRow, len(lines))
        for row, line in zip(reversed(box.children), lines, strict=True):
            row.name, row.waiting, row.share = line.name, line.waiting, line.share


class HomePage(Page):
    """The beginning."""

    face: faces.HomeFace = ObjectProperty(faces.HomeFace(), rebind=True)

    def on_kv_post(self, *_args: Any) -> None:
        """Not every hall has both of the other ways."""
        self.kept = (self.ids.lookup.__self__, self.ids.procedures.__self__)

    def on_face(self, *_args: Any) -> None:
        """Offer what there is."""
        wanted = [
            way
            for way, there in zip(self.kept, (self.face.lookup, self.face.procedures), strict=True)
            if there
        ]
        box = self.ids.ways
        if list(reversed(box.children)) != wanted:
            box.clear_widgets()
            for way in wanted:
                box.add_widget(way)


class AttractPage(Page):
    """Nobody has touched home for a while: it calls people, and tells of the hall.

    A touch on the button is meant for the button; any other only wakes.
    """

    face: faces.HomeFace = ObjectProperty(faces.HomeFace(), rebind=True)

    def on_touch_down(self, touch: Any) -> bool:
        """Somebody is there."""
        x, y = self.to_local(*touch.pos)
        if self.collide_point(*touch.pos) and not self.ids.start.collide_point(x, y):
            self.tell(Touched())
            return True
        return bool(super().on_touch_down(touch))


class Pager(BoxLayout):
    """Turns the pages of a list."""

    page: Any = ObjectProperty(None, rebind=True)
    face: faces.ServicesFace | ProceduresFace = ObjectProperty(faces.ServicesFace(), rebind=True)

    def show(self, face: faces.ServicesFace | ProceduresFace, ways: Any) -> None:
        """Stand between the two ways where there are pages to turn; over them in large type."""
        self.face = face
        narrow = look.large and not look.lying
        wanted = None if face.pages < 2 else ways.ids.over if narrow else ways.ids.between
        wanted = wanted and wanted.__self__
        if self.parent is not wanted:
            if self.parent is not None:
                self.parent.remove_widget(self)
            if wanted is not None:
                wanted.add_widget(self)


class ServicesPage(Page):
    """All services, or a page of them."""

    face: faces.ServicesFace = ObjectProperty(faces.ServicesFace(), rebind=True)

    def on_kv_post(self, *_args: Any) -> None:
        """Lay the cards out anew when the window turns; the pager stands between the two ways."""
        self.pager = Pager(page=self)
        self.kept = (self.pager,)
        self.ids.grid.bind(size=self._measure)
        self.watch(self._measure, "lying", "large", "low")

    def on_face(self, *_args: Any) -> None:
        """Show the services of this page."""
        grid = self.ids.grid
        for card in sized(grid, ServiceCard, len(self.face.cards)):
            card.bind(on_release=self._picked)
        for widget, card in zip(reversed(grid.children), self.face.cards, strict=True):
            widget.service = card.id
            widget.name, widget.agency = card.name, card.agency
            widget.status, widget.open = card.status, card.open
        self._measure()

    def _measure(self, *_args: Any) -> None:
        """Cards are as high as there is room for, and never silly."""
        self.pager.show(self.face, self.ids.ways)
        grid = self.ids.grid
        if look.low:
            grid.cols = 2 if look.large else 3
        else:
            grid.cols = 2 if not look.lying else 3 if look.large else 4
        rows = max(1, -(-len(self.face.cards) // grid.cols))
        gap = grid.spacing[1]
        room = (grid.height - gap * (rows - 1)) / rows
        grid.row_default_height = min(room, theme.CARD_MOST * look.u)

    def _picked(self, card: Any) -> None:
        self.tell(PickService(card.service, self.new_id()))  # type: ignore[arg-type]


class PriorityPage(Page):
    """One question."""

    face: faces.PriorityFace = ObjectProperty(faces.PriorityFace(), rebind=True)

    def on_kv_post(self, *_args: Any) -> None:
        """The answers stand in two columns where there is little height."""
        self.ids.classes.bind(size=self._measure)
        self.watch(self._measure, "lying", "large")
        self._measure()

    def _measure(self, *_args: Any) -> None:
        grid = self.ids.classes
        grid.cols = 2 if look.lying or look.large else 1
        rows = max(1, -(-len(grid.children) // grid.cols))
        room = (grid.height - grid.spacing[1] * (rows - 1)) / rows
        grid.row_default_height = max(0, min(room, theme.CHOICE * look.u))

    def on_face(self, *_args: Any) -> None:
        """Show the classes that the site knows; the first choice is "no"."""
        classes = self.face.choices[1:]
        for push in sized(self.ids.classes, Push, len(classes)):
            push.bind(on_release=self._picked)
        for push, choice in zip(reversed(self.ids.classes.children), classes, strict=True):
            push.text, push.choice = choice.name, choice.id
        self._measure()

    def _picked(self, push: Any) -> None:
        self.tell(PickPriority(push.choice, self.new_id()))  # type: ignore[arg-type]


class WaitingPage(Page):
    """A number is being taken."""

    face: faces.WaitingFace = ObjectProperty(faces.WaitingFace(), rebind=True)


class AfterNumber(BoxLayout):
    """The QR, and what is said of the paper."""

    qr = NumericProperty(theme.QR)
    inset = NumericProperty(theme.INSET)
    news = NumericProperty(theme.PRINTING)
    tall = BooleanProperty(False)
    """What the QR is for stands under it."""


class Explained(BoxLayout):
    """What the QR is for."""

    hidden = BooleanProperty(False)
    extra = NumericProperty(0)


class TicketPage(Page):
    """The number."""

    face: faces.TicketFace = ObjectProperty(faces.TicketFace(), rebind=True)


def sized(box: Any, kind: type[Any], count: int) -> list[Any]:
    """Give `box` exactly `count` children, keeping those it has; returns the new ones."""
    for child in box.children[: max(0, len(box.children) - count)]:
        box.remove_widget(child)
    fresh = [kind() for _index in range(count - len(box.children))]
    for child in fresh:
        box.add_widget(child)
    return fresh
