"""The pictures of the side area's notices, decoded: the hub and the displays go by one rule.

What the hub has looked into is what displays can draw; nothing is found out first on the wall.
"""

from pathlib import Path
from typing import IO

from PIL import Image, UnidentifiedImageError

MOST_PIXELS = 40_000_000
"""Some 160 MB while it is decoded; the largest televisions have 33 million."""


def pixels(file: Path | IO[bytes], longest: int) -> tuple[tuple[int, int], bytes]:
    """Width and height, and the RGB bytes, row by row from the top, of a PNG, JPEG or WebP picture,
    made smaller until no side is above `longest`.

    ValueError says why it cannot be shown: damaged, cut short, or too many pixels.
    """
    try:
        with Image.open(file, formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                most = f"{MOST_PIXELS // 10**6} million"
                raise ValueError(f"{image.width}×{image.height} pixels, at most {most} are taken")
            image.thumbnail((longest, longest))
            return image.size, image.convert("RGB").tobytes()
    except UnidentifiedImageError:
        raise ValueError("no PNG, JPEG or WebP picture, or one without a beginning") from None
    except Exception as error:  # Pillow raises nearly anything for a damaged file
        raise ValueError(str(error) or type(error).__name__) from error
