"""The whole window: a fixed set of screens, and the question that may lie over them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.lang import Builder
from kivy.properties import ObjectProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.screenmanager import NoTransition, ScreenManager

from kiosk import faces
from kiosk.flow import PER_PAGE, Screen
from kiosk.moves import ConfirmDrop, Home, KeepTicket, Thing, Touched
from kiosk.screens import dossier, procedures, screens, widgets
from kiosk.screens.look import look
from shared.model import ServiceId

for _module in ("widgets", "flowing", "keys", "screens", "dossier", "procedures", "root"):
    Builder.load_file(str(Path(__file__).with_name(f"{_module}.kv")))

_PAGES: dict[str, tuple[type[screens.Page], tuple[Screen, ...]]] = {
    "home": (screens.HomePage, (Screen.HOME,)),
    "services": (screens.ServicesPage, (Screen.SERVICES,)),
    "priority": (screens.PriorityPage, (Screen.PRIORITY,)),
    "waiting": (screens.WaitingPage, (Screen.WAITING,)),
    "ticket": (screens.TicketPage, (Screen.TICKET,)),
    "notice": (
        screens.NoticePage,
        (
            Screen.AWAY,
            Screen.CLOSED,
            Screen.REFUSED,
            Screen.DROPPED,
            Screen.FINDING,
            Screen.CARD,
            Screen.EMERGENCY,
        ),
    ),
    "code": (dossier.CodePage, (Screen.CODE,)),
    "looking": (dossier.LookingPage, (Screen.LOOKING,)),
    "dossier": (dossier.DossierPage, (Screen.DOSSIER,)),
    "digits": (dossier.DigitsPage, (Screen.DIGITS,)),
    "procedures": (procedures.ProceduresPage, (Screen.PROCEDURES,)),
    "procedure": (procedures.ProcedurePage, (Screen.PROCEDURE,)),
}


class AskCard(widgets.Card):
    """The question itself."""

    face: faces.Ask = ObjectProperty(faces.Ask("", "", "", "", ""), rebind=True)
    answer: Callable[[bool], None] = ObjectProperty(lambda _stay: None)


class Veil(FloatLayout):
    """Darkens the screen and keeps touches from it."""

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing below is touched."""
        super().on_touch_down(touch)
        return True


class Root(FloatLayout):
    """Shows a face; tells `tell` what was touched. `new_id` makes a wish's request id."""

    def __init__(self, tell: Callable[[Thing], object], new_id: Callable[[], str]) -> None:
        super().__init__()
        self._tell = tell
        self._face: faces.Face | None = None
        self.manager = ScreenManager(transition=NoTransition())
        self.pages: dict[Screen, Any] = {}
        for name, (kind, shown) in _PAGES.items():
            page = kind(name=name, tell=tell, new_id=new_id)
            self.manager.add_widget(page)
            self.pages |= dict.fromkeys(shown, page)
        self.add_widget(self.manager)
        self.veil = Veil()
        self.question = AskCard(answer=self._answered)
        self.veil.add_widget(self.question)
        self.bind(size=self._fit)

    def show(self, face: faces.Face) -> bool:
        """Draw `face`; false where it is shown already."""
        if face == self._face:
            return False
        self._face = face
        page = self.pages[face.screen]
        page.header = face.header
        page.face = face.body
        self.manager.current = page.name
        if face.ask is not None:
            self.question.face = face.ask
        if (self.veil.parent is not None) != (face.ask is not None):
            (self.add_widget if face.ask else self.remove_widget)(self.veil)
        return True

    def forget(self) -> None:
        """Nothing of whom the screens have shown may stay in widgets, textures or caches."""
        self._face = None
        for page in set(self.pages.values()):
            page.face = type(page.face)()
        self.question.face = faces.Ask("", "", "", "", "")
        if self.veil.parent is not None:
            self.remove_widget(self.veil)
        # What follows from the faces follows at once, and not with the next frame.
        Clock.tick_draw()
        for top in (self.veil, *self.manager.screens):
            for widget in top.walk(restrict=True):
                if isinstance(widget, widgets.Words):
                    widget.forget()
        widgets.measure.cache_clear()

    def warm(self) -> None:
        """Lay every screen out once, unseen: the first person should not wait for fonts."""
        card = faces.Card(ServiceId(""), "Đất đai", "Sở Y tế", "Chưa có ai chờ", True)
        samples: dict[Screen, faces.Body] = {
            Screen.SERVICES: faces.ServicesFace(cards=(card,) * PER_PAGE),
            Screen.PRIORITY: faces.PriorityFace("Y tế", (faces.Choice(None, "Không"),) * 5),
            Screen.WAITING: faces.WaitingFace("Đang lấy số…", "Y tế", "Mời ông/bà chờ."),
            Screen.TICKET: faces.TicketFace("Y tế", "A000", "0", "a", "0", "a", "0", "a", "a"),
        }
        for screen, body in samples.items():
            self.show(faces.Face(screen, faces.Header("A", "A", "00:00", "A"), body))
            for _pass in range(2):
                Clock.tick_draw()
                Builder.sync()

    def on_touch_down(self, touch: Any) -> bool:
        """Somebody is there. The touch that stops a countdown does nothing else."""
        asked = self._face is not None and self._face.ask is not None
        if not asked:
            self._tell(Touched())
        return bool(super().on_touch_down(touch))

    def _answered(self, stay: bool) -> None:
        assert self._face is not None and self._face.ask is not None
        if self._face.ask.kind == "drop":
            self._tell(KeepTicket() if stay else ConfirmDrop())
        else:
            self._tell(Touched() if stay else Home())

    def _fit(self, *_args: Any) -> None:
        look.fit(*self.size)
