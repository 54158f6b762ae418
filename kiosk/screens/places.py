"""Where a touch has changed the window, found by Kivy's own marks.

Kivy marks whatever must be drawn anew, and all that holds it, up to the window.
"""

from collections.abc import Sequence
from typing import Any

from kivy.graphics.instructions import CanvasBase

from kiosk.screens.widgets import Press
from shared.window import Box


def pressed_alone(window: Any) -> Sequence[Box]:
    """The place of the one button under a finger, px, if nothing else is marked; else none."""
    holder = window
    while not _own_marked(holder.canvas):
        marked = [child for child in holder.children if child.canvas.needs_redraw]
        if len(marked) != 1:
            break
        holder = marked[0]
        if isinstance(holder, Press) and holder.state == "down":
            return (_box(holder),)
    return ()


def _own_marked(canvas: Any) -> bool:
    """Whether something is marked that a widget draws itself, before, between or after those that
    it holds."""
    around = [canvas.before] * canvas.has_before + [canvas.after] * canvas.has_after
    own = [one for one in canvas.children if not isinstance(one, CanvasBase)]
    return any(one.needs_redraw for one in (*around, *own))


def _box(widget: Any) -> Box:
    left, bottom = widget.to_window(widget.x, widget.y)
    right, top = widget.to_window(widget.right, widget.top)
    # A pixel more: an edge may lie between two.
    return int(left) - 1, int(bottom) - 1, int(right) + 2, int(top) + 2
