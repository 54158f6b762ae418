"""The tool makes packs that it finds no fault with, and finds every fault of others."""

import shutil
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from deploy.voice.__main__ import main
from deploy.voice.make import RECIPE, MakeError, Order, orders, speak
from display.clips import RATE, Clip, read_clip, silence, write_wav
from display.tongues import SPEEDS, VIETNAMESE, fast_names, needed, tongue
from display.voice import CHIME

ESPEAK = shutil.which("espeak-ng") or "espeak-ng"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole English pack, as the tool makes it."""
    folder = tmp_path_factory.mktemp("packs") / "en"
    assert main(["make", "--language", "en", "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A sound Vietnamese pack without faster clips, cheap to make."""
    for name in (CHIME, *needed(VIETNAMESE)):
        write_wav(tmp_path / f"{name}.wav", tone(6000))
    return tmp_path


def tone(loud: int, milliseconds: int = 60) -> bytes:
    return array("h", [loud, -loud] * (RATE * milliseconds // 2000)).tobytes()


def said(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> list[str]:
    code = main(["check", str(folder), *more])
    out = capsys.readouterr()
    found = out.err.splitlines()
    assert code == (1 if found else 0)
    return [line.removeprefix("voice: ") for line in found]


def test_a_pack_that_was_made_is_complete_and_sound(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, made, "--language", "en") == []
    names = {path.relative_to(made).with_suffix("").as_posix() for path in made.rglob("*.wav")}
    english = tongue("en")
    fast = {name for folder in SPEEDS for name in fast_names(english, folder)}
    assert names == {CHIME, *needed(english), *fast}


def test_a_complete_pack_is_left_alone(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (made / "number.wav").stat().st_mtime_ns
    assert main(["make", "--language", "en", "--out", str(made)]) == 0
    assert "is complete" in capsys.readouterr().out
    assert (made / "number.wav").stat().st_mtime_ns == before


def test_a_pack_of_another_recipe_is_made_anew_and_a_recorded_one_is_left_alone(
    pack: Path,
) -> None:
    assert main(["make", "--out", str(pack)]) == 0
    assert not (pack / "fast").exists()
    (pack / RECIPE).write_text("another")
    assert main(["make", "--out", str(pack)]) == 0
    assert (pack / "fast" / "digit_1.wav").is_file()


def test_clips_start_at_once_and_the_faster_are_shorter(made: Path) -> None:
    lengths = [read_clip(made / f"{folder}digit_7.wav").seconds for folder in ("", *SPEEDS)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[2] < 0.6 * lengths[0]
    start = array("h", read_clip(made / "digit_7.wav").frames)[: RATE * 20 // 1000]
    assert Clip("start", start.tobytes()).peak > 250


def test_accents_speak_differently() -> None:
    order = Order("quay", "quầy", 0, 0)
    spoken = {voice: speak(ESPEAK, voice, order) for voice in ("vi", "vi-vn-x-central")}
    assert spoken["vi"] != spoken["vi-vn-x-central"]


def test_without_espeak_there_is_the_chime_and_one_sentence_that_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["make", "--out", str(tmp_path), "--espeak", "no-such-espeak"]) == 2
    error = capsys.readouterr().err
    assert "no-such-espeak is not installed" in error
    assert error.count("\n") == 1
    assert [path.name for path in tmp_path.rglob("*.wav")] == ["chime.wav"]


def test_a_word_that_nobody_can_speak_is_named() -> None:
    with pytest.raises(MakeError, match="xin_moi"):
        orders(tongue("vi", "xin_moi {number} {counter}"))


def test_a_template_that_lacks_the_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", ".", "--template", "quay {counter}"]) == 2
    assert "{number}" in capsys.readouterr().err


Damage = Callable[[Path], object]


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        (lambda clip: clip.unlink(), "digit_5: is missing"),
        (lambda clip: clip.write_bytes(b"RIFF"), "cannot be read as a WAV file"),
        (lambda clip: write_wav(clip, silence(100)), "digit_5: is silent"),
        (lambda clip: write_wav(clip, array("h", [32767] * 900).tobytes()), "digit_5: is clipped"),
        (lambda clip: write_wav(clip, tone(14_000)), "digit_5: is louder than the others"),
        (lambda clip: write_wav(clip, tone(2_000)), "digit_5: is quieter than the others"),
        (
            lambda clip: write_wav(clip, silence(310) + tone(6000)),
            "digit_5: 310 ms of silence before it begins",
        ),
        (
            lambda clip: write_wav(clip, tone(6000) + silence(400)),
            "digit_5: 400 ms of silence after its end",
        ),
        (lambda clip: write_wav(clip.with_name("digit_x.wav"), tone(6000)), "digit_x: is unknown"),
        (lambda clip: one_fast_clip(clip), "fast/digit_6: is missing"),
    ],
)
def test_every_fault_of_a_pack_is_named(
    pack: Path, capsys: pytest.CaptureFixture[str], damage: Damage, fault: str
) -> None:
    assert said(capsys, pack) == []
    damage(pack / "digit_5.wav")
    assert any(fault in line for line in said(capsys, pack))


def one_fast_clip(clip: Path) -> None:
    (clip.parent / "fast").mkdir()
    write_wav(clip.parent / "fast" / clip.name, tone(6000))
