"""The screens of a look-up: the four digits, and the dossier; `code` has the code."""

from typing import Any

from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, Line
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.dossier_faces import DigitsFace, DossierFace, LookingFace
from kiosk.moves import PadKey, TakeForDossier, TakeWithPriority
from kiosk.screens.flowing import Block, Choices, Gap, Item, Prose, beside, stack
from kiosk.screens.look import hue, look, said as _
from kiosk.screens.screens import Page
from kiosk.screens.timeline import Timeline
from shared.model import RequestId

TONES = {
    "good": "good",
    "work": "ink",
    "act": "warn",
    "late": "brand",
    "ended": "ink_second",
}
"""The colour of a state's edge and sign; the sign is named like the tone."""


class DigitsPage(Page):
    """Four digits, to see the applicant's name."""

    face: DigitsFace = ObjectProperty(DigitsFace(), rebind=True)

    def on_kv_post(self, *_args: Any) -> None:
        """Keys speak to the flow."""
        self.ids.pad.press = lambda key: self.tell(PadKey(key))

    def on_face(self, *_args: Any) -> None:
        """Show the keys."""
        self.ids.pad.show(self.face.keys)


class Dots(Widget):
    """`filled` of four."""

    filled = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("pos", "size", "filled"):
            self.fbind(name, self._draw)

    def _draw(self, *_args: Any) -> None:
        self.canvas.clear()
        side = min(theme.DOT * look.u, self.width / 7)
        with self.canvas:
            for place in range(4):
                x = self.x + (self.width - side) / 2 + (place - 1.5) * side * 1.9
                y = self.center_y - side / 2
                Color(*hue.ink)
                if place < self.filled:
                    Ellipse(pos=(x, y), size=(side, side))
                else:
                    middle = (x + side / 2, y + side / 2, side / 2)
                    Line(circle=(*middle, 0, 360, 64), width=max(1.2, 2 * look.u))


class LookingPage(Page):
    """The hub is asked."""

    face: LookingFace = ObjectProperty(LookingFace(), rebind=True)


class DossierPage(Page):
    """Where a dossier stands, and what to do now."""

    face: DossierFace = ObjectProperty(DossierFace(), rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        self._arrange_soon = Clock.create_trigger(self._arrange, -1)
        super().__init__(**kwargs)

    def on_kv_post(self, *_args: Any) -> None:
        """Make the parts once; faces fill them."""
        body = self.ids.body
        self.code = Prose(size_wanted=44, least=36, weight="bold")
        self.procedure = Prose(size_wanted=50, least=34, weight="bold")
        self.applicant = Prose(size_wanted=theme.T_HEAD, weight="medium", color=hue.ink_second)
        self.state_words = Prose(size_wanted=theme.T_STATE, least=40, weight="bold")
        self.state_detail = Prose(color=hue.ink_second)
        self.state = Block(self.state_words, self.state_detail, sign_size=76, inset=30)
        self.timeline = Timeline()
        self.steps = Block(self.timeline, inset=36)
        self.todo = TodoBlock()
        titles = (self.code, self.procedure, self.applicant)
        self.head = titles
        below = (self.state, Gap(air=28), self.steps, Gap(air=28), self.todo)
        self.upright = (*titles, Gap(air=22), *below)
        self.told = (self.state, Gap(air=24), self.todo)
        for part in self.upright:
            if part.parent is None:
                body.add_widget(part)
        self.todo.gold.bind(on_release=self._take)
        self.todo.dark.bind(on_release=lambda *_a: self.tell(TakeWithPriority()))
        body.bind(pos=self._arrange_soon, size=self._arrange_soon)
        self.watch(self._arrange_soon, "lying")

    def on_face(self, *_args: Any) -> None:
        """Fill the parts, and find their places before the next frame."""
        face = self.face
        self.code.text, self.procedure.text = face.code, face.procedure
        named = _("Chủ hồ sơ: {name}").format(name=face.applicant)
        self.applicant.text = named if face.applicant else ""
        self.state.stripe = getattr(hue, TONES.get(face.tone, "ink"))
        self.state.sign = face.tone if face.state else ""
        self.state_words.text, self.state_detail.text = face.state, face.state_detail
        self.timeline.show(face.steps)
        self.todo.show(face.todo, face.todo_lines, face.button, face.priority)
        self._arrange_soon()

    def _take(self, *_args: Any) -> None:
        self.tell(TakeForDossier(RequestId(self.new_id())))

    def _arrange(self, *_args: Any) -> None:
        body = self.ids.body
        if look.lying:
            beside(self.head, self.told, (self.steps,), body)
        else:
            stack(self.upright, body.x, body.top, body.width, body.height)


class TodoBlock(Block):
    """The dark panel: what to do now, with what, and a number for it by one touch."""

    def __init__(self) -> None:
        self.label = Prose(size_wanted=theme.T_HEAD, color=hue.on_ink)
        self.words = Prose(size_wanted=theme.T_ADVICE, least=38, weight="bold", color=hue.paper)
        self.choices = Choices()
        self.gold, self.dark = self.choices.gold, self.choices.dark
        super().__init__(fill=hue.ink, edge=hue.ink, inset=36, across=44)

    def show(self, todo: str, lines: tuple[str, ...], button: str, priority: str) -> None:
        """Fill it; without `todo` it is not there."""
        self.label.text = _("Việc ông/bà cần làm bây giờ") if todo else ""
        self.words.text = todo
        self.gold.text, self.dark.text = button, priority
        items = [Item("•", line, color=hue.paper) for line in lines]
        self.hold(self.label, self.words, Gap(air=14), *items, Gap(air=24), self.choices)

    def show_only(self, button: str, priority: str) -> None:
        """Only the buttons: nothing is asked of anybody."""
        self.gold.text, self.dark.text = button, priority
        self.hold(self.choices)
