"""What people see while the program is away: a picture under its window, so that there is never a
desktop and never a hole.

The window belongs to the keeper and is override-redirect: no window manager is needed, and none may
move it. Its picture is the window's background, which the X server paints by itself the moment that
the program's window is gone: that takes no time of ours, and no code that could fail. python-xlib
speaks to X because it raises where Xlib would end the process. The picture is drawn by the program
itself in a process of its own (`python -m kiosk --curtain`), which knows settings, words and Pillow
so that the keeper need not.
"""

import os
import selectors
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

HEAD = struct.Struct("<iiHH3B")
"""Before the picture's rows (blue, green, red, nothing; from the top): left, top, width, height of
the window, and red, green, blue of its ground."""

_MOST_BYTES = 200_000
"""What is sent to X in one request; the protocol's own limit is 262,140."""
_CHUNK = 1 << 18
_DEPTH = 24
_LAST = 10
"""How far the drawing stands back behind the program that starts meanwhile (nice)."""


class Curtain:
    """Hung by `hang`, drawn as `picture` (a command) writes it, watched over through `selector`."""

    def __init__(self, picture: Sequence[str], selector: selectors.BaseSelector) -> None:
        self._command = list(picture)
        self._selector = selector
        self._drawing: subprocess.Popen[bytes] | None = None
        self._held = bytearray()
        self._window: _Window | None = None

    def hang(self) -> None:
        """Be there, if it is not yet or no more."""
        if self._window is not None or self._drawing is not None:
            return
        if not os.environ.get("DISPLAY"):
            return
        self._held.clear()
        self._drawing = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what is wrong with the settings the program says itself
            preexec_fn=_stand_back,
        )
        self._selector.register(self._drawing.stdout, selectors.EVENT_READ, self._draw)  # type: ignore[arg-type]

    def close(self) -> None:
        """Take it away. Harmless when called twice."""
        self._end_drawing()
        self._drop()

    # --- the picture comes ----------------------------------------------------------------

    def _draw(self, _pipe: Any) -> None:
        """Take what has come of the picture."""
        assert self._drawing is not None and self._drawing.stdout is not None
        data = os.read(self._drawing.stdout.fileno(), _CHUNK)
        self._held += data
        try:
            if self._window is None and len(self._held) >= HEAD.size:
                self._open()
            if self._window is not None:
                self._window.take(self._held)
                if not data:
                    self._window.show()
        except Exception:  # python-xlib raises many kinds; without a curtain all else works
            self._drop()
            self._end_drawing()
        if not data:
            self._end_drawing()

    def _open(self) -> None:
        left, top, width, height, *ground = HEAD.unpack(self._held[: HEAD.size])
        del self._held[: HEAD.size]
        self._window = _Window((left, top), (width, height), tuple(ground))
        self._selector.register(self._window.fileno(), selectors.EVENT_READ, self._listen)

    def _end_drawing(self) -> None:
        drawing, self._drawing = self._drawing, None
        if drawing is None:
            return
        self._selector.unregister(drawing.stdout)  # type: ignore[arg-type]
        drawing.kill()
        drawing.communicate()

    # --- X --------------------------------------------------------------------------------

    def _listen(self, _socket: Any) -> None:
        """X tells everybody of a new keyboard; whoever does not read is thrown out some day."""
        assert self._window is not None
        if not self._window.listen():
            self._drop()

    def _drop(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            with suppress(KeyError, ValueError):
                self._selector.unregister(window.fileno())
            window.close()


class _Window:
    """The window itself, at once in its ground colour. Raises what python-xlib raises."""

    def __init__(self, at: tuple[int, int], size: tuple[int, int], ground: tuple[int, ...]) -> None:
        from Xlib import X
        from Xlib.display import Display

        self._x: Any = X
        self._display: Any = Display()
        self._fd = int(self._display.fileno())
        self._size = size
        self._row = 0
        screen = self._display.screen()
        red, green, blue = ground
        self._window: Any = screen.root.create_window(
            *at,
            *size,
            0,
            screen.root_depth,
            background_pixel=red << 16 | green << 8 | blue,
            override_redirect=True,
            cursor=self._no_cursor(screen.root),
        )
        self._window.set_wm_name("motcua-curtain")
        # A new window is on top of all, and this one belongs under the program's.
        self._window.configure(stack_mode=X.Below)
        self._window.map()
        self._stay_awake()
        self._display.sync()
        self._pixmap: Any = None
        if screen.root_depth == _DEPTH:
            self._pixmap = self._window.create_pixmap(*size, _DEPTH)
            self._pen: Any = self._pixmap.create_gc()

    def fileno(self) -> int:
        """The connection to X."""
        return self._fd

    def take(self, held: bytearray) -> None:
        """Take whole rows of the picture out of `held`."""
        width, height = self._size
        band = max(1, _MOST_BYTES // (4 * width))
        while self._row < height:
            rows = min(band, height - self._row)
            if len(held) < rows * 4 * width:
                return
            if self._pixmap is not None:
                data = bytes(held[: rows * 4 * width])
                self._pixmap.put_image(
                    self._pen, 0, self._row, width, rows, self._x.ZPixmap, _DEPTH, 0, data
                )
            del held[: rows * 4 * width]
            self._row += rows

    def show(self) -> None:
        """The picture is whole, or will never be: have it instead of the plain ground."""
        if self._pixmap is None:
            return
        if self._row == self._size[1]:
            self._window.change_attributes(background_pixmap=self._pixmap)
            self._window.clear_area()
        self._pen.free()
        self._pixmap.free()
        self._pixmap = None
        self._display.sync()

    def listen(self) -> bool:
        """Read what X says, and forget it; says whether X is still there."""
        try:
            for _ in range(self._display.pending_events()):
                self._display.next_event()
        except Exception:  # python-xlib raises its own and the socket's
            return False
        return True

    def close(self) -> None:
        """Give the window back. X does so by itself where it cannot be told."""
        with suppress(Exception):
            self._display.close()

    def _no_cursor(self, root: Any) -> Any:
        dot = root.create_pixmap(1, 1, 1)
        pen = dot.create_gc(foreground=0, background=0)
        dot.fill_rectangle(pen, 0, 0, 1, 1)
        return dot.create_cursor(dot, (0, 0, 0), (0, 0, 0), 0, 0)

    def _stay_awake(self) -> None:
        """No screen saver and no power saving: nobody moves a mouse here."""
        self._display.set_screen_saver(0, 0, self._x.DontPreferBlanking, self._x.DontAllowExposures)
        if self._display.has_extension("DPMS"):
            with suppress(Exception):  # a server may have it and not let it be switched
                self._display.dpms_disable()


def _stand_back() -> None:
    os.nice(_LAST)
