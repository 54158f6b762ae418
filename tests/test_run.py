"""`make run`: a hall that opens, proves itself and leaves nothing behind."""

import os
import re
import signal
import time
from pathlib import Path

import pytest

from deploy.hall.programs import Program, python
from tests.journeys.hall import missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")

STEPS = ("issued", "tapped", "printed", "called", "shown", "spoken")


def _of_run(mark: str) -> list[str]:
    """The command lines of every process that carries `mark` in its environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark.encode() in (entry / "environ").read_bytes():
                    found.append((entry / "cmdline").read_text().replace("\0", " "))
            except (OSError, UnicodeDecodeError):
                continue  # gone meanwhile, or not ours to look at
    return found


def _run(log: Path, mark: str, *options: str) -> Program:
    # Its own folder and no real screen: a hall that is open on this machine is not disturbed.
    command = python("deploy.hall", "--out", str(log.parent / "out"), *options)
    return Program("run", command, log, {"MOTCUA_TEST": mark, "DISPLAY": ""})


def test_a_short_run_ends_with_its_verdict_and_leaves_no_process(tmp_path: Path) -> None:
    mark = f"whole-{os.getpid()}"
    with _run(tmp_path / "run.log", mark, "--for", "25", "--size", "0.5") as run:
        code = run.process.wait(110)
        said = run.log.read_text(encoding="utf-8")
        assert code == 0, said
        assert _of_run(mark) == []
    for step in STEPS:
        assert re.search(rf"(?m)^  {step} +[1-9]", said), said
    assert re.search(r"went all the way from tap to voice: [A-Z]\d{3}", said)


def test_an_empty_hall_closes_cleanly_when_told_to(tmp_path: Path) -> None:
    mark = f"empty-{os.getpid()}"
    with _run(tmp_path / "run.log", mark, "--crowd", "0", "--size", "0.5") as run:
        run.wait_ready("  The hall is open", 60)
        assert any("kiosk" in line for line in _of_run(mark))
        run.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert run.process.wait(20) == 0, run.log.read_text(encoding="utf-8")
        assert time.monotonic() - began < 15
        assert _of_run(mark) == []
