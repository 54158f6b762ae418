"""The keypad for a dossier's code: it knows the code's shape, and types only what leads to a code.

A dot or dash that must come next is put by the pad itself and taken away with the sign before it,
so that somebody who reads "H41.15-261110-0042" from paper may press the dashes or not.
"""

from datetime import date

import msgspec
import regex

from shared.i18n import _
from shared.receipt_code import DOSSIER_PATTERN, dossier_code

ERASE = "erase"
CLEAR = "clear"


class Key(msgspec.Struct, frozen=True):
    """A key: what it types ("erase" and "clear" type nothing), and whether it leads to a code."""

    key: str
    on: bool = True


_SIGNS = ".-"
_ROWS = ("123", "456", "789", ".0-", "ABCDEFGHI", "JKLMNOPQR", "STUVWXYZ")
_TYPED = "".join(_ROWS)
_SHAPE = regex.compile(DOSSIER_PATTERN)
_QCVN_AGENCY = "000.00.00.H41"
_DATE = 6
_LONG_DATE = 8
_SEQUENCE = (4, 7)


def press(code: str, key: str) -> str:
    """What stands in the field after `key`: a letter, digit, "." or "-", or "erase" or "clear".

    A key that cannot lead to a code changes nothing.
    """
    if key == CLEAR:
        return ""
    if key == ERASE:
        return _erased(code)
    sign = key.upper()
    if len(sign) != 1 or sign not in _TYPED or not _leads(code + sign):
        return code
    return _grown(code + sign)


def keys(code: str) -> tuple[tuple[Key, ...], ...]:
    """The pad in rows, always the same ones: digits and signs, letters, at last erase and clear."""
    rows = tuple(tuple(Key(sign, _leads(code + sign)) for sign in row) for row in _ROWS)
    return (*rows, (Key(ERASE, bool(code)), Key(CLEAR, bool(code))))


def whole(code: str) -> bool:
    """Whether `code` can be looked up."""
    return dossier_code(code) == code


def starts(prefixes: tuple[str, ...], today: date) -> tuple[str, ...]:
    """A code's usual beginnings: of each agency in `prefixes` ("H41.15") with today, then alone."""
    agencies = [prefix.strip().rstrip("-").upper() for prefix in prefixes]
    dated = [f"{agency}-{today:{_date_format(agency)}}-" for agency in agencies]
    alone = [f"{agency}-" for agency in agencies]
    return tuple(text for text in dict.fromkeys(dated + alone) if _leads(text))


def hint(code: str) -> str:
    """What comes next, in words."""
    if not _leads(code):
        return _("Mã này chưa đúng, mời ông/bà xem lại trên giấy")
    agency, *rest = code.split("-")
    if not rest:
        return _agency_hint(agency)
    if len(rest) == 1:
        return _date_hint(rest[0])
    return _sequence_hint(len(rest[1]))


def _agency_hint(agency: str) -> str:
    if not agency:
        return _("Mời ông/bà nhập mã hồ sơ in trên giấy tiếp nhận")
    if agency[0].isdigit():
        left = len(_QCVN_AGENCY.replace(".", "")) - len(agency.replace(".", ""))
        return _("Còn mã cơ quan, {count} ký tự").format(count=left)
    if _leads(agency + "-"):
        return _("Tiếp theo là dấu chấm hoặc dấu gạch ngang, như in trên giấy")
    return _("Còn mã cơ quan, ví dụ H41.15")


def _date_hint(day: str) -> str:
    if len(day) < _DATE:
        return _("Còn ngày nhận, {count} số").format(count=_DATE - len(day))
    if len(day) == _DATE:
        return _("Bấm dấu gạch ngang; ngày nhận 8 số thì nhập tiếp 2 số")
    return _("Còn ngày nhận, {count} số").format(count=_LONG_DATE - len(day))


def _sequence_hint(count: int) -> str:
    least, most = _SEQUENCE
    if count < least:
        return _("Còn số thứ tự, ít nhất {count} số").format(count=least - count)
    if count < most:
        return _("Đủ mã. Bấm Tra cứu, hoặc nhập tiếp nếu trên giấy còn số")
    return _("Đủ mã. Mời ông/bà bấm Tra cứu")


def _date_format(agency: str) -> str:
    """How its codes write a day: ministries (G…) with the year in four digits."""
    return "%Y%m%d" if agency.startswith("G") else "%y%m%d"


def _leads(text: str) -> bool:
    """Whether `text` is a code, or the beginning of one."""
    return _SHAPE.fullmatch(text, partial=True) is not None


def _grown(code: str) -> str:
    """`code` with the dot or dash behind it that must come next."""
    following = [sign for sign in _TYPED if _leads(code + sign)]
    return code + following[0] if len(following) == 1 and following[0] in _SIGNS else code


def _erased(code: str) -> str:
    left = code[:-1]
    # A sign that the pad has put itself would come back at once.
    return left[:-1] if code.endswith(tuple(_SIGNS)) and _grown(left) == code else left
