"""A scanner is heard whenever it is there, and whatever it sends."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import evdev
import msgspec
import pytest
from structlog.testing import capture_logs

from kiosk.devices.scanner import (
    MOST,
    EvdevScanner,
    FakeScanner,
    InputDevice,
    KeyboardWedge,
    NoScanner,
    SerialScanner,
)
from kiosk.devices.us_keyboard import InputEvent, Keys
from shared.receipt_code import DossierCode, IdentityCard, Unknown, parse
from tests.kivy_window import step, until as drawn_until

CODE = "H41.15-260105-0001"
RETRY_S = 0.05


async def until(condition: Callable[[], object], what: str, within_s: float = 10.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s: {what}"
        await asyncio.sleep(0.005)


async def test_a_kiosk_may_have_no_scanner() -> None:
    scanner = NoScanner()
    scanner.start(lambda raw: pytest.fail("nothing can be read"))
    scanner.close()
    scanner.close()


async def test_the_fake_is_heard_only_while_it_is_armed() -> None:
    heard: list[str | bytes] = []
    scanner = FakeScanner()
    scanner.read("too early")
    scanner.start(heard.append)
    scanner.read(CODE)
    scanner.close()
    scanner.read("too late")
    assert heard == [CODE]


# --- a serial line -----------------------------------------------------------------------


class Line:
    """A serial scanner of air: a pty whose one end stands under a name that survives it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "scanner"
        self._fds: list[int] = []

    def plug(self) -> None:
        """A device comes, and gets its name."""
        master, slave = os.openpty()
        self._fds = [master, slave]
        self.path.symlink_to(os.ttyname(slave))

    def send(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._fds[0], data[:1024]) :]

    def unplug(self) -> None:
        """It is pulled out, and its name goes."""
        self.path.unlink(missing_ok=True)
        for fd in self._fds:
            os.close(fd)
        self._fds = []


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    line = Line(tmp_path)
    yield line
    line.unplug()


@pytest.fixture
def heard() -> list[bytes]:
    return []


@pytest.fixture
async def serial(line: Line, heard: list[Any]) -> Any:
    """An armed scanner on `line`."""
    line.plug()
    scanner = SerialScanner(str(line.path), retry_s=RETRY_S)
    scanner.start(heard.append)
    assert scanner.armed
    yield scanner
    scanner.close()


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b""])
@pytest.mark.usefixtures("serial")
async def test_a_reading_ends_with_its_line_or_with_silence(
    line: Line, heard: list[bytes], end: bytes
) -> None:
    line.send(CODE.encode() + end)
    await until(lambda: heard, "a reading")
    assert heard == [CODE.encode()]


@pytest.mark.usefixtures("serial")
async def test_readings_that_come_together_are_told_apart(line: Line, heard: list[bytes]) -> None:
    line.send(b"\r\nH41-260901-0028\r\n\r\nH41-260901-0029\rH41-260901-0030")
    await until(lambda: len(heard) == 3, "three readings")
    assert heard == [b"H41-260901-0028", b"H41-260901-0029", b"H41-260901-0030"]


@pytest.mark.usefixtures("serial")
async def test_vietnamese_comes_as_it_is_and_in_pieces(line: Line, heard: list[bytes]) -> None:
    card = "040099001234||Nguyễn Thị Huệ|01021999|Nữ|Nghệ An|10052021\r".encode()
    for byte in card:
        line.send(bytes([byte]))
        await asyncio.sleep(0)
    await until(lambda: heard, "a card")
    assert heard == [card.rstrip()]
    scan = parse(heard[0])
    assert isinstance(scan, IdentityCard)
    assert scan.last_four == "1234"


@pytest.mark.usefixtures("serial")
async def test_control_characters_reach_nobody_as_a_line_discipline(
    line: Line, heard: list[bytes]
) -> None:
    line.send(b"\x03\x04\x1a\x11\x13" + CODE.encode() + b"\r")  # none of them ends or stops a line
    await until(lambda: heard, "a reading")
    assert heard == [b"\x03\x04\x1a\x11\x13" + CODE.encode()]
    assert isinstance(parse(heard[0]), Unknown)


@pytest.mark.usefixtures("serial")
async def test_an_endless_reading_is_cut_and_the_next_one_is_heard(
    line: Line, heard: list[bytes]
) -> None:
    garbage = b"\xff0" * 5_000
    for place in range(0, len(garbage), 512):
        line.send(garbage[place : place + 512])
        await asyncio.sleep(0)
    line.send(b"\r" + CODE.encode() + b"\r")
    await until(lambda: len(heard) == 2, "garbage and a reading")
    assert len(heard[0]) == MOST
    assert parse(heard[0]) == Unknown("too_long")
    assert parse(heard[1]) == DossierCode(CODE)


async def test_what_was_scanned_while_nobody_listened_is_forgotten(
    line: Line, heard: list[Any]
) -> None:
    line.plug()
    line.send(b"H41-260901-0028\r")
    scanner = SerialScanner(str(line.path), retry_s=RETRY_S)
    scanner.start(heard.append)
    line.send(CODE.encode() + b"\r")
    await until(lambda: heard, "a reading")
    scanner.close()
    assert heard == [CODE.encode()]


async def test_a_scanner_may_be_pulled_out_and_come_back(
    line: Line, serial: SerialScanner, heard: list[bytes]
) -> None:
    with capture_logs() as logs:
        line.send(b"H41.15-2601")  # half a reading, which nobody will ever finish
        line.unplug()
        await until(lambda: not serial.armed, "lost")
        await asyncio.sleep(RETRY_S * 4)  # several attempts, none of which is logged
        line.plug()
        await until(lambda: serial.armed, "back")
        line.send(CODE.encode() + b"\r")
        await until(lambda: heard, "a reading")
    assert heard == [CODE.encode()]
    assert [entry["event"] for entry in logs] == ["scanner.lost", "scanner.back"]
    assert CODE[:8] not in str(logs)


async def test_a_scanner_may_come_later(line: Line, heard: list[Any]) -> None:
    scanner = SerialScanner(str(line.path), retry_s=RETRY_S)
    with capture_logs() as logs:
        scanner.start(heard.append)
        assert not scanner.armed
        line.plug()
        await until(lambda: scanner.armed, "there")
    assert [(entry["event"], entry.get("why")) for entry in logs] == [
        ("scanner.lost", "No such file or directory"),
        ("scanner.back", None),
    ]
    scanner.close()


@pytest.mark.parametrize("name", ["file", "folder"])
async def test_a_path_that_is_no_device_is_tried_again_and_leaks_nothing(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))
    with capture_logs() as logs:
        scanner = SerialScanner(str(tmp_path / name), retry_s=0.01)
        scanner.start(lambda raw: None)
        await asyncio.sleep(0.1)
        assert not scanner.armed
        scanner.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert [entry["event"] for entry in logs] == ["scanner.lost"]


async def test_after_close_nothing_is_heard_and_closing_again_is_harmless(
    line: Line, serial: SerialScanner, heard: list[bytes]
) -> None:
    line.send(b"half")
    await asyncio.sleep(0.01)
    serial.close()
    serial.close()
    line.send(CODE.encode() + b"\r")
    await asyncio.sleep(0.15)
    assert heard == []
    SerialScanner("/nowhere").close()


# --- an input device ---------------------------------------------------------------------


class Event(msgspec.Struct):
    type: int
    code: int
    value: int


class FakeDevice:
    """An `InputDevice` of air; a byte in a pipe wakes who reads it."""

    def __init__(self) -> None:
        self.fd, self._wake = os.pipe()
        os.set_blocking(self.fd, False)
        self.grabbed = False
        self.closed = False
        self.gone = False
        self._events: list[Event] = []

    def grab(self) -> None:
        self.grabbed = True

    def ungrab(self) -> None:
        if self.gone:
            raise OSError(19, "No such device")
        self.grabbed = False

    def read(self) -> Iterable[InputEvent]:
        if self.gone:
            raise OSError(19, "No such device")
        os.read(self.fd, 65536)
        events, self._events = self._events, []
        return events

    def close(self) -> None:
        assert not self.closed
        self.closed = True
        os.close(self.fd)
        os.close(self._wake)

    def type_keys(self, text: str) -> None:
        """Press and release what a scanner would for `text`; "\\r" is Enter."""
        for sign in text:
            key, shifted = CODES[sign]
            if shifted:
                self._events.append(Event(1, evdev.ecodes.KEY_LEFTSHIFT, 1))
            self._events += [Event(4, 4, 7), Event(1, key, 1), Event(0, 0, 0), Event(1, key, 0)]
            if shifted:
                self._events.append(Event(1, evdev.ecodes.KEY_LEFTSHIFT, 0))
        self.wake()

    def wake(self) -> None:
        os.write(self._wake, b"!")

    def add(self, event: Event) -> None:
        self._events.append(event)

    def pull_out(self) -> None:
        self.gone = True
        self.wake()


NAMED = {
    **dict(zip("1234567890", "1234567890", strict=True)),
    "-": "MINUS",
    "=": "EQUAL",
    "[": "LEFTBRACE",
    "]": "RIGHTBRACE",
    ";": "SEMICOLON",
    "'": "APOSTROPHE",
    "`": "GRAVE",
    "\\": "BACKSLASH",
    ",": "COMMA",
    ".": "DOT",
    "/": "SLASH",
    " ": "SPACE",
    "\r": "ENTER",
    **{letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"},
}
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"<>?~', "1234567890-=[]\\;',./`", strict=True))
CODES: dict[str, tuple[int, bool]] = {
    sign: (evdev.ecodes.ecodes[f"KEY_{name}"], False) for sign, name in NAMED.items()
}
CODES |= {sign: (CODES[under][0], True) for sign, under in SHIFTED.items()}
CODES |= {letter.upper(): (CODES[letter][0], True) for letter in "abcdefghijklmnopqrstuvwxyz"}


def typed(*events: Event) -> bytes:
    keys = Keys()
    return b"".join(keys.typed(event) for event in events)


@pytest.mark.parametrize("sign", sorted(set(CODES) - {"\r"}))
def test_a_key_types_what_stands_on_a_us_keyboard(sign: str) -> None:
    code, shifted = CODES[sign]
    shift = [Event(1, evdev.ecodes.KEY_RIGHTSHIFT, 1)] if shifted else []
    assert typed(*shift, Event(1, code, 1), Event(1, code, 0)) == sign.encode()


def test_the_number_pad_types_too() -> None:
    names = {f"KP{digit}": digit for digit in "0123456789"}
    names |= {"KPDOT": ".", "KPMINUS": "-", "KPPLUS": "+", "KPSLASH": "/", "KPASTERISK": "*"}
    for name, sign in (names | {"KPENTER": "\n"}).items():
        assert typed(Event(1, evdev.ecodes.ecodes[f"KEY_{name}"], 1)) == sign.encode()


def test_a_held_key_and_keys_without_a_sign_type_nothing() -> None:
    assert typed(Event(1, evdev.ecodes.KEY_A, 2), Event(1, evdev.ecodes.KEY_F1, 1)) == b""


def test_lost_keys_spoil_the_reading() -> None:
    code, _shifted = CODES["1"]
    event = typed(Event(1, code, 1), Event(0, evdev.ecodes.SYN_DROPPED, 0), Event(1, code, 1))
    assert parse(event) == Unknown("not_text")


class Plug:
    """Opens devices of air, when there is one."""

    def __init__(self) -> None:
        self.device: FakeDevice | None = FakeDevice()

    def __call__(self, path: str) -> InputDevice:
        assert path == "/dev/input/by-id/scanner"
        if self.device is None:
            raise FileNotFoundError(2, "No such file or directory")
        return self.device


async def test_an_input_device_is_grabbed_and_heard_and_let_go(heard: list[Any]) -> None:
    plug = Plug()
    device = plug.device
    assert device is not None
    scanner = EvdevScanner("/dev/input/by-id/scanner", opener=plug, retry_s=RETRY_S)
    scanner.start(heard.append)
    assert device.grabbed
    device.type_keys("040099001234||Nguyen|01021999|Nu|Nghe An\r]C1h41-260901-0028")
    await until(lambda: len(heard) == 2, "two readings, the second by silence")
    card, receipt = [parse(raw) for raw in heard]
    assert isinstance(card, IdentityCard)
    assert (card.last_four, receipt) == ("1234", DossierCode("H41-260901-0028"))
    device.wake()  # nothing has come
    scanner.close()
    scanner.close()
    assert not device.grabbed
    assert device.closed


async def test_an_input_device_may_be_pulled_out_and_come_back(heard: list[Any]) -> None:
    plug = Plug()
    first = plug.device
    assert first is not None
    scanner = EvdevScanner("/dev/input/by-id/scanner", opener=plug, retry_s=RETRY_S)
    scanner.start(heard.append)
    with capture_logs() as logs:
        first.add(Event(1, evdev.ecodes.KEY_LEFTSHIFT, 1))  # held when it is pulled out
        first.type_keys("h41")
        await asyncio.sleep(0.01)
        plug.device = None
        first.pull_out()
        await until(lambda: not scanner.armed, "lost")
        assert first.closed
        plug.device = FakeDevice()
        await until(lambda: scanner.armed, "back")
        plug.device.type_keys("1.012790\r")
        await until(lambda: heard, "a reading")
    scanner.close()
    assert heard == [b"1.012790"]
    assert [entry["event"] for entry in logs] == ["scanner.lost", "scanner.back"]


async def test_a_device_that_somebody_else_has_grabbed_is_tried_again(heard: list[Any]) -> None:
    class Taken(FakeDevice):
        def grab(self) -> None:
            raise OSError(16, "Device or resource busy")

    plug = Plug()
    taken = plug.device = Taken()
    scanner = EvdevScanner("/dev/input/by-id/scanner", opener=plug, retry_s=RETRY_S)
    scanner.start(heard.append)
    assert not scanner.armed
    assert taken.closed
    plug.device = FakeDevice()
    await until(lambda: scanner.armed, "free")
    scanner.close()


async def test_a_device_that_is_not_there_is_no_error(tmp_path: Path) -> None:
    scanner = EvdevScanner(str(tmp_path / "event7"))
    with capture_logs() as logs:
        scanner.start(lambda raw: None)
    assert [entry["why"] for entry in logs] == ["No such file or directory"]
    scanner.close()


async def test_a_real_input_device_is_grabbed_and_heard(heard: list[Any]) -> None:
    if not os.access("/dev/uinput", os.W_OK):
        pytest.skip("/dev/uinput is not here, so no real input device can be made")
    with evdev.UInput(name="motcua test scanner") as made:
        await until(lambda: os.access(made.device.path, os.R_OK), "the device's file")
        scanner = EvdevScanner(str(made.device.path))
        scanner.start(heard.append)
        assert scanner.armed
        for sign in f"{CODE}\r":
            code, shifted = CODES[sign]
            for key, value in [(42, 1)] * shifted + [(code, 1), (code, 0)] + [(42, 0)] * shifted:
                made.write(evdev.ecodes.EV_KEY, key, value)
                made.syn()
        await until(lambda: heard, "a reading")
        scanner.close()
    assert heard == [CODE.encode()]


# --- a keyboard --------------------------------------------------------------------------


def wedge_types(window: Any, text: str) -> None:
    """What the window is told when a scanner types."""
    for sign in text:
        key = 13 if sign == "\r" else ord(sign)
        window.dispatch("on_key_down", key, 0, sign, [])
        if sign != "\r":
            window.dispatch("on_textinput", sign)
        window.dispatch("on_key_up", key, 0)


async def test_a_keyboard_is_heard_through_the_window(kivy_window: Any, heard: list[Any]) -> None:
    scanner = KeyboardWedge()
    scanner.start(heard.append)
    wedge_types(kivy_window, f"{CODE}\r\rH41-260901-0028")
    step(kivy_window)
    await drawn_until(kivy_window, lambda: len(heard) == 2, what="the second by silence")
    assert heard == [CODE.encode(), b"H41-260901-0028"]
    scanner.close()
    scanner.close()
    wedge_types(kivy_window, f"{CODE}\r")
    await asyncio.sleep(0.15)
    assert len(heard) == 2


async def test_letters_with_marks_and_broken_ones_are_heard_through_the_window(
    kivy_window: Any, heard: list[Any]
) -> None:
    scanner = KeyboardWedge()
    scanner.start(heard.append)
    for text in ("Nguyễn ", "\ud800", "Thị"):
        kivy_window.dispatch("on_textinput", text)
    kivy_window.dispatch("on_key_down", 271, 0, "", [])
    scanner.close()
    assert heard == ["Nguyễn ?Thị".encode()]


def test_a_keyboard_that_was_never_armed_is_closed_without_harm() -> None:
    KeyboardWedge().close()
