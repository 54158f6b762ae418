"""What all screens draw with: the scale of the window, colours and the typeface."""

from types import SimpleNamespace
from typing import Any

from kivy.core.text import LabelBase
from kivy.event import EventDispatcher
from kivy.properties import BooleanProperty, NumericProperty
from kivy.utils import get_color_from_hex

from kiosk import theme
from shared import theme as family


class Look(EventDispatcher):
    """One scale factor for the whole window, and whether it lies or stands; kv binds to both."""

    u = NumericProperty(1.0)
    """Window pixels to one pixel of the design."""
    lying = BooleanProperty(False)

    def fit(self, width: float, height: float) -> None:
        """Take the measure of a window."""
        self.lying = width > height
        self.u = min(max(width, height) / theme.LONG, min(width, height) / theme.SHORT)


look = Look()


def _hue(name: str, alpha: float = 1.0) -> list[float]:
    red, green, blue, _alpha = get_color_from_hex(getattr(family, name))
    return [red, green, blue, alpha]


hue = SimpleNamespace(
    ink=_hue("INK"),
    ink_second=_hue("INK_SECOND"),
    ink_faint=_hue("INK_SECOND", 0.42),
    ink_pressed=_hue("NAVY_PANEL"),
    on_ink=_hue("NAVY_SECOND"),
    paper=_hue("PAPER"),
    paper_faint=_hue("PAPER", 0.16),
    ground=_hue("GROUND"),
    line=_hue("LINE"),
    brand=_hue("BRAND"),
    brand_pressed=_hue("BRAND_PRESSED"),
    gold=_hue("GOLD"),
    gold_pressed=_hue("GOLD_PRESSED"),
    gold_faint=_hue("GOLD", 0.28),
    good=_hue("GOOD"),
    good_faint=_hue("GOOD", 0.3),
    warn=_hue("WARN"),
    veil=_hue("INK", 0.72),
    none=[0, 0, 0, 0],
)


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
