"""The screen on which a dossier's code is typed, or its receipt scanned."""

from typing import Any

from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout

from kiosk import theme
from kiosk.code_pad import Key
from kiosk.dossier_faces import CodeFace
from kiosk.moves import PadKey, PickStart
from kiosk.screens.keys import MORE
from kiosk.screens.look import Watching, look
from kiosk.screens.screens import Page, sized
from kiosk.screens.widgets import Push, measure

MOST_STARTS = 3
"""More would be too small to read."""


class CodePage(Page):
    """Scan a receipt, or type its code. In the lower half digits and beginnings stand first, and
    letters behind a key: both at once would be too small to touch."""

    face: CodeFace = ObjectProperty(CodeFace(), rebind=True)

    def on_kv_post(self, *_args: Any) -> None:
        """Keys speak to the flow."""
        self._spread, self._low = self.ids.spread.__self__, self.ids.low.__self__
        self._first, self._second = self.ids.first.__self__, self.ids.second.__self__
        self._search = self.ids.search.__self__
        self.kept = (self._spread, self._low, self._first, self._second)
        self._letters_up = False
        names = ("digits", "edits", "letters", "low_digits", "low_edits", "low_letters")
        for name in names:
            self.ids[name].press = self._pressed
        self.watch(self._arrange, "low")
        self._arrange()

    def on_face(self, *_args: Any) -> None:
        """Show the beginnings and the keys: digits large, letters in long rows, and what edits."""
        if not self.kept:
            return  # kv is not applied yet
        if not self.face.code:
            self._letters_up = False
        self._show()

    def on_pre_enter(self, *args: Any) -> None:
        """Who comes finds the digits."""
        super().on_pre_enter(*args)
        self._letters_up = False
        self._show()

    def _arrange(self, *_args: Any) -> None:
        """Take the keys for the height that there is."""
        wanted, other = (self._low, self._spread) if look.low else (self._spread, self._low)
        swap(self.ids.column.__self__, wanted, other, 1)
        place = (self.ids.ways.ids.between if look.low else self.ids.aside).__self__
        if self._search.parent is not place:
            self._search.parent.remove_widget(self._search)
            place.add_widget(self._search)
        self._show()

    def _show(self) -> None:
        edits = [key for row in self.face.keys for key in row if len(key.key) > 1]
        rows = [row for row in self.face.keys if all(len(key.key) == 1 for key in row)]
        digits = tuple(row for row in rows if len(row) <= theme.FEW_KEYS)
        letters = tuple(row for row in rows if len(row) > theme.FEW_KEYS)
        if not look.low:
            self._offer(self.ids.starts)
            self.ids.digits.show(digits)
            self.ids.letters.show(letters)
            self.ids.edits.show(tuple((key,) for key in edits))
            return
        shown, hidden = self._first, self._second
        if self._letters_up:
            shown, hidden = hidden, shown
        swap(self._low, shown, hidden)
        self._offer(self.ids.low_starts)
        self.ids.low_digits.show(digits)
        self.ids.low_edits.show(((Key(MORE), *edits[:1]),) if edits else ())
        self.ids.low_letters.show((*letters, (Key(MORE), *edits)) if edits else ())

    def _offer(self, box: Any) -> None:
        starts = self.face.starts[:MOST_STARTS]
        for push in sized(box, StartPush, len(starts)):
            push.bind(on_release=self._picked)
        for push, text in zip(reversed(box.children), starts, strict=True):
            push.text = text

    def _pressed(self, key: str) -> None:
        if key != MORE:
            self.tell(PadKey(key))
            return
        self._letters_up = not self._letters_up
        self._show()

    def _picked(self, push: Any) -> None:
        self.tell(PickStart(push.text))


def swap(box: Any, shown: Any, hidden: Any, index: int = 0) -> None:
    """Have `shown` in `box`, `index` from its end, and not `hidden`."""
    if hidden.parent is box:
        box.remove_widget(hidden)
    if shown.parent is not box:
        box.add_widget(shown, index)


class StartPush(Push):
    """A code's usual beginning."""


class CodeField(Watching, BoxLayout):
    """The code as it is typed, in its groups, with the place of the next character."""

    text = StringProperty()
    hint = StringProperty()
    grouped = BooleanProperty(False)
    """A code, in large letters; or words."""
    typed_width = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("text", "width", "grouped"):
            self.fbind(name, self._measure)
        self.watch(self._measure, "u")

    def _measure(self, *_args: Any) -> None:
        """The cursor stands right behind what is typed."""
        points, weight = (theme.T_CODE, "bold") if self.grouped else (theme.T_KEY, "medium")
        size = max(1, round(points * look.u))
        wanted = measure(self.text, weight, size, 10_000)[0] + 2 if self.text else 0
        self.typed_width = min(wanted, self.width - (2 * theme.INSET + 25) * look.bar)
