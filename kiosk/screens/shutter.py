"""Holds frames back for a moment, so that an answer on its way is not overtaken by drawing.

Kivy gives asyncio one turn a frame. A frame takes 20 to 40 ms without a graphics card, and a hub
answers in 5: drawn as they come, four frames stand between a touch and its number.
"""

import time
from collections.abc import Callable
from typing import Any

HOLD_S = 0.12
"""Nobody sees so short a wait; the button that was touched is shown pressed meanwhile."""


class Shutter:
    """Made after the camera, so that it is asked first. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        from kivy.core.window import Window

        self._window = Window
        self._clock = clock
        self._until = 0.0
        Window.bind(on_draw=self._held, on_flip=self._held)

    def hold(self) -> None:
        """Draw nothing for `HOLD_S`; what has changed meanwhile comes with the next frame."""
        self._until = self._clock() + HOLD_S

    def close(self) -> None:
        """Let go of the window. Harmless when called twice."""
        self._window.unbind(on_draw=self._held, on_flip=self._held)

    def _held(self, _window: Any) -> bool:
        """True keeps Kivy from drawing; the canvas stays marked as changed."""
        return self._clock() < self._until
