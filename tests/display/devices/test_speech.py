from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from display.announcer import Lead, Saying
from display.board import Announcement
from display.clips import RATE, read_clip, silence
from display.loudness import Level
from display.tongues import VIETNAMESE, Manner
from display.voice import Voice, Voices
from shared.messages import Sound
from shared.model import CounterNumber, Instant, Seq
from tests.display.devices.test_player import FakeSound
from tests.kivy_window import until

ALOUD = Level(1.0)


def call(number: str = "A012", counter: int = 5, place: int = 7) -> Announcement:
    return Announcement(place, number, CounterNumber(counter), Instant(0), Seq(place))


def make(voice_folder: Path, keep: Path | None = None, **options: Any) -> Any:
    from display.devices.mixer import Mixer
    from display.devices.speech import Speech

    options = {"load": lambda _path: FakeSound(), "card": lambda: False, **options}
    voices = Voices([Voice(VIETNAMESE, voice_folder)])
    mixer = options.pop("mixer", None) or Mixer(ask=lambda _command: "")
    return Speech(voices, mixer, preroll_ms=300, keep=keep, **options)


def record(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / "spoken.jsonl").read_bytes().splitlines()
    return [msgspec.json.decode(line) for line in lines]


def speak(speech: Any, said: Announcement, first: bool = True, level: Level = ALOUD) -> None:
    speech.lead(Lead(said, first, chime=first), level, lambda: None)
    speech.say(Saying(said, Manner.SHORT), level, lambda: None, lambda: None)


async def test_the_wav_is_preroll_chime_and_clips(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path)
    speak(speech, call("AB1000", 37))
    clips = ["chime", "letter_a", "letter_b", "digit_1", *["digit_0"] * 3, "quay", "counter_37"]
    expected = b"".join(read_clip(voice_folder / f"{clip}.wav").frames for clip in clips)
    assert read_clip(tmp_path / "7.wav").frames == silence(300) + expected
    assert record(tmp_path) == [
        {
            "call": 7,
            "number": "AB1000",
            "counter": 37,
            "clips": clips,
            "wav": "7.wav",
            "manner": "short",
            "again": False,
        }
    ]
    speech.close()


async def test_only_what_follows_a_silence_has_the_preroll(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path)
    speak(speech, call(place=1))
    speak(speech, call(place=2), first=False)
    first, second = (len(read_clip(tmp_path / f"{n}.wav").frames) for n in (1, 2))
    chime = len(read_clip(voice_folder / "chime.wav").frames)
    assert first - second - chime == len(silence(300)) == RATE * 6 // 10
    speech.close()


async def test_in_quiet_hours_and_for_what_has_no_clips_there_is_the_chime(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path)
    speak(speech, call(place=1), first=False, level=Level(0.2, words=False))
    speak(speech, call("I-1", place=2), first=False)
    assert [line["clips"] for line in record(tmp_path)] == [["chime"], ["chime"]]
    speech.close()


async def test_a_repetition_has_a_file_of_its_own(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path)
    speech.say(Saying(call(), Manner.SHORT, again=True), ALOUD, lambda: None, lambda: None)
    assert [(line["wav"], line["again"]) for line in record(tmp_path)] == [("7-again.wav", True)]
    speech.close()


async def test_a_sound_is_played_at_its_volume_and_its_end_told_once(
    kivy_window: Any, voice_folder: Path
) -> None:
    sounds: list[FakeSound] = []

    def load(_path: str) -> FakeSound:
        sounds.append(FakeSound())
        return sounds[-1]

    speech = make(voice_folder, load=load)
    ended: list[int] = []
    speech.say(Saying(call(), Manner.SHORTEST), Level(0.4), lambda: ended.append(1), lambda: None)
    assert [sound.volume for sound in sounds] == [0.4]
    await until(kivy_window, lambda: ended, 10)
    speech.close()
    assert ended == [1]


@pytest.mark.parametrize(("starts", "lost"), [(False, [1]), (True, [])])
async def test_words_that_do_not_begin_are_lost(
    kivy_window: Any, voice_folder: Path, starts: bool, lost: list[int]
) -> None:
    told: list[int] = []
    speech = make(voice_folder, load=lambda _path: FakeSound(starts=starts))
    speech.lead(Lead(call(), True, chime=True), ALOUD, lambda: None)
    speech.say(Saying(call(), Manner.SHORT), ALOUD, lambda: None, lambda: told.append(1))
    assert told == lost
    speech.close()


async def test_a_loudspeaker_that_fails_is_logged_once_and_so_is_its_recovery(
    kivy_window: Any, voice_folder: Path
) -> None:
    answers: list[Any] = [None, None, FakeSound()]
    speech = make(voice_folder, load=lambda _path: answers.pop(0))
    with structlog.testing.capture_logs() as logs:
        speech.test(lambda: None)
        speech.test(lambda: None)
        assert speech.sound is Sound.FAILED
        ended: list[int] = []
        speech.test(lambda: ended.append(1))
        await until(kivy_window, lambda: ended, 5)
        speech._judge("")
    assert [entry["event"] for entry in logs] == ["speech.failed", "speech.recovered"]
    speech.close()
    speech.close()


@pytest.mark.parametrize(
    ("card", "driver", "well_without_card", "expected"),
    [
        (True, "", False, Sound.WELL),
        (True, "dummy", True, Sound.FAILED),
        (False, "dummy", True, Sound.WELL),
        (False, "dummy", False, Sound.FAILED),
        (False, "", True, Sound.FAILED),
    ],
)
async def test_a_machine_that_nobody_hears_is_well_only_where_that_is_meant(
    kivy_window: Any,
    voice_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    card: bool,
    driver: str,
    well_without_card: bool,
    expected: Sound,
) -> None:
    speech = make(voice_folder, card=lambda: card, well_without_card=well_without_card)
    assert speech.sound is None
    speech._judge("")
    monkeypatch.setenv("SDL_AUDIODRIVER", driver)
    assert speech.sound is expected
    speech.close()


async def test_a_muted_mixer_is_a_failure_of_the_sound_that_no_new_start_mends(
    kivy_window: Any, voice_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from display.devices.mixer import Mixer

    monkeypatch.setenv("SDL_AUDIODRIVER", "")
    said = ["Simple mixer control 'Master',0\n  Mono: Playback 0 [0%] [on]\n"]
    speech = make(voice_folder, card=lambda: True, mixer=Mixer(ask=lambda _command: said[0]))
    speech._judge("")
    assert speech.sound is Sound.WELL
    speech.test(lambda: None)
    await until(kivy_window, lambda: speech.sound is Sound.FAILED, 5)
    assert not speech.hopeful
    said[0] = ""
    speech.test(lambda: None)
    await until(kivy_window, lambda: speech.sound is Sound.WELL, 5)
    speech.close()


async def test_missing_clips_are_a_failure_of_the_sound(kivy_window: Any, tmp_path: Path) -> None:
    speech = make(tmp_path, card=lambda: False, well_without_card=True)
    speech._judge("")
    assert speech.sound is Sound.FAILED
    speech.close()


async def test_a_card_is_a_device_that_plays(tmp_path: Path) -> None:
    from display.card import card_there

    (tmp_path / "timer").touch()
    (tmp_path / "pcmC0D0c").touch()
    assert not card_there(tmp_path)
    (tmp_path / "pcmC0D3p").touch()
    assert card_there(tmp_path)


async def test_a_full_disk_never_stops_the_voice(
    kivy_window: Any, voice_folder: Path, tmp_path: Path
) -> None:
    speech = make(voice_folder, tmp_path / "said")
    (tmp_path / "said").rmdir()
    with structlog.testing.capture_logs() as logs:
        speak(speech, call())
    assert [entry["event"] for entry in logs] == ["speech.not_kept"]
    speech.close()


async def test_an_alarm_is_the_chime_three_times_at_full_volume(
    kivy_window: Any, voice_folder: Path
) -> None:
    played: list[tuple[bytes, FakeSound]] = []

    def load(path: str) -> FakeSound:
        played.append((read_clip(Path(path)).frames, FakeSound()))
        return played[-1][1]

    speech, rung = make(voice_folder, load=load), list[str]()
    speech.alarm(lambda: rung.append("over"))
    await until(kivy_window, lambda: rung, 10)
    chime = read_clip(voice_folder / "chime.wav").frames
    assert [frames for frames, _sound in played] == [silence(300) + chime * 3]
    speech.close()
