"""Sizes of the kiosk, in pixels of its design size, and durations.

Colours are the family's (`shared.theme`). The window scales every size by one factor, which is 1
at 1080×1920 upright and at 1920×1080 lying.
"""

LONG, SHORT = 1920, 1080

MARGIN = 56
MARGIN_NARROW = 40
GAP = 24
INSET = 40
RADIUS = 32
RADIUS_SMALL = 22
HAIRLINE = 2

HEADER = 188
HEADER_LYING = 116
BAR = 126
BAR_LYING = 124
BUTTON = 150
START = 300
GREETING = 146
WAY_CARD = 230
"""Home's other ways."""
STRIP = 170
STRIP_LYING = 126
CHOICE = 168
WAY = 290
EMBLEM = 104
EMBLEM_LYING = 76
ICON = 64
ICON_BOX = 120
QR = 264
QR_SMALL = 190
PROGRESS = 16
PRINTING = 84
"""What is said of the paper; TROUBLE: and of what to do without it."""
TROUBLE = 312
CARD_LEAST = 120
CARD_MOST = 190
CARD_OF_THREE = 160
"""From this height on a card has room for a third line."""
LINE_THIRD = 42
LONG_NAME = 24
"""An agency's name of more letters takes two lines of a card."""
LINE_ROW = 58
LINES_HEAD = 56
LINES_FOOT = 44
EDGE = 18
"""The coloured edge of a state."""
STEP_SIGN = 46
KEY = 120
KEY_LETTER = 104
KEY_GAP = 24
KEY_GAP_LETTER = 12
KEY_INSET = 8
FEW_KEYS = 6
"""A row of so many keys or fewer has large ones."""
LEAST_KEY = (72, 96)
"""A letter's key is never smaller; other targets LEAST_TARGET."""
LEAST_TARGET = (160, 120)
DOT = 64
ASK_WIDTH = 940
ASK_HEIGHT = 640

T_NOTE = 30
T_BODY = 36
T_STATUS = 32
T_CARD = 40
T_BUTTON = 44
T_WAY = 38
T_HEAD = 34
T_SUBTITLE = 48
T_TITLE = 64
T_START = 66
T_CODE = 60
T_STATE = 56
T_ADVICE = 48
T_STEP = 38
T_STEP_DETAIL = 33
T_KEY = 52
T_KEY_WORD = 34
T_FIGURE = 60
T_CLOCK = 58
T_NUMBER = 300
T_ATTRACT = 104

LARGE = 1.34
"""Large type draws everything so much larger: body 48 px, buttons 59."""
LOW = 0.9
"""Pages in the lower half are drawn a little smaller: they have half the room."""
LOW_SHARE = 0.6
"""Of the window's height, the bar included; the upper half is for reading."""
BAR_HIGH = 144
BAR_WIDE = 230
BAR_GAP = 20

SMALLEST_FIT = 0.5
"""How far a text may shrink to fit its box."""
SMALLEST_OPENING = 0.72
"""How far, where its opening words are enough."""

FRAMES_A_SECOND = 60
"""A tap reaches its handler in 18 ms; at 30 it took 40."""

QUIET_FRAMES_A_SECOND = 20
"""Where nobody has touched for a while: a third of the wake-ups; only the first tap is later."""

TICK_S = 0.25
TURN_S = 1.2
"""One turn of the waiting sign."""

QUIET_MS = 70_000
"""After this long without a finger nobody is there."""

EFFECTS_FIRST_S = 0.03
"""The hub and the printer are served this long before their screen is laid out."""
