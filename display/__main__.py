"""`motcua-display`: reads settings, builds the objects, runs until told to stop."""

import argparse
import asyncio
import re
import sys
import time
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from display.hall_time import HallTime
from display.settings import DisplaySettings
from display.voice import Voice
from shared.errors import MotcuaError, SettingsError
from shared.settings import load


def main(arguments: list[str] | None = None) -> int:
    """Run the display; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, _settings(options))
    except MotcuaError as error:
        print(f"motcua-display: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="motcua-display", description="The board on the wall of the hall: shows and speaks."
    )
    parser.add_argument("--config", type=Path, default=Path("config/display.toml"), metavar="FILE")
    parser.add_argument("--hub", metavar="HOST:PORT", help="the hub's realtime address")
    parser.add_argument("--credential-file", metavar="FILE", help="what `motcua-hub enrol` printed")
    parser.add_argument("--layout", choices=["main", "all"], help="calls, or every counter")
    parser.add_argument("--size", type=_pair("x"), metavar="WxH", help="the window's size")
    parser.add_argument("--position", type=_pair(","), metavar="X,Y", help="its upper left corner")
    parser.add_argument("--voice", metavar="DIR", help="a folder of clips")
    parser.add_argument(
        "--announcements", type=Path, metavar="DIR", help="keep every spoken announcement there"
    )
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="keep a PNG of the window there"
    )
    parser.add_argument(
        "--frame-log", type=Path, metavar="FILE", help="append when each board was drawn"
    )
    return parser


def _pair(sign: str) -> type[tuple[int, int]]:
    def read(text: str) -> tuple[int, int]:
        found = re.fullmatch(rf"(-?\d+){sign}(-?\d+)", text)
        if not found:
            raise argparse.ArgumentTypeError(f"{text!r} is not two numbers with {sign!r} between")
        return int(found[1]), int(found[2])

    return read  # type: ignore[return-value]  # argparse calls it like a type


def _settings(options: argparse.Namespace) -> DisplaySettings:
    settings = load(options.config, DisplaySettings)
    hub, screen, sound = settings.hub, settings.screen, settings.sound
    if options.hub:
        hub = replace(hub, address=options.hub)
    if options.credential_file:
        hub = replace(hub, credential_file=options.credential_file)
    if options.layout:
        screen = replace(screen, layout=options.layout)
    if options.size:
        try:
            screen = replace(screen, width=options.size[0], height=options.size[1])
        except ValueError as error:
            raise SettingsError(f"--size: {error}") from None
    if options.position:
        screen = replace(screen, left=options.position[0], top=options.position[1])
    if options.voice:
        sound = replace(sound, voice=options.voice)
    return DisplaySettings(hub, screen, sound)


def _credential(path: Path) -> str:
    try:
        credential = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsError(
            f"{path}: no credential there ({why}); put there what "
            "`motcua-hub enrol --role display --name NAME` prints"
        ) from None
    if not credential:
        raise SettingsError(f"{path}: is empty; enrol this display on the hub")
    return credential


def _run(options: argparse.Namespace, settings: DisplaySettings) -> int:
    credential = _credential(Path(settings.hub.credential_file))
    from display.screens.window import configure

    screen = settings.screen
    configure((screen.width, screen.height), (screen.left, screen.top))
    # Only now: importing these opens Kivy's window with what was configured.
    from display.app import DisplayApp, Options
    from display.devices.speech import Speech

    speech = None
    if settings.sound.on:
        speech = Speech(
            _voice(Path(settings.sound.voice)),
            preroll_ms=settings.sound.preroll_ms,
            volume=settings.sound.volume,
            keep=options.announcements,
        )
    app = DisplayApp(
        Options(
            address=settings.hub.address,
            credential=credential,
            everything=screen.layout == "all",
            picture=options.picture,
            frame_log=options.frame_log,
        ),
        speech,
        HallTime(time.monotonic, datetime.now().astimezone()),
        ready=lambda: print("ready", flush=True),
    )
    asyncio.run(app.run())
    return 0


def _voice(folder: Path) -> Voice:
    voice = Voice(folder)
    if voice.faults:
        print(
            f"motcua-display: {voice.faults[0]}"
            + (f", and {len(voice.faults) - 1} more" if len(voice.faults) > 1 else "")
            + "; make a voice with `python -m deploy.make_voice`; until then it only chimes",
            file=sys.stderr,
        )
    return voice


if __name__ == "__main__":
    sys.exit(main())
