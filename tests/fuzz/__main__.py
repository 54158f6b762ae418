"""`python -m tests.fuzz [--inputs N] [--seed N]`: junk for all that takes bytes from outside.

Two engines: atheris looks for inputs that reach new code, Hypothesis bends sound ones. Passes when
nothing raised what it must not, and no process grew by 5 % after it had warmed up.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from tests.fuzz.one import Figures

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out" / "fuzz"
MOST_GROWTH_PCT = 5.0

SHARES: dict[tuple[str, str], float] = {
    ("atheris", "hellos"): 0.1,
    ("atheris", "frames"): 0.15,
    ("atheris", "pages"): 0.04,
    ("atheris", "scans"): 0.21,
    ("atheris", "answers"): 0.2,
    ("atheris", "settings"): 0.15,
    ("atheris", "peers"): 0.04,
    ("hypothesis", "hellos"): 0.01,
    ("hypothesis", "frames"): 0.03,
    ("hypothesis", "pages"): 0.01,
    ("hypothesis", "scans"): 0.01,
    ("hypothesis", "answers"): 0.02,
    ("hypothesis", "settings"): 0.025,
    ("hypothesis", "peers"): 0.005,
}
"""What part of the inputs each engine gives each target."""


def run(engine: str, target: str, count: int, seed: int) -> Figures | str:
    """The figures of one process, or what it said when it failed."""
    OUT.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "tests.fuzz.one", engine, target, str(count), str(seed)]
    done = subprocess.run(
        [*command, str(OUT)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        said = [line[:200] for line in (done.stdout + done.stderr).splitlines()]
        return "\n".join(said[-40:])
    return msgspec.json.decode(lines[-1], type=Figures)


def main() -> int:
    """Fuzz everything; 1 when something failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, metavar="N", help="in all")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other inputs")
    parser.add_argument("--only", metavar="TARGET", help="one target")
    options = parser.parse_args()
    print(f"{'target':<10}{'engine':<12}{'inputs':>10}{'seconds':>9}{'RSS MB':>9}{'growth':>9}")
    taken, faults, began = 0, 0, time.monotonic()
    for (engine, target), share in SHARES.items():
        if options.only not in (None, target):
            continue
        found = run(engine, target, round(options.inputs * share), options.seed)
        if isinstance(found, str):
            print(f"{target:<10}{engine:<12}FAILED; its input is in {OUT}\n{found}", flush=True)
            faults += 1
            continue
        taken += found.inputs
        well = found.growth_pct < MOST_GROWTH_PCT
        faults += not well
        print(
            f"{target:<10}{engine:<12}{found.inputs:>10,}{found.seconds:>9.1f}{found.end_mb:>9.1f}"
            f"{found.growth_pct:>8.2f}%{'' if well else '  TOO MUCH'}",
            flush=True,
        )
    seconds = time.monotonic() - began
    print(f"{taken:,} inputs in {seconds:.0f} s, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
