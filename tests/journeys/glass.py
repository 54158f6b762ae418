"""What stands on the kiosk's and the display's screens, told from their pixels."""

import time
from array import array
from collections.abc import Callable

import zxingcpp
from PIL import Image, ImageChops, ImageColor

KIOSK = (1080, 1920)
DISPLAY = (1920, 1080)
WITHIN_S = 15.0
CALL_PANEL = (48, 136, 1232, 474)
"""Where the newest call stands on the display: left, top, right, bottom."""


def share(picture: Image.Image, colour: str) -> float:
    """How much of a picture has exactly that colour."""
    wanted = ImageColor.getrgb(colour)
    counted = picture.convert("RGB").getcolors(picture.width * picture.height) or []
    return sum(n for n, found in counted if found == wanted) / (picture.width * picture.height)


def centre(picture: Image.Image, colour: str) -> tuple[int, int] | None:
    """The middle of the area that has exactly that colour; None where there is none."""
    wanted = ImageColor.getrgb(colour)
    channels = [
        band.point(lambda level, want=want: 255 if level == want else 0)
        for band, want in zip(picture.convert("RGB").split(), wanted, strict=True)
    ]
    mask = ImageChops.multiply(ImageChops.multiply(channels[0], channels[1]), channels[2])
    if mask.getbbox() is None:
        return None
    return _median(mask, (mask.width, 1)), _median(mask, (1, mask.height))


def _median(mask: Image.Image, line: tuple[int, int]) -> int:
    """Where half of a mask's area is passed, along one of its sides: small spots do not matter."""
    weights = array("f", mask.convert("F").resize(line, Image.Resampling.BOX).tobytes())
    half, passed = sum(weights) / 2, 0.0
    for place, weight in enumerate(weights):
        passed += weight
        if passed >= half:
            return place
    raise AssertionError("a mask without an area")


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
