"""A finger is heard and seen when it lands, with Kivy's own reader of the mouse."""

from collections.abc import Iterator
from typing import Any

import pytest

from kiosk.screens.fingers import Fingers
from tests.kivy_window import hold, step


@pytest.fixture
def glass(kivy_window: Any) -> Iterator[tuple[list[str], Any]]:
    """What happens on the glass, in order, and the window."""
    from kivy.base import EventLoop
    from kivy.input.providers.mouse import MouseMotionEventProvider
    from kivy.uix.button import Button

    button, heard = Button(), list[str]()
    hold(kivy_window, button, 400, 300)
    button.bind(on_press=lambda *_: heard.append("press"))
    button.bind(on_release=lambda *_: heard.append("release"))
    fingers = Fingers(lambda: heard.append("paint"))
    mouse = MouseMotionEventProvider("mouse", "disable_multitouch")
    mouse.start()
    EventLoop.add_input_provider(mouse)
    yield heard, kivy_window
    EventLoop.remove_input_provider(mouse)
    mouse.stop()
    fingers.close()
    fingers.close()


def test_a_finger_that_lands_is_told_and_drawn_before_the_next_frame(
    glass: tuple[list[str], Any],
) -> None:
    heard, window = glass
    window.dispatch("on_mouse_down", 200, 150, "left", [])
    assert heard == ["press", "paint"]


def test_a_finger_that_leaves_is_told_at_once_and_drawn_in_its_turn(
    glass: tuple[list[str], Any],
) -> None:
    heard, window = glass
    window.dispatch("on_mouse_down", 200, 150, "left", [])
    heard.clear()
    window.dispatch("on_mouse_up", 200, 150, "left", [])
    step(window, 3)
    assert heard == ["release"]


def test_of_many_fingers_in_one_tick_the_first_is_drawn_at_once(
    glass: tuple[list[str], Any],
) -> None:
    heard, window = glass
    for _finger in range(5):
        window.dispatch("on_mouse_down", 200, 150, "left", [])
        window.dispatch("on_mouse_up", 200, 150, "left", [])
    assert heard.count("paint") == 1
    assert heard.count("press") == 5
    step(window, 2)
    window.dispatch("on_mouse_down", 200, 150, "left", [])
    assert heard.count("paint") == 2
