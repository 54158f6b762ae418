"""What config/display.toml may say; every setting is explained there."""

import msgspec


class Hub(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the hub is, and how this display proves that it belongs to it."""

    address: str = "127.0.0.1:8790"
    credential_file: str = "data/display.credential"


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is drawn, and where on the desktop."""

    layout: str = "main"
    width: int = 1920
    height: int = 1080
    left: int = 0
    top: int = 0

    def __post_init__(self) -> None:
        if self.layout not in {"main", "all"}:
            raise ValueError(f'layout {self.layout!r} is unknown; write "main" or "all"')
        if self.width < 320 or self.height < 320:
            raise ValueError("width and height must be 320 or more")


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How calls are spoken."""

    on: bool = True
    voice: str = "assets/voice/vi"
    preroll_ms: int = 500
    volume: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.preroll_ms <= 5000:
            raise ValueError("preroll_ms must be 0 to 5000")
        if not 0.0 <= self.volume <= 1.0:
            raise ValueError("volume must be 0.0 to 1.0")


class DisplaySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One wall display."""

    hub: Hub = Hub()
    screen: Screen = Screen()
    sound: Sound = Sound()
