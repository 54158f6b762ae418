"""Screens say nothing that a catalogue cannot turn into another language."""

import re

import pytest

from tests.kiosk.kiosk_texts import KIOSK

_MARKED = re.compile(r"""\b(?:[Nn]?_|said)\(\s*(?:'[^']*'|"[^"]*")""")
_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_LETTERS = re.compile(r"[À-ỹĐđ]")


def unmarked(text: str) -> list[str]:
    """The Vietnamese literals of a kv file that stand outside `_()`; comments are none."""
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    rest = _MARKED.sub("", "\n".join(lines))
    return [quoted for quoted in _QUOTED.findall(rest) if _LETTERS.search(quoted)]


@pytest.mark.parametrize("path", sorted(KIOSK.rglob("*.kv")), ids=lambda path: str(path.name))
def test_no_vietnamese_stands_fixed_on_a_page(path: object) -> None:
    assert unmarked((KIOSK / str(path)).read_text(encoding="utf-8")) == []


def test_what_stands_outside_the_marks_is_found() -> None:
    page = """text: _('Số của tôi')\ntext: "Quầy"  # 'Chờ'\n# text: 'Chờ'\ntext: N_("Về đầu")"""
    assert unmarked(page) == ['"Quầy"', "'Chờ'"]
