"""A voice in the headphones: prompt, quiet at once when told to, and never in the way."""

import asyncio
import io
import shutil
import subprocess
import sys
import time
import wave
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kiosk.devices.speaker import EspeakSpeaker, FakeSpeaker, Manner

NAME = "N***** V** A"
VOICE = """
import os, sys, time, pathlib
folder = pathlib.Path(sys.argv[1])
number = len(list(folder.glob("*.asked")))
(folder / f"{number}.asked").write_text("\\n".join(sys.argv[2:]))
text = sys.stdin.buffer.read().decode()
(folder / f"{number}.begun").write_text(str(time.monotonic_ns()) + "\\n" + text)
if (folder / "broken").exists():
    sys.stderr.write("ALSA lib: unknown\\nerror: No such file or directory\\n")
    sys.exit(0)
if (folder / "crashing").exists():
    sys.exit(3)
while (folder / "slow").exists():
    time.sleep(0.005)
(folder / f"{number}.ended").write_text(text)
"""


class Voice:
    """An espeak-ng of air: notes what it is asked, and takes as long as told."""

    def __init__(self, folder: Path, **more: object) -> None:
        self.folder = folder
        script = folder / "voice.py"
        script.write_text(VOICE)
        program = (sys.executable, str(script), str(folder))
        self.speaker = EspeakSpeaker(program=program, **more)  # type: ignore[arg-type]

    def mark(self, name: str, on: bool = True) -> None:
        if on:
            (self.folder / name).touch()
        else:
            (self.folder / name).unlink()

    def begun(self, number: int) -> str:
        path = self.folder / f"{number}.begun"
        return path.read_text().partition("\n")[2] if path.exists() else ""

    def ended(self, number: int) -> bool:
        return (self.folder / f"{number}.ended").exists()

    async def idle(self) -> None:
        worker = self.speaker._worker
        assert worker is not None
        await asyncio.wait_for(asyncio.shield(worker), 10)


async def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        await asyncio.sleep(0.002)


@pytest.fixture
def voice(tmp_path: Path) -> Voice:
    return Voice(tmp_path, manner=Manner(rate=170, volume=0.4, output="hw:1"))


async def test_a_text_goes_through_the_pipe_and_never_onto_the_command_line(voice: Voice) -> None:
    voice.speaker.say(f"Chủ hồ sơ: {NAME}", "vi")
    await voice.idle()
    asked = (voice.folder / "0.asked").read_text().split("\n")
    assert asked == ["-v", "vi", "-s", "170", "-a", "80", "-b", "1", "-d", "hw:1", "--stdin"]
    assert voice.begun(0) == f"Chủ hồ sơ: {NAME}"
    await voice.speaker.close()


async def test_each_language_has_its_voice_and_an_unknown_one_the_sources(voice: Voice) -> None:
    for language in ("en", "lo"):
        voice.speaker.say("…", language, interrupt=False)
    await voice.idle()
    voices = [(voice.folder / f"{n}.asked").read_text().split("\n")[1] for n in (0, 1)]
    assert voices == ["en-gb", "vi"]
    await voice.speaker.close()


async def test_the_next_text_interrupts_within_a_tenth_of_a_second(voice: Voice) -> None:
    voice.mark("slow")
    voice.speaker.say("một", "vi")
    await until(lambda: voice.begun(0), "the first begins")
    process = voice.speaker._process
    assert process is not None
    before = time.monotonic()
    voice.speaker.say("hai", "vi")
    await until(lambda: process.returncode is not None, "the first is silent")
    assert time.monotonic() - before < 0.1
    await until(lambda: voice.begun(1), "the second begins")
    assert voice.begun(1) == "hai"
    assert not voice.ended(0)
    await voice.speaker.close()


async def test_what_does_not_interrupt_comes_after(voice: Voice) -> None:
    voice.mark("slow")
    voice.speaker.say("số", "vi")
    await until(lambda: voice.begun(0), "the number begins")
    voice.speaker.say("đã in", "vi", interrupt=False)
    voice.mark("slow", False)
    await voice.idle()
    assert voice.ended(0)
    assert voice.begun(1) == "đã in"
    await voice.speaker.close()


async def test_who_types_fast_hears_the_last_key(voice: Voice) -> None:
    voice.mark("slow")
    for text in ("một", "hai", "ba"):
        voice.speaker.say(text, "vi")
        await asyncio.sleep(0)
    await until(lambda: "ba" in {voice.begun(n) for n in range(3)}, "the last")
    voice.speaker.hush()
    await voice.idle()
    await voice.speaker.close()


async def test_hush_forgets_what_was_to_be_said_and_close_ends_the_voice(voice: Voice) -> None:
    voice.mark("slow")
    voice.speaker.say("một", "vi")
    await until(lambda: voice.begun(0), "begins")
    voice.speaker.say("hai", "vi", interrupt=False)
    voice.speaker.hush()
    await voice.idle()
    assert not (voice.folder / "1.asked").exists()
    voice.speaker.say("ba", "vi")
    await until(lambda: voice.begun(1), "begins again")
    await voice.speaker.close()
    await voice.speaker.close()
    assert voice.speaker._process is None


@pytest.mark.parametrize("fault", ["broken", "crashing"])
async def test_a_voice_that_fails_is_logged_once_and_its_recovery_once(
    voice: Voice, fault: str
) -> None:
    voice.mark(fault)
    with capture_logs() as logs:
        for _time in range(2):
            voice.speaker.say(NAME, "vi")
            await voice.idle()
        voice.mark(fault, False)
        for _time in range(2):
            voice.speaker.say(NAME, "vi")
            await voice.idle()
    assert [one["event"] for one in logs] == ["speaker.failed", "speaker.recovered"]
    assert NAME not in repr(logs)
    await voice.speaker.close()


async def test_a_missing_program_is_survived(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("/usr/bin:/bin", str(tmp_path)):  # with setpriv, and without
        monkeypatch.setenv("PATH", path)
        speaker = EspeakSpeaker(program=(str(tmp_path / "missing"),))
        with capture_logs() as logs:
            speaker.say("một", "vi")
            await until(lambda: speaker._failed, "noted")  # noqa: B023
            await speaker.close()
        assert [one["event"] for one in logs] == ["speaker.failed"]


async def test_a_voice_that_hangs_is_ended(tmp_path: Path) -> None:
    voice = Voice(tmp_path, longest_s=0.3)
    voice.mark("slow")
    with capture_logs() as logs:
        voice.speaker.say("một", "vi")
        await voice.idle()
    assert "did not end" in logs[0]["why"]
    await voice.speaker.close()


async def test_a_kiosk_that_is_killed_leaves_no_voice_behind(tmp_path: Path) -> None:
    voice = Voice(tmp_path)
    voice.mark("slow")
    program = (sys.executable, "-c", _KIOSK, str(tmp_path))
    kiosk = await asyncio.create_subprocess_exec(*program, cwd=Path(__file__).parents[2])
    await until(lambda: voice.begun(0), "speaks")
    path = tmp_path / "0.pid"
    await until(lambda: path.exists() and path.read_text(), "known")
    kiosk.kill()
    await kiosk.wait()
    await until(lambda: not Path(f"/proc/{path.read_text()}").exists(), "the voice is gone")


_KIOSK = """
import asyncio, pathlib, sys
from kiosk.devices.speaker import EspeakSpeaker

async def main():
    folder = sys.argv[1]
    speaker = EspeakSpeaker(program=(sys.executable, folder + "/voice.py", folder))
    speaker.say("hi", "vi")
    while speaker._process is None:
        await asyncio.sleep(0.01)
    pathlib.Path(folder, "0.pid").write_text(str(speaker._process.pid))
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs Debian's espeak-ng")
@pytest.mark.parametrize(
    ("language", "text"),
    [("vi", "Số của ông bà là rờ, không một hai."), ("en", "Your number is R, 0 1 2.")],
)
def test_the_real_voice_makes_sound_of_the_command_we_give(language: str, text: str) -> None:
    command = EspeakSpeaker()._command(language)
    made = subprocess.run(
        [*command, "--stdout"], input=text.encode(), capture_output=True, check=True
    )
    # espeak-ng cannot know the length when it writes the header.
    with wave.open(io.BytesIO(made.stdout)) as sound:
        frames = sound.readframes(10_000_000)
        seconds = len(frames) / sound.getframerate() / sound.getsampwidth()
    assert 1.5 < seconds < 8
    loudest = max(
        abs(int.from_bytes(frames[at : at + 2], "little", signed=True))
        for at in range(0, len(frames) - 1, 2)
    )
    assert loudest > 3_000


async def test_the_fake_remembers_what_it_was_to_say() -> None:
    fake = FakeSpeaker()
    fake.say("một", "vi")
    fake.hush()
    await fake.close()
    assert (fake.said, fake.languages, fake.hushed, fake.closed) == (["một"], ["vi"], 1, True)
