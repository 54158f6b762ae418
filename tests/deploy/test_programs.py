"""Children are awaited, explained when they die, and gone when stopped."""

import os
import time
from pathlib import Path

import pytest

from deploy.hall.programs import Program, ProgramError, addresses


def test_a_program_is_ready_when_it_says_so(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo hello; echo ready live=127.0.0.1:1 web=127.0.0.1:2; sleep 60"]
    with Program("one", command, tmp_path / "log") as program:
        ready = program.wait_ready()
        assert addresses(ready) == {"live": "127.0.0.1:1", "web": "127.0.0.1:2"}
        assert program.alive
    assert not program.alive


def test_a_program_that_dies_is_quoted(tmp_path: Path) -> None:
    program = Program("one", ["sh", "-c", "echo the disk is full; exit 3"], tmp_path / "log")
    with pytest.raises(ProgramError, match=r"one ended with 3(.|\n)*the disk is full"):
        program.wait_ready()


def test_a_program_that_never_gets_ready_is_stopped(tmp_path: Path) -> None:
    program = Program("one", ["sleep", "60"], tmp_path / "log")
    with pytest.raises(ProgramError, match="one was not ready in 0 s"):
        program.wait_ready(within_s=0.1)
    assert not program.alive


def test_grandchildren_go_with_their_parent(tmp_path: Path) -> None:
    command = ["sh", "-c", "sleep 60 & echo ready $!; wait"]
    with Program("one", command, tmp_path / "log") as program:
        grandchild = int(program.wait_ready())
    end = time.monotonic() + 5
    while _runs(grandchild) and time.monotonic() < end:
        time.sleep(0.01)
    assert not _runs(grandchild)


def test_a_program_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    command = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"]
    program = Program("one", command, tmp_path / "log")
    program.wait_ready()
    assert program.stop(within_s=0.2) == -9
    assert not program.alive


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    os.kill(pid, 0)
    return state != "Z"
