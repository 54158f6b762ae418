"""What the soak makes of a program's vitals."""

from bench.soak import SPEED, judge
from shared.vitals import Vital


def lines(count: int = 400, **growth: float) -> list[Vital]:
    """A program's vitals, a line a second; each figure grows by so much a line."""
    return [
        Vital(
            at=float(second),
            rss_kb=200_000 + round(growth.get("rss_kb", 0) * second),
            files=30 + round(growth.get("files", 0) * second),
            clock_events=9 + round(growth.get("clock_events", 0) * second),
            frames_ms=(growth.get("frame_ms", 12.0),),
            spoken=round(growth.get("spoken", 1) * second),
        )
        for second in range(count)
    ]


def test_a_program_that_stays_as_it_is_has_no_fault() -> None:
    verdict = judge(lines())
    assert verdict.faults("display", speaks=True) == []
    assert (verdict.rss_mb_an_hour, verdict.files_left, verdict.clock_events_left) == (0, 0, 0)
    assert verdict.frame_ms_p99 == 12.0


def test_growth_is_told_by_the_hour_of_simulated_use() -> None:
    a_mb_an_hour = 1024 / 3600 * SPEED
    found = judge(lines(rss_kb=1.5 * a_mb_an_hour))
    assert 1.4 < found.rss_mb_an_hour < 1.6
    assert found.faults("kiosk", speaks=False) == [
        f"kiosk: memory grows by {found.rss_mb_an_hour:.2f} MB an hour, limit 1"
    ]


def test_whatever_stays_behind_or_is_slow_or_silent_is_named() -> None:
    found = judge(lines(files=0.05, clock_events=0.05, frame_ms=80.0, spoken=0))
    said = " ".join(found.faults("display", speaks=True))
    for words in ("files were left open", "clock events", "frames take 80 ms", "sound has died"):
        assert words in said
