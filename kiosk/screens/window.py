"""The one window: configured before Kivy opens it, and photographed on request.

`configure` must run before anything imports `kivy.core.window`; Kivy reads its environment when
it is first imported and its Config when the window opens.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import structlog

from kiosk import theme
from shared.errors import SetupError

log = structlog.get_logger()

FRAMES_A_SECOND = 60
"""A tap reaches its handler in 18 ms; at 30 it took 40."""

QUIET_FRAMES_A_SECOND = 20
"""Where nobody has touched for a while: a third of the wake-ups; only the first tap is later."""


def configure(size: tuple[int, int], position: tuple[int, int], home: Path) -> None:
    """Set Kivy up for a public machine: exact size, no border, no cursor, no way out.

    Kivy keeps its own files in `home`. Raises SetupError where there is no screen.
    """
    driver = os.environ.setdefault("SDL_VIDEODRIVER", "x11")
    if driver == "x11" and not os.environ.get("DISPLAY"):
        # Left to itself SDL would draw where nobody sees it, and look alive.
        raise SetupError("there is no screen: DISPLAY is not set; start this in a desktop session")
    os.environ.setdefault("KIVY_HOME", str(home.resolve()))
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_NO_CONFIG", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    from kivy.config import Config

    options: dict[str, Any] = {
        "width": size[0],
        "height": size[1],
        "left": position[0],
        "top": position[1],
        "position": "custom",
        "fullscreen": 0,
        "borderless": 1,
        "resizable": 0,
        "multisamples": 0,
        "maxfps": FRAMES_A_SECOND,
        "show_cursor": 0,
        "allow_screensaver": 0,
    }
    for name, value in options.items():
        Config.set("graphics", name, value)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("input", "mouse", "mouse,disable_multitouch")


class Camera:
    """Tells of every frame that has reached the screen, and keeps a PNG of the newest.

    `flipped` is called after every frame. With `picture`, that file is refreshed at most once a
    second and only after a change; it is never seen half written.
    """

    def __init__(self, flipped: Callable[[], None], picture: Path | None) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._clock = Clock
        self._window = Window
        self._flipped = flipped
        self._picture = picture
        self._pending: Any = None
        self._writer = ThreadPoolExecutor(1, "picture") if picture else None
        Window.bind(on_flip=self._flip)

    def close(self) -> None:
        """Let go of the window. Harmless when called twice."""
        self._window.unbind(on_flip=self._flip)
        if self._pending is not None:
            self._pending.cancel()
        if self._writer is not None:
            self._writer.shutdown()

    def _flip(self, window: Any) -> bool:
        """Flip in the window's stead, so that what follows the flip can be told."""
        window.flip()
        self._flipped()
        if self._picture is not None and self._pending is None:
            self._pending = self._clock.schedule_once(self._take, theme.PICTURE_EVERY_S)
        return True

    def _take(self, _dt: float) -> None:
        """Draw once more without showing it: what the buffer holds after a flip is undefined."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        self._pending = None
        self._window.dispatch("on_draw")
        width, height = self._window.size
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        assert self._writer is not None and self._picture is not None
        done = self._writer.submit(_write_png, self._picture, width, height, bytes(pixels))
        done.add_done_callback(_complain)


def _write_png(path: Path, width: int, height: int, pixels: bytes) -> None:
    from PIL import Image

    image = Image.frombytes("RGB", (width, height), pixels)
    half = path.with_suffix(".part")
    image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).save(half, "PNG", compress_level=1)
    half.replace(path)


def _complain(done: "Future[None]") -> None:
    error = done.exception()
    if error is not None:
        log.error("picture.failed", why=str(error))
