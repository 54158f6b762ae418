"""`python -m deploy.gallery`: every screen in every language, mode and state, as pictures.

Kiosk and board are drawn by two processes beside each other. The exit code is 1 where a text is
cut off, faint, on another or outside its picture. With --approve the pictures that tests compare
with (tests/approved) are replaced by those just drawn: look at them first.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from PIL import Image

from deploy.gallery import approved, index
from deploy.gallery.shots import Taken, file_of, is_kept
from deploy.hall.programs import ROOT, python

OUT = ROOT / "out" / "gallery"
FAMILIES = ("kiosk", "board")


def draw(out: Path, only: list[str]) -> list[Taken]:
    """Draw the pictures whose name holds one of `only`, or all; with TESTED among them, paint only
    what tests look at. Raises RuntimeError with what a painter said when it broke down."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("*.png"):
        old.unlink()
    painters = [
        subprocess.Popen(
            [*python("deploy.gallery.draw", family, str(out)), *only],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for family in FAMILIES
    ]
    said = [painter.communicate() for painter in painters]
    for painter, (_out, trouble) in zip(painters, said, strict=True):
        if painter.returncode:
            raise RuntimeError(
                f"{painter.args!r} ended with {painter.returncode}\n{trouble[-3000:]}"
            )
    lines = [line for text, _trouble in said for line in text.splitlines() if line[:1] == "{"]
    return [msgspec.json.decode(line, type=Taken) for line in lines]


def approve(out: Path, taken: list[Taken]) -> int:
    """Make the drawn pictures the approved ones; how many."""
    kept = [one.shot for one in taken if is_kept(one.shot)]
    approved.FOLDER.mkdir(parents=True, exist_ok=True)
    for old in approved.FOLDER.glob("*.png"):
        old.unlink()
    for shot in kept:
        with Image.open(file_of(out, shot)) as image:
            approved.approve(image, file_of(approved.FOLDER, shot))
    return len(kept)


def main() -> int:
    """Draw, and say where to look."""
    parser = argparse.ArgumentParser(prog="python -m deploy.gallery", description=__doc__)
    parser.add_argument("only", nargs="*", help="parts of names, e.g. kiosk.home or .contrast.")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--approve", action="store_true", help="replace tests/approved")
    options = parser.parse_args()
    if options.approve and options.only:
        parser.error("--approve takes all pictures; leave the names out")
    began = time.monotonic()
    taken = draw(options.out, options.only)
    seconds = time.monotonic() - began
    page = index.write(options.out, taken, seconds)
    for one in taken:
        for fault in one.faults:
            print(f"{one.shot.name}: {fault}")
    print(f"{len(taken)} pictures in {seconds:.1f} s: {page}")
    if options.approve:
        print(f"{approve(options.out, taken)} of them are approved now")
    return 1 if any(one.faults for one in taken) else 0


if __name__ == "__main__":
    sys.exit(main())
