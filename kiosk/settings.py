"""What config/kiosk.toml may say; every setting is explained there."""

from typing import Literal

import msgspec

from shared.i18n import LANGUAGES


class Hub(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the hub is, and how this kiosk proves that it belongs to it."""

    address: str | tuple[str, ...] = "127.0.0.1:8790"
    credential_file: str = "data/kiosk.credential"


class Screen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Size and place of the window on the desktop."""

    width: int = 1080
    height: int = 1920
    left: int = 0
    top: int = 0

    def __post_init__(self) -> None:
        if self.width < 320 or self.height < 320:
            raise ValueError("width and height must be 320 or more")


class Printer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which CUPS queue prints tickets. An empty `queue` is a kiosk without paper."""

    queue: str = ""
    server: str = ""
    style: Literal["thermal", "ipp"] = "thermal"
    dots: Literal[384, 576] = 576


class Scanner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What reads receipts. `device` is the path of a "serial" or "evdev" one."""

    kind: Literal["none", "wedge", "serial", "evdev"] = "wedge"
    device: str = ""

    def __post_init__(self) -> None:
        if self.kind in ("serial", "evdev") and not self.device:
            raise ValueError(f"a scanner of kind {self.kind} needs its device, e.g. /dev/ttyACM0")


class Guidance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys and headphones for those who cannot see the screen. `keypad` is the path of a device,
    "window" for keys that the window gets, and "" where there is none."""

    keypad: str = ""
    headphones: str = ""
    rate: int = 150
    volume: float = 0.5
    output: str = ""

    def __post_init__(self) -> None:
        if self.headphones and not self.keypad:
            raise ValueError("headphones without a keypad lead nobody: name the keypad")
        if not 80 <= self.rate <= 400:
            raise ValueError("rate is 80 to 400 words a minute")
        if not 0 <= self.volume <= 1:
            raise ValueError("volume is 0.0 to 1.0")


class KioskSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kiosk."""

    hub: Hub = Hub()
    screen: Screen = Screen()
    printer: Printer = Printer()
    scanner: Scanner = Scanner()
    guidance: Guidance = Guidance()
    data: str = "data/kiosk"
    procedures: str = "config/procedures.toml"
    languages: tuple[str, ...] = LANGUAGES

    def __post_init__(self) -> None:
        if self.guidance.keypad == "window" and self.scanner.kind == "wedge":
            raise ValueError(
                'guidance.keypad "window" and scanner.kind "wedge" both listen to the window: '
                "a receipt's Enter would choose; take the scanner as evdev or serial"
            )
