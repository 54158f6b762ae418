"""Panels with round corners, each one picture that is stretched between its corners.

Without a graphics card a rounded rectangle of triangles takes half as long again to draw as a plain
one, and a panel with an edge takes two of them. A picture of nine parts takes one, and its corners
are smooth.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.graphics import BorderImage, Color, InstructionGroup
from kivy.graphics.texture import Texture

Rgba = tuple[float, float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right, top."""


NOTHING: Rgba = (0.0, 0.0, 0.0, 0.0)


class Panel(InstructionGroup):  # type: ignore[misc]
    """A drawing instruction for kv: a panel in the box `pos`, `size`, px.

    `fill`, `edge` and `stripe` are red, green, blue and alpha, 0 to 1. The edge is `line` px broad;
    a `stripe` lies along the left side instead of it, `stripe_width` px broad. Where there is
    nothing to see nothing is drawn.
    """

    fill: Sequence[float] = NOTHING
    edge: Sequence[float] = NOTHING
    stripe: Sequence[float] = NOTHING
    pos: Sequence[float] = (0, 0)
    size: Sequence[float] = (0, 0)
    radius: float = 0.0
    line: float = 0.0
    stripe_width: float = 0.0

    def __init__(self, **said: Any) -> None:
        super().__init__()
        self._image = BorderImage(size=(0, 0))
        self._light = Color(1, 1, 1, 0)
        self.add(self._light)
        self.add(self._image)
        # Of several changes only the last is drawn: the first ones are of no panel that ever was.
        self._soon = Clock.create_trigger(self._draw, -1)
        for name, value in said.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        """Take a value, and draw soon."""
        super().__setattr__(name, value)
        if not name.startswith("_"):
            self._soon()

    def _draw(self, _dt: float) -> None:
        # On whole pixels: in between the corners would be blurred.
        left, bottom = round(self.pos[0]), round(self.pos[1])
        wide = round(self.pos[0] + self.size[0]) - left
        high = round(self.pos[1] + self.size[1]) - bottom
        seen = min(wide, high) >= 3 and (self.fill[3] or self.edge[3] or self.stripe[3])
        self._light.a = 1 if seen else 0  # a size of nothing would still show four corners
        self._image.pos, self._image.size = (left, bottom), (wide, high) if seen else (0, 0)
        if not seen:
            return
        rim = self.stripe_width if self.stripe[3] else self.line
        reach = min(math.ceil(max(self.radius, rim)), (min(wide, high) - 1) // 2 - 1)
        self._image.texture = _texture(
            _rgba(self.fill),
            _rgba(self.edge),
            _rgba(self.stripe),
            max(0, reach),
            min(self.radius, (min(wide, high) - 1) / 2),
            self.line,
            rim,
        )
        self._image.border = [max(0, reach) + 1] * 4


Factory.register("Panel", cls=Panel)


def _rgba(colour: Sequence[float]) -> Rgba:
    red, green, blue, alpha = colour
    return red, green, blue, alpha


@lru_cache(256)
def _texture(
    fill: Rgba, edge: Rgba, stripe: Rgba, reach: int, radius: float, line: float, left: float
) -> Any:
    side = 2 * (reach + 1) + 1
    outer: Box = (0, 0, side, side)
    inner: Box = (left, line, side - line, side - line)
    across = edge if not stripe[3] else stripe
    half = reach + 2  # a corner and the middle; the rest is the same the other way round
    rows: list[list[bytes]] = []
    for y in range(half):
        row = []
        for x in range(side if stripe[3] else half):
            whole = _covered(x + 0.5, y + 0.5, outer, radius)
            within = min(whole, _covered(x + 0.5, y + 0.5, inner, max(0.0, radius - line)))
            # The last pixel of a corner is as the middle: what is stretched is blended with it.
            rim = across if x < reach else edge
            row.append(_mixed(fill, within, rim, whole - within))
        rows.append(row if stripe[3] else row + row[-2::-1])
    pixels = b"".join(pixel for row in rows + rows[-2::-1] for pixel in row)
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _covered(x: float, y: float, box: Box, radius: float) -> float:
    """How much of the pixel around `x`, `y` lies within the rounded `box`, 0 to 1."""
    left, bottom, right, top = box
    away_x = max(left + radius - x, x - right + radius)
    away_y = max(bottom + radius - y, y - top + radius)
    if away_x > 0 and away_y > 0:
        beyond = math.hypot(away_x, away_y) - radius
    else:
        beyond = max(away_x, away_y) - radius
    return min(1.0, max(0.0, 0.5 - beyond))


def _mixed(first: Rgba, share: float, second: Rgba, rest: float) -> bytes:
    """Two colours that share a pixel. Where nothing is seen the colour still counts: the
    neighbours are blended with it."""
    weights = (first[3] * share, second[3] * rest)
    alpha = sum(weights)
    if not alpha:
        weights, alpha_shown = (first[3], second[3]), 0.0
    else:
        alpha_shown = alpha
    total = sum(weights) or 1.0
    colour = [
        (one * weights[0] + other * weights[1]) / total
        for one, other in zip(first[:3], second[:3], strict=True)
    ]
    return bytes(round(255 * part) for part in (*colour, min(1.0, alpha_shown)))
