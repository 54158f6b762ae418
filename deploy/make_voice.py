"""Make the display's default voice: `python -m deploy.make_voice --out assets/voice/vi`.

espeak-ng speaks the words, the chime is our own; every clip is trimmed, made equally loud and
checked. A folder that is complete is left alone. Without espeak-ng there is only the chime.
"""

import argparse
import io
import math
import shutil
import subprocess
import sys
import wave
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from display.announcer import words
from display.voice import CHIME, FULL_SCALE, RATE, Voice, chime, silence, write_wav

ESPEAK = "espeak-ng"
PACE = 150
"""Words a minute: slower than espeak's 175, for ears of every age in a hall that echoes."""
LOUDNESS = 0.16
"""Root mean square of every clip's voiced part, of full scale."""
PEAK = 0.95
"""No sample goes beyond this share of full scale."""
QUIET = 250
"""Samples below this at either end are trimmed."""

PAUSE_MS = {"digit": 55, "letter": 70, "moi_so": 60, "den_quay_so": 60, "quay": 40, "linh": 20}
"""Silence after a clip, by the first part of its name or all of it: clips joined bare rush."""
LEAD_MS = {"den_quay_so": 170, "quay": 130, "chime": 0}
"""Silence before a clip: a breath between the number and the counter."""


def main(arguments: list[str] | None = None) -> int:
    """Make the voice; 0 when it is complete, also with the chime alone for want of espeak-ng."""
    parser = argparse.ArgumentParser(prog="python -m deploy.make_voice", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("assets/voice/vi"), metavar="DIR")
    parser.add_argument("--force", action="store_true", help="make clips anew that are there")
    parser.add_argument("--espeak", default=ESPEAK, metavar="PROGRAM", help="default: %(default)s")
    options = parser.parse_args(arguments)
    out: Path = options.out
    if not options.force and out.is_dir() and not Voice(out).faults:
        print(f"voice: {out} is complete")
        return 0
    out.mkdir(parents=True, exist_ok=True)
    write_wav(out / f"{CHIME}.wav", chime())
    espeak = shutil.which(options.espeak)
    if espeak is None:
        print(
            f"voice: {options.espeak} is not installed, so the display will only chime; "
            "install it (apt-get install espeak-ng) and run this again",
            file=sys.stderr,
        )
        return 0
    with ThreadPoolExecutor(max_workers=4) as pool:
        for name, spoken in pool.map(lambda item: (item[0], speak(espeak, *item)), words().items()):
            write_wav(out / f"{name}.wav", spoken)
    faults = Voice(out).faults
    for fault in faults:
        print(f"voice: {fault}", file=sys.stderr)
    if not faults:
        print(f"voice: made {len(words()) + 1} clips in {out}")
    return 1 if faults else 0


def speak(espeak: str, name: str, text: str) -> bytes:
    """One clip's samples: `text` spoken, trimmed, at the common loudness, with its pauses."""
    command = [espeak, "-v", "vi", "-s", str(PACE), "-z", "--stdout", text]
    done = subprocess.run(command, check=True, capture_output=True, timeout=20)
    # espeak cannot seek in a pipe: the header's length is a guess, the samples are all there.
    with wave.open(io.BytesIO(done.stdout)) as file:
        if (file.getnchannels(), file.getsampwidth(), file.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{espeak} speaks another format than mono 16 bit {RATE} Hz")
        frames = file.readframes(file.getnframes())
    voiced = level(trim(array("h", frames[: len(frames) // 2 * 2])))
    lead, pause = silence(LEAD_MS.get(name, 0)), silence(_pause_after(name))
    return lead + voiced.tobytes() + pause


def trim(sound: "array[int]") -> "array[int]":
    """`sound` without the silence at its ends, and 8 ms of it left so that nothing clicks."""
    heard = [n for n, sample in enumerate(sound) if abs(sample) > QUIET]
    if not heard:
        return array("h")
    margin = RATE * 8 // 1000
    return sound[max(0, heard[0] - margin) : heard[-1] + margin]


def level(sound: "array[int]") -> "array[int]":
    """`sound` at `LOUDNESS`; what would go beyond `PEAK` is bent softly, not cut."""
    if not sound:
        return sound
    power = math.sqrt(sum(sample * sample for sample in sound) / len(sound))
    gain = LOUDNESS * FULL_SCALE / max(power, 1.0)
    top = PEAK * FULL_SCALE
    return array("h", (round(top * math.tanh(sample * gain / top)) for sample in sound))


def _pause_after(name: str) -> int:
    return PAUSE_MS.get(name, PAUSE_MS.get(name.partition("_")[0], 120))


if __name__ == "__main__":
    sys.exit(main())
