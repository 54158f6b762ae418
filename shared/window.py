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
LINES_READ = 270
"""Lines across the shorter side that a proof reads: cheap, and letters are ten lines high."""

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
        self._held = False
        """Whether the buffer that is drawn into next is known to hold what is shown now. What it
        holds after a flip is the driver's choice: the same, an older frame, or anything."""
        Window.bind(on_flip=self._flip)

    @property
    def clean(self) -> bool:
        """Whether everything that has changed is on the screen."""
        return not self._window.canvas.needs_redraw

    def paint(self, places: Sequence[Box] = ()) -> None:
        """Draw what has changed now, instead of with the next tick of Kivy's clock.

        With `places` nothing has changed elsewhere: they alone are drawn where that is known to be
        enough. Without a graphics card a whole frame costs ten times as much as a small part.
        """
        from kivy.lang import Builder

        Builder.sync()
        self._clock.tick_draw()
        Builder.sync()
        if self.clean:
            return
        if places and self._held:
            self._draw_within(places)
        else:
            self._window.dispatch("on_draw")
        self._window.dispatch("on_flip")

    def _draw_within(self, places: Sequence[Box]) -> None:
        from kivy.graphics.opengl import GL_SCISSOR_TEST, glDisable, glEnable, glScissor

        glEnable(GL_SCISSOR_TEST)
        try:
            for left, bottom, right, top in places:
                glScissor(left, bottom, right - left, top - bottom)
                self._window.dispatch("on_draw")
        finally:
            glDisable(GL_SCISSOR_TEST)

    def render(self) -> None:
        """Draw everything anew and show it, whether or not it has changed."""
        self._window.dispatch("on_draw")
        self._window.dispatch("on_flip")

    def prove(self) -> str:
        """The same; gives a hash of the pixels that are shown, in 16 hexadecimal digits."""
        self._window.dispatch("on_draw")
        shown = self._hash()
        self._window.dispatch("on_flip")
        self._held = self._hash() == shown
        return shown

    def _hash(self) -> str:
        digest = hashlib.blake2b(digest_size=8)
        for rows in self._pixels():
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

    def _pixels(self) -> Iterator[bytes]:
        """Some lines of what is drawn: 270 or more, so that every figure is cut many times."""
        from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels

        width, height = self._window.size
        for y in range(0, height, max(1, min(width, height) // LINES_READ)):
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
        self._held = False
        self.rendered = time.monotonic()
        if self._vitals is not None:
            self._vitals.flipped()
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
