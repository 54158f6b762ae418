"""The one window of kiosk or display: configured before Kivy opens it, painted, photographed.

`configure` must run before anything imports `kivy.core.window`; Kivy reads its environment when
it is first imported and its Config when the window opens. So nothing here imports Kivy before it
is called.
"""

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog

from shared.errors import SetupError
from shared.lock import lock

PICTURE_EVERY_S = 1.0

NOTHING: Mapping[str, str] = MappingProxyType({})

log = structlog.get_logger()


def configure(
    size: tuple[int, int],
    position: tuple[int, int],
    *,
    home: Path,
    frames_a_second: int,
    environment: Mapping[str, str] = NOTHING,
) -> None:
    """Set Kivy up for a public machine: exact size, no border, no cursor, no way out.

    `size` and `position` are in pixels of the desktop. Kivy keeps its own files in `home`, which
    nobody else may write to, and looks for work `frames_a_second` times. `environment` goes with
    it; what the real environment says already wins. Raises SetupError where there is no screen.
    """
    driver = os.environ.setdefault("SDL_VIDEODRIVER", "x11")
    if driver == "x11" and not os.environ.get("DISPLAY"):
        # Left to itself SDL would draw where nobody sees it, and look alive.
        raise SetupError("there is no screen: DISPLAY is not set; start this in a desktop session")
    os.environ.setdefault("KIVY_HOME", str(home.resolve()))
    # Of these the environment has no say: they are how one would load an inspector.
    for name in ("KIVY_NO_ARGS", "KIVY_NO_CONFIG", "KIVY_NO_ENV_CONFIG"):
        os.environ[name] = "1"
    os.environ["KIVY_CLIPBOARD"] = "dummy"
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    for name, value in environment.items():
        os.environ.setdefault(name, value)
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
        "maxfps": frames_a_second,
        "show_cursor": 0,
        "allow_screensaver": 0,
    }
    for option, setting in options.items():
        Config.set("graphics", option, setting)
    Config.set("kivy", "exit_on_escape", 0)
    Config.set("kivy", "keyboard_mode", "")
    Config.remove_section("modules")
    Config.add_section("modules")
    # X tells of every finger; Kivy's own readers of /dev/input would tell of each once more.
    Config.remove_section("input")
    Config.add_section("input")
    Config.set("input", "mouse", "mouse,disable_multitouch")


def lock_window() -> None:
    """Open the window, if it is not yet, and shut every way out of it. After `configure`."""
    from kivy.core.window import Window

    lock(Window)


class Painter:
    """Paints at once, and tells when a frame has reached the screen.

    `flipped` is called after every frame is shown. With `picture`, a PNG of the newest frame is
    kept there, refreshed at most once a second and only after a change, and never half written.
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

    def paint(self) -> None:
        """Draw what has changed now, instead of with the next tick of Kivy's clock."""
        from kivy.lang import Builder

        Builder.sync()
        self._clock.tick_draw()
        Builder.sync()
        if self._window.canvas.needs_redraw:
            self._window.dispatch("on_draw")
            self._window.dispatch("on_flip")

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
            self._pending = self._clock.schedule_once(self._take_picture, PICTURE_EVERY_S)
        return True

    def _take_picture(self, _dt: float) -> None:
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
