"""Colours as Kivy takes them, and sizes of the wall, in pixels of a 1920×1080 or 1080×1920 screen.

Everything is drawn in these units times `scale.u` (display.screens.lettering), so that any size
of screen looks alike from as many metres.
"""

from shared import theme as family

Rgba = tuple[float, float, float, float]


def rgba(colour: str) -> Rgba:
    """`#RRGGBB` as four shares of one."""
    red, green, blue = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    return (red, green, blue, 1.0)


FRAMES_A_SECOND = 30
"""How often Kivy looks for work; a call is painted at once and does not wait for it."""

NAVY = rgba(family.NAVY)
PANEL = rgba(family.NAVY_PANEL)
BAR = rgba(family.NAVY_BAR)
TEXT = rgba(family.NAVY_TEXT)
SECOND = rgba(family.NAVY_SECOND)
GOLD = rgba(family.GOLD)
INK = rgba(family.INK)
ALARM = rgba(family.BRAND)
RULE = (*rgba(family.NAVY_PANEL)[:3], 1.0)
NOTHING = (0.0, 0.0, 0.0, 0.0)
"""For what has nothing to say: it may lie over something that has."""

LANDSCAPE = (1920, 1080)
PORTRAIT = (1080, 1920)

EDGE = 48
TOP = 32
BOTTOM = 12
GAP = 16
RADIUS = 24
HEADER = 104
HEADER_TALL = 168
FOOTER = 92
FOOTER_TALL = 148

NUMBER_MOST = 232
NUMBER_LEAST = 200
NUMBER_TALL = 300
ROW = 88
ROW_LEAST = 84
COUNT = 52
COUNT_WIDE = 112
COUNT_GAP = 16
CLOCK = 60
CELL_NUMBER = 74
CELL_NUMBER_LEAST = 50
CELL_WORD = 44
LABEL = 44
HEADING = 40
BODY = 40
SMALL = 36
"""Nothing is drawn smaller (look.md)."""

PANEL_PAD = 48
ARROW = 116
ARROW_LEAST = 106
"""The least between number and counter, with the arrow's own room."""
ROW_PAD = 30
ROW_WORD = 110
ROWS_WIDE = 8
ROWS_TALL = 5
LINES_WIDE = 6
LINES_TALL = 6
NOTICE_PAD = 36
NOTICE = 152
NOTICE_LONG = 212
NOTICE_MOST = 64
"""The largest letters of a page of the side area."""
SIDE_LINES_WIDE = 3
SIDE_LINES_TALL = 4
SIDE_ROWS_TALL = 4
"""What is left of lines and rows where the side area has pages."""
SIDE_TALL = 400
LINE_HIGH = 95
SIDE = 592
"""The column of lines, at the right of a landscape board."""

CELL_WIDE = 250
CELL_HIGH = 134
"""A counter's cell at scale 1; the grid picks the columns that let it be largest."""


def columns(count: int, width: float, height: float) -> int:
    """How many columns let `count` cells of the grid be largest in `width` × `height`."""

    def scale(across: int) -> float:
        down = -(-count // across)
        return min(width / across / CELL_WIDE, height / down / CELL_HIGH)

    return max(range(1, max(count, 1) + 1), key=scale)
