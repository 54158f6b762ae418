"""Ten calls in one second, through the real program: a window, a voice, a hub of the test."""

import asyncio
import os
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.hall.screen import VirtualScreen
from display.card import card_there
from display.clips import RATE, write_wav
from display.tongues import VIETNAMESE, needed
from display.voice import CHIME
from shared.messages import Sound
from tests.display.test_app import ROOT, PlayedHub

CALLS = 10
CLIP = array("h", [6000, -6000] * (RATE // 50)).tobytes()
"""Each word takes 40 ms, so that the test does not take long."""


def spoken(folder: Path) -> list[dict[str, Any]]:
    file = folder / "spoken.jsonl"
    lines = file.read_bytes().splitlines() if file.exists() else []
    return [msgspec.json.decode(line) for line in lines]


@pytest.mark.timeout(120)
async def test_ten_calls_in_one_second_are_shown_spoken_and_reported_and_none_is_lost(
    tmp_path: Path,
) -> None:
    hub = PlayedHub()
    port = await hub.start()
    (tmp_path / "credential").touch(mode=0o600)
    (tmp_path / "credential").write_text("secret\n", encoding="utf-8")
    said, voice = tmp_path / "said", tmp_path / "voice"
    voice.mkdir()
    for name in (CHIME, *needed(VIETNAMESE)):
        write_wav(voice / f"{name}.wav", CLIP)
    with VirtualScreen(640, 360) as screen:
        program = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "display", "--no-keeper", "--config", "config/display.toml"),
            *("--hub", f"127.0.0.1:{port}", "--credential-file", str(tmp_path / "credential")),
            *("--size", "640x360", "--position", "0,0", "--voice", str(voice)),
            *("--announcements", str(said), "--without-card", "well"),
            cwd=ROOT,
            env=os.environ | screen.env(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert program.stdout is not None
            async with asyncio.timeout(60):
                assert await program.stdout.readline() == b"ready\n"
                for number in range(1, CALLS + 1):
                    await hub.call((f"A{number:03}", number))
                    await asyncio.sleep(0.09)
                while len(spoken(said)) < CALLS:  # noqa: ASYNC110 (another process writes it)
                    await asyncio.sleep(0.05)
        finally:
            program.terminate()
            await program.wait()
            await hub.stop()
    found = spoken(said)
    assert [line["call"] for line in found] == list(range(1, CALLS + 1))
    assert [line["number"] for line in found] == [f"A{n:03}" for n in range(1, CALLS + 1)]
    assert [report for report in hub.reports if report.seq == CALLS]
    assert hub.reports[-1].sound is (Sound.FAILED if card_there() else Sound.WELL)
    assert max(report.behind for report in hub.reports) > CALLS / 2
    assert max(report.behind_ms for report in hub.reports) > 0
