"""Paper speaks the language of the person it is for."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import ImageFont

from kiosk import sheet
from kiosk.devices.printer import _SPECIMEN
from kiosk.sheet import Sheet
from kiosk.ticket_layout import draw
from shared import i18n
from shared.languages import KNOWN, written_in
from shared.theme import font
from tests.shared.test_languages import catalogue

MADE_UP = {"lo": "ເລກຂອງທ່ານ", "th": "หมายเลขของท่าน", "hmn": "Koj tus lej"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Each centred line, with its weight, as it goes onto the paper."""
    lines: list[tuple[str, str]] = []
    plain = Sheet.text

    def text(self: Sheet, text: str, weight: str, size: int) -> None:
        lines.append((text, weight))
        plain(self, text, weight, size)

    monkeypatch.setattr(Sheet, "text", text)
    return lines


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Catalogues that know one text each."""
    for language, told in MADE_UP.items():
        catalogue(tmp_path, language, ("Số của ông/bà", told))
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n._texts.cache_clear()
    yield tmp_path
    i18n._texts.cache_clear()


def test_a_ticket_is_written_in_the_persons_language(written: list[tuple[str, str]]) -> None:
    draw(replace(_SPECIMEN, language="en"))
    assert ("Phiếu có giá trị trong ngày", "regular") not in written
    english = {text for text, _weight in written}
    assert i18n.translator("en")("Phiếu có giá trị trong ngày") in english
    assert i18n.spoken() == "vi"


@pytest.mark.parametrize("language", MADE_UP)
def test_an_added_catalogue_is_all_that_a_ticket_takes(
    made_up: Path, written: list[tuple[str, str]], language: str
) -> None:
    drawn = draw(replace(_SPECIMEN, language=language))
    assert (MADE_UP[language], "regular") in written
    # What the catalogue lacks stays Vietnamese.
    assert ("Phiếu có giá trị trong ngày", "regular") in written
    assert drawn.width == sheet.WIDE


@pytest.mark.parametrize("language", MADE_UP)
def test_languages_of_one_form_say_it_for_every_count(made_up: Path, language: str) -> None:
    with i18n.speaking(language):
        assert {i18n.n_("{count} người", count) for count in (0, 1, 2, 5)} == {"{count} người"}
    assert KNOWN[language].plurals.startswith("nplurals=1;")


@pytest.mark.parametrize("language", ["lo", "th", "hmn"])
@pytest.mark.parametrize("weight", ["regular", "medium", "bold"])
def test_the_font_has_every_letter_of_its_language(language: str, weight: str) -> None:
    own = written_in(MADE_UP[language])
    path = own.face(weight) if own else font(weight)
    if path is None:
        pytest.skip(f"needs Debian's {KNOWN[language].package or 'fonts-inter'}")
    opened = ImageFont.truetype(path, 40, layout_engine=ImageFont.Layout.BASIC)

    def shape(sign: str) -> tuple[bytes, tuple[float, ...]]:
        return bytes(opened.getmask(sign)), opened.getbbox(sign)

    none = shape("\U0010fffd")
    letters = MADE_UP[language] + KNOWN[language].name + "0123456789:/"
    assert [sign for sign in letters if shape(sign) == none] == []


def test_the_number_is_drawn_the_same_in_every_language(made_up: Path) -> None:
    def number(language: str) -> bytes:
        paper = Sheet(sheet.WIDE)
        with i18n.speaking(language):
            paper.number("A047", 225)
        return paper.cut().tobytes()

    assert len({number(language) for language in ("vi", *MADE_UP)}) == 1
