"""A process that knows people leaves no core when it crashes."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CRASH = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if sys.argv[1] == "guarded":
    from shared.privacy import leave_no_core
    leave_no_core()
print(open("/proc/self/limits").read().split("Max core file size")[1].split()[:2], flush=True)
os.kill(os.getpid(), int(sys.argv[2]))
"""


def crash(mode: str, number: signal.Signals, folder: Path) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", CRASH, mode, str(int(number))],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip(), done.returncode


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_a_guarded_crash_leaves_no_core(number: signal.Signals, tmp_path: Path) -> None:
    unguarded, _code = crash("unguarded", number, tmp_path)
    if "unlimited" not in unguarded:
        pytest.skip("this machine allows no cores at all, so there is nothing to be guarded from")
    for left in tmp_path.iterdir():
        left.unlink()
    guarded, code = crash("guarded", number, tmp_path)
    assert guarded == "['0', '0']"
    assert code == -number
    assert list(tmp_path.iterdir()) == []
