"""Whether a test passes, and whether it notices a mutant: each try is a pytest of its own."""

import re
import subprocess
import sys
import tempfile

from tests.faults.mutants import MUTANTS
from tests.hub.hub_process import ROOT

WITHIN_S = 240.0
_PASSED, _FAILED = 0, 1
"""pytest's exit codes; any other means that it could not run the test."""


def _pytest(name: str, test: str) -> tuple[int, str]:
    # Several at once would clean up one another's folders.
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.mutated", name, test, f"--basetemp={folder}/t"],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=WITHIN_S,
        )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def as_they_are(test: str) -> bool:
    """Whether the test passes on unspoilt programs."""
    return _pytest("-", test)[0] == _PASSED


def spoilt(name: str) -> bool:
    """Whether the mutant's test fails, and says what it is to say."""
    mutant = MUTANTS[name]
    code, said = _pytest(name, mutant.caught_by)
    return code == _FAILED and re.search(mutant.says, said) is not None
