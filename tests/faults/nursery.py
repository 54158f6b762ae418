"""A process that bears hubs: each is a fork that runs `motcua-hub serve`, modules loaded already.

A hub that starts from nothing takes half a second, most of it Python's imports; a thousand of them
would be all that `make faults` has time for. Orders come as JSON lines on stdin; answered on stdout
are `born PID`, the hub's own `ready …` and `gone STATUS` (as waitpid has it), and empty lines.
"""

import argparse
import ctypes
import gc
import importlib
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

import msgspec

from tests.faults import ailing, mutants, points

SITE = Path(__file__).with_name("small_centre.toml")
_IMPORTED = (
    *("hub.__main__", "hub.admission", "hub.cards", "hub.centre", "hub.dossiers.connect"),
    *("hub.dossiers.lookup", "hub.logs", "hub.metrics", "hub.realtime", "hub.serve"),
    *("hub.web.app", "shared.settings", "uvicorn.loops.auto", "uvicorn.protocols.http.auto"),
)
BUSY_MS = 500
"""How long a hub with an ailing disk waits for who holds its journal, a tenth of what others do."""
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Order(msgspec.Struct, frozen=True):
    """A hub to be born; it dies by itself when it passes `point` for the `passing`th time. What
    the file `ailing` says is wrong with its disk, if it is named."""

    data: str
    live: str = "127.0.0.1:0"
    web: str = "127.0.0.1:0"
    point: points.Point | None = None
    passing: int = 1
    ailing: str = ""


def _load() -> None:
    """Import what `motcua-hub serve` imports as it goes."""
    for name in _IMPORTED:
        importlib.import_module(name)


def _die_with_the_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def _wait_for_locks(milliseconds: int) -> None:
    """Each connection to a database that is made from now on waits so long for another process."""
    from hub.database import Database

    defaults = Database.__init__.__kwdefaults__
    assert defaults is not None
    assert "busy_ms" in defaults
    defaults["busy_ms"] = milliseconds


def _be_a_hub(order: Order) -> NoReturn:
    from hub.__main__ import main

    code = 70
    try:
        _die_with_the_parent()
        _say(f"born {os.getpid()}")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = Path(order.data) / "hub.log"
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
        if order.point is not None:
            points.die_at(order.point, order.passing)
        if order.ailing:
            _disk = ailing.AilingDisk(Path(order.ailing))  # kept: it would go with its last name
            _wait_for_locks(BUSY_MS)
        code = main(
            ["serve", "--always-open", "--site", str(SITE), "--data", order.data,
             "--live", order.live, "--web", order.web]
        )  # fmt: skip
        sys.stdout.flush()
    finally:
        os._exit(code)


def run() -> None:
    """Bear one hub after another until stdin ends."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.nursery")
    parser.add_argument("--mutant", help="a name of tests/faults/mutants.py")
    mutant = parser.parse_args().mutant
    _die_with_the_parent()
    _load()
    if mutant is not None:
        mutants.MUTANTS[mutant].install()
    gc.freeze()
    _say("open")
    for line in sys.stdin:
        order = msgspec.json.decode(line, type=Order)
        pid = os.fork()
        if pid == 0:
            _be_a_hub(order)
        _pid, status = os.waitpid(pid, 0)
        # It may have died between its word and the end of the line.
        _say(f"\ngone {status}")


if __name__ == "__main__":
    run()
