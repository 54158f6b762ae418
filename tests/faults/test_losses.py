"""Losses of a busy hub's journal: `make faults` has a hundred, this is the sample of a test run."""

from pathlib import Path

from tests.faults.losses import Trial


async def test_what_a_copy_has_is_kept_and_no_number_is_given_twice(tmp_path: Path) -> None:
    verdict = await Trial(tmp_path, seed=1).run(15)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert sum(verdict.deaths.values()) == 15
    assert len(verdict.deaths) == 5, "each kind of loss"
    assert verdict.acknowledged > 50
