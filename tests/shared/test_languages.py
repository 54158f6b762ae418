"""A kiosk offers the languages that its settings name, and says what one still needs."""

from pathlib import Path

import pytest
from PIL import features

from kiosk.settings import KioskSettings
from shared import languages
from shared.errors import SettingsError
from shared.languages import KNOWN, check, own_name
from shared.settings import load

ROOT = Path(__file__).resolve().parents[2]


def catalogue(
    locales: Path,
    language: str,
    *texts: tuple[str, str | tuple[str, ...]],
    plurals: str = "",
) -> Path:
    """A made-up catalogue of that language; a text with several forms counts."""
    path = locales / language / "LC_MESSAGES" / "motcua.po"
    path.parent.mkdir(parents=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {plurals or KNOWN[language].plurals}\\n"\n'
    )
    body = "".join(_entry(source, told) for source, told in texts)
    path.write_text(head + body, encoding="utf-8")
    return path


def _entry(source: str, told: str | tuple[str, ...]) -> str:
    if isinstance(told, str):
        return f'\nmsgid "{source}"\nmsgstr "{told}"\n'
    forms = "".join(f'msgstr[{place}] "{form}"\n' for place, form in enumerate(told))
    return f'\nmsgid "{source}"\nmsgid_plural "{source}"\n{forms}'


def test_the_installed_kiosk_offers_what_it_can() -> None:
    check(load(ROOT / "config" / "kiosk.toml", KioskSettings).languages)


@pytest.mark.parametrize("codes", [(), ("en", "vi"), ("vi", "en", "en")])
def test_vietnamese_comes_first_and_none_twice(codes: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match='begin with "vi"'):
        check(codes)


def test_an_unknown_language_is_named_with_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match="'xx' is unknown; known are vi, en, lo, th, blt, hmn"):
        check(("vi", "xx"))


def test_a_language_without_a_catalogue_says_which_file_to_make(tmp_path: Path) -> None:
    wanted = tmp_path / "hmn" / "LC_MESSAGES" / "motcua.po"
    with pytest.raises(SettingsError, match=f"'hmn' has no catalogue; make {wanted}"):
        check(("vi", "hmn"), tmp_path)
    catalogue(tmp_path, "hmn")
    check(("vi", "hmn"), tmp_path)


def test_a_language_without_letters_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue(tmp_path, "lo")
    monkeypatch.setattr(languages, "_FONTS", tmp_path)
    with pytest.raises(SettingsError, match="'lo' has no letters; install fonts-lao"):
        check(("vi", "lo"), tmp_path)


def test_a_language_whose_marks_stack_needs_the_library_that_stacks_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in ("lo", "hmn"):
        catalogue(tmp_path, code)
    monkeypatch.setattr("shared.languages.Language.face", lambda _self, _weight: tmp_path)
    check(("vi", "lo", "hmn"), tmp_path)
    monkeypatch.setattr(features, "check", lambda name: name != "raqm")
    with pytest.raises(SettingsError, match="'lo' cannot put marks together; install libfribidi0"):
        check(("vi", "lo"), tmp_path)
    check(("vi", "hmn"), tmp_path)


def test_every_language_has_its_own_name() -> None:
    assert [own_name(code) for code in ("vi", "en", "lo", "th", "blt", "hmn")] == [
        "Tiếng Việt",
        "English",
        "ລາວ",
        "ไทย",
        "ꪼꪕ",
        "Hmoob",
    ]
    assert own_name("xx") == "xx"
