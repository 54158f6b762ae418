"""A paper's dots as printers take them."""

import io

from escpos.constants import GS
from PIL import Image, ImageChops

from kiosk.sheet import DPI

BAND = 24
"""Rows of dots in one raster: 3 mm of paper, 1.7 KB on 80 mm."""


def escpos(picture: Image.Image) -> bytes:
    """`picture` (mode "1", 0 is ink) as ESC/POS: `GS v 0` rasters of BAND rows, feed to the knife,
    cut. Between two bands a printer can be asked how it is.

    The bytes are those of python-escpos' Dummy printer, and a test holds them to it. Its printers
    are not used here: importing them takes 0.4 s and leaves a folder in /tmp at every start,
    and their way from dots to bytes (by RGBA) takes 12 ms a ticket.
    """
    across = (picture.width + 7) // 8
    dots = ImageChops.invert(picture).tobytes()
    pieces = []
    for top in range(0, picture.height, BAND):
        height = min(BAND, picture.height - top)
        sizes = across.to_bytes(2, "little") + height.to_bytes(2, "little")
        rows = dots[top * across : (top + height) * across]
        pieces += [GS, b"v0\x00", sizes, rows]
    return b"".join([*pieces, GS, b"VB\x00"])


def one_page_pdf(picture: Image.Image) -> bytes:
    """`picture` as a PDF of one page in its true size at 203 dpi."""
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=DPI)
    return out.getvalue()
