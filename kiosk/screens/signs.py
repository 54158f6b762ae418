"""What is drawn with lines: signs, the emblem, dashed edges."""

import math
from itertools import pairwise
from typing import Any

from kivy.animation import Animation
from kivy.clock import Clock
from kivy.graphics import Color, Ellipse, Line, Mesh
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.screens.look import hue, look

Point = tuple[float, float]


class Dashed(BoxLayout):
    """A panel with a dashed edge: not to be touched, but to be known of.

    The edge is one mesh: a Line for each of its hundred dashes took longer to draw than all else on
    the page.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bind(pos=self._draw, size=self._draw)

    def _draw(self, *_args: Any) -> None:
        self.canvas.before.clear()
        radius = theme.RADIUS * look.u
        dash, gap = 10 * look.u, 6 * look.u
        points = _rounded(self.x, self.y, self.width, self.height, radius)
        vertices, indices = _ribbons(_dashes(points, dash, gap), max(1.0, 1.3 * look.u))
        with self.canvas.before:
            Color(*hue.ink_faint)
            Mesh(vertices=vertices, indices=indices, mode="triangles")


def _rounded(x: float, y: float, width: float, height: float, radius: float) -> list[Point]:
    """The outline of a rounded rectangle, in short straight pieces."""
    corners = ((x + width, y + height, 0), (x, y + height, 1), (x, y, 2), (x + width, y, 3))
    outline: list[Point] = []
    for cx, cy, quarter in corners:
        inward_x = -radius if cx > x else radius
        inward_y = -radius if cy > y else radius
        for piece in range(9):
            angle = math.pi / 2 * (quarter + piece / 8)
            outline.append(
                (
                    cx + inward_x + radius * math.cos(angle),
                    cy + inward_y + radius * math.sin(angle),
                )
            )
    return [*outline, outline[0]]


def _dashes(outline: list[Point], dash: float, gap: float) -> list[list[float]]:
    """`outline` cut into dashes, each a list of coordinates."""
    parts: list[list[float]] = []
    drawn, left = True, dash
    part: list[float] = list(outline[0])
    for (x, y), (to_x, to_y) in pairwise(outline):
        length = math.hypot(to_x - x, to_y - y)
        at = 0.0
        while length - at > left:
            at += left
            px, py = x + (to_x - x) * at / length, y + (to_y - y) * at / length
            if drawn:
                parts.append([*part, px, py])
            drawn, left, part = not drawn, gap if drawn else dash, [px, py]
        left -= length - at
        part += [to_x, to_y]
    return parts


def _ribbons(parts: list[list[float]], half: float) -> tuple[list[float], list[int]]:
    """Lines of twice `half` across as a mesh of triangles: vertices of (x, y, u, v) and indices."""
    vertices: list[float] = []
    indices: list[int] = []
    for part in parts:
        for (x, y), (to_x, to_y) in pairwise(zip(part[::2], part[1::2], strict=True)):
            length = math.hypot(to_x - x, to_y - y)
            if not length:
                continue
            across_x, across_y = (y - to_y) * half / length, (to_x - x) * half / length
            first = len(vertices) // 4
            for sx, sy, side in ((x, y, 1), (x, y, -1), (to_x, to_y, 1), (to_x, to_y, -1)):
                vertices += [sx + side * across_x, sy + side * across_y, 0, 0]
            indices += [first + corner for corner in (0, 1, 2, 1, 3, 2)]
    return vertices, indices


class Emblem(Widget):
    """A gold star on red, as on the flag."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bind(pos=self._draw, size=self._draw)

    def _draw(self, *_args: Any) -> None:
        self.canvas.clear()
        across = min(self.size)
        x, y = self.center
        points = [
            (
                x + across * (0.27 if corner % 2 == 0 else 0.105) * math.sin(math.pi * corner / 5),
                y + across * (0.27 if corner % 2 == 0 else 0.105) * math.cos(math.pi * corner / 5),
            )
            for corner in range(10)
        ]
        vertices = [x, y, 0, 0]
        for px, py in [*points, points[0]]:
            vertices += [px, py, 0, 0]
        with self.canvas:
            Color(*hue.brand)
            Ellipse(pos=(x - across / 2, y - across / 2), size=(across, across), segments=96)
            Color(*hue.gold)
            Mesh(vertices=vertices, indices=list(range(12)), mode="triangle_fan")
            Line(points=[c for p in points for c in p], close=True, width=across * 0.006)


class Sign(Widget):
    """A drawn sign, named by what it means."""

    sign = StringProperty()
    colour = ColorProperty(hue.none)
    thick = NumericProperty(0.04)
    """The stroke, against the size."""
    turn = NumericProperty(0.0)
    """For `wait`: how far the arc has turned, in degrees."""

    def __init__(self, **kwargs: Any) -> None:
        self._draw_soon = Clock.create_trigger(self._draw, -1)
        super().__init__(**{"colour": hue.ink, **kwargs})
        for name in ("pos", "size", "sign", "colour", "turn"):
            self.fbind(name, self._draw_soon)
        self._draw_soon()

    def _draw(self, *_args: Any) -> None:
        self.canvas.clear()
        self._across = min(self.size)
        draw = getattr(self, f"_{self.sign}", None)
        if draw is None or self._across < 4:
            return
        with self.canvas:
            Color(*self.colour)
            draw()

    def _at(self, *points: tuple[float, float]) -> list[float]:
        """Points of a unit square, upwards, in the widget's middle."""
        left = self.x + (self.width - self._across) / 2
        low = self.y + (self.height - self._across) / 2
        return [c for x, y in points for c in (left + x * self._across, low + y * self._across)]

    def _line(self, *points: tuple[float, float], close: bool = False) -> None:
        Line(
            points=self._at(*points),
            width=max(1.1, self._across * self.thick),
            joint="round",
            cap="round",
            close=close,
        )

    def _ring(self, x: float, y: float, radius: float, start: float = 0, end: float = 360) -> None:
        cx, cy = self._at((x, y))
        Line(
            circle=(cx, cy, radius * self._across, start, end, 72),
            width=max(1.1, self._across * 0.04),
            cap="round",
        )

    def _ticket(self) -> None:
        self._line(
            (0.06, 0.22), (0.06, 0.4), (0.14, 0.44), (0.17, 0.5), (0.14, 0.56), (0.06, 0.6),
            (0.06, 0.78), (0.94, 0.78), (0.94, 0.6), (0.86, 0.56), (0.83, 0.5), (0.86, 0.44),
            (0.94, 0.4), (0.94, 0.22), close=True,
        )  # fmt: skip
        self._line((0.6, 0.3), (0.6, 0.4))
        self._line((0.6, 0.6), (0.6, 0.7))

    def _check(self) -> None:
        self._ring(0.5, 0.5, 0.44)
        self._line((0.3, 0.5), (0.45, 0.36), (0.71, 0.64))

    _good = _check

    def _warn(self) -> None:
        self._line((0.5, 0.92), (0.04, 0.1), (0.96, 0.1), close=True)
        self._line((0.5, 0.62), (0.5, 0.38))
        self._dot(0.5, 0.23)

    def _emergency(self) -> None:
        """A bell that rings."""
        self._line(
            (0.12, 0.24), (0.22, 0.36), (0.22, 0.58), (0.32, 0.76), (0.5, 0.82), (0.68, 0.76),
            (0.78, 0.58), (0.78, 0.36), (0.88, 0.24), close=True,
        )  # fmt: skip
        self._line((0.42, 0.1), (0.5, 0.07), (0.58, 0.1))
        self._line((0.5, 0.82), (0.5, 0.92))
        self._line((0.12, 0.86), (0.04, 0.7))
        self._line((0.88, 0.86), (0.96, 0.7))

    def _card(self) -> None:
        """An identity card: a portrait beside lines."""
        self._line((0.02, 0.18), (0.02, 0.82), (0.98, 0.82), (0.98, 0.18), close=True)
        self._ring(0.28, 0.58, 0.1)
        self._line((0.14, 0.3), (0.18, 0.4), (0.38, 0.4), (0.42, 0.3))
        for y, right in ((0.64, 0.86), (0.5, 0.86), (0.36, 0.72)):
            self._line((0.56, y), (right, y))

    def _dot(self, x: float, y: float) -> None:
        x, y = self._at((x, y))
        dot = self._across * 0.05
        Ellipse(pos=(x - dot, y - dot), size=(2 * dot, 2 * dot))

    def _clock(self) -> None:
        self._ring(0.5, 0.5, 0.44)
        self._line((0.5, 0.76), (0.5, 0.5), (0.68, 0.4))

    _closed = _clock

    def _back(self) -> None:
        self._line((0.86, 0.5), (0.16, 0.5))
        self._line((0.44, 0.78), (0.16, 0.5), (0.44, 0.22))

    def _next(self) -> None:
        self._line((0.14, 0.5), (0.84, 0.5))
        self._line((0.56, 0.78), (0.84, 0.5), (0.56, 0.22))

    def _home(self) -> None:
        self._line((0.08, 0.5), (0.5, 0.88), (0.92, 0.5))
        self._line((0.2, 0.42), (0.2, 0.12), (0.8, 0.12), (0.8, 0.42))

    def _search(self) -> None:
        self._ring(0.42, 0.58, 0.34)
        self._line((0.67, 0.33), (0.94, 0.06))

    def _papers(self) -> None:
        self._line((0.16, 0.04), (0.16, 0.96), (0.6, 0.96), (0.84, 0.72), (0.84, 0.04), close=True)
        for y, right in ((0.7, 0.46), (0.5, 0.68), (0.28, 0.68)):
            self._line((0.32, y), (right, y))

    def _scan(self) -> None:
        for x, way in ((0.04, 1), (0.96, -1)):
            for y, up in ((0.04, 1), (0.96, -1)):
                self._line((x, y + 0.2 * up), (x, y), (x + 0.2 * way, y))
        for x in (0.28, 0.42, 0.56, 0.72):
            self._line((x, 0.3), (x, 0.7))

    def _receipt(self) -> None:
        """A receipt with a bar code, held under a scanner's slot."""
        self._line((0.04, 0.9), (0.96, 0.9))
        self._line((0.18, 0.72), (0.18, 0.02), (0.82, 0.02), (0.82, 0.72))
        for x in (0.34, 0.45, 0.56, 0.66):
            self._line((x, 0.52), (x, 0.7))
        for y, right in ((0.36, 0.66), (0.2, 0.52)):
            self._line((0.34, y), (right, y))

    def _act(self) -> None:
        self._ring(0.5, 0.5, 0.44)
        self._line((0.5, 0.74), (0.5, 0.46))
        self._dot(0.5, 0.3)

    _info = _act
    _late = _warn

    def _ended(self) -> None:
        self._ring(0.5, 0.5, 0.44)
        self._line((0.3, 0.5), (0.7, 0.5))

    _work = _clock

    def _tick(self) -> None:
        self._line((0.14, 0.5), (0.4, 0.24), (0.88, 0.76))

    def _erase(self) -> None:
        self._line((0.02, 0.5), (0.3, 0.82), (0.98, 0.82), (0.98, 0.18), (0.3, 0.18), close=True)
        self._line((0.48, 0.64), (0.76, 0.36))
        self._line((0.48, 0.36), (0.76, 0.64))

    def _print(self) -> None:
        self._line((0.26, 0.66), (0.26, 0.96), (0.74, 0.96), (0.74, 0.66))
        self._line(
            (0.24, 0.26), (0.06, 0.26), (0.06, 0.66), (0.94, 0.66), (0.94, 0.26), (0.76, 0.26)
        )
        self._line((0.26, 0.4), (0.74, 0.4), (0.74, 0.04), (0.26, 0.04), close=True)

    def _wait(self) -> None:
        self._ring(0.5, 0.5, 0.44, self.turn, self.turn + 270)


class Turning(Sign):
    """Turns while `running`: something is being done."""

    running = BooleanProperty(False)

    def on_running(self, *_args: Any) -> None:
        """Turn, or stand still and cost nothing."""
        Animation.cancel_all(self, "turn")
        self.turn = 0
        if self.running:
            turning = Animation(turn=360, duration=theme.TURN_S)
            turning.repeat = True
            turning.start(self)
