"""`make faults`: many deaths, judged by every rule. `make mutants`: that the tests can fail.

The exit code is 1 when anything was wrong.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from multiprocessing import get_context

from tests.faults import tried
from tests.faults.mutants import MUTANTS
from tests.faults.trial import folder_of, hold
from tests.faults.verdict import Verdict

A_TRIAL = {"kills": 50, "cuts": 30, "losses": 10}
"""How many of each kind one history has."""
SHOWN = 10
"""Faults of a trial that are printed; all are in its folder."""


def _shares(count: int, most: int) -> Iterator[int]:
    while count > 0:
        yield min(count, most)
        count -= most


def _faults(args: argparse.Namespace) -> int:
    began = time.monotonic()
    counts = {"kills": args.kills, "cuts": args.cuts, "losses": args.losses}
    wanted = [
        (kind, share) for kind, count in counts.items() for share in _shares(count, A_TRIAL[kind])
    ]
    verdicts: list[Verdict] = []
    deaths: Counter[str] = Counter()
    with ProcessPoolExecutor(args.workers, get_context("spawn")) as pool:
        asked = {
            pool.submit(hold, kind, args.seed + place, share): kind
            for place, (kind, share) in enumerate(wanted)
        }
        for done in as_completed(asked):
            verdict = done.result()
            verdicts.append(verdict)
            deaths += verdict.deaths
            _tell(asked[done], verdict)
    for kind, count in deaths.most_common():
        print(f"  {count:5d}  {kind}")
    bad = sum(bool(one.faults) for one in verdicts)
    held = deaths.total() == sum(counts.values())
    took = time.monotonic() - began
    print(
        f"{deaths.total()} deaths in {len(verdicts)} trials, {took:.0f} s:"
        f" {sum(one.acknowledged for one in verdicts)} acknowledged,"
        f" {sum(one.unknown for one in verdicts)} unknown,"
        f" {sum(one.events for one in verdicts)} events,"
        f" {sum(one.views for one in verdicts)} views;"
        f" {'nothing lost, nothing twice' if not bad and held else f'{bad} trials with faults'}"
    )
    if took > args.within:
        print(f"TOO SLOW: {took:.0f} s, and it may take {args.within:.0f}")
    return 0 if held and not bad and took <= args.within else 1


def _tell(kind: str, verdict: Verdict) -> None:
    faults = f"{len(verdict.faults)} FAULTS, see {folder_of(kind, verdict.seed)}"
    said = faults if verdict.faults else "ok"
    print(f"{kind} seed {verdict.seed}: {verdict.deaths.total()} deaths, {said}", flush=True)
    for fault in verdict.faults[:SHOWN]:
        print(f"    {fault[:300]}", flush=True)


def _mutants(args: argparse.Namespace) -> int:
    names = [args.only] if args.only else list(MUTANTS)
    tests = sorted({MUTANTS[name].caught_by for name in names})
    sound = [tried.as_they_are(test) for test in tests]
    for test, passed in zip(tests, sound, strict=True):
        print(f"{'passes' if passed else 'FAILS '} unspoilt  {test}", flush=True)
    caught = []
    with ThreadPoolExecutor(args.workers) as pool:
        for name, found in zip(names, pool.map(tried.spoilt, names), strict=True):
            caught.append(found)
            how = f"caught by {MUTANTS[name].caught_by.split('::')[1]}" if found else "SURVIVES"
            print(f"{name:38s} {how}", flush=True)
    print(f"{sum(caught)} of {len(names)} mutants caught")
    return 0 if all(sound) and all(caught) else 1


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    commands = parser.add_subparsers(required=True)
    faults = commands.add_parser("faults", help="kills, power cuts, and losses of the journal")
    faults.add_argument("--kills", type=int, default=1000)
    faults.add_argument("--cuts", type=int, default=300)
    faults.add_argument("--losses", type=int, default=100)
    faults.add_argument("--seed", type=int, default=1, help="the first trial's")
    faults.add_argument("--within", type=float, default=900.0, help="seconds that it may take")
    faults.set_defaults(run=_faults)
    mutants = commands.add_parser("mutants", help="every known spoiling is noticed")
    mutants.add_argument("--only", choices=MUTANTS, metavar="NAME")
    mutants.set_defaults(run=_mutants)
    for command in (faults, mutants):
        command.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())
