import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.hall.printer import ThermalEmulator, obey
from kiosk.devices.printer import escpos
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


def test_its_status_bits_are_those_of_the_reference(tmp_path: Path) -> None:
    with ThermalEmulator(tmp_path) as printer:
        with socket.create_connection(("127.0.0.1", printer.port), 5) as line:

            def status() -> list[int]:
                answers = []
                for about in (1, 2, 4):
                    line.sendall(b"\x10\x04" + bytes([about]))
                    answers.append(line.recv(1)[0])
                return answers

            assert status() == [0x12, 0x12, 0x12]
            obey(printer, "paper out")
            assert status() == [0x1A, 0x32, 0x7E]
            obey(printer, "paper in")
            obey(printer, "cover open")
            assert status() == [0x1A, 0x16, 0x12]
        with pytest.raises(ValueError, match="no such switch"):
            obey(printer, "dance")
