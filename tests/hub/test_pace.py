from hub.pace import Pace


def test_a_pace_bears_a_burst_and_then_one_at_a_time() -> None:
    pace = Pace(1.0, 3.0)
    assert [pace.keeps(100.0) for _ in range(4)] == [True, True, True, False]
    assert not pace.keeps(101.0), "what was too much counts as well"
    assert pace.keeps(103.5)
