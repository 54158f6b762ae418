"""How a printer is, asked over the line that jobs use as well."""

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.hall.printer import ThermalEmulator
from kiosk.devices.probe import MUTE_AGAIN_S, Probe
from kiosk.devices.thermal import Line
from shared.messages import PrinterState as State

KNOWN_WITHIN_S = 0.75
"""With LOOK_EVERY_S before it, that is one second."""


class Probed:
    """An emulator and a probe at it."""

    def __init__(self, emulator: ThermalEmulator, place: str) -> None:
        self.printer = emulator
        self.place = place
        self.ahead_s = 0.0
        self.probe = Probe(lambda: time.monotonic() + self.ahead_s)

    def look(self) -> State | None:
        return self.probe.look(self.place)


@pytest.fixture(params=["network", "usb"])
def one(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Probed]:
    device = tmp_path / "lp0" if request.param == "usb" else None
    with ThermalEmulator(tmp_path / "paper", device=device) as emulator:
        probed = Probed(emulator, str(device) if device else f"127.0.0.1:{emulator.port}")
        yield probed
        probed.probe.let_go()
        assert emulator.errors == []


@pytest.mark.parametrize(
    ("switch", "back", "state"),
    [
        (ThermalEmulator.paper_low, ThermalEmulator.paper_in, State.LOW),
        (ThermalEmulator.paper_out, ThermalEmulator.paper_in, State.NO_PAPER),
        (ThermalEmulator.open_cover, ThermalEmulator.close_cover, State.COVER_OPEN),
        (ThermalEmulator.fail, ThermalEmulator.mend, State.FAULT),
        (ThermalEmulator.off, ThermalEmulator.on, State.OFF),
        (ThermalEmulator.unplug, ThermalEmulator.on, State.OFF),
    ],
)
def test_what_happens_to_an_idle_printer_is_known_in_the_next_look(
    one: Probed,
    switch: Callable[[ThermalEmulator], None],
    back: Callable[[ThermalEmulator], None],
    state: State,
) -> None:
    assert one.look() is State.READY
    switch(one.printer)
    began = time.monotonic()
    assert one.look() is state
    assert time.monotonic() - began < KNOWN_WITHIN_S
    back(one.printer)
    assert one.look() is State.READY


def test_the_line_is_kept_and_given_up_for_a_job(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as emulator:
        one = Probed(emulator, f"127.0.0.1:{emulator.port}")
        assert [one.look(), one.look()] == [State.READY] * 2
        with socket.create_connection(("127.0.0.1", emulator.port), 5) as job:
            job.settimeout(0.1)
            job.sendall(b"\x10\x04\x01")
            with pytest.raises(TimeoutError):
                job.recv(1)
            one.probe.let_go()
            job.settimeout(5)
            assert job.recv(1) == b"\x12"
        assert one.look() is State.READY
        one.probe.let_go()


def test_a_line_that_cannot_be_had_at_once_is_no_printer_that_is_off(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as emulator:
        one = Probed(emulator, f"127.0.0.1:{emulator.port}")
        emulator.off()
        assert [one.look(), one.look()] == [None, State.OFF]
        emulator.on()
        assert one.look() is State.READY
        one.probe.let_go()


def test_a_printer_that_says_nothing_is_called_mute_and_seldom_asked(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path, mute=True) as emulator:
        one = Probed(emulator, f"127.0.0.1:{emulator.port}")
        assert [one.look() for _ in range(4)] == [State.MUTE] * 4
        assert emulator.asked == 1
        one.ahead_s = MUTE_AGAIN_S
        assert one.look() is State.MUTE
        assert emulator.asked == 2


def test_a_status_that_nobody_asked_for_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(f"127.0.0.1:{server.getsockname()[1]}")
        end, _ = server.accept()
        with end:
            # The four bytes of an automatic status, XOFF and XON, then what was asked.
            end.sendall(b"\x14\x00\x0f\x00" + b"\x13\x11" + b"\x16" + b"\x00")
            assert line.ask(2) == 0x16
            line.hear(1)
            assert line.turns == 1
        line.close()


def test_an_answer_that_comes_late_is_that_of_the_question_it_belongs_to() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = Line(f"127.0.0.1:{server.getsockname()[1]}")
        end, _ = server.accept()
        with end:
            assert line.ask(2) is None
            assert end.recv(16) == b"\x10\x04\x02"
            end.sendall(b"\x16\x1e")
            assert line.ask(2) == 0x16, "asked once, answered once"
            assert line.ask(4) is None, "what nobody asked for is dropped"
        line.close()
