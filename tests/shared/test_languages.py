"""A kiosk offers the languages that its settings name, and says what one still needs."""

from pathlib import Path

import pytest

from kiosk.settings import KioskSettings
from shared import languages
from shared.errors import SettingsError
from shared.languages import KNOWN, check, own_name
from shared.settings import load

ROOT = Path(__file__).resolve().parents[2]


def catalogue(locales: Path, language: str, *texts: tuple[str, str]) -> Path:
    """A made-up catalogue of that language."""
    path = locales / language / "LC_MESSAGES" / "motcua.po"
    path.parent.mkdir(parents=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {KNOWN[language].plurals}\\n"\n'
    )
    body = "".join(f'\nmsgid "{source}"\nmsgstr "{told}"\n' for source, told in texts)
    path.write_text(head + body, encoding="utf-8")
    return path


def test_the_installed_kiosk_offers_what_it_can() -> None:
    check(load(ROOT / "config" / "kiosk.toml", KioskSettings).languages)


@pytest.mark.parametrize("codes", [(), ("en", "vi"), ("vi", "en", "en")])
def test_vietnamese_comes_first_and_none_twice(codes: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match='begin with "vi"'):
        check(codes)


def test_an_unknown_language_is_named_with_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match="'xx' is unknown; known are vi, en, lo, th, hmn"):
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


def test_every_language_has_its_own_name() -> None:
    assert [own_name(code) for code in ("vi", "en", "lo", "th", "hmn")] == [
        "Tiếng Việt",
        "English",
        "ລາວ",
        "ไทย",
        "Hmoob",
    ]
    assert own_name("xx") == "xx"
