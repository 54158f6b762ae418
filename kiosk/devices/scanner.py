"""Barcode scanners: on a serial line, as an input device of our own, or typing like a keyboard.

    not there ──(every RETRY_S)──▶ armed ──bytes──▶ gathering ──CR, LF, Enter or silence──▶ on_text
        ▲                            │                  │
        └───────── unplugged ────────┴──────────────────┘

A scanner is armed from `start` to `close`, on every screen. What it has read goes to `on_text` and
nowhere else: never into a log, an error or a handle's repr. All of it runs in the asyncio loop that
`start` is called in, and nothing here blocks it. evdev is spoken to by this module alone; a serial
line needs no driver but the system's.
"""

import asyncio
import errno
import os
import re
import termios
import tty
from collections.abc import Callable, Iterable
from typing import Any, Protocol

import structlog

from kiosk.devices.us_keyboard import InputEvent, Keys
from shared.receipt_code import LONGEST

OnText = Callable[[str | bytes], None]

SERIAL_SILENCE_S = 0.08
KEYS_SILENCE_S = 0.12
RETRY_S = 2.0

MOST = LONGEST * 4 + 1
"""Bytes that are kept of one reading: more than LONGEST characters, so that a reading which goes
on is known as too long; its rest is dropped to the line's end."""

_ENDS = re.compile(rb"[\r\n]+")
_CHUNK = 4096

log = structlog.get_logger()


class Scanner(Protocol):
    """Tells what it reads, one reading a call."""

    def start(self, on_text: OnText) -> None:
        """Be armed; to be called once, inside the running loop."""
        ...

    def close(self) -> None:
        """Let go of the device. Harmless when called twice, or before `start`."""
        ...


class NoScanner:
    """A kiosk without a scanner."""

    def start(self, on_text: OnText) -> None:
        """Nothing will be read."""

    def close(self) -> None:
        """Nothing to let go of."""


class FakeScanner:
    """Reads what a test gives to `read`; remembers whether it is armed."""

    def __init__(self) -> None:
        self.on_text: OnText | None = None

    def start(self, on_text: OnText) -> None:
        """Be armed."""
        self.on_text = on_text

    def read(self, raw: str | bytes) -> None:
        """A reading, as a real scanner would tell it; lost unless armed."""
        if self.on_text is not None:
            self.on_text(raw)

    def close(self) -> None:
        """Be armed no more."""
        self.on_text = None


class _Gather:
    """Puts bytes together into readings: each ends with CR, LF or `silence_s` without a byte."""

    def __init__(self, on_text: OnText, silence_s: float) -> None:
        self._on_text = on_text
        self._silence_s = silence_s
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._held = bytearray()

    def take(self, data: bytes) -> None:
        """Some more has come."""
        self._still()
        *lines, rest = _ENDS.split(data)
        for line in lines:
            self._keep(line)
            self.end()
        self._keep(rest)
        if self._held:
            self._timer = self._loop.call_later(self._silence_s, self.end)

    def end(self) -> None:
        """The reading is whole."""
        line = bytes(self._held)
        self.drop()
        if line.strip():
            self._on_text(line)

    def drop(self) -> None:
        """Forget what has come of a reading."""
        self._still()
        self._held.clear()

    def _keep(self, data: bytes) -> None:
        self._held += data[: MOST - len(self._held)]

    def _still(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _Plugged:
    """A device file that may not be there yet, and may be pulled out at any time."""

    def __init__(self, path: str, silence_s: float, retry_s: float) -> None:
        self.path = path
        self.armed = False
        """Whether the device is there, and read."""
        self._silence_s = silence_s
        self._retry_s = retry_s
        self._fd = -1
        self._lost = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._gather: _Gather | None = None

    def start(self, on_text: OnText) -> None:
        """Be armed, as soon as the device is there."""
        self._loop = asyncio.get_running_loop()
        self._gather = _Gather(on_text, self._silence_s)
        self._arm()

    def close(self) -> None:
        """Let go of the device. Harmless when called twice, or before `start`."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        self._disarm()

    def _arm(self) -> None:
        assert self._loop is not None
        self._retry = None
        try:
            self._fd = self._open()
            self._loop.add_reader(self._fd, self._readable)
        except (OSError, termios.error) as error:
            self._gone(error)
            return
        self.armed = True
        if self._lost:
            self._lost = False
            log.info("scanner.back", device=self.path)

    def _readable(self) -> None:
        try:
            data = self._read()
        except BlockingIOError:
            return
        except OSError as error:
            self._gone(error)
            return
        if self._gather is not None:
            self._gather.take(data)

    def _gone(self, error: Exception) -> None:
        self._disarm()
        if not self._lost:
            self._lost = True
            log.warning("scanner.lost", device=self.path, why=_why(error))
        assert self._loop is not None
        self._retry = self._loop.call_later(self._retry_s, self._arm)

    def _disarm(self) -> None:
        self.armed = False
        if self._fd >= 0 and self._loop is not None:
            self._loop.remove_reader(self._fd)
        self._fd = -1
        self._shut()
        if self._gather is not None:
            self._gather.drop()

    def _open(self) -> int:
        """The open device's descriptor. Raises OSError or termios.error."""
        raise NotImplementedError

    def _read(self) -> bytes:
        """What has come. Raises BlockingIOError for nothing, OSError for an unplugged device."""
        raise NotImplementedError

    def _shut(self) -> None:
        """Close what `_open` has opened, however far it came."""
        raise NotImplementedError


def _why(error: Exception) -> str:
    """The system's words for an OSError or a termios.error."""
    return str(error.args[1]) if len(error.args) > 1 else type(error).__name__


class SerialScanner(_Plugged):
    """A scanner on a serial line, such as USB-CDC's /dev/ttyACM0 or its name in /dev/serial/by-id.

    The line is raw; its speed is left as it is, since USB-CDC has none.
    """

    def __init__(
        self, path: str, *, silence_s: float = SERIAL_SILENCE_S, retry_s: float = RETRY_S
    ) -> None:
        super().__init__(path, silence_s, retry_s)
        self._line = -1

    def _open(self) -> int:
        # NONBLOCK: a line without a carrier would hold up the loop right here.
        flags = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
        self._line = os.open(self.path, flags)
        tty.setraw(self._line, termios.TCSANOW)
        # What was scanned while nobody looked belongs to somebody who has left.
        termios.tcflush(self._line, termios.TCIFLUSH)
        return self._line

    def _read(self) -> bytes:
        data = os.read(self._line, _CHUNK)
        if not data:  # so reads a line that has been hung up
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return data

    def _shut(self) -> None:
        if self._line >= 0:
            os.close(self._line)
            self._line = -1


class InputDevice(Protocol):
    """What is used of `evdev.InputDevice`; every call may raise OSError."""

    fd: int

    def grab(self) -> None:
        """Keep the keys from everybody else."""
        ...

    def ungrab(self) -> None:
        """Give them back."""
        ...

    def read(self) -> Iterable[InputEvent]:
        """The events that have come; BlockingIOError for none."""
        ...

    def close(self) -> None:
        """Close the descriptor."""
        ...


def _evdev(path: str) -> InputDevice:
    from evdev import InputDevice as Device

    device: InputDevice = Device(path)
    return device


class EvdevScanner(_Plugged):
    """A scanner that is a USB keyboard, grabbed: what it types reaches us and nobody else.

    `path` is the device in /dev/input, best by its name in /dev/input/by-id. The scanner must be
    set to the US keyboard layout, as they are when new.
    """

    def __init__(
        self,
        path: str,
        *,
        silence_s: float = KEYS_SILENCE_S,
        retry_s: float = RETRY_S,
        opener: Callable[[str], InputDevice] = _evdev,
    ) -> None:
        super().__init__(path, silence_s, retry_s)
        self._opener = opener
        self._device: InputDevice | None = None
        self._keys = Keys()

    def _open(self) -> int:
        self._device = self._opener(self.path)
        self._device.grab()
        self._keys = Keys()
        return self._device.fd

    def _read(self) -> bytes:
        assert self._device is not None
        return b"".join(self._keys.typed(event) for event in self._device.read())

    def _shut(self) -> None:
        if self._device is None:
            return
        device, self._device = self._device, None
        for let_go in (device.ungrab, device.close):
            try:
                let_go()
            except OSError:
                continue  # it has been pulled out: there is nothing left to give back


class KeyboardWedge:
    """A scanner that types into the kiosk's window like a keyboard.

    Characters come from the window's text input alone: its key events lose some when they follow
    each other at once. Enter is no text, and only there as a key.
    """

    def __init__(self, *, silence_s: float = KEYS_SILENCE_S) -> None:
        self._silence_s = silence_s
        self._gather: _Gather | None = None
        self._window: Any = None

    def start(self, on_text: OnText) -> None:
        """Be armed: listen to the window, which Kivy has opened."""
        from kivy.core.window import Window

        self._gather = _Gather(on_text, self._silence_s)
        self._window = Window
        Window.bind(on_textinput=self._typed, on_key_down=self._pressed)

    def close(self) -> None:
        """Let go of the window. Harmless when called twice, or before `start`."""
        if self._window is not None:
            self._window.unbind(on_textinput=self._typed, on_key_down=self._pressed)
            self._window = None
        if self._gather is not None:
            self._gather.drop()

    def _typed(self, _window: Any, text: str) -> None:
        if self._gather is not None:
            self._gather.take(text.encode("utf-8", "replace"))

    def _pressed(self, _window: Any, key: int, *_rest: Any) -> None:
        if key in _WINDOW_ENTERS and self._gather is not None:
            self._gather.end()


_WINDOW_ENTERS = (13, 271)  # Return, and the number pad's Enter, as Kivy counts keys
