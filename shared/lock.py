"""Shuts every way out of the one window: what is pressed, dropped or closed there does nothing.

Keys reach those who read them as keys (a scanner that types, a keypad) through `on_key_down` and
`on_textinput`; Kivy's own shortcuts hang on `on_keyboard`, which ends here. Only one finger counts
at a time: what two of them do together has no meaning on this screen.
"""

import time
from collections.abc import Callable
from typing import Any

RESTING_S = 3.0
"""A finger, or a palm, that rests on the glass for longer no longer keeps the others off."""


def lock(window: Any, clock: Callable[[], float] = time.monotonic) -> None:
    """Lock Kivy's `window`, for as long as it lives."""
    fingers = OneFinger(clock)
    window.allow_vkeyboard = False
    window.bind(
        on_request_close=_nothing,
        on_keyboard=_nothing,
        on_drop_begin=_nothing,
        on_drop_file=_nothing,
        on_drop_text=_nothing,
        on_drop_end=_nothing,
        # Not the methods themselves: Kivy would hold them weakly, and nobody else holds `fingers`.
        on_touch_down=lambda _window, touch: fingers.down(touch),
        on_touch_move=lambda _window, touch: fingers.move(touch),
        on_touch_up=lambda _window, touch: fingers.up(touch),
    )


def _nothing(*_arguments: Any, **_more: Any) -> bool:
    """Handled: nobody else need look at it."""
    return True


class OneFinger:
    """Lets one touch through at a time, and of a mouse its left button alone; True: it ends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._touch: Any = None
        self._since = 0.0

    def down(self, touch: Any) -> bool:
        """A finger comes."""
        if "button" in touch.profile and touch.button != "left":
            return True
        now = self._clock()
        if self._touch is not None and now - self._since < RESTING_S:
            return True
        self._touch, self._since = touch, now
        return False

    def move(self, touch: Any) -> bool:
        """A finger moves."""
        return touch is not self._touch

    def up(self, touch: Any) -> bool:
        """A finger goes. One that did not count is seen by those alone who have grabbed it."""
        if touch is not self._touch:
            return True
        self._touch = None
        return False
