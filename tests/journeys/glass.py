"""What stands on the kiosk's and the display's screens, told from their pixels."""

import time
from collections.abc import Callable
from enum import Enum

import zxingcpp
from PIL import Image, ImageColor

from shared import theme

KIOSK = (1080, 1920)
DISPLAY = (1920, 1080)
WITHIN_S = 15.0
CALL_PANEL = (48, 136, 1232, 474)
"""Where the newest call stands on the display: left, top, right, bottom."""

TROUBLE = (56, 1270, 1024, 1600)
"""Where the kiosk's ticket screen says what is the matter with the paper."""


class Face(Enum):
    """A screen of the kiosk."""

    HOME = "home"
    SERVICES = "services"
    PRIORITY = "priority"
    WAITING = "waiting"
    TICKET = "ticket"
    NOTICE = "notice"
    BLANK = "blank"


def face(picture: Image.Image) -> Face:
    """Which screen of the kiosk this is, by its header and by where it is red and white."""

    def is_(x: int, y: int, colour: str) -> bool:
        return picture.getpixel((x, y)) == ImageColor.getrgb(colour)

    low_header, high_header = is_(20, 60, theme.PAPER), is_(20, 170, theme.PAPER)
    red = is_(100, 470, theme.BRAND)
    if high_header:
        return Face.HOME if red else Face.NOTICE
    if low_header:
        if red:
            return Face.PRIORITY
        return Face.SERVICES if is_(60, 280, theme.PAPER) else Face.WAITING
    return Face.TICKET if is_(1000, 1850, theme.BRAND) else Face.BLANK


def share(picture: Image.Image, colour: str) -> float:
    """How much of a picture has exactly that colour."""
    wanted = ImageColor.getrgb(colour)
    counted = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    return sum(n for n, found in counted if found == wanted) / (picture.width * picture.height)


def qr(picture: Image.Image) -> str:
    """The text of the QR code in a picture; "" where none can be read."""
    found = zxingcpp.read_barcodes(picture.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    return found[0].text if found else ""


def until(holds: Callable[[], object], what: str, within_s: float = WITHIN_S) -> None:
    """Look again and again until `holds()`; the test fails when it does not in that time."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"not within {within_s:g} s: {what}"
        time.sleep(0.03)
