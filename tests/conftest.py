"""What holds for every test: how hard Hypothesis searches, and who runs what."""

import os
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=20)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


BEGUN_FIRST = (
    "tests/display/test_hang.py",
    "tests/test_run.py",
    "tests/test_pure_coverage.py",
    "tests/deploy/test_gallery.py",
)
"""Files of few and long tests: begun last, one of them would keep one core busy when all others
are done. The first mostly waits, while the second wants all there is."""


def _hall(nodeid: str) -> str:
    """What is run by one worker: a file, and all journeys, which share one hall and its day."""
    file = nodeid.split("::", 1)[0]
    return "tests/journeys" if file.startswith("tests/journeys/") else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, then by how many tests there are, as xdist itself would."""
    tests = Counter(_hall(item.nodeid) for item in items)
    rank = {name: place for place, name in enumerate(BEGUN_FIRST)}

    def place(item: pytest.Item) -> tuple[int, int, str]:
        hall = _hall(item.nodeid)
        return rank.get(hall, len(rank)), -tests[hall], hall

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers take whole halls, in the order in which they were collected."""
    from xdist.scheduler import LoadScopeScheduling

    class ByHall(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _hall(nodeid)

    config.option.loadscopereorder = False
    return ByHall(config, log)
