"""Every screen looks as it was approved, and no text is cut off, faint or on another."""

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image, ImageDraw

from deploy.gallery import approved
from deploy.gallery.__main__ import draw
from deploy.gallery.shots import TESTED, Taken, file_of, is_kept, is_strong
from deploy.hall.programs import ROOT

pytestmark = pytest.mark.timeout(600)
"""A minute of drawing where nothing else runs."""

DIFFERENT = ROOT / "out" / "gallery-different"


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Taken]]:
    """Every picture laid out, and those painted that are compared or measured below."""
    folder = tmp_path_factory.mktemp("gallery")
    return folder, draw(folder, [TESTED])


@pytest.fixture(scope="module")
def taken(gallery: tuple[Path, list[Taken]]) -> list[Taken]:
    return gallery[1]


def test_no_text_is_cut_off_faint_on_another_or_outside_its_picture(taken: list[Taken]) -> None:
    assert sum(one.shot.family == "kiosk" for one in taken) > 700
    assert sum(one.shot.family == "board" for one in taken) > 30
    assert {one.shot.mode for one in taken} > {"plain", "large-low", "large-contrast-low"}
    assert [(one.shot.name, one.faults) for one in taken if one.faults] == []


def test_what_stands_out_in_strong_contrast_was_painted_to_be_measured(
    gallery: tuple[Path, list[Taken]],
) -> None:
    folder, taken = gallery
    strong = [one.shot for one in taken if is_strong(one.shot)]
    assert len(strong) > 50
    assert all(file_of(folder, shot).exists() for shot in strong)


ROUNDING = 1.01
"""Pixels, at half the design's size."""


def test_large_type_makes_no_text_smaller(taken: list[Taken]) -> None:
    drawn = {one.shot: one.sizes for one in taken if one.shot.family == "kiosk"}
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


def test_every_screen_looks_as_it_was_approved(gallery: tuple[Path, list[Taken]]) -> None:
    folder, taken = gallery
    shutil.rmtree(DIFFERENT, ignore_errors=True)
    apart = {}
    kept = [one.shot for one in taken if is_kept(one.shot)]
    for shot in kept:
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
    drawn = {f"{shot.name}.png" for shot in kept}
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
