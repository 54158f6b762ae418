"""Catalogues hold what citizens' pages say, all of it and nothing else."""

import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from shared import i18n
from shared.i18n import LANGUAGES, LOCALES, SOURCE, translator
from tests.hub.web.phone_texts import texts
from tests.kiosk.kiosk_texts import texts as kiosk_texts

OTHERS = sorted(path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/motcua.po"))
"""Every language that has a catalogue, whether it is offered or not."""


def messages(language: str) -> list[Message]:
    with (LOCALES / language / "LC_MESSAGES" / "motcua.po").open("rb") as file:
        return [message for message in read_po(file, abort_invalid=True) if message.id]


def ids(message: Message) -> tuple[str, ...]:
    """The source text; twice where it counts."""
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def told(message: Message) -> tuple[str, ...]:
    """What it is in the language, in each of its forms."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_phones_pages_is_translated_and_none_is_left_over(language: str) -> None:
    known = {ids(message)[0] for message in messages(language) if all(told(message))}
    missing, stale = sorted(texts() - known), sorted(known - texts() - kiosk_texts())
    assert (missing, stale) == ([], [])


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_of_the_kiosk_is_translated(language: str) -> None:
    known = {ids(message)[0] for message in messages(language) if all(told(message))}
    assert sorted(kiosk_texts() - known) == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_blanks_to_fill_in(language: str) -> None:
    for message in messages(language):
        source = ids(message)[0]
        for text in told(message):
            assert sorted(re.findall(r"{\w+}", source)) == sorted(re.findall(r"{\w+}", text)), (
                source
            )
        assert not message.fuzzy, source


@pytest.mark.parametrize("language", OTHERS)
def test_no_text_stands_twice(language: str) -> None:
    known = [ids(message)[0] for message in messages(language)]
    assert len(known) == len(set(known))


def test_every_text_is_written_with_composed_letters() -> None:
    assert [text for text in texts() if unicodedata.normalize("NFC", text) != text] == []


def test_the_translator_speaks_the_language_and_leaves_what_it_does_not_know() -> None:
    assert translator("en")("Số của tôi") == "My number"
    assert translator("vi")("Số của tôi") == "Số của tôi"
    assert translator("en")("Chưa dịch") == "Chưa dịch"


def test_a_language_that_nobody_has_translated_is_vietnamese() -> None:
    assert translator("../../etc")("Số của tôi") == "Số của tôi"


def test_without_its_catalogue_a_language_is_vietnamese(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n._texts.cache_clear()
    try:
        assert translator("en")("Số của tôi") == "Số của tôi"
    finally:
        i18n._texts.cache_clear()


def test_every_language_of_the_pages_has_its_catalogue() -> None:
    assert {*LANGUAGES} - {SOURCE, *OTHERS} == set()
