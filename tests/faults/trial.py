"""One trial of `make faults`, held in a process of its own."""

import asyncio
import logging
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import structlog

from tests.faults import cuts, kills, losses
from tests.faults.history import History
from tests.faults.verdict import Verdict

OUT = Path("out/faults")


class Trial(Protocol):
    """What a trial is, whatever it tries."""

    history: History

    async def run(self, times: int, /) -> Verdict:
        """So many faults, and the judgement."""


KINDS: dict[str, Callable[[Path, int], Trial]] = {
    "kills": kills.Trial,
    "cuts": cuts.Trial,
    "losses": losses.Trial,
}


def folder_of(kind: str, seed: int) -> Path:
    """Where a trial keeps its journal, and its history when something was wrong."""
    return OUT / f"{kind}-{seed}"


def hold(kind: str, seed: int, count: int) -> Verdict:
    """So many of that one of `KINDS`; what is left is kept only when something was wrong."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # that a peer is gone is no news here
    folder = folder_of(kind, seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    trial = KINDS[kind](folder, seed)
    try:
        verdict = asyncio.run(trial.run(count))
    except Exception as error:  # a trial that could not be held is as bad as one that was lost
        verdict = Verdict(seed, Counter(), 0, 0, 0, 0, [f"the trial broke off: {error!r}"])
    if verdict.faults:
        trial.history.write(folder / "history.json")
        (folder / "faults.txt").write_text("\n".join(verdict.faults), encoding="utf-8")
    else:
        shutil.rmtree(folder)
    return verdict
