import wave
from array import array
from pathlib import Path

import pytest

from display.announcer import Saying
from display.board import Announcement
from display.chime import TEST_PEAK, chime, tone
from display.clips import FULL_SCALE, RATE, Clip, read_clip, seconds, silence, write_wav
from display.tongues import ENGLISH, SPEEDS, VIETNAMESE, Manner, Tongue, needed
from display.voice import BETWEEN_MS, Voice, Voices
from shared.errors import DeviceError
from shared.model import CounterNumber, Instant, Seq

LOUD = array("h", [9000, -9000] * 500).tobytes()


def call(number: str = "A012", counter: int = 5) -> Announcement:
    return Announcement(1, number, CounterNumber(counter), Instant(0), Seq(1))


def pack(folder: Path, tongue: Tongue, *without: str) -> Voice:
    """A whole pack of plain clips, but for some."""
    folder.mkdir()
    for name in needed(tongue).difference(without):
        write_wav(folder / f"{name}.wav", LOUD)
    return Voice(tongue, folder)


def test_the_default_voice_is_complete_with_every_faster_clip(voice_folder: Path) -> None:
    voice = Voice(VIETNAMESE, voice_folder)
    assert voice.faults == []
    for manner, folder in zip((Manner.BRISK, Manner.SHORTEST), SPEEDS, strict=True):
        clips = voice.spoken(call(), manner)
        assert clips and all(clip.startswith(folder) for clip in clips)


def test_thirty_two_calls_fit_into_thirty_seconds_with_the_default_voice(
    voice_folder: Path,
) -> None:
    voices = Voices([Voice(VIETNAMESE, voice_folder)])
    calls = [call(f"A{n:03}", n) for n in range(1, 33)]
    lengths = {how: sum(voices.length_ms(each, how) for each in calls) for how in Manner}
    preroll_and_chime = 500 + round(seconds(voices.chime) * 1000)
    assert preroll_and_chime + lengths[Manner.SHORTEST] < 29_000
    assert list(lengths.values()) == sorted(lengths.values(), reverse=True)


def test_a_call_is_said_in_every_language_when_there_is_time_and_else_in_the_first(
    tmp_path: Path,
) -> None:
    voices = Voices([pack(tmp_path / "vi", VIETNAMESE), pack(tmp_path / "en", ENGLISH)])
    full = voices.words(Saying(call(), Manner.FULL))
    assert full.clips[5:8] == ("den_quay_so", "counter_5", "en:number")
    assert len(full.frames) == len(LOUD) * len(full.clips) + len(silence(BETWEEN_MS))
    short = voices.words(Saying(call(), Manner.SHORT))
    assert short.clips == ("letter_a", "digit_0", "digit_1", "digit_2", "quay", "counter_5")
    said = seconds(full.frames) + seconds(voices.chime)
    assert voices.length_ms(call(), Manner.FULL) == round(said * 1000)


def test_a_pack_without_faster_clips_says_it_at_the_usual_speed(tmp_path: Path) -> None:
    voice = pack(tmp_path / "vi", VIETNAMESE)
    assert voice.spoken(call(), Manner.SHORTEST) == voice.spoken(call(), Manner.SHORT) != ()


def test_a_voice_with_a_hole_never_speaks_half_a_sentence(tmp_path: Path) -> None:
    holed = pack(tmp_path / "vi", VIETNAMESE, "digit_2")
    assert [fault.rpartition("/")[2] for fault in holed.faults] == ["digit_2.wav: is missing"]
    assert holed.spoken(call("A012"), Manner.FULL) == ()
    assert holed.spoken(call("A013"), Manner.FULL) != ()
    english = pack(tmp_path / "en", ENGLISH)
    words = Voices([holed, english]).words(Saying(call("A012"), Manner.SHORT))
    assert words.clips[0] == "en:letter_a"


def test_what_no_voice_can_say_is_chimed_even_without_any_clips(tmp_path: Path) -> None:
    voices = Voices([Voice(VIETNAMESE, tmp_path / "nowhere")])
    assert len(voices.faults) == len(needed(VIETNAMESE))
    assert voices.words(Saying(call("I-1", 0), Manner.FULL)).clips == ()
    assert voices.chime == chime()
    assert voices.length_ms(call(), Manner.SHORT) == round(seconds(chime()) * 1000)


def test_a_display_needs_a_language() -> None:
    with pytest.raises(ValueError):
        Voices([])


def test_a_silent_clip_is_a_fault_and_is_not_used(tmp_path: Path) -> None:
    voice = pack(tmp_path / "vi", VIETNAMESE, "quay")
    write_wav(tmp_path / "vi" / "quay.wav", silence(100))
    again = Voice(VIETNAMESE, tmp_path / "vi")
    assert any("quay.wav: is silent" in fault for fault in again.faults)
    assert len(again.faults) == len(voice.faults) == 1
    assert again.spoken(call(), Manner.SHORT) == ()


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
    assert any("cannot be read" in fault for fault in Voice(VIETNAMESE, tmp_path).faults)


def test_nobody_hears_the_tone_of_the_self_test() -> None:
    tested = Clip("tone", tone())
    assert 20 < tested.peak <= TEST_PEAK * FULL_SCALE + 1
    assert len(tone()) > RATE // 2


def test_a_frame_that_lacks_a_clip_is_said_in_short_instead(tmp_path: Path) -> None:
    holed = pack(tmp_path / "vi", VIETNAMESE, "den_quay_so")
    assert holed.faults
    said = Voices([holed]).words(Saying(call(), Manner.FULL))
    assert said.clips == ("letter_a", "digit_0", "digit_1", "digit_2", "quay", "counter_5")
