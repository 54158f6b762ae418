"""Every screen looks as it was approved, and no text is cut off, faint or on another."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image, ImageDraw

from deploy.gallery import approved
from deploy.gallery.__main__ import draw
from deploy.gallery.shots import KEPT, MEASURED, Taken, file_of
from deploy.hall.programs import ROOT

pytestmark = pytest.mark.timeout(600)
"""A minute of drawing where nothing else runs."""

DIFFERENT = ROOT / "out" / "gallery-different"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Taken]]:
    folder = tmp_path_factory.mktemp("gallery")
    return folder, draw(folder, [KEPT])


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> list[Taken]:
    """Every picture of the kiosk, laid out and not drawn."""
    return draw(tmp_path_factory.mktemp("measured"), [MEASURED, "kiosk."])


def test_all_of_the_kiosk_can_be_read_and_touched_in_every_language_mode_and_state(
    measured: list[Taken],
) -> None:
    assert len(measured) > 700
    assert {one.shot.mode for one in measured} > {"plain", "large-low", "large-contrast-low"}
    assert [(one.shot.name, one.faults) for one in measured if one.faults] == []


ROUNDING = 1.01
"""Pixels, at half the design's size."""


def test_large_type_makes_no_text_smaller(measured: list[Taken]) -> None:
    drawn = {one.shot: one.sizes for one in measured}
    smaller = [
        (shot.name, text, size, before[text])
        for shot, sizes in drawn.items()
        for before in [drawn.get(replace(shot, mode=_without_large(shot.mode)), {})]
        if shot.mode.startswith("large")
        for text, size in sizes.items()
        if size < before.get(text, 0) - ROUNDING
    ]
    assert smaller == []


def _without_large(mode: str) -> str:
    return "-".join(part for part in mode.split("-") if part != "large") or "plain"


def test_no_text_is_cut_off_faint_on_another_or_outside_its_picture(
    gallery: tuple[Path, list[Taken]],
) -> None:
    _folder, taken = gallery
    assert len(taken) > 60
    assert [(one.shot.name, one.faults) for one in taken if one.faults] == []


def test_every_state_stands_out_in_strong_contrast_buttons_by_their_edges(tmp_path: Path) -> None:
    taken = draw(tmp_path, [".vi.contrast.upright"])
    assert len(taken) > 50
    assert [(one.shot.name, one.faults) for one in taken if one.faults] == []


def test_every_screen_looks_as_it_was_approved(gallery: tuple[Path, list[Taken]]) -> None:
    folder, taken = gallery
    shutil.rmtree(DIFFERENT, ignore_errors=True)
    apart = {}
    for shot in (one.shot for one in taken):
        file = file_of(approved.FOLDER, shot)
        if not file.exists():
            apart[shot.name] = "was never approved"
            continue
        with Image.open(file_of(folder, shot)) as image:
            far = approved.distance(image, file)
            if far > approved.TOLERANCE:
                DIFFERENT.mkdir(parents=True, exist_ok=True)
                approved.beside(image, file).save(DIFFERENT / f"{shot.name}.png")
                apart[shot.name] = f"differs by {far:.0f}"
    drawn = {f"{one.shot.name}.png" for one in taken}
    apart |= {
        file.stem: "is approved and not drawn any more"
        for file in approved.FOLDER.glob("*.png")
        if file.name not in drawn
    }
    assert apart == {}, (
        f"look at {DIFFERENT}; if all is as it should be: make gallery APPROVE=1\n"
        + "\n".join(f"{name} {why}" for name, why in sorted(apart.items()))
    )


def test_another_word_and_a_moved_button_are_seen_and_the_same_picture_is_not(
    tmp_path: Path,
) -> None:
    def drawn(words: str, left: int) -> Image.Image:
        image = Image.new("RGB", (540, 960), "#F6F4EE")
        pen = ImageDraw.Draw(image)
        pen.rectangle((left, 600, left + 300, 700), fill="#A6121B")
        pen.text((60, 120), words, fill="#14213D", font_size=44)
        return image

    file = tmp_path / "one.png"
    approved.approve(drawn("Quay lai", 100), file)
    assert approved.distance(drawn("Quay lai", 100), file) == 0
    assert approved.distance(drawn("Quay lui", 100), file) > approved.TOLERANCE
    assert approved.distance(drawn("Quay lai", 108), file) > approved.TOLERANCE
    assert approved.distance(Image.new("RGB", (960, 540)), file) == 255
    assert approved.beside(drawn("Quay lui", 100), file).width > 3 * 270
