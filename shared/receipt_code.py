"""What a scanner has read: a code of ours, or not. Pure and total: any text has an answer.

Receipts print a dossier's bare code as a barcode or QR, or put it into a link; a link is taken
apart and never opened. Nothing is guessed: a code stands there whole and alone, or it is none.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from urllib.parse import unquote

import msgspec

from shared.model import TicketId

LONGEST = 512
"""Characters; whatever is longer is nothing of ours, and goes no further."""

DOSSIER_PATTERN = (
    r"(?:[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}|[A-Z][0-9]{2}(?:\.[0-9A-Z]{2,3}){0,5})"
    r"-(?:[0-9]{6}|20[0-9]{6})-[0-9]{4,7}"
)
"""A dossier's code in normal form: agency (QCVN 102:2016 or Decision 20/2020), date, sequence."""


class DossierCode(msgspec.Struct, frozen=True):
    """A dossier's code, trimmed, in capitals, with plain dashes; never rebuilt or re-padded."""

    code: str


class TicketLink(msgspec.Struct, frozen=True):
    """The page of a ticket of ours."""

    ticket: TicketId


class IdentityCard(msgspec.Struct, frozen=True):
    """An identity card (CCCD). Of its number the last four digits are kept, and `digest`, its
    SHA-256 in hex, from which the hub makes a mark. Its repr tells neither."""

    last_four: str
    digest: str = ""

    def __repr__(self) -> str:
        return "IdentityCard(…)"


class ProcedureCode(msgspec.Struct, frozen=True):
    """A procedure's `d.dddddd`, and the raw text with whatever suffix it had."""

    code: str
    raw: str


class Unknown(msgspec.Struct, frozen=True):
    """Nothing of ours. `why` is "empty", "too_long", "not_text", "other_link", "almost" (looks like
    a dossier's code with a fault in it) or "strange"; what was read is not kept."""

    why: str


Scan = DossierCode | TicketLink | IdentityCard | ProcedureCode | Unknown

_PROCEDURE_PATTERN = r"([0-9]\.[0-9]{6})(?:\.[0-9A-Z]{1,4}){0,6}"

_DOSSIER = re.compile(DOSSIER_PATTERN)
_PROCEDURE = re.compile(_PROCEDURE_PATTERN)
# In the midst of a text neither end of a code may touch what could belong to a longer one.
_LONGER = r"[\w.\u0300-\u036f-]"
_DOSSIER_WITHIN = re.compile(rf"(?<!{_LONGER}){DOSSIER_PATTERN}(?!{_LONGER})")
_PROCEDURE_WITHIN = re.compile(rf"(?<!{_LONGER}){_PROCEDURE_PATTERN}(?!{_LONGER})")
_TICKET = re.compile(r"\S*/t/?[#/]([A-Za-z0-9_-]{16})")
_CARD_NUMBER = re.compile(r"[0-9]{8}([0-9]{4})")
_CARD_FIELDS = 6
_LINK = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://|www\.|(?=[^\s/|]+\.[a-z]{2,}/))[^\s/?#]*", re.IGNORECASE
)
_ALMOST = re.compile(
    r"(?=(?:[^0-9]*[0-9]){7})(?:[0-9OIL]{3}[.,]|[A-Z][0-9OIL]{2}[-., _/])[0-9A-Z.,_/ -]{3,40}"
)
"""Begins like an agency's id, with letters for digits perhaps, and has the digits of a date."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""An AIM identifier (ISO/IEC 15424), which scanners may send before what they have read."""
_AROUND = "\0\t\n\v\f\r\x02\x03\x04\x1d \x85\xa0\u3000\u200b\u2060\ufeff"
"""What scanners, keyboards and files put around a text."""

_DASHES = "\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63"
# Only full width forms are folded: NFKC would make digits of ² and ①, which no receipt prints.
_PLAIN = {ord(dash): "-" for dash in _DASHES} | {0xFF01 + n: chr(0x21 + n) for n in range(94)}
# Not str.upper: that makes SS of ß, and I of ı.
_CAPITALS = {ord(letter): letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}


def parse(raw: str | bytes) -> Scan:
    """Name what was scanned. Never raises, whatever `raw` is."""
    # Misread UTF-8 has up to three characters for one.
    if len(raw) > LONGEST * 4:
        return Unknown("too_long")
    text = _trimmed(raw if isinstance(raw, str) else _decoded(raw))
    if not text:
        return Unknown("empty")
    if len(text) > LONGEST:
        return Unknown("too_long")
    if _CONTROL.search(text):
        return Unknown("not_text")
    return _named(text.translate(_PLAIN))


def dossier_code(text: str) -> str | None:
    """The normal form of a dossier's code that is the whole of `text`; None if that is none."""
    code = _normal(text)
    return code if _DOSSIER.fullmatch(code) else None


def procedure_code(text: str) -> str | None:
    """The `d.dddddd` of a procedure's code as printed, with a suffix or without."""
    found = _PROCEDURE.fullmatch(_normal(text))
    return found[1] if found else None


def _named(text: str) -> Scan:
    if ticket := _TICKET.fullmatch(text):
        return TicketLink(TicketId(ticket[1]))
    if link := _LINK.match(text):
        return _linked(text[link.end() :])
    fields = text.split("|")
    if len(fields) >= _CARD_FIELDS and (number := _CARD_NUMBER.fullmatch(fields[0].strip())):
        return IdentityCard(number[1], sha256(number[0].encode()).hexdigest())
    capitals = text.translate(_CAPITALS)
    if code := _only(_DOSSIER_WITHIN.findall(capitals)):
        return DossierCode(code)
    if procedure := _PROCEDURE.fullmatch(capitals):
        return ProcedureCode(procedure[1], capitals)
    return Unknown("almost" if _ALMOST.fullmatch(capitals) else "strange")


def _linked(rest: str) -> Scan:
    """What is in a link's path, query or fragment."""
    for _layer in range(3):  # links that carry links are encoded more than once
        rest = unquote(rest)
    capitals = rest.translate(_PLAIN).translate(_CAPITALS)
    if code := _only(_DOSSIER_WITHIN.findall(capitals)):
        return DossierCode(code)
    procedures = {found[1]: found[0] for found in _PROCEDURE_WITHIN.finditer(capitals)}
    if procedure := _only(procedures):
        return ProcedureCode(procedure, procedures[procedure])
    return Unknown("other_link")


def _only(codes: Iterable[str]) -> str | None:
    """The one code there is: of several none is the one that was meant."""
    found = set(codes)
    return found.pop() if len(found) == 1 else None


def _normal(text: str) -> str:
    return text.strip(_AROUND).translate(_PLAIN).translate(_CAPITALS)


def _trimmed(text: str) -> str:
    text = _mended(text.strip(_AROUND)).strip(_AROUND)
    return _SYMBOLOGY.sub("", text, count=1).strip(_AROUND) if _SYMBOLOGY.match(text) else text


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        # Some older code page. Ours are all ASCII, and the rest is not kept: any will do.
        return raw.decode("cp1252", "replace")


def _mended(text: str) -> str:
    """`text` with UTF-8 that was read as Latin-1 or Windows-1252 read again as what it is."""
    if text.isascii():
        return text
    try:
        return b"".join(_byte(letter) for letter in text).decode("utf-8")
    except UnicodeError:
        return text


def _byte(letter: str) -> bytes:
    """The byte that was misread as `letter`. Raises UnicodeEncodeError if none was."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")  # the five that Windows-1252 leaves free
