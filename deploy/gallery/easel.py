"""Draws any tree of widgets at any size, without a window that anybody sees.

Kivy wants one window a process for its graphics context; here that is a small offscreen one, and
pictures are drawn into frame buffers of their own, so that one process draws all sizes.
"""

import os
import tempfile
from typing import Any

from PIL import Image

PASSES = 4
"""Turns of Kivy's clock until texts have found their sizes and boxes have followed."""

_HOME = tempfile.TemporaryDirectory(prefix="motcua-gallery-")


def configure() -> None:
    """Set Kivy up for drawing alone; before anything of it is imported."""
    os.environ.update(
        KIVY_HOME=_HOME.name,
        KIVY_NO_ARGS="1",
        KIVY_NO_CONFIG="1",
        KIVY_LOG_MODE="PYTHON",
        KIVY_AUDIO="sdl2",
        SDL_AUDIODRIVER="dummy",
        SDL_VIDEODRIVER="offscreen",
    )
    from kivy.config import Config

    for option, value in {
        "width": 64,
        "height": 64,
        "multisamples": 0,
        "borderless": 1,
        "maxfps": 0,
    }.items():
        Config.set("graphics", option, value)


class Easel:
    """Takes pictures of `root`, which is in no window."""

    def __init__(self) -> None:
        from kivy.base import EventLoop

        EventLoop.ensure_window()
        self._buffers: dict[tuple[int, int], Any] = {}

    def settle(self, root: Any, size: tuple[int, int]) -> None:
        """Lay `root` out at `size`, px."""
        from kivy.clock import Clock
        from kivy.lang import Builder

        root.size = size
        for _pass in range(PASSES):
            Builder.sync()
            Clock.tick()
            Builder.sync()
            Clock.tick_draw()

    def take(self, root: Any, size: tuple[int, int]) -> Image.Image:
        """What `root`, laid out at `size`, px, looks like on the window's own ground."""
        from kivy.core.window import Window

        buffer = self._buffer(size, Window.clearcolor)
        buffer.add(root.canvas)
        try:
            buffer.draw()
            pixels = bytes(buffer.pixels)
        finally:
            buffer.remove(root.canvas)
        image = Image.frombytes("RGBA", size, pixels)
        return image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")

    def _buffer(self, size: tuple[int, int], ground: list[float]) -> Any:
        from kivy.graphics import Fbo

        if size not in self._buffers:
            self._buffers[size] = Fbo(size=size, with_stencilbuffer=True)
        buffer = self._buffers[size]
        buffer.clear_color = ground
        buffer.bind()
        buffer.clear_buffer()
        buffer.release()
        return buffer
