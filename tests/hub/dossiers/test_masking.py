import unicodedata

import pytest
from hypothesis import given, strategies as st

from hub.dossiers.masking import masked


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Văn An", "N***** V** A*"),
        ("Đặng Ốc", "Đ*** Ố*"),
        ("NGUYỄN THỊ ÁNH", "N***** T** Á**"),
        ("A", "A"),
        ("Y Ban", "Y B**"),
        ("  Lê   Lợi ", "L* L**"),
        ("Lê-Nguyễn Hà", "L******** H*"),
        ("H'Hen Niê", "H**** N**"),
        ("Công ty TNHH 18", "C*** t* T*** 1*"),
        ("", ""),
        (" \t", ""),
        ("Q̃a", "Q̃*"),
    ],
)
def test_of_each_word_the_first_letter_stays(name: str, shown: str) -> None:
    assert masked(name) == unicodedata.normalize("NFC", shown)


def test_marks_typed_apart_are_no_letters_of_their_own() -> None:
    assert masked(unicodedata.normalize("NFD", "Nguyễn Đặng Ốc")) == "N***** Đ*** Ố*"


@given(st.text())
def test_whatever_the_name_only_first_letters_are_told(name: str) -> None:
    words = unicodedata.normalize("NFC", name).split()
    shown = masked(name).split(" ") if words else []
    assert len(shown) == len(words)
    for word, hidden in zip(words, shown, strict=True):
        first, rest = hidden[0], hidden[1:]
        assert first == word[0]
        assert all(sign == "*" or unicodedata.category(sign)[0] == "M" for sign in rest)
