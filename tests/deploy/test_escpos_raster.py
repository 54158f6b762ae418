import pytest
from hypothesis import given, strategies as st

from deploy.hall.escpos_raster import (
    CLEAR_BUFFERS,
    AskInTurn,
    AskNow,
    Clear,
    Cut,
    Feed,
    NotOurs,
    Raster,
    Reader,
    Token,
)

DOTS = bytes(range(6))
TICKET = b"\x1dv0\x00\x02\x00\x03\x00" + DOTS + b"\n\x1bd\x02\x1bJ\x05\x1dVB\x00\x1dr\x01"
TOKENS: list[Token] = [
    Raster(16, 3, DOTS),
    Feed(30),
    Feed(60),
    Feed(5),
    Cut(),
    AskInTurn(1),
]


@given(st.lists(st.integers(1, 9), max_size=40))
def test_pieces_of_any_size_give_the_same_tokens(sizes: list[int]) -> None:
    reader, found, rest = Reader(), list[Token](), TICKET
    for size in [*sizes, len(TICKET)]:
        found += reader.feed(rest[:size])
        rest = rest[size:]
    assert found == TOKENS
    assert reader.idle


def test_questions_are_told_apart_from_printing() -> None:
    assert list(Reader().feed(b"\x10\x04\x02\x10\x04\x04")) == [AskNow(2), AskNow(4)]


def test_a_plain_cut_is_a_cut() -> None:
    assert list(Reader().feed(b"\x1dV\x00\n")) == [Cut(), Feed(30)]


def test_clearing_takes_an_unfinished_picture_with_it() -> None:
    reader = Reader()
    assert list(reader.feed(TICKET[:10] + CLEAR_BUFFERS)) == [Clear()]
    assert list(reader.feed(CLEAR_BUFFERS + b"\n")) == [Clear(), Feed(30)]


@pytest.mark.parametrize(
    "stray", [b"A", b"\x1b@", b"\x1dv0\x01", b"\x1d(L", b"\x1dVC", b"\x00", b"\x10\x05", b"%PDF"]
)
def test_anything_else_is_an_error(stray: bytes) -> None:
    reader = Reader()
    with pytest.raises(NotOurs):
        list(reader.feed(TICKET + stray + b"\x00\x00"))
    assert reader.idle


def test_an_unfinished_command_is_not_idle() -> None:
    reader = Reader()
    assert list(reader.feed(TICKET[:12])) == []
    assert not reader.idle
