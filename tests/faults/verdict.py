"""What a trial did, and what was wrong."""

from collections import Counter
from pathlib import Path

import msgspec

from tests.faults.case import gather
from tests.faults.checker import faults
from tests.faults.history import History, Kind


class Verdict(msgspec.Struct):
    """One trial's figures. `deaths` counts by kind of death; without `faults` it was passed."""

    seed: int
    deaths: Counter[str]
    acknowledged: int
    unknown: int
    events: int
    views: int
    faults: list[str]


def judge(seed: int, deaths: Counter[str], history: History, folder: Path) -> Verdict:
    """Try every rule on what the journal in `folder` says and clients heard."""
    case = gather(history, folder)
    return Verdict(
        seed,
        deaths,
        acknowledged=len(case.granted),
        unknown=sum(one.kind is Kind.UNKNOWN for one in history.moments),
        events=len(case.entries),
        views=len(history.seen),
        faults=faults(case),
    )
