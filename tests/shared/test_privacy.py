"""What crashes leaves no memory behind."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from display.settings import DisplaySettings
from hub.settings import HubSettings
from kiosk.settings import KioskSettings

ROOT = Path(__file__).resolve().parent.parent.parent
PR_GET_DUMPABLE = 3
CHILD = f"""
import ctypes, sys
from shared.privacy import no_core_dumps
no_core_dumps()
print(ctypes.CDLL(None).prctl({PR_GET_DUMPABLE}, 0, 0, 0, 0), flush=True)
sys.stdin.read()
"""


def allow_cores() -> None:
    """In the child, before it runs Python: as much as this machine lets it."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def start(folder: Path, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=allow_cores,
    )


def finish(program: "subprocess.Popen[str]", number: signal.Signals) -> int:
    with program:
        program.send_signal(number)
        return program.wait(30)


def core_limits(program: "subprocess.Popen[str]") -> list[str]:
    """Soft and hard."""
    limits = Path(f"/proc/{program.pid}/limits").read_text(encoding="ascii")
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    return line.removeprefix("Max core file size").split()[:2]


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_a_process_that_crashes_leaves_no_core(tmp_path: Path, number: signal.Signals) -> None:
    program = start(tmp_path, "-c", CHILD)
    assert program.stdout is not None
    dumpable = program.stdout.readline()
    limits = core_limits(program)
    assert finish(program, number) == -number
    assert dumpable == "0\n"
    assert limits == ["0", "0"]
    assert list(tmp_path.iterdir()) == []


def test_the_kiosk_itself_leaves_no_core(tmp_path: Path) -> None:
    (tmp_path / "credential").touch(mode=0o600)
    (tmp_path / "credential").write_text("anything\n", encoding="utf-8")
    (tmp_path / "kiosk.toml").write_text('procedures = ""\n', encoding="utf-8")
    program = start(
        tmp_path,
        *(
            "-m",
            "kiosk",
            "--no-keeper",
            "--config",
            "kiosk.toml",
            "--hub",
            "127.0.0.1:1",
            "--data",
            "data",
        ),
        *("--credential-file", "credential", "--scanner", "none"),
        SDL_VIDEODRIVER="offscreen",
        SDL_AUDIODRIVER="dummy",
    )
    deadline = time.monotonic() + 60
    try:
        while core_limits(program) != ["0", "0"]:
            assert program.poll() is None, "the kiosk has ended"
            assert time.monotonic() < deadline, "cores are still allowed"
            time.sleep(0.05)
    finally:
        ended = finish(program, signal.SIGABRT)
    assert ended == -signal.SIGABRT
    assert not [path for path in tmp_path.rglob("*") if "core" in path.name]


@pytest.mark.parametrize("option", ["--picture", "--frame-log", "--announcements", "--vitals"])
def test_nothing_that_is_installed_keeps_pictures_or_traces_of_what_people_do(option: str) -> None:
    """They are for tests and demonstrations: no setting has them, and no unit or session does."""
    shipped = [
        path
        for folder in ("config", "deploy/systemd", "deploy/x", "deploy/cups")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    ]
    assert any(path.suffix == ".service" for path in shipped)
    assert [path.name for path in shipped if option in path.read_text("utf-8", "replace")] == []
    name = option.removeprefix("--").replace("-", "_")
    for settings in (KioskSettings, DisplaySettings, HubSettings):
        assert name not in settings.__struct_fields__
