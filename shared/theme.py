"""Colours and fonts of the whole family of screens, papers and pages (../shared/design/look.md).

Sizes that belong to one program stand in that program's own theme module.
"""

from pathlib import Path

INK = "#14213D"
INK_SECOND = "#454E62"
PAPER = "#FFFFFF"
GROUND = "#F6F4EE"
LINE = "#E3DFD4"
PRESSED = "#E3DFD4"
BRAND = "#A6121B"
BRAND_PRESSED = "#7D0D14"
GOLD = "#F2B705"
GOLD_PRESSED = "#C99704"
GOOD = "#1B7F4B"
WARN = "#B45309"
NAVY = "#0B1F3A"
NAVY_PANEL = "#12305A"
NAVY_BAR = "#081730"
NAVY_TEXT = "#FFFFFF"
NAVY_SECOND = "#B9C7DD"

CONTRAST = {
    "INK": "#000000",
    "INK_SECOND": "#1C1C1C",
    "PAPER": "#FFFFFF",
    "GROUND": "#FFFFFF",
    "LINE": "#000000",
    "PRESSED": "#FFD500",
    "BRAND": "#7A0710",
    "BRAND_PRESSED": "#000000",
    "GOLD": "#FFD500",
    "GOLD_PRESSED": "#E0B000",
    "GOOD": "#00491F",
    "WARN": "#6B2F00",
    "NAVY_PANEL": "#000000",
    "NAVY_SECOND": "#FFFFFF",
}
"""What the high-contrast theme draws in their stead: 10:1 and more, edges instead of tints."""

_INTER = Path("/usr/share/fonts/opentype/inter")
_WEIGHTS = {"regular": "Inter-Regular", "medium": "Inter-SemiBold", "bold": "Inter-Bold"}


def font(weight: str) -> Path | None:
    """The Inter file for "regular", "medium" or "bold"; None where Debian's fonts-inter is missing.

    The caller then falls back to the Roboto that Kivy bundles, which has every Vietnamese letter.
    """
    found = _INTER / f"{_WEIGHTS[weight]}.otf"
    return found if found.is_file() else None
