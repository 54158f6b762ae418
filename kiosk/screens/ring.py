"""The ring around what a voice reads out, for whoever stands beside and helps."""

from typing import Any

from kivy.graphics import Color, InstructionGroup, Line
from msgspec.structs import replace

from kiosk.moves import Thing
from kiosk.screens.look import hue, look
from shared.model import RequestId

_NOBODYS = RequestId("")
_RING = 6
"""Design px: so thick, and so far from the button."""


class Ring:
    """At most one ring, drawn where the button stands now."""

    def __init__(self) -> None:
        self._drawn = InstructionGroup()
        self.around: Any = None
        """The button; None: there is no ring."""

    def show(self, canvas: Any, button: Any) -> None:
        """Around `button`, or around nothing, on `canvas` of the window."""
        if self._drawn in canvas.children:
            canvas.remove(self._drawn)
        self._drawn.clear()
        self.around = button
        if button is None:
            return
        air = _RING * look.bar
        left, low = button.to_window(button.x, button.y)
        box = (left - air, low - air, button.width + 2 * air, button.height + 2 * air)
        radius = button.radius * look.u + air
        self._drawn.add(Color(*hue.ink))
        self._drawn.add(
            Line(rounded_rectangle=(*box, radius), width=_RING * look.bar / 2, joint="round")
        )
        canvas.add(self._drawn)


def unsigned(thing: Thing) -> Thing:
    """The move without the id that every wish has of its own, to compare moves by what they do."""
    signed: Any = thing
    return replace(signed, request_id=_NOBODYS) if hasattr(thing, "request_id") else thing
