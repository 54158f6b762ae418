"""A fingertip for measurements: touches by the X server's own test extension, with their moments.

A process a touch, as `Screen.tap` starts it, takes longer than what is to be measured.
"""

import ctypes
import time
from types import TracebackType

from deploy.hall.programs import ProgramError
from deploy.hall.screen import Screen

HOLD_S = 0.05
"""A finger stays on the glass this long."""

_NOW = 0
_LEFT = 1


class Fingertip:
    """Touches one screen, as libXtst does it. Raises ProgramError where it cannot."""

    def __init__(self, screen: Screen) -> None:
        try:
            self._x = ctypes.CDLL("libX11.so.6")
            self._test = ctypes.CDLL("libXtst.so.6")
        except OSError as error:
            raise ProgramError(f"{error}: apt-get install xdotool") from None
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(screen.display.encode()))
        if not self._display:
            raise ProgramError(f"no X display {screen.display}")

    def tap(self, place: tuple[float, float]) -> int:
        """Touch at `place` (px from the top left) and let go; gives the monotonic ns of that."""
        self.press(place)
        time.sleep(HOLD_S)
        return self.let_go()

    def press(self, place: tuple[float, float]) -> int:
        """Land at `place` and stay there; gives the monotonic ns of that."""
        x, y = round(place[0]), round(place[1])
        self._test.XTestFakeMotionEvent(self._display, -1, x, y, _NOW)
        landed = time.monotonic_ns()
        self._button(down=True)
        return landed

    def let_go(self) -> int:
        """Leave the glass; gives the monotonic ns of that."""
        left = time.monotonic_ns()
        self._button(down=False)
        return left

    def close(self) -> None:
        """Leave the screen."""
        self._x.XCloseDisplay(self._display)

    def _button(self, *, down: bool) -> None:
        self._test.XTestFakeButtonEvent(self._display, _LEFT, int(down), _NOW)
        self._x.XSync(self._display, 0)

    def __enter__(self) -> "Fingertip":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
