"""The screen of all notices."""

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ObjectProperty

from kiosk import faces, theme
from kiosk.screens.flowing import Gap, Prose, fitting
from kiosk.screens.look import hue, look
from kiosk.screens.screens import Page
from kiosk.screens.signs import Sign

SIGN, SIGN_TIGHT = 200, 110


class NoticePage(Page):
    """What happened, what is safe, what to do; the ways back and home where all pages have them."""

    face: faces.NoticeFace = ObjectProperty(faces.NoticeFace(), rebind=True)
    alarm = BooleanProperty(False)
    """A supervisor speaks to everybody: the screen is red."""

    def __init__(self, **kwargs: Any) -> None:
        self._arrange_soon = Clock.create_trigger(self._arrange, -1)
        super().__init__(**kwargs)

    def on_kv_post(self, *_args: Any) -> None:
        """Make the parts once; faces fill them. Buttons come and go: `ids` would let them go."""
        names = ("back", "between", "home", "start", "lookup", "procedures", "no_card")
        self.kept = tuple(self.ids[name].__self__ for name in names)
        for part in self.kept:
            part.parent.remove_widget(part)
        body = self.ids.body
        self.sign = Sign(size_hint=(None, None))
        self.title = Prose(size_wanted=theme.T_TITLE, least=44, weight="bold", halign="center")
        self.safe = Prose(size_wanted=theme.T_BUTTON, weight="medium", halign="center")
        self.advice = Prose(halign="center")
        self.parts: tuple[Any, ...] = (self.title, Gap(air=36), self.safe, Gap(air=28), self.advice)
        for part in (self.sign, *self.parts):
            body.add_widget(part)
        body.bind(pos=self._arrange_soon, size=self._arrange_soon)
        self.watch(self._arrange_soon, "u", "lying")
        self.on_face()

    def on_face(self, *_args: Any) -> None:
        """Fill the parts, and show the buttons that say something."""
        if not self.kept:
            return  # kv is not applied yet
        face, alarm = self.face, self.face.sign == "emergency"
        self.title.text, self.safe.text, self.advice.text = face.title, face.safe, face.advice
        self.safe.size_wanted = theme.T_TITLE if alarm else theme.T_BUTTON
        self.title.color = self.safe.color = hue.paper if alarm else hue.ink
        self.advice.color = hue.paper if alarm else hue.ink_second
        tones = {"warn": hue.warn, "good": hue.good, "emergency": hue.paper}
        self.sign.sign, self.sign.colour = face.sign, tones.get(face.sign, hue.ink_second)
        back, between, home, *actions = self.kept
        ways = [back] * bool(face.back) + [between] + [home] * bool(face.button)
        _fill(self.ids.ways, ways if len(ways) > 1 else [])
        texts = (face.start, face.lookup, face.procedures, face.no_card)
        wanted = [push for push, text in zip(actions, texts, strict=True) if text]
        _fill(self.ids.actions, wanted)
        self._arrange_soon()

    def _arrange(self, *_args: Any) -> None:
        """The sign over the words, all of it in the middle."""
        body = self.ids.body
        side = (SIGN_TIGHT if look.tight or look.lying else SIGN) * look.bar
        air = theme.GAP * look.bar
        scale, heights = fitting(self.parts, body.width, body.height - side - air)
        top = body.y + (body.height + side + air + sum(heights)) / 2
        self.sign.size = (side, side)
        self.sign.pos = (body.center_x - side / 2, top - side)
        top -= side + air
        for part, height in zip(self.parts, heights, strict=True):
            top -= height
            width = _even(part, body.width, height, scale)
            part.place(body.center_x - width / 2, top, width, height, scale)


def _even(part: Any, widest: float, height: float, scale: float) -> float:
    """The least width at which it has no more lines: no word stands alone in the last."""
    widths = (widest * share / 20 for share in range(10, 20))
    return next((width for width in widths if part.natural(width, scale) <= height), widest)


def _fill(box: Any, wanted: list[Any]) -> None:
    """Have exactly these in `box`, in this order."""
    if box.children[::-1] != wanted:
        box.clear_widgets()
        for widget in wanted:
            box.add_widget(widget)
