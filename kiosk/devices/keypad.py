"""The few keys and the headphone socket by which somebody is led through the screens.

A keypad is an input device of our own (evdev), grabbed as the scanner's is: what is pressed on it
reaches nobody else. Where no scanner types into the window, keys of the window may stand in for it.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import structlog

from kiosk.devices.scanner import RETRY_S, InputDevice
from kiosk.devices.us_keyboard import InputEvent
from kiosk.guide import Key, Plugged

OnKey = Callable[[Key | Plugged], object]

DEFAULT_KEYS: dict[str, tuple[str, ...]] = {
    "next": ("KEY_DOWN", "KEY_RIGHT", "KEY_F2", "KEY_KP2", "KEY_KP6"),
    "previous": ("KEY_UP", "KEY_LEFT", "KEY_F1", "KEY_KP8", "KEY_KP4"),
    "choose": ("KEY_ENTER", "KEY_KPENTER", "KEY_SPACE", "KEY_F3", "KEY_KP5"),
    "again": ("KEY_F4", "KEY_HELP", "KEY_HOME", "KEY_ESC", "KEY_KP0"),
    "plugged": (),
    "unplugged": (),
}
"""By what they do: Linux' names of keys. Some keypads have the socket, and tell of it by keys."""

_EV_KEY, _EV_SW = 1, 5
_HEADPHONES = 2  # SW_HEADPHONE_INSERT
_PRESSED = 1

_WINDOW_KEYS = {
    274: Key.NEXT,
    275: Key.NEXT,
    273: Key.PREVIOUS,
    276: Key.PREVIOUS,
    13: Key.CHOOSE,
    271: Key.CHOOSE,
    32: Key.CHOOSE,
    282: Key.AGAIN,
    285: Key.AGAIN,
}
"""Arrows, Enter and space, F1 and F4, as Kivy counts keys."""

log = structlog.get_logger()


class Keypad(Protocol):
    """Tells which key was pressed, and whether headphones are in."""

    def start(self, on_key: OnKey) -> None:
        """Listen; to be called once, inside the running loop."""
        ...

    def close(self) -> None:
        """Let go of the devices. Harmless when called twice, or before `start`."""
        ...


class NoKeypad:
    """A kiosk without one."""

    def start(self, on_key: OnKey) -> None:
        """Nothing will be pressed."""

    def close(self) -> None:
        """Nothing to let go of."""


class FakeKeypad:
    """Presses what a test tells it to."""

    def __init__(self) -> None:
        self.on_key: OnKey | None = None

    def start(self, on_key: OnKey) -> None:
        """Listen."""
        self.on_key = on_key

    def press(self, *keys: Key | Plugged) -> None:
        """As a finger would; lost unless it listens."""
        for key in keys:
            if self.on_key is not None:
                self.on_key(key)

    def close(self) -> None:
        """Listen no more."""
        self.on_key = None


class KeyboardKeypad:
    """Keys that the window gets. Not beside a scanner that types into it: its Enter chooses."""

    def __init__(self) -> None:
        self._on_key: OnKey | None = None
        self._window: Any = None

    def start(self, on_key: OnKey) -> None:
        """Listen to the window, which Kivy has opened."""
        from kivy.core.window import Window

        self._on_key, self._window = on_key, Window
        Window.bind(on_key_down=self._pressed)

    def close(self) -> None:
        """Let go of the window."""
        if self._window is not None:
            self._window.unbind(on_key_down=self._pressed)
            self._window = None

    def _pressed(self, _window: Any, key: int, *_rest: Any) -> None:
        if self._on_key is not None and key in _WINDOW_KEYS:
            self._on_key(_WINDOW_KEYS[key])


# --- input devices -----------------------------------------------------------------------


def open_device(path: str) -> InputDevice:
    """The device at `path`. Raises OSError."""
    from evdev import InputDevice as Device

    device: InputDevice = Device(path)
    return device


def codes(keys: Mapping[str, Iterable[str]]) -> dict[int, Key | Plugged]:
    """What each of Linux' key codes means. Raises ValueError for a name that Linux has not."""
    from evdev import ecodes

    meanings: dict[int, Key | Plugged] = {}
    for what, names in keys.items():
        meaning = Plugged(what == "plugged") if what.endswith("plugged") else Key(what)
        for name in names:
            code = ecodes.ecodes.get(name) if name.startswith(("KEY_", "BTN_")) else None
            if not isinstance(code, int):
                raise ValueError(f"{name!r} is no key that Linux knows, e.g. KEY_DOWN")
            meanings[code] = meaning
    return meanings


class EvdevKeypad:
    """A keypad at `path`, and at `socket` the switch that knows whether headphones are in; either
    may be empty, come late and be pulled out. `keys` are as DEFAULT_KEYS has them.

    The keypad is grabbed; the socket, which may belong to the sound card, is shared.
    """

    def __init__(
        self,
        path: str,
        socket: str = "",
        keys: Mapping[str, Iterable[str]] = DEFAULT_KEYS,
        *,
        retry_s: float = RETRY_S,
        opener: Callable[[str], InputDevice] = open_device,
    ) -> None:
        self._meanings = codes(keys)
        self._on_key: OnKey | None = None
        self.devices = [
            _Watched(one, one == path, self._happened, retry_s, opener)
            for one in dict.fromkeys((path, socket))
            if one
        ]

    def start(self, on_key: OnKey) -> None:
        """Listen, as soon as the devices are there."""
        self._on_key = on_key
        for device in self.devices:
            device.start()

    def close(self) -> None:
        """Let go of the devices."""
        for device in self.devices:
            device.close()

    def _happened(self, event: InputEvent) -> None:
        assert self._on_key is not None
        if event.type == _EV_SW and event.code == _HEADPHONES:
            self._on_key(Plugged(bool(event.value)))
        elif event.type == _EV_KEY and event.value == _PRESSED and event.code in self._meanings:
            self._on_key(self._meanings[event.code])


class _Watched:
    """An input device that may not be there yet, and may be pulled out at any time."""

    def __init__(
        self,
        path: str,
        alone: bool,
        on_event: Callable[[InputEvent], None],
        retry_s: float,
        opener: Callable[[str], InputDevice],
    ) -> None:
        self.path = path
        self.there = False
        self._alone = alone
        self._on_event = on_event
        self._retry_s = retry_s
        self._opener = opener
        self._device: InputDevice | None = None
        self._lost = False
        self._retry: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Be read, as soon as it is there."""
        self._retry = None
        try:
            self._device = self._opener(self.path)
            if self._alone:
                self._device.grab()
        except OSError as error:
            self._gone(error)
            return
        asyncio.get_running_loop().add_reader(self._device.fd, self._readable)
        self.there = True
        if self._lost:
            self._lost = False
            log.info("keypad.back", device=self.path)

    def close(self) -> None:
        """Let go of it."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._shut()

    def _readable(self) -> None:
        assert self._device is not None
        try:
            events = list(self._device.read())
        except BlockingIOError:
            return
        except OSError as error:
            self._gone(error)
            return
        for event in events:
            self._on_event(event)

    def _gone(self, error: OSError) -> None:
        self._shut()
        if not self._lost:
            self._lost = True
            log.warning("keypad.lost", device=self.path, why=error.strerror)
        self._retry = asyncio.get_running_loop().call_later(self._retry_s, self.start)

    def _shut(self) -> None:
        if self._device is None:
            return
        device, self._device = self._device, None
        if self.there:
            asyncio.get_running_loop().remove_reader(device.fd)
        self.there = False
        try:
            device.close()  # which lets go of a grab, too
        except OSError:
            return  # it has been pulled out
