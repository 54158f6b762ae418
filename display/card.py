"""Whether this machine can be heard at all, asked of the kernel and of SDL's environment."""

import os
from pathlib import Path


def card_there(devices: Path = Path("/dev/snd")) -> bool:
    """Whether this machine has something to play sound on."""
    return any(devices.glob("pcm*p"))


def nobody_hears() -> bool:
    """Whether SDL plays into nothing: its dummy keeps time and says nothing."""
    return os.environ.get("SDL_AUDIODRIVER", "") in {"dummy", "disk"}
