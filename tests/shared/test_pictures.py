"""What hub and displays take for a picture that can be shown."""

from io import BytesIO
from pathlib import Path

import pytest

from shared.pictures import MOST_PIXELS, pixels
from tests.hub.notice_files import picture, png_head

KINDS = ("PNG", "JPEG", "WEBP")


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_comes_as_rows_of_red_green_and_blue(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "picture"
    file.write_bytes(picture(kind, (64, 32)))
    size, drawn = pixels(file, 100)
    assert size == (64, 32)
    assert len(drawn) == 64 * 32 * 3
    assert all(abs(is_ - was) < 8 for is_, was in zip(drawn[:3], b"\x12\x30\x5a", strict=True))


def test_a_large_picture_is_made_smaller() -> None:
    size, drawn = pixels(BytesIO(picture(size=(4000, 1000))), 100)
    assert size == (100, 25)
    assert len(drawn) == 100 * 25 * 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_refused_wherever_it_is_cut_short(kind: str) -> None:
    whole = noise(kind)
    for part in (0.02, 0.3, 0.6, 0.9):
        with pytest.raises(ValueError, match=r"\w"):
            pixels(BytesIO(whole[: int(len(whole) * part)]), 16)


def test_a_png_with_one_wrong_bit_is_refused() -> None:
    whole = bytearray(noise("PNG"))
    whole[len(whole) // 2] ^= 1
    with pytest.raises(ValueError, match=r"\w"):
        pixels(BytesIO(whole), 16)


@pytest.mark.parametrize("side", [8_000, 12_000, 40_000])
def test_more_pixels_than_are_taken_are_refused_with_their_number(side: int) -> None:
    # The last two are what Pillow itself warns of and refuses.
    assert side * side > MOST_PIXELS
    with pytest.raises(ValueError, match=f"{side}×{side}|{side * side} pixels"):
        pixels(BytesIO(png_head(side, side)), 16)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff" * 99])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        pixels(BytesIO(content), 16)


def noise(kind: str) -> bytes:
    """A picture of some kilobytes."""
    from PIL import Image

    file = BytesIO()
    Image.effect_noise((160, 90), 80).convert("RGB").save(file, kind)
    return file.getvalue()
