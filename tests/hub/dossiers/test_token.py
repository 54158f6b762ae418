"""What a token end point says, and how long a token is used."""

from typing import Any

import pytest
from hypothesis import given, strategies as st

from hub.dossiers.fields import Unreadable
from hub.dossiers.token import Token, read_token

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def answer(**more: Any) -> dict[str, Any]:
    return {"access_token": "abc.DEF-1", "token_type": "Bearer", "expires_in": 3600} | more


def test_a_token_is_used_until_thirty_seconds_before_its_end() -> None:
    assert read_token(answer(), 1000.0) == Token("abc.DEF-1", 1000.0 + 3570.0)
    assert read_token(answer(expires_in="300"), 0.0).good_until == 270.0


def test_a_token_that_hardly_lives_is_used_for_half_its_life() -> None:
    assert read_token(answer(expires_in=20), 0.0).good_until == 10.0


@pytest.mark.parametrize("silly", [None, -1, 0, "soon", float("nan"), float("inf"), [], "9" * 400])
def test_a_silly_life_is_taken_for_a_minute(silly: object) -> None:
    assert read_token(answer(expires_in=silly), 0.0).good_until == 30.0


def test_no_token_is_used_for_longer_than_a_day() -> None:
    assert read_token(answer(expires_in=10**9), 0.0).good_until < 86_400


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        None,
        {},
        answer(access_token=""),
        answer(access_token=7),
        answer(access_token="a b"),
        answer(access_token="a\r\nX-Header: b"),
        answer(access_token="ợ"),
        answer(access_token="a" * 8193),
        answer(token_type="mac"),
    ],
)
def test_what_is_no_bearer_token_is_unreadable(wrong: object) -> None:
    with pytest.raises(Unreadable):
        read_token(wrong, 0.0)


def test_a_token_does_not_show_itself() -> None:
    assert "abc" not in repr(read_token(answer(), 0.0))


@given(JSON | st.fixed_dictionaries({"access_token": JSON, "token_type": JSON, "expires_in": JSON}))
def test_any_json_is_a_token_or_unreadable(anything: object) -> None:
    try:
        token = read_token(anything, 5.0)
    except Unreadable:
        return
    assert 5.0 < token.good_until <= 5.0 + 86_400
