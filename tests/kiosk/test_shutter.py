"""The shutter holds frames back for a moment, and no longer."""

from typing import Any

from tests.kivy_window import step


def test_frames_are_held_for_a_moment_and_then_come(kivy_window: Any) -> None:
    from kiosk.screens.shutter import HOLD_S, Shutter

    now = 0.0
    shutter = Shutter(lambda: now)
    try:
        step(kivy_window)
        shutter.hold()
        kivy_window.canvas.ask_update()
        step(kivy_window)
        assert kivy_window.canvas.needs_redraw
        now = HOLD_S
        step(kivy_window)
        assert not kivy_window.canvas.needs_redraw
    finally:
        shutter.close()
        shutter.close()
