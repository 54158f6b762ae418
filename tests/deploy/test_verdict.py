"""A demonstration is believed only if one tapped number went all the way."""

from pathlib import Path
from typing import Any

import pytest

from deploy.hall.verdict import judge, read_lines

ISSUED = {"at": 1_000, "kind": "ticket_issued", "request_id": "tap"}
JOURNAL: list[dict[str, Any]] = [
    ISSUED | {"body": {"ticket": "one", "number": "A001"}},
    ISSUED | {"body": {"ticket": "two", "number": "B001"}, "request_id": "crowd"},
    {
        "at": 9_000,
        "kind": "ticket_called",
        "body": '{"ticket":"one","counter":5}',
        "request_id": "x",
    },
]
SPOKEN = [{"number": "A001", "counter": 5}]


def test_a_number_that_went_all_the_way_is_the_proof() -> None:
    found = judge(JOURNAL, {"crowd"}, ["A001"], [9.5], SPOKEN)
    assert found.whole == {"A001"}
    assert found.issued == {"A001", "B001"}
    assert "from tap to voice: A001" in found.table()


@pytest.mark.parametrize(
    ("crowd", "printed", "pictures", "spoken"),
    [
        ({"crowd", "tap"}, ["A001"], [9.5], SPOKEN),
        ({"crowd"}, ["B001"], [9.5], SPOKEN),
        ({"crowd"}, ["A001"], [8.5, 30.0], SPOKEN),
        ({"crowd"}, ["A001"], [9.5], [{"number": "A001", "counter": 6}]),
    ],
    ids=["not tapped", "not printed", "not shown", "spoken to another counter"],
)
def test_one_missing_witness_is_no_proof(
    crowd: set[str], printed: list[str], pictures: list[float], spoken: list[dict[str, Any]]
) -> None:
    found = judge(JOURNAL, crowd, printed, pictures, spoken)
    assert not found.whole
    assert "from tap to voice: none" in found.table()


def test_a_half_written_line_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "spoken.jsonl"
    assert read_lines(file) == []
    file.write_text('{"call":1}\n{"call":', encoding="utf-8")
    assert read_lines(file) == [{"call": 1}]
