"""What a keyboard of the US layout types, by Linux' key events."""

from typing import Protocol

_EV_KEY = 1
_DROPPED = (0, 3)  # SYN_DROPPED: the kernel had no room for more
_HOLE = b"\x1a"
"""Stands where keys were lost: a control character, which spoils the whole reading."""
_SHIFTS = (42, 54)
_ENTERS = (28, 96)
_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (55, "*", "*"),
    (71, "789-456+1230.", "789-456+1230."),
    (98, "/", "/"),
)
_KEYS = {
    first + place: pair
    for first, small, large in _ROWS
    for place, pair in enumerate(zip(small, large, strict=True))
}
"""By Linux' key codes (input-event-codes.h, fixed for ever): what a US keyboard types without and
with shift; the number pad comes last."""


class InputEvent(Protocol):
    """An event as python-evdev gives it."""

    type: int
    code: int
    value: int


class Keys:
    """Turns key events into what a US keyboard types."""

    def __init__(self) -> None:
        self._shifts: set[int] = set()

    def typed(self, event: InputEvent) -> bytes:
        """The characters of one event; a line's end for Enter."""
        if (event.type, event.code) == _DROPPED:
            return _HOLE
        if event.type != _EV_KEY:
            return b""
        if event.code in _SHIFTS:
            (self._shifts.discard if event.value == 0 else self._shifts.add)(event.code)
            return b""
        if event.value != 1:  # released, or repeated because it is held down: no scanner does
            return b""
        if event.code in _ENTERS:
            return b"\n"
        pair = _KEYS.get(event.code)
        return pair[bool(self._shifts)].encode() if pair else b""
