"""The one window of kiosk or display: configured before Kivy opens it, painted, photographed.

`configure` must run before anything imports `kivy.core.window`; Kivy reads its environment when
it is first imported and its Config when the window opens. So nothing here imports Kivy before it
is called.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType
from typing import Any

import structlog

from shared.errors import SetupError
from shared.lock import lock
from shared.pulse import EVERY_S, FRAME_WITHIN_S, Pulse
from shared.vitals import Vitals

PICTURE_EVERY_S = 1.0
FRESH_EVERY_S = 5.0
"""A screen on which nothing changes is rendered anew this often, so that its age says much."""
SHADES = 5
"""More than a driver has buffers."""
LINES_READ = 270
"""Lines across the shorter side that a proof reads: cheap, and letters are ten lines high."""
LINES_GLANCED_AT = 27
"""Enough to see whether the buffer has been exchanged."""

Box = tuple[int, int, int, int]
"""A place in the window: left, bottom, right, top, px from its lower left corner."""

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

    def __init__(
        self,
        flipped: Callable[[], None],
        picture: Path | None,
        vitals: Path | None = None,
        spoken: Callable[[], int] = lambda: 0,
    ) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._clock = Clock
        self._window = Window
        self._flipped = flipped
        self._picture = picture
        self._pending: Any = None
        self._watch: Any = None
        self._writer = ThreadPoolExecutor(1, "picture") if picture else None
        self._vitals = Vitals(vitals, spoken) if vitals is not None else None
        self.rendered: float | None = None
        """When the newest frame was shown, in `time.monotonic` seconds; None before the first."""
        self._keeps = _keeps(Window)
        Window.bind(on_flip=self._flip)

    @property
    def clean(self) -> bool:
        """Whether everything that has changed is on the screen."""
        return not self._window.canvas.needs_redraw

    def paint(self, where: Callable[[], Sequence[Box]] = lambda: ()) -> None:
        """Draw what has changed now, instead of with the next tick of Kivy's clock.

        `where`, asked when all changes are known, says in which places they are if there are none
        elsewhere. They alone are drawn where that is known to be enough: without a graphics card a
        whole frame costs six times as much as a small part.
        """
        from kivy.lang import Builder

        Builder.sync()
        self._clock.tick_draw()
        Builder.sync()
        if self.clean:
            return
        places = where() if self._keeps else ()
        if places:
            self._draw_within(places)
        else:
            self._window.dispatch("on_draw")
        self._window.dispatch("on_flip")

    def _draw_within(self, places: Sequence[Box]) -> None:
        from kivy.graphics.opengl import GL_SCISSOR_TEST, glDisable, glEnable, glScissor

        glEnable(GL_SCISSOR_TEST)
        try:
            for number, (left, bottom, right, top) in enumerate(places):
                glScissor(left, bottom, right - left, top - bottom)
                if number == 0:
                    self._window.dispatch("on_draw")
                else:  # whoever counts frames hears of one
                    self._window.on_draw()
        finally:
            glDisable(GL_SCISSOR_TEST)

    def render(self) -> None:
        """Draw everything anew and show it, whether or not it has changed."""
        self._show_whole(LINES_GLANCED_AT)

    def prove(self) -> str:
        """The same; gives a hash of the pixels that are shown, in 16 hexadecimal digits."""
        return self._show_whole(LINES_READ)

    def _show_whole(self, lines: int) -> str:
        self._window.dispatch("on_draw")
        shown = self._hash(lines)
        self._window.dispatch("on_flip")
        if self._keeps and self._hash(lines) != shown:
            log.warning("window.keeps_no_frame")
            self._keeps = False
        return shown

    def _hash(self, lines: int) -> str:
        digest = hashlib.blake2b(digest_size=8)
        for rows in self._pixels(lines):
            digest.update(rows)
        return digest.hexdigest()

    def keep_alive(
        self,
        pulse: Pulse,
        sound: Callable[[], bool] = lambda: True,
        every_s: float = FRESH_EVERY_S,
    ) -> None:
        """Render at least every `every_s`, and let `pulse` beat while frames come and all is sound.

        The beats come from Kivy's clock, so they stop with it.
        """

        def look(_dt: float) -> None:
            if self.age_s() >= every_s - EVERY_S / 2:
                self.render()
            if self.age_s() < FRAME_WITHIN_S and sound():
                pulse.beat()

        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._clock.schedule_interval(look, EVERY_S)

    def _pixels(self, lines: int) -> Iterator[bytes]:
        """So many lines of what is drawn, or some more."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        width, height = self._window.size
        for y in range(0, height, max(1, min(width, height) // lines)):
            yield glReadPixels(0, y, width, 1, GL_RGB, GL_UNSIGNED_BYTE)

    def age_s(self) -> float:
        """Seconds since the newest frame was shown; infinite before the first."""
        return float("inf") if self.rendered is None else time.monotonic() - self.rendered

    def close(self) -> None:
        """Let go of the window. Harmless when called twice."""
        self._window.unbind(on_flip=self._flip)
        if self._watch is not None:
            self._watch.cancel()
        if self._vitals is not None:
            self._vitals.close()
        if self._pending is not None:
            self._pending.cancel()
        if self._writer is not None:
            self._writer.shutdown()

    def _flip(self, window: Any) -> bool:
        """Flip in the window's stead, so that what follows the flip can be told."""
        window.flip()
        self.rendered = time.monotonic()
        if self._vitals is not None:
            self._vitals.flipped()
        self._flipped()
        if self._picture is not None and self._pending is None:
            self._pending = self._clock.schedule_once(self._take_picture, PICTURE_EVERY_S)
        return True

    def _take_picture(self, _dt: float) -> None:
        """Draw once more: what the buffer holds after a flip is undefined."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        self._pending = None
        shown = self.clean
        self._window.dispatch("on_draw")
        width, height = self._window.size
        pixels = glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE)
        if not shown:  # Kivy takes for shown what has been drawn
            self._window.dispatch("on_flip")
        assert self._writer is not None and self._picture is not None
        done = self._writer.submit(_write_png, self._picture, width, height, bytes(pixels))
        done.add_done_callback(_complain)


def _keeps(window: Any) -> bool:
    """Whether a frame stays in the buffer that is drawn into when it is shown, as without a
    graphics card; a card's driver gives an older frame's buffer instead, or anything.

    Some frames of one colour are shown and read back, in shades that nobody tells apart.
    """
    from kivy.graphics.opengl import (
        GL_COLOR_BUFFER_BIT,
        GL_RGB,
        GL_UNSIGNED_BYTE,
        glClear,
        glClearColor,
        glReadPixels,
    )

    window.canvas.ask_update()  # what stands there now is drawn again after this
    red, green, blue, _alpha = window.clearcolor
    shades = [abs(round(blue * 255) - less) for less in range(SHADES)]
    for shade in shades:
        glClearColor(red, green, shade / 255, 1)
        glClear(GL_COLOR_BUFFER_BIT)
        window.flip()
        if glReadPixels(0, 0, 1, 1, GL_RGB, GL_UNSIGNED_BYTE)[2] != shade:
            return False
    return True


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
