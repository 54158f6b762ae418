import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.hall.printer import BUFFER, ThermalEmulator, obey
from kiosk.devices.dots import escpos
from kiosk.ticket_layout import draw
from tests.paper import a_paper


def test_as_a_program_it_prints_what_comes_in_and_obeys_its_switches(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "deploy.hall.printer", "--folder", str(tmp_path), "--port", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin and program.stdout
        port = int(program.stdout.readline().removeprefix("ready "))
        with socket.create_connection(("127.0.0.1", port), 5) as line:
            line.sendall(escpos(draw(a_paper(), 384)) + b"\x1dr\x01")
            assert line.recv(1) == b"\x00"
        program.stdin.write("quit\n")
        program.stdin.flush()
        assert program.wait(5) == 0
    assert (tmp_path / "0001.png").exists()


def test_it_says_no_to_bytes_that_are_no_ticket(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as printer:
        with socket.create_connection(("127.0.0.1", printer.port), 5) as line:
            line.sendall(b"Xin chao\n")
            assert line.recv(1) == b""
        assert "no command" in printer.errors[0]
        assert printer.tickets() == []


class Talk:
    """One line to an emulator."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), 5)

    def status(self, *about: int) -> list[int]:
        answers = []
        for one in about:
            self.line.sendall(b"\x10\x04" + bytes([one]))
            answers.append(self.line.recv(1)[0])
        return answers

    def __enter__(self) -> "Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self.line.close()


def test_its_status_bits_are_those_of_the_reference(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as printer, Talk(printer.port) as talk:
        assert talk.status(1, 2, 3, 4) == [0x12, 0x12, 0x12, 0x12]
        for switches, bits in (
            (("paper out",), [0x1A, 0x32, 0x12, 0x7E]),
            (("paper in", "paper low"), [0x12, 0x12, 0x12, 0x1E]),
            (("paper in", "cover open"), [0x1A, 0x16, 0x12, 0x12]),
            (("cover closed", "fault"), [0x1A, 0x52, 0x32, 0x12]),
            (("mended",), [0x12, 0x12, 0x12, 0x12]),
        ):
            for switch in switches:
                obey(printer, switch)
            assert talk.status(1, 2, 3, 4) == bits, switches
        with pytest.raises(ValueError, match="no such switch"):
            obey(printer, "dance")


def test_it_answers_while_its_paper_is_out_and_its_buffer_is_full(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as printer, Talk(printer.port) as talk:
        printer.paper_out()
        band = b"\x1dv0\x00" + bytes((72, 0, 24, 0)) + bytes(72 * 24)
        for _ in range(BUFFER // len(band)):
            talk.line.sendall(band)
            assert talk.status(4) == [0x7E]
        talk.line.sendall(band)
        talk.line.settimeout(0.2)
        with pytest.raises(TimeoutError):  # beyond it the line stands still
            talk.status(4)


def test_it_talks_with_one_at_a_time(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as printer, Talk(printer.port) as first:
        assert first.status(1) == [0x12]
        with Talk(printer.port) as second:
            second.line.settimeout(0.1)
            with pytest.raises(TimeoutError):
                second.status(1)
            first.line.close()
            second.line.settimeout(5)
            assert second.line.recv(1) == b"\x12"


def test_a_cover_that_was_opened_while_it_printed_needs_a_word_to_go_on(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as printer, Talk(printer.port) as talk:
        talk.line.sendall(escpos(draw(a_paper(), 384))[: 48 * 24 + 8] + b"\x1dr\x01")
        assert talk.line.recv(1) == b"\x00"
        printer.open_cover()
        printer.close_cover()
        talk.line.sendall(b"\x1dVB\x00\x1dr\x01")
        assert talk.status(2, 3) == [0x52, 0x16]
        talk.line.sendall(b"\x10\x05\x01")
        assert talk.line.recv(1) == b"\x00"
        assert printer.printed == 1


def test_a_mute_one_prints_and_answers_nothing(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path, mute=True) as printer, Talk(printer.port) as talk:
        talk.line.sendall(b"\x10\x04\x02" + escpos(draw(a_paper(), 384)) + b"\x1dr\x01")
        assert printer.wait_printed(1)
        talk.line.settimeout(0.1)
        with pytest.raises(TimeoutError):
            talk.line.recv(1)
