"""Everything written can be read: the ratios of WCAG 2.2 (1.4.3; 1.4.6 in strong contrast)."""

import pytest

from shared import theme

PAIRS = {
    "PAPER": ("INK", "INK_SECOND", "BRAND", "GOOD", "WARN"),
    "GROUND": ("INK", "INK_SECOND", "BRAND", "GOOD", "WARN"),
    "GOLD": ("INK",),
    "GOLD_PRESSED": ("INK",),
    "BRAND": ("PAPER",),
    "BRAND_PRESSED": ("PAPER",),
    "GOOD": ("PAPER",),
    "WARN": ("PAPER",),
    "INK": ("PAPER", "NAVY_SECOND"),
    "NAVY_PANEL": ("PAPER", "NAVY_SECOND"),
}
"""Ground to what is written on it on the kiosk."""


def luminance(colour: str) -> float:
    """Relative luminance of "#RRGGBB" as WCAG 2.2 defines it, 0 to 1."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def hex_of(name: str, *, strong: bool) -> str:
    """What the palette draws that colour with."""
    plain: str = getattr(theme, name)
    return theme.CONTRAST.get(name, plain) if strong else plain


def test_the_ratio_is_that_of_the_standard() -> None:
    assert ratio("#000000", "#FFFFFF") == pytest.approx(21)
    assert ratio("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("strong", "least"), [(False, 4.5), (True, 7.0)])
def test_every_text_stands_out_from_its_ground(strong: bool, least: float) -> None:
    faint = {
        (text, ground): round(found, 2)
        for ground, texts in PAIRS.items()
        for text in texts
        if (found := ratio(hex_of(text, strong=strong), hex_of(ground, strong=strong))) < least
    }
    assert faint == {}
