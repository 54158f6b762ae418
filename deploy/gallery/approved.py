"""Approved pictures: small ones in tests/approved, and how far a new one may be from its own.

They are kept at a quarter of the design's size in few colours (a few KB each). What is compared is
the mean of tiles: a moved button or another word shows, a different rounding of an edge does not.
"""

from pathlib import Path

from PIL import Image, ImageChops

from deploy.hall.programs import ROOT

FOLDER = ROOT / "tests" / "approved"
SHORT = 270
"""Pixels of the shorter side."""
COLOURS = 48
TILE = 9
TOLERANCE = 10.0
"""Of 255, the mean difference within one tile; the same drawing has 0."""


def reduced(image: Image.Image) -> Image.Image:
    """The small picture that is kept and compared."""
    scale = SHORT / min(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return image.convert("RGB").resize(size, Image.Resampling.BOX)


def approve(image: Image.Image, file: Path) -> None:
    """Keep it as what the screen is to look like."""
    small = reduced(image)
    palette = small.quantize(COLOURS, dither=Image.Dither.NONE)
    # Once more by nearest colour, as `distance` will do it with the new picture.
    few = small.quantize(palette=palette, dither=Image.Dither.NONE)
    few.save(file, "PNG", optimize=True)


def distance(image: Image.Image, file: Path) -> float:
    """How far the picture is from the approved one: the worst tile's mean difference, 0 to 255."""
    before, now = _alike(image, file)
    if now.size != before.size:
        return 255.0
    apart = ImageChops.difference(now, before).convert("L")
    tiles = apart.resize((-(-apart.width // TILE), -(-apart.height // TILE)), Image.Resampling.BOX)
    return float(tiles.getextrema()[1])  # type: ignore[arg-type]


def _alike(image: Image.Image, file: Path) -> tuple[Image.Image, Image.Image]:
    """The approved picture and the new one in the approved one's few colours."""
    with Image.open(file) as kept:
        kept.load()
        now = reduced(image).quantize(palette=kept, dither=Image.Dither.NONE)
        return kept.convert("RGB"), now.convert("RGB")


def beside(image: Image.Image, file: Path) -> Image.Image:
    """Approved, new, and the difference in one picture, for whoever has to judge."""
    before, now = _alike(image, file)
    now = now.resize(before.size)
    apart = ImageChops.invert(ImageChops.difference(now, before))
    sheet = Image.new("RGB", (3 * before.width + 16, before.height), "white")
    for place, one in enumerate((before, now, apart)):
        sheet.paste(one, (place * (before.width + 8), 0))
    return sheet
