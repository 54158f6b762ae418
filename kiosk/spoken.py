"""Texts of the screens as a voice can say them: numbers, codes, dates, ranges and signs. Pure."""

import re
from collections.abc import Iterable

from shared.i18n import SOURCE, _
from shared.vietnamese import LETTERS, digit_name

_TICKET = r"\b[A-Z]{1,2}\d{3,4}\b"
_DOSSIER = r"\b(?:\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(?!\d)(?:\.[0-9A-Z]{2,3})*(?:-\d+)*-?"
_PROCEDURE = r"\b\d\.\d{6}(?:\.[0-9A-Z]+)*"
_SPELT = re.compile(f"{_TICKET}|{_DOSSIER}|{_PROCEDURE}|\\b\\d{{6,}}\\b")
"""What is read out sign by sign wherever it stands."""

_MASKED = re.compile(r"\b\w\*+(?: \w\*+| \w\b)*")
_THOUSANDS = re.compile(r"(?<=\d)\.(?=\d{3}(?:\D|$))")
_DATE = re.compile(r"\b([0-3]\d)/(0[1-9]|1[0-2])(?:/(\d{4}))?\b")
_TIME = re.compile(r"\b(\d{1,2}):(\d{2})\b")
_OF = re.compile(r"(?<![/\d])(\d+)/(\d+)(?![/\d])")
_RANGE = re.compile(r"(?<=\w)–(?=\w)")
_MOST = re.compile(r"≤ ?(\d+)")
_RUNS = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]")
_PAUSES = re.compile(r"\s*(?: · | – |\s–)\s*")
_DOUBLED = re.compile(r"([,.:;?!])[\s,.]*(?=[,.])[,.]+")
_ENDS = (".", "?", "!", ":", "…")
_LONG_RUN = 4
_OTHER_LETTERS = {"I": "i", "O": "o", "Q": "quy"}
_SHORT = {
    SOURCE: {
        "ông/bà": "ông bà",
        "Ông/bà": "Ông bà",
        "QR": "quy rờ",
        "UBND": "ủy ban nhân dân",
        "HĐND": "hội đồng nhân dân",
    }
}
"""What a voice would stumble over, by language."""

_MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June", "July", "August"),
        *("September", "October", "November", "December"),
    )
}


def spell(text: str, language: str) -> str:
    """A number or code sign by sign, in groups: `R012` is "rờ, không một hai"."""
    return ", ".join(_spelt_run(run, language) for run in _RUNS.findall(text))


def said(text: str, language: str) -> str:
    """Any text of a screen, ready for a voice that speaks `language`."""
    text = _SPELT.sub(lambda found: spell(found[0], language), text)
    text = _MASKED.sub(lambda found: _initials(found[0], language), text)
    text = _DATE.sub(lambda found: _date(*found.groups(), language=language), text)
    if language == SOURCE:
        text = _TIME.sub(_time, _THOUSANDS.sub("", text))
    else:
        text = _THOUSANDS.sub(",", text)
    text = _MOST.sub(lambda found: _("không quá {count}").format(count=found[1]), text)
    text = _RANGE.sub(f" {_('đến')} ", text)
    text = _OF.sub(lambda found: f"{found[1]} {_('trên')} {found[2]}", text)
    for short, long in _SHORT.get(language, {}).items():
        text = text.replace(short, long)
    text = text.replace("…", ".")
    text = _PAUSES.sub(", ", sentences(text.split("\n")) if "\n" in text else text).strip(" ,–")
    return _DOUBLED.sub(r"\1", text)


def sentences(parts: Iterable[str]) -> str:
    """The parts that say something, one sentence each."""
    whole = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part.endswith(_ENDS) else f"{part}." for part in whole)


def _spelt_run(run: str, language: str) -> str:
    match run:
        case ".":
            return _("chấm")
        case "-":
            return _("gạch ngang")
    signs = [_sign(sign, language) for sign in run]
    if len(signs) <= _LONG_RUN or not run.isdigit():
        return " ".join(signs)
    return ", ".join(" ".join(signs[at : at + 2]) for at in range(0, len(signs), 2))


def _sign(sign: str, language: str) -> str:
    if language != SOURCE or not sign.isascii() or not sign.isalnum():
        return sign
    if sign.isdigit():
        return digit_name(sign)
    letter = sign.upper()
    return LETTERS.get(letter) or _OTHER_LETTERS[letter]


def _initials(masked: str, language: str) -> str:
    """Of `N***** V** A` the letters that are there."""
    return ", ".join(_sign(word[0], language) for word in masked.split())


def _date(day: str, month: str, year: str | None, *, language: str) -> str:
    names = _MONTHS.get(language)
    if names:
        words = f"{int(day)} {names[int(month) - 1]}"
        return f"{words} {year}" if year else words
    words = _("{day} tháng {month}").format(day=int(day), month=int(month))
    return _("{date} năm {year}").format(date=words, year=year) if year else words


def _time(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    return f"{hour} giờ {minute}" if minute else f"{hour} giờ"
