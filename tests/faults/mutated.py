"""Run tests with one of the mutants switched on: `python -m tests.faults.mutated NAME TEST…`.

Without a name, `-`, they run as they are. The exit code is pytest's.
"""

import sys

import pytest

from tests.faults import mutants

if __name__ == "__main__":
    name, *tests = sys.argv[1:]
    if name != "-":
        mutants.install(name)
    sys.exit(pytest.main(["-q", "-x", "-p", "no:xdist", *tests]))
