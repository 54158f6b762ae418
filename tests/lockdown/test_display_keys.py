"""Nothing that is pressed or clicked leads out of a display, or changes what it shows."""

from collections.abc import Iterator

import pytest

from bench.raw import RawClient, command, issue
from deploy.hall.verdict import read_lines
from tests.journeys.hall import missing
from tests.lockdown.public_machine import (
    MODIFIERS,
    SIZE,
    PublicMachine,
    grown_mb,
    public_machine,
    until,
)
from tests.lockdown.test_keys import HELD, MOST_MB, WHOLE

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")

COUNTER = 4


class Wall:
    """A display that anybody can reach, and a hub that calls numbers on it."""

    def __init__(self, machine: PublicMachine) -> None:
        self.machine = machine
        hub = machine.hub
        self._kiosk = RawClient(hub.live, "kiosk", hub.enrol("kiosk", "k"))
        self._boss = RawClient(hub.live, "supervisor", hub.enrol("supervisor", "s"))
        self._calls = 0

    def close(self) -> None:
        for client in (self._kiosk, self._boss):
            client.close()

    def heard(self) -> None:
        """Wait until the display has dealt with all that was sent: it draws a new call."""
        self.machine.x.sync()
        self._kiosk.ask(issue())
        answer = self._boss.ask(command(f'{{"kind":"call_next","counter":{COUNTER}}}'))
        assert answer.startswith(b'{"type":"result"'), answer
        self._calls += 1
        until(self._drawn, f"call {self._calls} on the wall")

    def _drawn(self) -> bool:
        return any(row.get("call") == self._calls for row in read_lines(self.machine.frames))


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    folder = tmp_path_factory.mktemp("display")
    with public_machine(folder, "--without-card", "well", role="display") as machine:
        found = Wall(machine)
        yield found
        found.close()


@pytest.fixture
def stays(wall: Wall) -> Iterator[Wall]:
    """The display, of which after the test nothing has changed but the call."""
    wall.heard()
    machine = wall.machine
    display, windows = machine.child(), machine.windows()
    memory = display.memory_info().rss
    assert [at for _window, at in windows] == [WHOLE, WHOLE]
    yield wall
    wall.heard()
    assert machine.child() == display
    assert machine.windows() == windows
    assert grown_mb(display, memory) < MOST_MB
    assert "Traceback" not in machine.log
    assert "program.died" not in machine.log


def test_no_key_and_no_chord_does_anything_on_a_wall(stays: Wall) -> None:
    machine = stays.machine
    for held in HELD:
        assert machine.every_key(*held) > 200
    for name in ("F1", "F11", "F12", "Escape", "Print", "Menu"):
        for _ in range(20):
            machine.key(machine.code(name))
    for held, name in ((("Alt_L",), "F4"), (("Alt_L",), "Tab"), (("Control_L",), "e")):
        for _ in range(20):
            machine.key(machine.code(name), *held)
    assert len(HELD) == 2 ** len(MODIFIERS)


def test_no_button_of_a_mouse_and_no_drag_does_anything_on_a_wall(stays: Wall) -> None:
    for number in range(1, 10):
        for x in range(60, SIZE[0], 240):
            for y in range(60, SIZE[1], 240):
                stays.machine.button(number, x, y)
                stays.machine.button(number, x, y, then=(SIZE[0] - x, SIZE[1] - y))


def test_a_pointer_over_a_wall_is_not_seen(stays: Wall) -> None:
    for x, y in ((SIZE[0] // 2, SIZE[1] // 2), (4, 4)):
        stays.machine.move(x, y)
        stays.machine.x.sync()
        assert stays.machine.cursor() == 0
