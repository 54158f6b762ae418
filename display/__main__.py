"""`motcua-display`: reads settings, builds the objects, runs until told to stop."""

import argparse
import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from display.hall_time import HallTime
from display.settings import DisplaySettings
from display.theme import FRAMES_A_SECOND
from display.voice import Voice
from shared import command_line
from shared.errors import MotcuaError
from shared.model import Role
from shared.settings import load
from shared.window import configure


def main(arguments: list[str] | None = None) -> int:
    """Run the display; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, _settings(options))
    except MotcuaError as error:
        print(f"motcua-display: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = command_line.parser(
        Role.DISPLAY, "The board on the wall of the hall: shows and speaks."
    )
    parser.add_argument("--layout", choices=["main", "all"], help="calls, or every counter")
    parser.add_argument("--voice", metavar="DIR", help="a folder of clips")
    parser.add_argument(
        "--announcements", type=Path, metavar="DIR", help="keep every spoken announcement there"
    )
    parser.add_argument(
        "--frame-log", type=Path, metavar="FILE", help="append when each board was drawn"
    )
    return parser


def _settings(options: argparse.Namespace) -> DisplaySettings:
    settings = load(options.config, DisplaySettings)
    screen = command_line.screen_from(options, settings.screen)
    if options.layout:
        screen = replace(screen, layout=options.layout)
    sound = settings.sound
    if options.voice:
        sound = replace(sound, voice=options.voice)
    return DisplaySettings(command_line.hub_from(options, settings.hub), screen, sound)


def _run(options: argparse.Namespace, settings: DisplaySettings) -> int:
    credential = command_line.credential(Path(settings.hub.credential_file), Role.DISPLAY)
    # Its own and private: at a place that can be known beforehand another user could wait for it.
    with TemporaryDirectory(prefix="motcua-kivy-", ignore_cleanup_errors=True) as home:
        return _show(options, settings, credential, Path(home))


def _show(
    options: argparse.Namespace, settings: DisplaySettings, credential: str, home: Path
) -> int:
    screen = settings.screen
    sound = {"KIVY_AUDIO": "sdl2"}
    if not Path("/dev/snd").exists():
        # Without a card SDL tries every server it knows; the dummy keeps time and says nothing.
        sound["SDL_AUDIODRIVER"] = "dummy"
    configure(
        (screen.width, screen.height),
        (screen.left, screen.top),
        home=home,
        frames_a_second=FRAMES_A_SECOND,
        environment=sound,
    )
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
