"""What amixer prints, read. amixer itself is a script here: no test machine has a card."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from display.devices.mixer import Mixer, ask, command, muted
from tests.journeys.glass import until

LAPTOP = """\
Simple mixer control 'Master',0
  Capabilities: pvolume pvolume-joined pswitch pswitch-joined
  Playback channels: Mono
  Limits: Playback 0 - 87
  Mono: Playback {master}
Simple mixer control 'Headphone',0
  Capabilities: pvolume pswitch
  Playback channels: Front Left - Front Right
  Limits: Playback 0 - 87
  Mono:
  Front Left: Playback 0 [0%] [-65.25dB] [off]
  Front Right: Playback 0 [0%] [-65.25dB] [off]
Simple mixer control 'PCM',0
  Capabilities: pvolume
  Playback channels: Front Left - Front Right
  Limits: Playback 0 - 255
  Mono:
  Front Left: Playback {left}
  Front Right: Playback 255 [100%] [0.00dB]
Simple mixer control 'Capture',0
  Capabilities: cvolume cswitch
  Front Left: Capture 0 [0%] [-17.25dB] [off]
"""
FULL = "255 [100%] [0.00dB]"
HDMI = "Simple mixer control 'IEC958',0\n  Capabilities: pswitch\n  Mono: Playback [off]\n"


def laptop(master: str = "74 [85%] [-9.75dB] [on]", left: str = FULL) -> str:
    return LAPTOP.format(master=master, left=left)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (laptop(), ""),
        (laptop(master="74 [85%] [-9.75dB] [off]"), "Master is switched off"),
        (laptop(master="0 [0%] [-65.25dB] [on]"), "Master stands at 0"),
        (laptop(left="0 [0%] [-51.00dB]"), ""),  # the other side can be heard
        (laptop(left="0 [0%]").replace(f"Front Right: Playback {FULL}", "x"), "PCM stands at 0"),
        (HDMI, ""),  # an outlet that nobody uses
        ("", ""),
        ("amixer: something else\n", ""),
    ],
)
def test_what_goes_through_the_mixer_is_read(text: str, why: str) -> None:
    assert muted(text) == why


@pytest.mark.parametrize(
    ("device", "card"),
    [
        ("", ()),
        ("default", ()),
        ("plughw:CARD=PCH,DEV=3", ("-c", "PCH")),
        ("plughw:1,3", ("-c", "1")),
        ("sysdefault:CARD=HDMI", ("-c", "HDMI")),
    ],
)
def test_the_mixer_of_the_device_s_card_is_asked(device: str, card: tuple[str, ...]) -> None:
    assert command(device) == ("amixer", *card, "scontents")


@contextmanager
def amixer(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> Iterator[Mixer]:
    script = folder / "amixer"
    script.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    with closing(Mixer("plughw:CARD=PCH,DEV=0")) as mixer:
        mixer.look()
        until(lambda: mixer._asked is not None and mixer._asked.done(), "an answer", 5)
        yield mixer


def test_a_mixer_that_is_muted_is_named_once_and_so_is_its_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "says").write_text(laptop(master="0 [0%] [off]"), encoding="utf-8")
    with (
        capture_logs() as said,
        amixer(tmp_path, monkeypatch, f'[ "$2" = PCH ] && cat {tmp_path}/says') as mixer,
    ):
        assert mixer.muted == "Master is switched off" == mixer.muted
        (tmp_path / "says").write_text(laptop(), encoding="utf-8")
        mixer.look()
        until(lambda: not mixer.muted, "an open mixer", 5)
    assert [line["event"] for line in said] == ["mixer.muted", "mixer.open"]


@pytest.mark.parametrize("body", ["exit 1", "echo 'amixer: Mixer attach error' >&2; exit 1"])
def test_a_mixer_that_cannot_be_asked_is_not_taken_for_muted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    with capture_logs() as said, amixer(tmp_path, monkeypatch, body) as mixer:
        assert mixer.muted == ""
        mixer.look()
        until(lambda: mixer._asked is not None and mixer._asked.done(), "an answer", 5)
        assert mixer.muted == ""
    assert [line["event"] for line in said] == ["mixer.unknown"]


def test_a_machine_without_amixer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(OSError, match="amixer"):
        ask(command(""))
