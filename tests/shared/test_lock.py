"""A window without a way out: keys, drops and a second finger lead nowhere."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.lock import RESTING_S, OneFinger, lock
from tests import kivy_window  # noqa: F401  # Kivy reads its environment when first imported

from kivy.event import EventDispatcher  # isort:skip


class Window(EventDispatcher):
    """What Kivy's window tells of, and what comes of it where nobody holds it up."""

    __events__ = (
        *("on_request_close", "on_keyboard", "on_key_down", "on_textinput"),
        *("on_drop_begin", "on_drop_file", "on_drop_text", "on_drop_end"),
        *("on_touch_down", "on_touch_move", "on_touch_up"),
    )
    allow_vkeyboard = True

    def __init__(self) -> None:
        super().__init__()
        self.came: list[str] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name not in self.__events__:
            raise AttributeError(name)
        return lambda *arguments, **more: self.came.append(name)


class Touch:
    def __init__(self, button: str = "") -> None:
        self.profile = ["pos", "button"] if button else ["pos"]
        self.button = button


@pytest.fixture
def window() -> Window:
    window = Window()
    lock(window)
    return window


@pytest.mark.parametrize(
    "event",
    ["on_request_close", "on_keyboard", "on_drop_begin", "on_drop_file", "on_drop_text"],
)
def test_it_does_not_close_has_no_shortcuts_and_takes_no_files(window: Window, event: str) -> None:
    assert window.dispatch(event, 27) is True
    assert window.came == []
    assert not window.allow_vkeyboard


def test_a_scanner_that_types_is_still_heard(window: Window) -> None:
    assert not window.dispatch("on_key_down", 13)
    assert not window.dispatch("on_textinput", "H")
    assert window.came == ["on_key_down", "on_textinput"]


def test_a_finger_gets_through(window: Window) -> None:
    touch = Touch()
    for event in ("on_touch_down", "on_touch_move", "on_touch_up"):
        window.dispatch(event, touch)
    assert window.came == ["on_touch_down", "on_touch_move", "on_touch_up"]


@pytest.mark.parametrize("button", ["right", "middle", "mouse4", "scrollup", "scrolldown"])
def test_other_buttons_of_a_mouse_do_nothing(window: Window, button: str) -> None:
    touch = Touch(button)
    for event in ("on_touch_down", "on_touch_move", "on_touch_up"):
        assert window.dispatch(event, touch) is True
    assert window.came == []


def test_of_five_fingers_the_first_counts(window: Window) -> None:
    fingers = [Touch("left") for _ in range(5)]
    for event in ("on_touch_down", "on_touch_move", "on_touch_up"):
        for finger in fingers[::-1] if event == "on_touch_up" else fingers:
            window.dispatch(event, finger)
    assert window.came == ["on_touch_down", "on_touch_move", "on_touch_up"]


def test_a_palm_that_rests_on_the_glass_shuts_nobody_out() -> None:
    now = 0.0
    fingers = OneFinger(lambda: now)
    palm, finger, other = Touch(), Touch(), Touch()
    assert not fingers.down(palm)
    assert fingers.down(finger)
    now = RESTING_S
    assert not fingers.down(finger)
    assert fingers.up(palm)
    assert fingers.down(other)
    assert not fingers.up(finger)
    assert not fingers.down(other)


def test_neither_environment_nor_file_loads_a_module_or_opens_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "config.ini").write_text("[modules]\ninspector =\n[kivy]\nexit_on_escape = 1\n")
    asks = (
        "from pathlib import Path\n"
        "from shared.window import configure\n"
        f"configure((320, 320), (0, 0), home=Path({str(tmp_path)!r}), frames_a_second=30)\n"
        "from kivy.config import Config\n"
        "print(Config.options('modules'), Config.items('input'))\n"
        "print([Config.get(*one) for one in (('kivy', 'exit_on_escape'), "
        "('graphics', 'show_cursor'), ('graphics', 'fullscreen'))])\n"
    )
    environment = {
        name: text for name, text in os.environ.items() if not name.startswith("KIVY")
    } | {
        "SDL_VIDEODRIVER": "offscreen",
        "KIVY_HOME": str(tmp_path),
        "KIVY_NO_ENV_CONFIG": "",
        "KCFG_MODULES_INSPECTOR": "",
        "KCFG_KIVY_EXIT_ON_ESCAPE": "1",
        "KCFG_GRAPHICS_SHOW_CURSOR": "1",
        "KCFG_INPUT_MTDEV": "probesysfs,provider=mtdev",
    }
    told = subprocess.run(
        [sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert told.splitlines() == [
        "[] [('mouse', 'mouse,disable_multitouch')]",
        "['0', '0', '0']",
    ]


def test_the_lock_counts_with_the_clock_it_is_given() -> None:
    now: list[Any] = [0.0]
    window = Window()
    lock(window, lambda: float(now[0]))
    window.dispatch("on_touch_down", Touch())
    now[0] = RESTING_S
    window.dispatch("on_touch_down", Touch())
    assert window.came == ["on_touch_down", "on_touch_down"]
