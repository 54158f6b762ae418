"""The network between the hub and its clients is at fault."""

from pathlib import Path

from tests.faults.networks import Trial
from tests.faults.wire import FATES


async def test_frames_lost_with_their_connection_doubled_late_or_turned_round_change_nothing(
    tmp_path: Path,
) -> None:
    verdict = await Trial(tmp_path, seed=1).run(5)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert len(verdict.deaths) == sum(len(fates) for fates in FATES.values())
    assert verdict.acknowledged > 50
