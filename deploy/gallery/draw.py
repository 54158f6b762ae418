"""`python -m deploy.gallery.draw FAMILY FOLDER [PART …]`: one family's pictures, one process.

A line of JSON a picture says what was found; with --tested many of them are not painted.
Pictures are half the design's size: twice as many fit into a minute, and what is cut off is cut off
at any size.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from msgspec.structs import replace
from PIL import Image

from deploy.gallery import easel
from deploy.gallery.shots import Painter, Shot, chosen, file_of, is_painted

KIOSK_SHAPES = {"upright": (540, 960), "lying": (960, 540)}
BOARD_SHAPES = {"wide": (960, 540), "tall": (540, 960), "old": (800, 600)}
MODES = ("plain", "large", "contrast", "low", "large-low")
TOGETHER = ("large-contrast", "contrast-low", "large-contrast-low")
"""What differs from others in colour alone is drawn of the key states alone."""
KEY_STATES = ("home", "services", "priority", "ticket", "code", "dossier", "procedures", "refused")


def kiosk_shots(states: Iterable[str], languages: Iterable[str]) -> Iterator[Shot]:
    """Every state in every language and mode upright, and lying in the first language."""
    for state in states:
        for place, language in enumerate(languages):
            for mode in MODES:
                yield Shot("kiosk", state, language, mode, "upright")
                if place == 0 and mode in ("plain", "large"):
                    yield Shot("kiosk", state, language, mode, "lying")
            if place == 0 and state in KEY_STATES:
                for mode in TOGETHER:
                    yield Shot("kiosk", state, language, mode, "upright")


def news_shots(states: Iterable[str], languages: Iterable[str]) -> Iterator[Shot]:
    """States that are laid out like others: in every language, and where room is short."""
    for state in states:
        for place, language in enumerate(languages):
            for mode in ("plain", "large", "large-low") if place == 0 else ("plain",):
                yield Shot("kiosk", state, language, mode, "upright")


def board_shots(states: Iterable[str]) -> Iterator[Shot]:
    """Every state in every shape."""
    for state in states:
        for shape in BOARD_SHAPES:
            yield Shot("board", state, "vi", "plain", shape)


def main() -> int:
    """Draw and report."""
    family, folder, parts = sys.argv[1], Path(sys.argv[2]), sys.argv[3:]
    easel.configure()
    painting, shots = _painter(family)
    # By language and mode: the kiosk makes its pages anew when these change.
    asked = (shot for shot in shots() if chosen(shot, parts))
    wanted = sorted(asked, key=lambda shot: (shot.language, shot.mode, shot.shape))
    saved = []
    with ThreadPoolExecutor(1) as writer:
        for shot in wanted:
            taken = painting.measure(shot)
            if is_painted(shot, parts):
                image, faint = painting.paint(shot)
                saved.append(writer.submit(_save, image, file_of(folder, shot)))
                taken = replace(taken, faults=(*taken.faults, *faint))
            print(msgspec.json.encode(taken).decode(), flush=True)
    for one in saved:
        one.result()  # what a disk did not take is no picture
    return 0


def _painter(family: str) -> tuple[Painter, Callable[[], Iterator[Shot]]]:
    if family == "kiosk":
        from deploy.gallery import kiosk

        return kiosk.Painter(), kiosk.shots
    from deploy.gallery import board

    return board.Painter(), board.shots


def _save(image: Image.Image, file: Path) -> None:
    image.save(file, "PNG", compress_level=1)


if __name__ == "__main__":
    sys.exit(main())
