"""The one Kivy window of a test process: configured when this module is imported, opened once.

Kivy can have one window a process, and kiosk and display are tested in the same process, so both
take it from here: `from tests.kivy_window import kivy_window` in a conftest.py gives the session
fixture; `hold` puts a widget into it at a size and `settle` lays it out, both without drawing;
`step` and `until` draw, `tap` touches.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_HOME = tempfile.TemporaryDirectory(prefix="motcua-kivy-test-")
os.environ["KIVY_HOME"] = _HOME.name
os.environ["KIVY_NO_ARGS"] = "1"
os.environ["KIVY_NO_CONFIG"] = "1"
os.environ["KIVY_LOG_MODE"] = "PYTHON"
os.environ["KIVY_AUDIO"] = "sdl2"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ["SDL_VIDEODRIVER"] = "offscreen"

from kivy.config import Config  # noqa: E402  # Kivy reads its environment when first imported

_GRAPHICS: dict[str, Any] = {
    "width": 1920,  # an offscreen window keeps its first pixels: large enough for every size
    "height": 1920,
    "position": "custom",
    "left": 0,
    "top": 0,
    "fullscreen": 0,
    "borderless": 1,
    "resizable": 1,
    "multisamples": 0,
    "maxfps": 60,
    "show_cursor": 0,
    "allow_screensaver": 0,
}
for _name, _value in _GRAPHICS.items():
    Config.set("graphics", _name, _value)
Config.set("kivy", "exit_on_escape", 0)
Config.set("input", "mouse", "mouse,disable_multitouch")


@pytest.fixture(scope="session")
def kivy_window() -> Iterator[Any]:
    """The window, with Kivy's event loop started; closed at the end of the session."""
    from kivy.base import EventLoop
    from kivy.core.window import Window

    assert Window is not None, "SDL could not open an offscreen window: is libegl1 installed?"
    EventLoop.ensure_window()
    EventLoop.start()
    yield Window
    clear(Window)
    EventLoop.close()


def clear(window: Any) -> None:
    """Take everything out of the window."""
    for child in list(window.children):
        window.remove_widget(child)


def resize(window: Any, width: int, height: int) -> None:
    """Give the window another size, in pixels, and wait until it has it."""
    if tuple(window.size) == (width, height):
        return
    window.size = (width, height)
    deadline = time.monotonic() + 5
    while tuple(window.size) != (width, height):
        assert time.monotonic() < deadline, f"the window stays at {window.size}"
        step(window)
    step(window)


def hold(window: Any, root: Any, width: int = 1080, height: int = 1920) -> None:
    """Show `root`, and nothing else, in a window of that size, laid out."""
    clear(window)
    resize(window, width, height)
    window.add_widget(root)
    settle()


def settle(passes: int = 3) -> None:
    """Lay out what has changed, and draw nothing: without a graphics card a frame takes longer
    than all else, and who looks at places and sizes alone needs none."""
    from kivy.clock import Clock
    from kivy.lang import Builder

    pace, Clock._max_fps = Clock._max_fps, 0
    try:
        for _pass in range(passes):
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()
            Builder.sync()
    finally:
        Clock._max_fps = pace


def step(window: Any, frames: int = 1) -> None:
    """Draw frames, as the running program would."""
    from kivy.base import EventLoop

    for _frame in range(frames):
        EventLoop.idle()
        window.mainloop()


async def until(
    window: Any, condition: Callable[[], object], within_s: float = 10.0, what: str = ""
) -> None:
    """Draw, and let asyncio's tasks run, until `condition` holds; fails after `within_s`."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what or condition}"
        step(window)
        await asyncio.sleep(0.002)


def tap(window: Any, widget: Any, release: bool = True) -> Any:
    """A finger on the middle of `widget`, lifted again unless `release` is false."""
    from kivy.tests.common import UnitTestTouch

    step(window)  # nobody touches what is not drawn yet
    x, y = widget.to_window(*widget.center)
    touch = UnitTestTouch(x, y)
    touch.touch_down()
    step(window)
    if release:
        touch.touch_up()
        step(window)
    return touch


def picture(window: Any, path: Path) -> None:
    """Write what the window shows as a PNG."""
    from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
    from PIL import Image

    window.dispatch("on_draw")
    width, height = window.size
    pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
    image = Image.frombytes("RGB", (width, height), bytes(pixels))
    image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(path, "PNG")
