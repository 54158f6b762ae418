"""Panels with round corners, each one picture that is stretched between its corners.

Without a graphics card a rounded rectangle of triangles takes half as long again to draw as a plain
one, and a panel with an edge takes two of them. A picture of nine parts takes one, its corners are
smooth, and its middle is left out where there is nothing in it.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.graphics import Color, InstructionGroup, Mesh
from kivy.graphics.texture import Texture

from shared.window import Box

Rgba = tuple[float, float, float, float]
_Bounds = tuple[float, float, float, float]
"""Left, bottom, right, top, between pixels, too."""

NOTHING: Rgba = (0.0, 0.0, 0.0, 0.0)


_QUADS = tuple(4 * row + column for row in range(3) for column in range(3))
"""The first corner of each of nine parts among 16 points, row by row from the lower left."""
_MIDDLE = 5


def _triangles(quads: Sequence[int]) -> list[int]:
    return [at + step for at in quads for step in (0, 1, 5, 0, 5, 4)]


_FULL = _triangles(_QUADS)
_HOLLOW = _triangles([at for at in _QUADS if at != _MIDDLE])


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
        self._mesh = Mesh(mode="triangles")
        self._light = Color(1, 1, 1, 1)
        self.add(self._light)
        self.add(self._mesh)
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
        left, bottom, right, top = box = box_of(self.pos, self.size)
        side = min(right - left, top - bottom)
        if side < 3 or not (self.fill[3] or self.edge[3] or self.stripe[3]):
            self._mesh.indices = []
            return
        rim = self.stripe_width if self.stripe[3] else self.line
        reach = _reach(box, self.radius, rim)
        texture = _texture(
            _rgba(self.fill),
            _rgba(self.edge),
            _rgba(self.stripe),
            reach,
            min(self.radius, (side - 1) / 2),
            self.line,
            rim,
        )
        kept = reach + 1
        across = (left, left + kept, right - kept, right)
        up = (bottom, bottom + kept, top - kept, top)
        self._mesh.texture = texture
        self._mesh.vertices = _points(across, up, kept / texture.width)
        self._mesh.indices = _FULL if self.fill[3] else _HOLLOW


def box_of(pos: Sequence[float], size: Sequence[float]) -> Box:
    """Left, bottom, right and top on whole pixels: in between, corners would be blurred."""
    return round(pos[0]), round(pos[1]), round(pos[0] + size[0]), round(pos[1] + size[1])


def _reach(box: Box, radius: float, rim: float) -> int:
    """How far a corner goes in, px: as far as it bends and its edge is broad, if there is room."""
    side = min(box[2] - box[0], box[3] - box[1])
    return max(0, min(math.ceil(max(radius, rim)), (side - 1) // 2 - 1))


def _points(across: Sequence[float], up: Sequence[float], kept: float) -> list[float]:
    """Where each of the 16 points stands, and where in the texture it comes from."""
    shares = (0.0, kept, 1.0 - kept, 1.0)
    rows, columns = zip(up, shares, strict=True), tuple(zip(across, shares, strict=True))
    return [part for y, v in rows for x, u in columns for part in (x, y, u, v)]


Factory.register("Panel", cls=Panel)


def _rgba(colour: Sequence[float]) -> Rgba:
    red, green, blue, alpha = colour
    return red, green, blue, alpha


@lru_cache(256)
def _texture(
    fill: Rgba, edge: Rgba, stripe: Rgba, reach: int, radius: float, line: float, left: float
) -> Any:
    side = 2 * (reach + 1) + 1
    outer: _Bounds = (0, 0, side, side)
    inner: _Bounds = (left, line, side - line, side - line)
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
    # Corners are drawn pixel for pixel, and what is stretched is of one colour: a look at the
    # neighbours would take time and change nothing.
    texture.min_filter = texture.mag_filter = "nearest"
    texture.blit_buffer(pixels, colorfmt="rgba", bufferfmt="ubyte")
    return texture


def _covered(x: float, y: float, box: _Bounds, radius: float) -> float:
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
