"""The hub's disk is in trouble: numbers are refused in words, nothing is lost, and it goes on."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.disks import FAULTS, Trial, small_disk
from tests.hub.hub_process import ROOT, HubProcess


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "data"
    try:
        with small_disk(folder) as mounted:
            yield mounted
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no file system may be mounted here: {error.stderr.decode().strip()}")


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_hub_whose_disk_fails_refuses_by_name_keeps_what_it_said_and_goes_on_by_itself(
    data: Path, fault: str
) -> None:
    verdict = await Trial(data, 1, fault).run(1)
    assert not verdict.faults, "\n".join(verdict.faults)
    assert verdict.acknowledged > 50


def test_a_hub_does_not_start_on_a_read_only_disk_and_says_why(data: Path) -> None:
    hub = HubProcess(data)
    hub.start()
    assert hub.stop() == 0
    subprocess.run(["mount", "-o", "remount,ro", str(data)], check=True)
    command = [sys.executable, "-m", "hub", "serve", "--site", str(hub.site), "--data", str(data)]
    command += ["--live", "127.0.0.1:0", "--web", "127.0.0.1:0"]
    said = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert said.returncode not in (0, -6), said
    assert "read-only" in said.stderr.lower(), said
    assert "Traceback" not in said.stderr
