"""Dossier codes in every style that occurs (../shared/design/domain.md, Dossier code)."""

import random
from collections.abc import Set
from datetime import date
from enum import StrEnum

from hub.dossiers.sandbox.procedures import Agency

_PROVINCE = "H41"
_MINISTRY_AGENCIES = frozenset({"20", "21"})
"""Police and social insurance, whose ministries give the codes."""


class Style(StrEnum):
    """The rows of the table in domain.md, in their order."""

    QCVN_102 = "qcvn_102"
    DECISION_20 = "decision_20"
    PROVINCE = "province"
    MINISTRY = "ministry"


def style_for(agency: Agency, chance: random.Random) -> Style:
    """What an agency would print; a procedure that it shares may come in another style."""
    if agency.number in _MINISTRY_AGENCIES and chance.random() < 0.8:
        return Style.MINISTRY
    return chance.choices(list(Style), weights=(25, 48, 22, 5))[0]


def new_code(
    style: Style, agency: Agency, day: date, chance: random.Random, taken: Set[str]
) -> str:
    """A code that is not in `taken`, for a dossier that came in on `day`."""
    while True:
        code = f"{_giver(style, agency, chance)}-{_date(style, day)}-{_sequence(style, chance)}"
        if code not in taken:
            return code


def _giver(style: Style, agency: Agency, chance: random.Random) -> str:
    if style is Style.QCVN_102:
        return f"000.{chance.choice(('00', '00', '05'))}.{agency.number}.{_PROVINCE}"
    if style is Style.DECISION_20:
        part = chance.choice(("", "", "", ".03", ".1A", ".112"))
        return f"{_PROVINCE}.{agency.number}{part}"
    if style is Style.PROVINCE:
        return _PROVINCE
    return f"G{chance.choice(('09', '12'))}.20"


def _date(style: Style, day: date) -> str:
    return day.strftime("%Y%m%d" if style is Style.MINISTRY else "%y%m%d")


def _sequence(style: Style, chance: random.Random) -> str:
    if style is Style.MINISTRY:
        width = chance.choice((6, 7, 7))
        return f"{chance.randrange(1, 100_000):0{width}d}"
    return f"{chance.randrange(1, 400):04d}"
