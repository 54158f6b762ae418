"""The keys of spoken guidance are heard whenever their device is there, and by nobody else."""

import os
from collections.abc import Callable
from typing import Any

import evdev
import pytest
from evdev import ecodes
from structlog.testing import capture_logs

from kiosk.devices.keypad import (
    DEFAULT_KEYS,
    EvdevKeypad,
    FakeKeypad,
    KeyboardKeypad,
    NoKeypad,
    codes,
    open_device,
)
from kiosk.guide import Key, Plugged
from tests.kiosk.test_scanner import Event, FakeDevice, until

PAD, SOCKET = "/dev/input/by-id/pad", "/dev/input/by-path/jack"
RETRY_S = 0.03


class Plug:
    """Opens the device of air that is there, if one is."""

    def __init__(self) -> None:
        self.device: FakeDevice | None = None

    def __call__(self, _path: str) -> FakeDevice:
        if self.device is None:
            raise FileNotFoundError(2, "No such file or directory")
        return self.device


def press(device: FakeDevice, *names: str) -> None:
    for name in names:
        code = ecodes.ecodes[name]
        device.add(Event(1, code, 1))
        device.add(Event(1, code, 2))
        device.add(Event(1, code, 0))
    device.wake()


async def test_keys_are_heard_once_a_press_and_by_nobody_else() -> None:
    plug = Plug()
    plug.device = device = FakeDevice()
    heard: list[Any] = []
    pad = EvdevKeypad(PAD, opener=plug, retry_s=RETRY_S)
    pad.start(heard.append)
    press(device, "KEY_DOWN", "KEY_UP", "KEY_ENTER", "KEY_F4", "KEY_A")
    await until(lambda: len(heard) == 4, "heard")
    assert heard == [Key.NEXT, Key.PREVIOUS, Key.CHOOSE, Key.AGAIN]
    assert device.grabbed
    pad.close()
    pad.close()
    assert device.closed


async def test_headphones_are_noticed_in_a_socket_of_their_own() -> None:
    devices = {PAD: FakeDevice(), SOCKET: FakeDevice()}
    heard: list[Any] = []
    pad = EvdevKeypad(PAD, SOCKET, opener=devices.__getitem__)
    pad.start(heard.append)
    socket = devices[SOCKET]
    for event in (Event(5, 2, 1), Event(5, 4, 1), Event(5, 2, 0)):
        socket.add(event)
    socket.wake()
    await until(lambda: len(heard) == 2, "heard")
    assert heard == [Plugged(True), Plugged(False)]
    assert devices[PAD].grabbed and not socket.grabbed
    pad.close()


async def test_a_keypad_may_tell_of_its_headphones_by_keys() -> None:
    plug = Plug()
    plug.device = device = FakeDevice()
    heard: list[Any] = []
    pad = EvdevKeypad(PAD, keys={"plugged": ("KEY_F15",), "unplugged": ("KEY_F16",)}, opener=plug)
    pad.start(heard.append)
    press(device, "KEY_F15", "KEY_F16", "KEY_DOWN")
    await until(lambda: len(heard) == 2, "heard")
    assert heard == [Plugged(True), Plugged(False)]
    pad.close()


async def test_a_keypad_that_is_pulled_out_is_named_once_and_comes_back() -> None:
    plug = Plug()
    heard: list[Any] = []
    pad = EvdevKeypad(PAD, opener=plug, retry_s=RETRY_S)
    with capture_logs() as logs:
        pad.start(heard.append)
        plug.device = first = FakeDevice()
        await until(lambda: pad.devices[0].there, "there")
        plug.device = None
        first.pull_out()
        await until(lambda: not pad.devices[0].there, "gone")
        plug.device = second = FakeDevice()
        await until(lambda: pad.devices[0].there, "back")
        second.wake()
        press(second, "KEY_SPACE")
        await until(lambda: heard, "heard")
    assert heard == [Key.CHOOSE]
    assert [one["event"] for one in logs] == [
        *("keypad.lost", "keypad.back", "keypad.lost", "keypad.back")
    ]
    pad.close()


async def test_a_keypad_that_never_comes_is_waited_for_until_the_end() -> None:
    pad = EvdevKeypad(PAD, opener=Plug(), retry_s=RETRY_S)
    pad.start(lambda _key: pytest.fail("nothing can be pressed"))
    pad.close()
    assert not pad.devices[0].there


async def test_a_keypad_that_somebody_else_holds_is_let_go() -> None:
    class Taken(FakeDevice):
        def grab(self) -> None:
            raise OSError(16, "Device or resource busy")

        def close(self) -> None:
            super().close()
            raise OSError(19, "No such device")

    plug = Plug()
    plug.device = taken = Taken()
    pad = EvdevKeypad(PAD, opener=plug, retry_s=60)
    pad.start(lambda _key: None)
    assert taken.closed and not pad.devices[0].there
    pad.close()


async def test_a_reader_that_wakes_for_nothing_does_nothing() -> None:
    class Empty(FakeDevice):
        def read(self) -> Any:
            super().read()
            raise BlockingIOError

    plug = Plug()
    plug.device = device = Empty()
    pad = EvdevKeypad(PAD, opener=plug)
    pad.start(lambda _key: pytest.fail("nothing was pressed"))
    device.wake()
    await until(lambda: not os.get_blocking(device.fd) and _drained(device), "read")
    assert pad.devices[0].there
    pad.close()


def _drained(device: FakeDevice) -> bool:
    import select

    return not select.select([device.fd], [], [], 0)[0]


def test_every_default_key_is_one_that_linux_knows_and_means_one_thing() -> None:
    names = [name for keys in DEFAULT_KEYS.values() for name in keys]
    assert len(names) == len(set(names)) == len(codes(DEFAULT_KEYS))


@pytest.mark.parametrize("name", ["KEY_NOWHERE", "SYN_REPORT", "down", ""])
def test_an_unknown_key_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no key that Linux knows"):
        codes({"next": (name,)})


def test_a_missing_device_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError):
        open_device("/dev/input/by-id/nowhere")


async def test_a_real_input_device_is_heard() -> None:
    try:
        made = evdev.UInput(name="motcua test keypad")
    except (OSError, evdev.UInputError) as error:
        pytest.skip(f"this machine makes no input devices: {error}")
    heard: list[Any] = []
    with made:
        pad = EvdevKeypad(str(made.device.path))
        pad.start(heard.append)
        made.write(ecodes.EV_KEY, ecodes.KEY_DOWN, 1)
        made.syn()
        await until(lambda: heard, "heard")
        pad.close()
    assert heard == [Key.NEXT]


def test_keys_of_the_window_may_stand_in(kivy_window: Any) -> None:
    heard: list[Any] = []
    pad = KeyboardKeypad()
    pad.close()
    pad.start(heard.append)
    dispatch: Callable[..., object] = kivy_window.dispatch
    for key in (274, 273, 13, 282, 97):
        dispatch("on_key_down", key, 0, None, [])
    pad.close()
    dispatch("on_key_down", 274, 0, None, [])
    assert heard == [Key.NEXT, Key.PREVIOUS, Key.CHOOSE, Key.AGAIN]


def test_a_kiosk_may_have_none() -> None:
    none = NoKeypad()
    none.start(lambda _key: pytest.fail("nothing can be pressed"))
    none.close()


def test_the_fake_is_heard_only_while_it_listens() -> None:
    heard: list[Any] = []
    fake = FakeKeypad()
    fake.press(Key.NEXT)
    fake.start(heard.append)
    fake.press(Key.NEXT, Plugged(True))
    fake.close()
    fake.press(Key.NEXT)
    assert heard == [Key.NEXT, Plugged(True)]
