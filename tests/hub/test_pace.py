import pytest

from hub import pace as module
from hub.pace import Pace, Paces


def test_a_pace_bears_a_burst_and_then_one_at_a_time() -> None:
    pace = Pace(1.0, 3.0)
    assert [pace.keeps(100.0) for _ in range(4)] == [True, True, True, False]
    assert not pace.keeps(101.0), "what was too much counts as well"
    assert pace.keeps(103.5)


def test_each_has_a_pace_of_its_own_and_who_came_longest_ago_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_KEYS", 2)
    paces = Paces(10.0, 10.0)
    assert [paces.keep("a", 0.0), paces.keep("a", 0.0), paces.keep("b", 0.0)] == [True, False, True]
    assert paces.keep("c", 0.0)
    assert paces._known.keys() == {"b", "c"}
    assert paces.keep("a", 0.0), "who was forgotten begins anew"
