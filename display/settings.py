"""What config/display.toml may say; every setting is explained there."""

import re
from typing import Literal

import msgspec

from display.loudness import Loudness, QuietHours, VolumeFrom, check_volume
from display.tongues import tongue

_LONGEST_REPEAT_S = 300


class Hub(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the hub is, and how this display proves that it belongs to it."""

    address: str | tuple[str, ...] = "127.0.0.1:8790"
    credential_file: str = "data/display.credential"


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is drawn, and where on the desktop."""

    width: int = 1920
    height: int = 1080
    left: int = 0
    top: int = 0

    def __post_init__(self) -> None:
        if self.width < 320 or self.height < 320:
            raise ValueError("width and height must be 320 or more")


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How calls are spoken."""

    on: bool = True
    device: str = ""
    languages: tuple[str, ...] = ("vi",)
    packs: dict[str, str] = {}
    templates: dict[str, str] = {}
    preroll_ms: int = 500
    volume: float = 1.0
    volumes: tuple[VolumeFrom, ...] = ()
    quiet: tuple[QuietHours, ...] = ()
    quiet_volume: float = 0.2
    repeat_after_s: int = 0
    without_card: Literal["failed", "well"] = "failed"

    def __post_init__(self) -> None:
        if not 0 <= self.preroll_ms <= 5000:
            raise ValueError("preroll_ms must be 0 to 5000")
        if not 0 <= self.repeat_after_s <= _LONGEST_REPEAT_S:
            raise ValueError(f"repeat_after_s must be 0 to {_LONGEST_REPEAT_S}")
        if not re.fullmatch(r"[\w:=,.-]*", self.device, re.ASCII):
            raise ValueError("device must be an ALSA device as `aplay -L` names it")
        check_volume("volume", self.volume)
        check_volume("quiet_volume", self.quiet_volume)
        if not self.languages or len(set(self.languages)) < len(self.languages):
            raise ValueError("languages must name one or more, each once")
        for code in self.languages:
            tongue(code, self.templates.get(code, ""))

    def pack(self, code: str) -> str:
        """The folder of that language's clips."""
        return self.packs.get(code, f"assets/voice/{code}")

    @property
    def loudness(self) -> Loudness:
        """How loud it is at which hour."""
        return Loudness(self.volume, self.volumes, self.quiet, self.quiet_volume)


class DisplaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One wall display."""

    hub: Hub = Hub()
    screen: Screen = Screen()
    sound: Sound = Sound()
