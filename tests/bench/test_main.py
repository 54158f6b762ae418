"""The table of figures, with measurements that give what the test says."""

import sys
from pathlib import Path

import msgspec
import pytest

import bench.__main__ as bench


@pytest.fixture(autouse=True)
def figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """What the measurements give."""
    given = {"quick": 7.0, "many": 9.0, "free": 3.0}
    monkeypatch.setattr(bench, "OUT", tmp_path / "bench.json")
    monkeypatch.setattr(
        bench,
        "MEASUREMENTS",
        {
            lambda: {"quick": given["quick"], "free": given["free"]}: ("quick", "free"),
            lambda: {"many": given["many"]}: ("many",),
        },
    )
    monkeypatch.setattr(bench, "TARGETS", {"quick": ("<=", 10), "many": (">=", 8)})
    return given


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["bench", *words])
    return bench.main()


def test_figures_that_meet_their_targets_end_well_and_are_kept(
    figures: dict[str, float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch) == 0
    assert msgspec.json.decode(bench.OUT.read_bytes()) == figures
    assert capsys.readouterr().out.count("met") == 2


def test_a_missed_target_is_named_at_the_end_and_ends_with_1(
    figures: dict[str, float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures |= {"quick": 11.0, "many": 7.9}
    assert run(monkeypatch) == 1
    assert capsys.readouterr().out.splitlines()[-1] == "missed: quick, many"
    assert run(monkeypatch, "--only", "many") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "missed: many"


def test_only_what_was_asked_for_is_measured_and_the_rest_stays(
    figures: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    run(monkeypatch)
    figures |= {"quick": 1.0, "many": 20.0}
    assert run(monkeypatch, "--only", "many") == 0
    assert msgspec.json.decode(bench.OUT.read_bytes()) == {"quick": 7.0, "free": 3.0, "many": 20.0}


def test_a_figure_that_does_not_exist_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--only", "speed") == 2
