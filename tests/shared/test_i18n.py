"""Catalogues hold what citizens' pages say, all of it and nothing else."""

import re
import unicodedata
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from shared import i18n
from shared.i18n import LANGUAGES, LOCALES, SOURCE, translator
from shared.languages import KNOWN
from tests.hub.web.phone_texts import texts
from tests.kiosk.kiosk_texts import texts as kiosk_texts
from tests.shared.test_languages import catalogue

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


FORMS: list[tuple[str, tuple[str, ...], dict[int, str]]] = [
    ("nplurals=1; plural=0;", ("{count} ຄົນ",), {0: "0 ຄົນ", 1: "1 ຄົນ", 2: "2 ຄົນ", 21: "21 ຄົນ"}),
    (
        "nplurals=2; plural=(n != 1);",
        ("{count} person", "{count} people"),
        {0: "0 people", 1: "1 person", 2: "2 people", 21: "21 people"},
    ),
    (
        "nplurals=2; plural=(n > 1);",
        ("{count} personne", "{count} personnes"),
        {0: "0 personne", 1: "1 personne", 2: "2 personnes"},
    ),
    (
        "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 &&"
        " (n%100<10 || n%100>=20) ? 1 : 2);",
        ("{count} человек", "{count} человека", "{count} людей"),
        {1: "1 человек", 2: "2 человека", 5: "5 людей", 11: "11 людей", 21: "21 человек",
         22: "22 человека", 0: "0 людей", 112: "112 людей"},
    ),
    (
        "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 :"
        " n%100>=11 ? 4 : 5);",
        ("nil", "one", "two", "few {count}", "many {count}", "all {count}"),
        {0: "nil", 1: "one", 2: "two", 3: "few 3", 11: "many 11", 100: "all 100", 103: "few 103"},
    ),
]  # fmt: skip
"""A rule of plurals, a text's forms in its order, and what is said of so many."""


@pytest.mark.parametrize(("rule", "forms", "told"), FORMS, ids=[rule[:11] for rule, _, _ in FORMS])
def test_a_catalogue_counts_by_its_own_rule_however_many_forms_it_has(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    rule: str,
    forms: tuple[str, ...],
    told: dict[int, str],
) -> None:
    catalogue(tmp_path, "xx", ("{count} người", forms), plurals=rule)
    monkeypatch.setattr(i18n, "LOCALES", tmp_path)
    i18n._texts.cache_clear()
    try:
        with i18n.speaking("xx"):
            said = {count: i18n.n_("{count} người", count).format(count=count) for count in told}
            assert i18n._("Chưa dịch") == "Chưa dịch"
        assert said == told
        assert i18n.n_("{count} người", 1) == "{count} người"
    finally:
        i18n._texts.cache_clear()


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_has_the_rule_of_its_language_and_each_counted_text_all_its_forms(
    language: str,
) -> None:
    with (LOCALES / language / "LC_MESSAGES" / "motcua.po").open("rb") as file:
        read = read_po(file, abort_invalid=True)
    number, rule = re.fullmatch(r"nplurals=(\d); plural=(.+);", KNOWN[language].plurals).groups()  # type: ignore[union-attr]
    assert (str(read.num_plurals), read.plural_expr.strip("()")) == (number, rule.strip("()"))
    counted = [message for message in read if isinstance(message.id, tuple)]
    assert counted
    assert {len(told(message)) for message in counted} == {read.num_plurals}


def test_every_language_of_the_pages_has_its_catalogue() -> None:
    assert {*LANGUAGES} - {SOURCE, *OTHERS} == set()
