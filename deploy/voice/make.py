"""Makes a pack: espeak-ng speaks the words, the chime is our own; trimmed and equally loud."""

import hashlib
import io
import shutil
import subprocess
import wave
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from deploy.voice.shaping import LOUDNESS, level, trim
from display.chime import chime
from display.clips import RATE, silence, write_wav
from display.tongues import Tongue, bare, fast_names, needed, words
from display.voice import CHIME

ESPEAK = "espeak-ng"
ACCENTS = {"north": "vi", "central": "vi-vn-x-central", "south": "vi-vn-x-south"}
RECIPE = "recipe.sha256"
"""Tells a made pack from a recorded one, and what it was made from."""
PACE = 150
"""Words a minute: slower than espeak's 175, for ears of every age in a hall that echoes."""


class Speed(msgspec.Struct, frozen=True):
    """How fast clips are made: words a minute, how tightly cut, and the silence around a counter.

    `share`: what stays below this share of a clip's loudest sample is cut off at its ends.
    """

    pace: int
    share: float
    margin_ms: int
    desk_lead_ms: int
    last_ms: int


SPEEDS = {
    "fast/": Speed(pace=240, share=0.03, margin_ms=6, desk_lead_ms=70, last_ms=60),
    "rush/": Speed(pace=335, share=0.04, margin_ms=4, desk_lead_ms=20, last_ms=0),
}
"""For a dozen calls at once, and for thirty: these at eight syllables a second."""

PAUSE_MS = {"digit": 55, "letter": 70, "moi_so": 60, "number": 60, "linh": 20, "and": 20}
"""Silence after a clip, by all of its name or its first part: clips joined bare rush."""
_PAUSE_MS = 60
_COUNTER_PAUSE_MS = 120
LEAD_MS = {"den_quay_so": 170, "please_go_to_counter": 170, "quay": 130, "counter": 130}
"""Silence before a clip: a breath between the number and the counter."""
_DESKS = frozenset({"quay", "counter"})


class MakeError(Exception):
    """No pack can be made; the text says why and what to do."""


class Order(msgspec.Struct, frozen=True):
    """A clip to be made: `text` spoken at `pace`, cut, with silence before and after, in ms."""

    name: str
    text: str
    lead_ms: int
    pause_ms: int
    pace: int = PACE
    share: float = 0.0
    margin_ms: int = 8


def make(out: Path, tongue: Tongue, espeak: str = ESPEAK, accent: str = "north") -> int:
    """Make every clip of `tongue` in `out`, fast ones too; gives how many.

    Raises MakeError without espeak-ng (the chime is made all the same) and for a template with
    words that nobody has said how to speak.
    """
    for folder in SPEEDS:
        (out / folder).mkdir(parents=True, exist_ok=True)
    write_wav(out / f"{CHIME}.wav", chime())
    program = shutil.which(espeak)
    if program is None:
        raise MakeError(
            f"{espeak} is not installed, so the display will only chime; "
            "install it (apt-get install espeak-ng) and run this again"
        )
    voice = _voice(tongue, accent)
    wanted = orders(tongue)
    with ThreadPoolExecutor(max_workers=4) as pool:
        for order, sound in zip(
            wanted, pool.map(lambda order: speak(program, voice, order), wanted), strict=True
        ):
            write_wav(out / f"{order.name}.wav", sound)
    (out / RECIPE).write_text(_recipe(tongue, accent))
    return len(wanted) + 1


def up_to_date(out: Path, tongue: Tongue, accent: str) -> bool:
    """Whether a pack was recorded by people, who left no recipe, or made as it would be now."""
    recipe = out / RECIPE
    return not recipe.is_file() or recipe.read_text() == _recipe(tongue, accent)


def _recipe(tongue: Tongue, accent: str) -> str:
    wanted = msgspec.json.encode((_voice(tongue, accent), orders(tongue), LOUDNESS))
    return hashlib.sha256(wanted).hexdigest()


def _voice(tongue: Tongue, accent: str) -> str:
    return ACCENTS[accent] if tongue.code == "vi" else tongue.code


def orders(tongue: Tongue) -> list[Order]:
    """What is to be made. Raises MakeError for a word of the template without a text."""
    texts = words(tongue)
    unknown = needed(tongue) - texts.keys()
    if unknown:
        raise MakeError(f"nobody has said how to speak {', '.join(sorted(unknown))}; record it")
    plain = [
        Order(name, texts[name], LEAD_MS.get(name, 0), _pause_after(name))
        for name in sorted(needed(tongue))
    ]
    fast = [
        _fast(name, texts[bare(name)], speed)
        for folder, speed in SPEEDS.items()
        for name in sorted(fast_names(tongue, folder))
    ]
    return plain + fast


def speak(espeak: str, voice: str, order: Order) -> bytes:
    """One clip's samples: the text spoken, trimmed, at the common loudness, with its pauses."""
    command = [espeak, "-v", voice, "-s", str(order.pace), "-z", "--stdout", order.text]
    done = subprocess.run(command, check=True, capture_output=True, timeout=20)
    # espeak cannot seek in a pipe: the header's length is a guess, the samples are all there.
    with wave.open(io.BytesIO(done.stdout)) as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise MakeError(f"{espeak} speaks another format than mono 16 bit {RATE} Hz")
        frames = file.readframes(file.getnframes())
    sound = array("h", frames[: len(frames) // 2 * 2])
    sound = level(trim(sound, order.share, order.margin_ms))
    return silence(order.lead_ms) + sound.tobytes() + silence(order.pause_ms)


def _pause_after(name: str) -> int:
    kind = name.partition("_")[0]
    if kind == "counter" and name != "counter":
        return _COUNTER_PAUSE_MS
    return PAUSE_MS.get(name, PAUSE_MS.get(kind, _PAUSE_MS))


def _fast(name: str, text: str, speed: Speed) -> Order:
    lead_ms = speed.desk_lead_ms if bare(name) in _DESKS else 0
    last_ms = speed.last_ms if bare(name).startswith("counter_") else 0
    return Order(name, text, lead_ms, last_ms, speed.pace, speed.share, speed.margin_ms)
