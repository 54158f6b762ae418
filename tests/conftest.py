"""What holds for every test: how hard Hypothesis searches, and who runs what."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("default"), max_examples=20)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


LONGEST = (
    "tests/journeys/",
    "tests/kiosk/test_dressing.py",
    "tests/hub/test_standby.py",
    "tests/display/test_hang.py",
    "tests/lockdown/",
    "tests/faults/",
    "tests/hub/web/test_policy.py",
    "tests/bench/test_hall.py",
    "tests/kiosk/test_read_aloud.py",
    "tests/kiosk/test_screens.py",
    "tests/deploy/test_gallery.py",
    "tests/test_run.py",
    "tests/test_pure_coverage.py",
)
"""Files that take long by themselves. Begun last, one worker would wait for the other's."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first."""

    def place(item: pytest.Item) -> int:
        starts = (n for n, name in enumerate(LONGEST) if item.nodeid.startswith(name))
        return next(starts, len(LONGEST))

    items.sort(key=place)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers take whole files, and all journeys together: they share one hall and its day."""
    from xdist.scheduler import LoadScopeScheduling

    class ByHall(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", 1)[0]
            return "tests/journeys" if file.startswith("tests/journeys/") else file

    return ByHall(config, log)
