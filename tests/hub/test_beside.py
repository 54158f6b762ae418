"""What goes on beside the hall begins again after it has failed."""

import asyncio

import pytest
from structlog.testing import capture_logs

from hub import serve


class Work:
    """Fails so often, and then goes on."""

    def __init__(self, fails: int) -> None:
        self.left = fails
        self.goes_on = asyncio.Event()
        self.failures = 0

    def failed(self) -> None:
        self.failures += 1

    async def run(self) -> None:
        if self.left:
            self.left -= 1
            raise KeyError("a bug")
        self.goes_on.set()


async def test_a_task_that_fails_begins_again_later_each_time_and_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serve, "AGAIN_AFTER_S", 0.001)
    monkeypatch.setattr(serve, "LONGEST_PAUSE_S", 0.003)
    work = Work(fails=4)
    with capture_logs() as said:
        task = asyncio.create_task(serve._and_wait(work.run, work.failed))
        async with asyncio.timeout(10):
            await work.goes_on.wait()
        assert not task.done(), "its end is no reason to close the hall"
        task.cancel()
    assert work.failures == 4
    assert [(line["event"], line["kind"], line["wait_s"]) for line in said] == [
        ("beside_failed", "KeyError", pause) for pause in (0.001, 0.002, 0.003, 0.003)
    ]
