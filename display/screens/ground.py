"""Boxes of one colour each, drawn as cheaply as can be without a graphics card."""

from collections.abc import Sequence
from typing import Any

from kivy.graphics import Callback, Color, Rectangle, RenderContext
from kivy.graphics.opengl import GL_BLEND, glDisable, glEnable

from display.theme import Rgba

Box = tuple[int, int, int, int]
"""Left, bottom, right, top, px."""

_ONE_COLOUR = """$HEADER$
void main (void) {
    gl_FragColor = frag_color;
}
"""


class Ground(RenderContext):
    """Opaque boxes that look at no picture and at nothing that lies below them: a third of what
    the middle of a panel costs."""

    def __init__(self) -> None:
        super().__init__(use_parent_projection=True, use_parent_modelview=True)
        self.shader.fs = _ONE_COLOUR
        self.boxes: tuple[tuple[Rgba, Box], ...] = ()
        self._drawn: list[tuple[Any, Any]] = []
        self._last = Callback(lambda _said: glEnable(GL_BLEND))
        self.add(Callback(lambda _said: glDisable(GL_BLEND)))
        self.add(self._last)

    def lay(self, boxes: Sequence[tuple[Rgba, Box]]) -> None:
        """Draw these from now on, and no others."""
        wanted = tuple(boxes)
        if wanted == self.boxes:
            return
        self.boxes = wanted
        while len(self._drawn) > len(wanted):
            for instruction in self._drawn.pop():
                self.remove(instruction)
        while len(self._drawn) < len(wanted):
            pair = (Color(), Rectangle())
            self._drawn.append(pair)
            for instruction in pair:
                self.insert(len(self.children) - 1, instruction)
        for (rgba, (left, bottom, right, top)), (colour, box) in zip(
            wanted, self._drawn, strict=True
        ):
            colour.rgba = rgba
            box.pos, box.size = (left, bottom), (right - left, top - bottom)
