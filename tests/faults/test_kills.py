"""Killed hubs: `make faults` kills a thousand, this is the sample that goes with every test run."""

from pathlib import Path

from hub.centre import read_centre
from tests.faults.kills import Trial
from tests.faults.nursery import SITE as SITE_FILE
from tests.hub.hall_site import SITE


def test_the_hubs_that_are_killed_serve_the_models_centre() -> None:
    assert read_centre(SITE_FILE, None) == (SITE, {})


async def test_a_killed_hub_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    verdict = await Trial(tmp_path, seed=1).run(20)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert sum(verdict.deaths.values()) == 20
    assert verdict.acknowledged > 50
    assert verdict.views > 100
