"""The real kiosk and the real display go over to the second hub when the first one is lost."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.hub.hub_process import ROOT
from tests.hub.test_standby import Pair, free_port, pair as pair, until


@contextmanager
def screen(role: str, pair: Pair, second: str, folder: Path) -> Iterator[Path]:
    """That program without a window, knowing both hubs; its log."""
    secret, log = folder / f"{role}.credential", folder / f"{role}.log"
    secret.touch(mode=0o600)
    secret.write_text(pair.first.enrol(role, f"{role}-x"))
    own = ["--data", str(folder / "kiosk")] if role == "kiosk" else []
    with log.open("w") as out:
        process = subprocess.Popen(
            [
                sys.executable, "-m", role, "--no-keeper", "--size", "640x480",
                "--hub", pair.first.live, "--hub", second, "--credential-file", str(secret), *own,
            ],
            cwd=ROOT, stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"},
        )  # fmt: skip
    try:
        yield log
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.timeout(180)
def test_kiosk_and_display_are_at_the_promoted_hub_without_anybodys_help(
    pair: Pair, tmp_path: Path
) -> None:
    second = f"127.0.0.1:{free_port()}"
    with (
        screen("kiosk", pair, second, tmp_path) as kiosk,
        screen("display", pair, second, tmp_path) as display,
    ):
        logs = (kiosk, display)
        until(lambda: all("hub.live" in log.read_text() for log in logs))
        pair.caught_up()
        pair.first.kill()
        pair.second.command("promote")
        pair.second.live = second
        pair.second.start()
        until(lambda: all(f"url=ws://{second}" in _newest_touch(log) for log in logs))
        assert all("hub.live" in _newest_touch(log) for log in logs)


def _newest_touch(log: Path) -> str:
    return next((line for line in reversed(log.read_text().splitlines()) if "hub." in line), "")
