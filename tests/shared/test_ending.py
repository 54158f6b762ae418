"""What nobody has caught ends the process, with a trace and without waiting."""

import subprocess
import sys

import pytest

START = """
import asyncio, threading, time
from shared import ending
from shared.errors import SetupError
threading.Thread(target=time.sleep, args=(60,)).start()
async def work():
    {work}
    await asyncio.sleep(60)
try:
    ending.run(work())
except SetupError as error:
    import os
    print("caught", error, flush=True)
    os._exit(2)
"""


def run(work: str) -> "subprocess.CompletedProcess[str]":
    # A thread that goes on for a minute, as a printer's may: nobody waits for it.
    return subprocess.run(
        [sys.executable, "-c", START.format(work=work)],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize(
    "work",
    ["1 / 0", "asyncio.get_running_loop().call_soon(lambda: 1 / 0)"],
    ids=["in the work itself", "in a callback of its loop"],
)
def test_an_error_that_nobody_caught_ends_the_process_at_once(work: str) -> None:
    ended = run(work)
    assert ended.returncode == 1
    assert "ZeroDivisionError" in ended.stderr


def test_a_crash_of_the_interpreter_leaves_the_lines_that_ran() -> None:
    ended = run("import ctypes; ctypes.string_at(0)")
    assert ended.returncode == -11
    assert "Segmentation fault" in ended.stderr
    assert "in work" in ended.stderr


def test_trouble_with_the_set_up_is_the_callers() -> None:
    ended = run("raise SetupError('no screen')")
    assert (ended.returncode, ended.stdout) == (2, "caught no screen\n")
