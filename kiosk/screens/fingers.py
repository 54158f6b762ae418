"""Hears a finger when it lands.

Kivy learns of it from SDL after one frame, tells widgets before the next and draws at that one's
end. Here widgets are told at once and what they change is drawn at once, so that only the wait for
SDL's queue is left between a finger and the button that shows it.
"""

from collections.abc import Callable
from typing import Any


class Fingers:
    """`paint` draws what has changed. Made before Kivy's readers of input are started: of what
    hangs on an event of the window the last comes first, and they must have heard of the finger."""

    def __init__(self, paint: Callable[[], None]) -> None:
        from kivy.core.window import Window

        self._window = Window
        self._paint = paint
        self._painted = -1
        """The tick of Kivy's clock in which a finger was last drawn at once."""
        Window.bind(on_mouse_down=self._landed, on_mouse_up=self._left)

    def close(self) -> None:
        """Let go of the window. Harmless when called twice."""
        self._window.unbind(on_mouse_down=self._landed, on_mouse_up=self._left)

    def _landed(self, *_args: Any) -> None:
        from kivy.clock import Clock

        self._left()
        # Once a tick: a hundred fingers in SDL's queue would be drawn one after another, and the
        # clock stand still meanwhile.
        if self._painted != Clock.frames:
            self._painted = Clock.frames
            self._paint()

    def _left(self, *_args: Any) -> None:
        """What follows a release is drawn in its turn: what it asks the hub for goes first."""
        from kivy.base import EventLoop

        EventLoop.dispatch_input()
