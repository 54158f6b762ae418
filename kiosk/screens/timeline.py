"""The steps of a dossier under each other, joined by a line: done, now, and to come."""

from typing import Any

from kivy.graphics import Color, Ellipse, Line
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.widget import Widget

from kiosk import theme
from kiosk.dossier_faces import Step
from kiosk.screens.flowing import Prose
from kiosk.screens.look import hue, look

AIR, LEAST_AIR = 34, 8


class StepSign(Widget):
    """A dot with a sign of its own for each way a step can stand, and the line to the next."""

    stands = StringProperty("next")
    last = BooleanProperty(False)

    def draw(self, left: float, middle: float, low: float) -> None:
        """The dot at `left` and `middle`; its line goes down to `low`."""
        side = theme.STEP_SIGN * look.bar
        x, radius = left + side / 2, side / 2
        self.canvas.clear()
        with self.canvas:
            if not self.last:
                Color(*(hue.good if self.stands == "done" else hue.line))
                Line(
                    points=[x, middle - radius - 4 * look.u, x, low + 4 * look.u],
                    width=max(1.1, 2 * look.u),
                )
            getattr(self, f"_{self.stands}", self._next)(x, middle, radius)

    def _done(self, x: float, y: float, radius: float) -> None:
        Color(*hue.good)
        Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius))
        Color(*hue.paper)
        points = ((-0.42, 0.02), (-0.1, -0.32), (0.46, 0.36))
        Line(
            points=[c for px, py in points for c in (x + px * radius, y + py * radius)],
            width=max(1.2, radius * 0.11),
            joint="round",
            cap="round",
        )

    def _now(self, x: float, y: float, radius: float) -> None:
        Color(*hue.gold_faint)
        halo = radius * 1.3
        Ellipse(pos=(x - halo, y - halo), size=(2 * halo, 2 * halo))
        Color(*hue.gold)
        Ellipse(pos=(x - radius, y - radius), size=(2 * radius, 2 * radius))
        Color(*hue.ink)
        Line(circle=(x, y, radius * 0.92, 0, 360, 64), width=max(1.2, radius * 0.09))
        dot = radius * 0.34
        Ellipse(pos=(x - dot, y - dot), size=(2 * dot, 2 * dot))

    def _next(self, x: float, y: float, radius: float) -> None:
        Color(*hue.ink_second)
        Line(circle=(x, y, radius * 0.86, 0, 360, 64), width=max(1.1, radius * 0.08))


class Timeline(Widget):
    """A part of a column: see `flowing`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(size_hint=(None, None), **kwargs)
        self._rows: list[tuple[StepSign, Prose, Prose]] = []

    def show(self, steps: tuple[Step, ...]) -> None:
        """These steps; `natural` and `place` follow."""
        while len(self._rows) > len(steps):
            for widget in self._rows.pop():
                self.remove_widget(widget)
        while len(self._rows) < len(steps):
            row = (
                StepSign(),
                Prose(size_wanted=theme.T_STEP, weight="bold", valign="top"),
                Prose(size_wanted=theme.T_STEP_DETAIL, valign="top", color=hue.ink_second),
            )
            self._rows.append(row)
            for widget in row:
                self.add_widget(widget)
        for (sign, title, detail), step in zip(self._rows, steps, strict=True):
            sign.stands, sign.last = step.stands, step is steps[-1]
            title.text, detail.text = step.title, step.detail
            title.weight = "regular" if step.stands == "next" else "bold"
            title.color = hue.ink_second if step.stands == "next" else hue.ink

    def _beside(self) -> float:
        return float((theme.STEP_SIGN + theme.GAP) * look.bar)

    def _air(self, scale: float) -> float:
        return float(max(LEAST_AIR, AIR - (1 - scale) * 160) * look.bar)

    def natural(self, width: float, scale: float) -> float:
        """All steps, with air between them."""
        room = width - self._beside()
        words = sum(part.natural(room, scale) for row in self._rows for part in row[1:])
        return words + self._air(scale) * max(0, len(self._rows) - 1)

    def place(self, left: float, low: float, width: float, height: float, scale: float) -> None:
        """Stand there; room to spare goes between the steps, as far as they stay one line."""
        self.pos, self.size = (left, low), (width, height)
        room = width - self._beside()
        spare = height - self.natural(width, scale)
        air = self._air(scale) + min(AIR * look.bar, spare / max(1, len(self._rows) - 1))
        top, dots = low + height, []
        for _sign, title, detail in self._rows:
            first = title.natural(room, scale) or 0.0
            one_line = min(first, 1.35 * theme.T_STEP * scale * look.u)
            dots.append(top - one_line / 2)
            for part in (title, detail):
                part_height = part.natural(room, scale)
                top -= part_height
                part.place(left + self._beside(), top, room, part_height, scale)
            top -= air
        half = theme.STEP_SIGN * look.bar / 2
        for place, (sign, _title, _detail) in enumerate(self._rows):
            below = dots[place + 1] + half if place + 1 < len(dots) else low
            sign.draw(left, dots[place], below)
