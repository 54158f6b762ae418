"""Nothing that is pressed, typed, clicked, dragged or scanned leads out of the kiosk."""

import os
import pty
import random
import tty
from collections.abc import Iterator
from itertools import combinations

import pytest

from tests.journeys.hall import missing
from tests.lockdown.public_machine import (
    MODIFIERS,
    SIZE,
    PublicMachine,
    grown_mb,
    public_machine,
    until,
)

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")

HELD = [held for count in range(len(MODIFIERS) + 1) for held in combinations(MODIFIERS, count)]
"""Every set of keys that one can hold down with another."""
WHOLE = (0, 0, *SIZE)
MOST_MB = 10


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublicMachine]:
    # A scanner that types is the harder case: the window has to listen to the keyboard.
    with public_machine(tmp_path_factory.mktemp("wedge"), "--scanner", "wedge") as one:
        yield one


@pytest.fixture
def stays(machine: PublicMachine) -> Iterator[PublicMachine]:
    """The machine, of which after the test nothing has changed."""
    machine.lead_home()
    machine.move(SIZE[0] // 2, 4)
    kiosk, windows = machine.child(), machine.windows()
    assert [at for _window, at in windows] == [WHOLE, WHOLE]
    yield machine
    assert machine.child() == kiosk
    assert machine.windows() == windows
    machine.lead_home()
    assert machine.windows() == windows
    assert "Traceback" not in machine.log
    assert "program.died" not in machine.log


def heard(machine: PublicMachine) -> None:
    """Wait until the kiosk has dealt with all that was sent: it hears a last, whole reading."""
    before = machine.log.count("scanner.read")
    machine.key(machine.code("a"))
    machine.key(machine.code("Return"))
    machine.x.sync()
    until(lambda: machine.log.count("scanner.read") > before, "the kiosk hears the keyboard")


def test_no_key_and_no_chord_does_anything(stays: PublicMachine) -> None:
    heard(stays)
    kiosk = stays.child()
    before = kiosk.memory_info().rss
    for held in HELD:
        assert stays.every_key(*held) > 200
        heard(stays)
    for name in ("F1", "F11", "F12", "Escape", "Print", "Menu"):
        for _ in range(20):
            stays.key(stays.code(name))
    for held, name in ((("Alt_L",), "F4"), (("Alt_L",), "Tab"), (("Control_L",), "e")):
        for _ in range(20):
            stays.key(stays.code(name), *held)
    heard(stays)
    assert grown_mb(kiosk, before) < MOST_MB


def test_the_pointer_is_not_seen(stays: PublicMachine) -> None:
    for x, y in ((SIZE[0] // 2, SIZE[1] // 2), (4, 4)):
        stays.move(x, y)
        stays.x.sync()
        assert stays.cursor() == 0


def test_no_typed_control_character_and_no_flood_does_anything(stays: PublicMachine) -> None:
    heard(stays)
    kiosk = stays.child()
    before = kiosk.memory_info().rss
    chance = random.Random(4)
    # On a keyboard the control characters are Ctrl with @, the letters and [ \ ] ^ _.
    controls = [stays.code(name) for name in "abcdefghijklmnopqrstuvwxyz"]
    controls += [stays.code(name) for name in ("2", "6", "minus", "bracketleft", "backslash")]
    controls += [stays.code(name) for name in ("bracketright", "BackSpace", "Delete", "Escape")]
    for code in controls:
        stays.key(code, "Control_L")
        stays.key(code, "Control_L", "Shift_L")
    keys = [stays.code(name) for name in "abcdefghijklmnopqrstuvwxyz0123456789"]
    for _reading in range(20):
        for code in chance.choices(keys, k=400):
            stays.key(code, *chance.choice([(), ("Shift_L",)]))
        heard(stays)
    assert grown_mb(kiosk, before) < MOST_MB


def test_no_button_of_a_mouse_but_the_first_does_anything(stays: PublicMachine) -> None:
    drawn = len(stays.frames.read_bytes())
    for number in range(2, 10):
        for x in range(60, SIZE[0], 240):
            for y in range(60, SIZE[1], 240):
                stays.button(number, x, y)
                stays.button(number, x, y, then=(SIZE[0] - x, SIZE[1] - y))
    heard(stays)
    rows = stays.frames.read_bytes()[drawn:]
    assert b'"services"' not in rows
    assert b'"entry"' not in rows


def test_no_tap_and_no_drag_leads_out(stays: PublicMachine) -> None:
    chance = random.Random(4)

    def place() -> tuple[int, int]:
        return chance.randrange(SIZE[0]), chance.randrange(SIZE[1])

    for _ in range(150):
        stays.button(1, *place())
        stays.button(1, *place(), then=place())
        # With a second finger's button down meanwhile.
        stays.button(3, *place(), then=place())


def test_a_client_that_asks_the_window_to_close_is_not_heard(stays: PublicMachine) -> None:
    from Xlib.protocol.event import ClientMessage

    top, _at = stays.windows()[-1]
    window = stays.x.create_resource_object("window", top)
    protocols, delete = (stays.x.intern_atom(name) for name in ("WM_PROTOCOLS", "WM_DELETE_WINDOW"))
    for _ in range(3):
        asks = ClientMessage(window=window, client_type=protocols, data=(32, [delete, 0, 0, 0, 0]))
        window.send_event(asks)
    heard(stays)


def test_no_byte_and_no_flood_of_a_serial_scanner_does_anything(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    scanner, line = pty.openpty()
    tty.setraw(line)
    folder = tmp_path_factory.mktemp("serial")
    try:
        with public_machine(folder, "--scanner", f"serial:{os.ttyname(line)}") as machine:
            kiosk, windows = machine.child(), machine.windows()
            os.write(scanner, b"warm\r")
            until(lambda: "scanner.read" in machine.log, "the scanner is heard")
            before = kiosk.memory_info().rss
            for byte in range(256):
                os.write(scanner, bytes([byte]) + b"\r")
            chance = random.Random(4)
            for flood in (b"A" * 65536, bytes(range(256)) * 256, chance.randbytes(65536)):
                os.write(scanner, flood + b"\r")
            seen = machine.log.count("scanner.read")
            os.write(scanner, b"last\r")
            until(lambda: machine.log.count("scanner.read") > seen, "the scanner is still heard")
            assert machine.child() == kiosk
            assert machine.windows() == windows
            assert grown_mb(kiosk, before) < MOST_MB
            assert "Traceback" not in machine.log
            machine.lead_home()
    finally:
        os.close(scanner)
        os.close(line)
