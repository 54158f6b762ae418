"""Unanswered wishes on disk."""

import os
from pathlib import Path

import pytest

from kiosk.inflight import KEEP_DAMAGED_MS, Inflight, Kept
from kiosk.moves import Wish
from shared.messages import IssueTicket
from shared.model import Instant, PriorityId, ServiceId
from tests.kiosk.hall import at, request


def wish(number: int = 1) -> Wish:
    return Wish(request(number), IssueTicket(ServiceId("a"), PriorityId("p")), at(number))


def test_an_unanswered_wish_is_found_again_by_the_next_run(tmp_path: Path) -> None:
    Inflight(tmp_path).keep(wish())
    assert Inflight(tmp_path).unanswered() == [Kept(wish())]


def test_an_answered_wish_is_forgotten(tmp_path: Path) -> None:
    kept = Inflight(tmp_path)
    kept.keep(wish())
    kept.forget(request())
    kept.forget(request())
    assert kept.unanswered() == []
    assert list((tmp_path / "inflight").iterdir()) == []


def test_wishes_come_back_oldest_first_and_know_who_gave_up(tmp_path: Path) -> None:
    kept = Inflight(tmp_path)
    kept.keep(wish(2))
    kept.keep(wish(1))
    kept.abandon(request(2))
    kept.abandon(request(3))
    assert Inflight(tmp_path).unanswered() == [Kept(wish(1)), Kept(wish(2), wanted=False)]


def test_a_damaged_file_is_put_aside_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = Inflight(tmp_path)
    kept.keep(wish())
    (tmp_path / "inflight" / "x.json").write_text("{")
    assert kept.unanswered() == [Kept(wish())]
    assert (tmp_path / "inflight" / "x.damaged").exists()
    assert "inflight.damaged" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["x.damaged", "x.part"])
def test_what_nobody_can_read_goes_after_a_day_and_wishes_stay(tmp_path: Path, name: str) -> None:
    Inflight(tmp_path).keep(wish())
    left = tmp_path / "inflight" / name
    left.write_text('{"dossier":"H41.15-261123-0001"')
    kept = Inflight(tmp_path)
    for path in (tmp_path / "inflight").iterdir():
        os.utime(path, (1000, 1000))
    kept.clear(Instant(1000_000 + KEEP_DAMAGED_MS))
    assert left.exists()
    kept.clear(Instant(1000_001 + KEEP_DAMAGED_MS))
    assert Inflight(tmp_path).unanswered() == [Kept(wish())]
    assert not left.exists()
