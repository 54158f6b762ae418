"""The hall's measurements go their whole way, with few touches and calls; `make bench` judges."""

from pathlib import Path

import pytest

from bench import hall, screens, soak
from tests.journeys.hall import missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "CALLS", 4)
    monkeypatch.setattr(hall, "TOUCHES", 4)
    monkeypatch.setattr(hall, "STARTS", 1)
    monkeypatch.setattr(hall, "REST_S", 0.5)


def test_every_call_is_found_in_a_frame_of_the_board_of_all_counters() -> None:
    found = hall.board_update()
    assert 0 < found["board_update_ms_p50"] <= found["board_update_ms_p99"]


def test_every_touch_is_found_in_a_frame_of_the_kiosk() -> None:
    found = hall.touch_to_feedback()
    assert 0 < found["touch_to_feedback_ms_p50"] <= found["touch_to_feedback_ms_p99"]
    assert found["kiosk_ready_s"] > 0


def test_a_soak_of_seconds_gives_numbers_draws_and_speaks(tmp_path: Path) -> None:
    said: list[str] = []
    found = soak.soak(12, tmp_path, said.append)
    assert set(found) == {"kiosk", "display"}
    assert all(one.frame_ms_p99 > 0 for one in found.values())
    vitals = (tmp_path / "display.vitals.jsonl").read_text(encoding="utf-8")
    assert '"spoken":0}' not in vitals.splitlines()[-1]
