import time
import wave
from array import array
from pathlib import Path

import pytest

from deploy import make_voice
from display.announcer import Manner, phrase, words
from display.voice import CHIME, RATE, Voice, names, read_clip, silence, write_wav
from shared.errors import DeviceError
from shared.model import CounterNumber


def test_the_default_voice_is_complete_and_nothing_in_it_is_silent_or_clipped(
    voice_folder: Path,
) -> None:
    assert Voice(voice_folder).faults == []
    assert {path.stem for path in voice_folder.glob("*.wav")} == {*words(), CHIME}


def test_clips_are_equally_loud_and_start_at_once(voice_folder: Path) -> None:
    for name in words():
        sound = array("h", read_clip(voice_folder / f"{name}.wav").frames)
        voiced = [sample for sample in sound if abs(sample) > make_voice.QUIET]
        power = (sum(s * s for s in voiced) / len(voiced)) ** 0.5
        assert 3500 < power < 9000, name
        lead = make_voice.LEAD_MS.get(name, 0) + 20
        assert any(abs(s) > make_voice.QUIET for s in sound[: RATE * lead // 1000]), name


def test_a_complete_voice_is_left_alone(voice_folder: Path) -> None:
    before = (voice_folder / "moi_so.wav").stat().st_mtime_ns
    start = time.monotonic()
    assert make_voice.main(["--out", str(voice_folder)]) == 0
    assert time.monotonic() - start < 5
    assert (voice_folder / "moi_so.wav").stat().st_mtime_ns == before


def test_without_espeak_there_is_the_chime_and_one_sentence_that_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_voice.main(["--out", str(tmp_path), "--espeak", "no-such-espeak"]) == 0
    said = capsys.readouterr().err
    assert "no-such-espeak is not installed" in said
    assert said.count("\n") == 1
    voice = Voice(tmp_path)
    assert voice.spoken(phrase("A012", CounterNumber(5), Manner.FULL)) == (CHIME,)


def test_a_voice_with_a_hole_never_speaks_half_a_sentence(tmp_path: Path) -> None:
    write_wav(tmp_path / "moi_so.wav", silence(100))
    voice = Voice(tmp_path)
    assert voice.spoken(("moi_so", "digit_1")) == ()
    assert voice.spoken(("moi_so",)) == ("moi_so",)
    assert len(voice.faults) == len(names())
    assert any("moi_so.wav: is silent" in fault for fault in voice.faults)


def test_a_clipped_recording_is_named(tmp_path: Path) -> None:
    write_wav(tmp_path / "chime.wav", array("h", [32767] * 100).tobytes())
    assert any("is clipped" in fault for fault in Voice(tmp_path).faults)


def test_a_recording_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chime.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(400))
    with pytest.raises(DeviceError, match="must be mono, 16 bit"):
        read_clip(path)
    path.write_bytes(b"no wave")
    with pytest.raises(DeviceError, match="cannot be read"):
        read_clip(path)
