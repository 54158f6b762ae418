"""What all screens draw with: the scale of the window, colours and the typeface."""

from collections.abc import Callable
from functools import cache
from types import SimpleNamespace
from typing import Any

from kivy.core.text import LabelBase
from kivy.event import EventDispatcher
from kivy.properties import BooleanProperty, NumericProperty, StringProperty
from kivy.utils import get_color_from_hex

from kiosk import theme
from shared import theme as family
from shared.i18n import SOURCE, translator
from shared.languages import Language, written_in


class Look(EventDispatcher):
    """One scale factor for the whole window, and whether its pages lie or stand; kv binds to both.

    `large`: everything is drawn larger, and less of it. `low`: the pages stand in the lower half.
    """

    u = NumericProperty(1.0)
    """Window pixels to one pixel of the design."""
    lying = BooleanProperty(False)
    bar = NumericProperty(1.0)
    """The same for the bar, which is as large in every mode."""
    large = BooleanProperty(False)
    low = BooleanProperty(False)
    tight = BooleanProperty(False)
    """There is less room than the design has: air gives way before letters do."""
    language = StringProperty(SOURCE)
    """What texts fixed in kv and in pages are made in."""

    def fit(self, width: float, height: float, *, large: bool = False, low: bool = False) -> None:
        """Take the measure of a window, and of how its pages are to be drawn."""
        wide = width > height
        self.bar = min(max(width, height) / theme.LONG, min(width, height) / theme.SHORT)
        self.large, self.low = large, low and not wide
        # In the lower half of an upright window pages are wider than high: they are laid out lying.
        self.lying = wide or self.low
        self.tight = self.large or self.low
        zoom = (theme.LOW if self.low else 1.0) * (theme.LARGE if large else 1.0)
        self.u = self.bar * zoom


look = Look()


class Watching:
    """A widget that follows the look until it is told that it will not be shown again."""

    _watched: tuple[tuple[Callable[..., None], tuple[str, ...]], ...] = ()

    def watch(self, heard: Callable[..., None], *names: str) -> None:
        """Call `heard` whenever one of these of the look changes."""
        look.bind(**dict.fromkeys(names, heard))
        self._watched = (*self._watched, (heard, names))

    def leave(self) -> None:
        """Hear no more: the look outlives every page."""
        for heard, names in self._watched:
            look.unbind(**dict.fromkeys(names, heard))
        self._watched = ()


def said(text: str) -> str:
    """`text`, which stands fixed on a page, in the language that the pages are made in."""
    return translator(look.language)(text)


def _hue(name: str, alpha: float = 1.0, *, contrast: bool = False) -> list[float]:
    colour = family.CONTRAST.get(name) if contrast else None
    red, green, blue, _alpha = get_color_from_hex(colour or getattr(family, name))
    return [red, green, blue, alpha]


_TINTS = {
    "ink_faint": ("INK_SECOND", 0.42),
    "paper_faint": ("PAPER", 0.16),
    "gold_faint": ("GOLD", 0.28),
    "good_faint": ("GOOD", 0.3),
    "veil": ("INK", 0.72),
}
_PLAIN = {
    "ink": "INK",
    "ink_second": "INK_SECOND",
    "ink_pressed": "NAVY_PANEL",
    "on_ink": "NAVY_SECOND",
    "paper": "PAPER",
    "ground": "GROUND",
    "line": "LINE",
    "pressed": "PRESSED",
    "brand": "BRAND",
    "brand_pressed": "BRAND_PRESSED",
    "gold": "GOLD",
    "gold_pressed": "GOLD_PRESSED",
    "good": "GOOD",
    "warn": "WARN",
}

hue = SimpleNamespace(none=[0, 0, 0, 0])
"""The palette that widgets are made with; pages are made anew when it changes."""


def dress(*, contrast: bool) -> None:
    """Choose the palette for all that is drawn from now on. A bar's track is told from its filling
    by colour, or in high contrast by being empty."""
    for name, colour in _PLAIN.items():
        setattr(hue, name, _hue(colour, contrast=contrast))
    for name, (colour, alpha) in _TINTS.items():
        setattr(hue, name, _hue(colour, alpha, contrast=contrast))
    hue.track = hue.paper if contrast else hue.line
    hue.track_edge = hue.ink if contrast else hue.none


dress(contrast=False)


def register_fonts() -> dict[str, Any]:
    """Register the three weights, and return their names in Kivy.

    Where Debian's fonts-inter is missing Kivy's Roboto stands in, with bold for the medium weight.
    """
    names: dict[str, Any] = {}
    for weight in ("regular", "medium", "bold"):
        found = family.font(weight)
        if found is not None:
            LabelBase.register(f"kiosk-{weight}", str(found))
            names[weight] = {"font_name": f"kiosk-{weight}", "bold": False}
        else:
            names[weight] = {"font_name": "Roboto", "bold": weight != "regular"}
    return names


FONTS = register_fonts()


def face_of(text: str, weight: str) -> dict[str, Any]:
    """What Kivy draws `text` with: a language whose letters the family lacks brings its own."""
    language = written_in(text)
    if language is None:
        return dict(FONTS[weight])
    name = _registered(language, "bold" if weight == "bold" else "regular")
    return {"font_name": name, "bold": False} if name else dict(FONTS[weight])


@cache
def _registered(language: Language, weight: str) -> str:
    """The name in Kivy of the language's own font; "" where it is not installed."""
    found = language.face(weight)
    if found is None:
        return ""
    name = f"kiosk-{language.code}-{weight}"
    LabelBase.register(name, str(found))
    return name
