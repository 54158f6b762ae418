"""`python -m tests.fuzz.one ENGINE TARGET COUNT SEED FOLDER`: one target, in a process of its own.

Prints one line of JSON: how many inputs were taken, in how many seconds, and the resident memory
after warming up and at the end. A fault ends the process with a trace, and its input is in FOLDER.
"""

import gc
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog

WARM = 0.2
"""The part of the inputs that caches and allocators may fill up with."""

LONGEST = 4096

MEMORY = Path("/dev/shm")
"""Where files cost no disk: one is written for every input of settings."""


class Figures(msgspec.Struct, frozen=True):
    """What one process has done."""

    target: str
    engine: str
    inputs: int
    seconds: float
    warm_mb: float
    end_mb: float

    @property
    def growth_pct(self) -> float:
        """How much memory grew after warming up, in per cent."""
        return (self.end_mb / self.warm_mb - 1) * 100


class Counted:
    """Takes inputs for a target, and calls `done` after `count` of them."""

    def __init__(
        self, take: Callable[[bytes], None], count: int, done: Callable[[float, float], None]
    ) -> None:
        self._take = take
        self._count = count
        self._done = done
        self._taken = 0
        self._warm_mb = 0.0

    @property
    def left(self) -> int:
        """How many inputs are still to come."""
        return self._count - self._taken

    def __call__(self, data: bytes) -> None:
        """Take one."""
        self._take(data)
        self._taken += 1
        if self._taken == int(self._count * WARM):
            self._warm_mb = resident_mb()
        if self._taken == self._count:
            self._done(self._warm_mb, resident_mb())


def resident_mb() -> float:
    """Memory of this process that is in use, in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def main(engine: str, name: str, count: int, seed: int, folder: Path) -> int:
    """Run one engine on one target."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as scratch:
        began = time.monotonic()

        def done(warm_mb: float, end_mb: float) -> None:
            seconds = time.monotonic() - began
            figures = Figures(name, engine, count, seconds, warm_mb, end_mb)
            print(msgspec.json.encode(figures).decode(), flush=True)

        run = _atheris if engine == "atheris" else _hypothesis
        run(name, count, seed, folder, Path(scratch), done)
    return 0


def _atheris(
    name: str, count: int, seed: int, folder: Path, scratch: Path,
    done: Callable[[float, float], None],
) -> None:  # fmt: skip
    import atheris

    with atheris.instrument_imports(include=["hub", "shared", "kiosk", "display", "tomllib"]):
        from tests.fuzz.targets import TARGETS
    kind = TARGETS[name]
    corpus = scratch / "corpus"
    corpus.mkdir()
    for place, one in enumerate(kind.seeds):
        (corpus / str(place)).write_bytes(one)

    def end(warm_mb: float, end_mb: float) -> None:
        done(warm_mb, end_mb)
        os._exit(0)  # libFuzzer would go on with its own statistics

    take = Counted(kind(scratch).take, count, end)
    options = (f"-runs={count * 2}", f"-seed={seed}", f"-max_len={LONGEST}", "-timeout=60")
    quiet = ("-verbosity=0", "-reload=0", "-rss_limit_mb=1000")
    atheris.Setup(
        [sys.argv[0], *options, *quiet, f"-artifact_prefix={folder}/{name}-", str(corpus)], take
    )
    atheris.Fuzz()


def _hypothesis(
    name: str, count: int, seed: int, folder: Path, scratch: Path,
    done: Callable[[float, float], None],
) -> None:  # fmt: skip
    from tests.fuzz.targets import TARGETS

    target = TARGETS[name](scratch)
    take = Counted(target.take, count, done)
    # Bent in a process of its own: what Hypothesis remembers is not our growth.
    command = [sys.executable, "-m", "tests.fuzz.bent", name, str(count), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as bending:
        assert bending.stdout is not None
        while take.left:
            size = bending.stdout.read(4)
            assert size, "Hypothesis has ended early"
            data = bending.stdout.read(int.from_bytes(size))
            try:
                take(data)
            except BaseException:
                (folder / f"{name}-hypothesis").write_bytes(data)
                raise
    target.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5])))
