"""The whole window: a fixed set of screens, and the question that may lie over them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ListProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.screenmanager import NoTransition, ScreenManager

from kiosk import faces, theme
from kiosk.flow import PER_PAGE, Screen
from kiosk.moves import (
    ConfirmDrop,
    Home,
    KeepTicket,
    Mode,
    PickLanguage,
    Thing,
    Toggle,
    Touched,
)
from kiosk.screens import code, dossier, notice, procedures, screens, widgets
from kiosk.screens.look import Watching, dress, hue, look
from kiosk.screens.ring import Ring, unsigned
from kiosk.state import Ease
from shared.i18n import SOURCE
from shared.kv import unbind
from shared.model import ServiceId

for _module in (
    "widgets",
    "flowing",
    "keys",
    "screens",
    "notice",
    "code",
    "dossier",
    "procedures",
    "root",
):
    Builder.load_file(str(Path(__file__).with_name(f"{_module}.kv")))

_PAGES: dict[str, tuple[type[screens.Page], tuple[Screen, ...]]] = {
    "home": (screens.HomePage, (Screen.HOME,)),
    "attract": (screens.AttractPage, ()),
    "services": (screens.ServicesPage, (Screen.SERVICES,)),
    "priority": (screens.PriorityPage, (Screen.PRIORITY,)),
    "waiting": (screens.WaitingPage, (Screen.WAITING,)),
    "ticket": (screens.TicketPage, (Screen.TICKET,)),
    "notice": (
        notice.NoticePage,
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
    "code": (code.CodePage, (Screen.CODE,)),
    "looking": (dossier.LookingPage, (Screen.LOOKING,)),
    "dossier": (dossier.DossierPage, (Screen.DOSSIER,)),
    "digits": (dossier.DigitsPage, (Screen.DIGITS,)),
    "procedures": (procedures.ProceduresPage, (Screen.PROCEDURES,)),
    "procedure": (procedures.ProcedurePage, (Screen.PROCEDURE,)),
}


class Cut(NoTransition):
    """The next page in place of the last; Kivy's own draws one frame of both."""

    def start(self, manager: Any) -> None:
        """Begin, and be done."""
        super().start(manager)
        self.stop()


class AskCard(widgets.Card):
    """The question itself."""

    face: faces.Ask = ObjectProperty(faces.Ask("", "", "", "", ""), rebind=True)
    answer: Callable[[bool], None] = ObjectProperty(lambda _stay: None)
    room = ListProperty([1, 1])
    """The most that it may take."""


class Veil(FloatLayout):
    """Darkens the screen and keeps touches from it."""

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing below is touched."""
        super().on_touch_down(touch)
        return True


class LanguageVeil(Veil):
    """Under the choice of languages; a touch beside them closes it."""

    def on_touch_down(self, touch: Any) -> bool:
        """Nothing below is touched; the bar stands beside it."""
        super().on_touch_down(touch)
        if not any(child.collide_point(*touch.pos) for child in self.children):
            self.close()
        return bool(self.collide_point(*touch.pos))

    def close(self) -> None:
        """Choose no more."""
        if self.parent is not None:
            self.parent.remove_widget(self)


class BarButton(widgets.Press):
    """One of the bar's buttons; `on` says in words and by its ground that it is in effect."""

    text = StringProperty()
    on = BooleanProperty(False)


class EaseBar(BoxLayout):
    """Language and modes: on every screen, always in the same place, and always as large."""

    __events__ = ("on_languages",)

    def __init__(self, tell: Callable[[Thing], object], **options: Any) -> None:
        super().__init__(**options)
        self._tell = tell
        self._face = faces.Bar()
        self.language = BarButton()
        self.modes = {mode: BarButton() for mode in Mode}
        self.language.bind(on_release=self._pick)
        for mode, button in self.modes.items():
            button.mode = mode
            button.bind(on_release=self._toggle)
        self.bind(orientation=self._offer)
        self._offer()

    def show(self, bar: faces.Bar, ease: Ease) -> None:
        """Say what there is to choose, and what has been chosen. A lying window has no lower half
        to draw in, so it does not offer one."""
        self._face = bar
        self.language.text = bar.language
        for mode, button in self.modes.items():
            button.text = getattr(bar, mode.value)
            button.on = getattr(ease, mode.value)
        self._offer()

    def _offer(self, *_args: Any) -> None:
        aside = self.orientation == "vertical"
        modes = [button for mode, button in self.modes.items() if not (aside and mode is Mode.LOW)]
        wanted = [self.language] * bool(self._face.language) + modes
        if wanted != list(reversed(self.children)):
            self.clear_widgets()
            for button in wanted:
                self.add_widget(button)

    def _pick(self, _button: Any) -> None:
        if self._face.choices:
            self.dispatch("on_languages")
        else:
            self._tell(PickLanguage(self._face.code))

    def on_languages(self) -> None:
        """Somebody wants to choose one of several."""

    def _toggle(self, button: Any) -> None:
        self._tell(Toggle(button.mode))


class LanguagePush(widgets.Push):
    """One language."""


class LanguageCard(widgets.Card):
    """All languages, each in its own word."""

    def __init__(self, choose: Callable[[str], object], **options: Any) -> None:
        super().__init__(**options)
        self._choose = choose
        self.choices: tuple[tuple[str, str], ...] = ()

    def offer(self, choices: tuple[tuple[str, str], ...]) -> None:
        """These."""
        if choices == self.choices:
            return
        self.choices = choices
        self.clear_widgets()
        for language, name in choices:
            push = LanguagePush(text=name)
            push.bind(on_release=lambda _push, chosen=language: self._choose(chosen))
            self.add_widget(push)


class Upper(BoxLayout):
    """What stands above the pages while they are in the lower half: nothing to touch."""

    header: faces.Header = ObjectProperty(faces.Header(), rebind=True)
    told = StringProperty()
    """What home tells of the day."""

    def show(self, face: faces.Face) -> None:
        """Whose hall it is, what time, and how many are there."""
        self.header = face.header
        home = face.body if isinstance(face.body, faces.HomeFace) else faces.HomeFace()
        self.told = "\n".join(line for line in (home.summary, home.hours) if line)


class Root(FloatLayout):
    """Shows a face; tells `tell` what was touched. `new_id` makes a wish's request id.

    Pages are made for one language and one palette, and made anew when either changes: what is
    written and coloured once while a page is made then needs no way to change.
    """

    def __init__(self, tell: Callable[[Thing], object], new_id: Callable[[], str]) -> None:
        super().__init__()
        self._out = tell
        self._probed: list[Thing] | None = None
        """What buttons would tell, while they are only asked."""
        self._ring = Ring()
        self._new_id = new_id
        self._face: faces.Face | None = None
        self._dressed = (SOURCE, False)
        self._eased = Ease()
        self.pages: dict[Screen, Any] = {}
        self._make()
        self.bind(size=self._fit)

    def _tell(self, thing: Thing) -> None:
        if self._probed is None:
            self._out(thing)
        else:
            self._probed.append(thing)

    def highlight(self, thing: Thing | None) -> None:
        """A ring around the button that does that, if one is there to be touched."""
        # The buttons of a screen that has just come have no place yet.
        Clock.schedule_once(lambda _dt: self._ring.show(self.canvas.after, self._button(thing)), 0)

    def _button(self, thing: Thing | None) -> Any:
        if thing is None:
            return None
        tops = (self.veil,) if self.veil.parent else (self.manager.current_screen, self.bar)
        for top in tops:
            for widget in top.walk(restrict=True):
                touchable = isinstance(widget, widgets.Press) and not widget.disabled
                if touchable and unsigned(thing) in map(unsigned, self._told_by(widget)):
                    return widget
        return None

    def _told_by(self, button: Any) -> list[Thing]:
        """What a touch would do, found out by letting it tell nobody."""
        told: list[Thing] = []
        self._probed = told
        try:
            button.dispatch("on_release")
        finally:
            self._probed = None
        return told

    def _make(self) -> None:
        """Make everything that is drawn, and put it in."""
        Window.clearcolor = hue.ground  # cheaper than a rectangle over everything
        self.manager = ScreenManager(transition=Cut(), size_hint=(None, None))
        self.pages = {}
        for name, (kind, shown) in _PAGES.items():
            page = kind(name=name, tell=self._tell, new_id=self._new_id)
            self.manager.add_widget(page)
            self.pages |= dict.fromkeys(shown, page)
        self.attract = self.manager.get_screen("attract")
        self.veil = Veil(size_hint=(None, None))
        self.question = AskCard(answer=self._answered)
        self.veil.add_widget(self.question)
        self.bar = EaseBar(self._tell, size_hint=(None, None))
        self.bar.bind(on_languages=self._open_languages)
        self.languages = LanguageCard(self._chosen)
        self.language_veil = LanguageVeil(size_hint=(None, None))
        self.language_veil.add_widget(self.languages)
        self.upper = Upper(size_hint=(None, None))
        self.add_widget(self.manager)
        self.add_widget(self.bar)

    def _unmake(self) -> None:
        """Take it all away: what is still bound to the look, or still moves, would never go."""
        self._ring.show(self.canvas.after, None)
        self.clear_widgets()
        spare = [part for page in self.manager.screens for part in page.kept]
        veils = (self.veil, self.language_veil)
        for top in (*veils, self.bar, self.upper, *self.manager.screens, *spare):
            unbind(top)
            for widget in list(top.walk(restrict=True)):
                if hasattr(widget, "running"):
                    widget.running = False
                if isinstance(widget, Watching):
                    widget.leave()

    def _dress(self, language: str, ease: Ease) -> None:
        """Speak that language, in that palette, at that size."""
        wanted = (language, ease.contrast)
        if wanted != self._dressed:
            self._dressed = wanted
            look.language = language
            dress(contrast=ease.contrast)
            self._unmake()
            self._make()
            self._fit()
        if ease != self._eased:
            self._eased = ease
            self._fit()

    def show(self, face: faces.Face) -> bool:
        """Draw `face`; false where it is shown already."""
        if face == self._face:
            return False
        turned = self._face is None or self._face.screen is not face.screen
        self._face = face
        self._dress(face.language, face.ease)
        page = self.attract if _attracts(face) else self.pages[face.screen]
        page.header = face.header
        page.face = face.body
        self.manager.current = page.name
        self.bar.show(face.bar, face.ease)
        self.languages.offer(face.bar.choices)
        if turned or face.ask is not None or _attracts(face):
            self.language_veil.close()
        self.upper.show(face)
        if face.ask is not None:
            self.question.face = face.ask
        if (self.veil.parent is not None) != (face.ask is not None):
            (self.add_widget if face.ask else self.remove_widget)(self.veil)
        return True

    def forget(self) -> None:
        """Nothing of whom the screens have shown may stay in widgets, textures or caches."""
        self._face = None
        self._ring.show(self.canvas.after, None)
        for page in self.manager.screens:
            page.face = type(page.face)()
        self.question.face = faces.Ask("", "", "", "", "")
        self.language_veil.close()
        if self.veil.parent is not None:
            self.remove_widget(self.veil)
        # What follows from the faces follows at once, and not with the next frame.
        Clock.tick_draw()
        spare = [part for page in self.manager.screens for part in page.kept]
        for top in (self.veil, *self.manager.screens, *spare):
            for widget in top.walk(restrict=True):
                if isinstance(widget, widgets.Words):
                    widget.forget()
        widgets.forget_measures()

    def warm(self) -> None:
        """Lay every screen out once and press every button, unseen: the first person should not
        wait for fonts, nor for the picture of a pressed panel."""
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
        tops = (*self.manager.screens, self.bar)
        buttons = [
            one for top in tops for one in top.walk(restrict=True) if isinstance(one, widgets.Press)
        ]
        for state in ("down", "normal"):
            for button in buttons:
                button.state = state
            Clock.tick_draw()

    def on_touch_down(self, touch: Any) -> bool:
        """Somebody is there. What stops a countdown or wakes home says so itself."""
        if self._face is None or not (self._face.ask or _attracts(self._face)):
            self._tell(Touched())
        return bool(super().on_touch_down(touch))

    def _open_languages(self, _bar: Any) -> None:
        if self._probed is None and self.language_veil.parent is None:
            self.add_widget(self.language_veil)

    def _chosen(self, code: str) -> None:
        self.language_veil.close()
        self._tell(PickLanguage(code))

    def _answered(self, stay: bool) -> None:
        assert self._face is not None and self._face.ask is not None
        if self._face.ask.kind == "drop":
            self._tell(KeepTicket() if stay else ConfirmDrop())
        else:
            self._tell(Touched() if stay else Home())

    def _fit(self, *_args: Any) -> None:
        """Give every part its place: pages, the bar, and what is read above pages in low reach."""
        width, height = self.size
        look.fit(width, height, large=self._eased.large, low=self._eased.low)
        aside = width > height
        thick = look.bar * (theme.BAR_WIDE if aside else theme.BAR_HIGH)
        pages = (width - thick, height) if aside else (width, height - thick)
        if look.low:
            pages = (width, height * theme.LOW_SHARE - thick)
        self.bar.orientation = "vertical" if aside else "horizontal"
        self.bar.size = (thick, height) if aside else (width, thick)
        self.bar.pos = (width - thick, 0) if aside else (0, 0)
        for part in (self.manager, self.veil, self.language_veil):
            part.pos, part.size = (0, 0 if aside else thick), pages
        if look.low != (self.upper.parent is not None):
            (self.add_widget if look.low else self.remove_widget)(self.upper)
        top = thick + pages[1]
        self.upper.pos, self.upper.size = (0, top), (width, max(0, height - top))


def _attracts(face: faces.Face) -> bool:
    return isinstance(face.body, faces.HomeFace) and face.body.attract
