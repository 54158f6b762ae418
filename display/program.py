"""The display as one process: reads settings, builds the objects, runs until told to stop."""

import argparse
import os
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from display.card import card_there
from display.hall_time import HallTime
from display.settings import DisplaySettings, Screen, Sound
from display.theme import FRAMES_A_SECOND
from display.tongues import tongue
from display.voice import Voice, Voices
from shared import command_line, ending
from shared.enrolling import enrol
from shared.errors import MotcuaError
from shared.i18n import N_
from shared.logs import keep_to_the_list
from shared.model import Role
from shared.pulse import Pulse
from shared.settings import load
from shared.window import configure, lock_window


def main(arguments: list[str]) -> int:
    """Run the display; returns the exit code."""
    options = _parser().parse_args(arguments)
    keep_to_the_list()
    try:
        settings = _settings(options)
        if options.curtain:
            return _draw_curtain(settings.screen)
        if options.enrol:
            enrol(Role.DISPLAY, settings.hub.address, Path(settings.hub.credential_file))
            return 0
        return _run(options, settings)
    except MotcuaError as error:
        print(f"motcua-display: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = command_line.parser(
        Role.DISPLAY, "The board on the wall of the hall: shows and speaks."
    )
    parser.add_argument("--voice", metavar="DIR", help="clips of the first language")
    parser.add_argument(
        "--without-card", choices=["failed", "well"], help="what a machine without sound reports"
    )
    parser.add_argument(
        "--announcements", type=Path, metavar="DIR", help="keep every spoken announcement there"
    )
    parser.add_argument(
        "--frame-log", type=Path, metavar="FILE", help="append when each board was drawn"
    )
    return parser


def _draw_curtain(screen: Screen) -> int:
    """What the keeper shows while there is no display."""
    from shared import curtain_picture

    curtain_picture.write(
        (screen.left, screen.top),
        (screen.width, screen.height),
        curtain_picture.NIGHT,
        (N_("Màn hình đang khởi động lại"), N_("Mời ông/bà theo dõi tại quầy.")),
        sys.stdout.buffer,
    )
    return 0


def _settings(options: argparse.Namespace) -> DisplaySettings:
    settings = load(options.config, DisplaySettings)
    screen = command_line.screen_from(options, settings.screen)
    sound = settings.sound
    if options.voice:
        sound = replace(sound, packs={**sound.packs, sound.languages[0]: options.voice})
    if options.without_card:
        sound = replace(sound, without_card=options.without_card)
    return DisplaySettings(command_line.hub_from(options, settings.hub), screen, sound)


def _run(options: argparse.Namespace, settings: DisplaySettings) -> int:
    credential = command_line.credential(Path(settings.hub.credential_file), Role.DISPLAY)
    # Its own and private: at a place that can be known beforehand another user could wait for it.
    with TemporaryDirectory(prefix="motcua-kivy-", ignore_cleanup_errors=True) as home:
        return _show(options, settings, credential, Path(home))


def _show(
    options: argparse.Namespace, settings: DisplaySettings, credential: str, home: Path
) -> int:
    screen, sound = settings.screen, settings.sound
    driver = {"KIVY_AUDIO": "sdl2"}
    if sound.device:
        driver |= {"SDL_AUDIODRIVER": "alsa", "AUDIODEV": sound.device}
    elif not card_there():
        # Without a card SDL tries every server it knows; the dummy keeps time and says nothing.
        driver["SDL_AUDIODRIVER"] = "dummy"
    configure(
        (screen.width, screen.height),
        (screen.left, screen.top),
        home=home,
        frames_a_second=FRAMES_A_SECOND,
        environment=driver,
    )
    # Only now: importing these opens Kivy's window with what was configured.
    from display.app import DisplayApp, Options
    from display.devices.mixer import Mixer
    from display.devices.speech import Speech

    lock_window()
    pulse = Pulse(os.environ, time.monotonic)
    speech = None
    if sound.on:
        speech = Speech(
            _voices(sound),
            Mixer(sound.device),
            preroll_ms=sound.preroll_ms,
            well_without_card=sound.without_card == "well",
            keep=options.announcements,
        )
    app = DisplayApp(
        Options(
            address=settings.hub.address,
            credential=credential,
            picture=options.picture,
            frame_log=options.frame_log,
            vitals=options.vitals,
            loudness=sound.loudness,
            repeat_after_s=sound.repeat_after_s,
            notices=_folder(home),
            at=(screen.left, screen.top),
        ),
        speech,
        HallTime(time.monotonic, datetime.now().astimezone()),
        ready=lambda: _say_ready(pulse),
        pulse=pulse,
    )
    ending.run(app.run())
    return 0


def _folder(home: Path) -> Path:
    notices = home / "notices"
    notices.mkdir()
    return notices


def _say_ready(pulse: Pulse) -> None:
    print("ready", flush=True)
    pulse.ready()


def _voices(sound: Sound) -> Voices:
    """The languages of this display, in their order; says what is wrong with their clips."""
    voices = Voices(
        [
            Voice(tongue(code, sound.templates.get(code, "")), Path(sound.pack(code)))
            for code in sound.languages
        ]
    )
    faults = voices.faults
    if faults:
        print(
            f"motcua-display: {faults[0]}"
            + (f", and {len(faults) - 1} more" if len(faults) > 1 else "")
            + "; make clips with `python -m deploy.voice make`; what lacks them is only chimed",
            file=sys.stderr,
        )
    return voices
