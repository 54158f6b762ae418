"""The kiosk as one process: reads settings, builds the objects, runs until told to stop."""

import argparse
import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import structlog
from msgspec import ValidationError, convert
from msgspec.structs import replace

from kiosk.away_words import AWAY
from kiosk.devices.fake import NoPrinter, Printer
from kiosk.devices.keypad import EvdevKeypad, KeyboardKeypad, Keypad
from kiosk.devices.scanner import (
    EvdevScanner,
    KeyboardWedge,
    NoScanner,
    Scanner,
    SerialScanner,
)
from kiosk.devices.speaker import EspeakSpeaker, Manner, Speaker
from kiosk.settings import Guidance, KioskSettings, Scanner as ScannerSettings, Screen
from kiosk.theme import FRAMES_A_SECOND
from shared import command_line, ending, languages
from shared.enrolling import enrol
from shared.errors import MotcuaError, SettingsError
from shared.logs import keep_to_the_list
from shared.messages import Procedure
from shared.model import Instant, Role
from shared.privacy import no_core_dumps
from shared.procedure_file import ProcedureFile
from shared.pulse import Pulse
from shared.settings import load
from shared.window import configure, lock_window

log = structlog.get_logger()


def main(arguments: list[str]) -> int:
    """Run the kiosk; returns the exit code."""
    options = _parser().parse_args(arguments)
    keep_to_the_list()
    try:
        settings = _settings(options)
        if options.curtain:
            return _draw_curtain(settings.screen)
        if options.enrol:
            enrol(Role.KIOSK, settings.hub.address, Path(settings.hub.credential_file))
            return 0
        _check_languages(options.config, settings)
        return _run(options, settings)
    except MotcuaError as error:
        print(f"motcua-kiosk: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = command_line.parser(
        Role.KIOSK, "The kiosk in the hall: a citizen takes a number here."
    )
    parser.add_argument("--printer", metavar="QUEUE", help="the CUPS queue that prints tickets")
    parser.add_argument("--cups", metavar="SOCKET", help="the CUPS server's socket or HOST:PORT")
    parser.add_argument(
        "--scanner", type=_scanner_named, metavar="KIND[:DEVICE]", help="none, serial, evdev, wedge"
    )
    parser.add_argument("--data", metavar="DIR", help="where unanswered wishes are kept")
    parser.add_argument(
        "--frame-log", type=Path, metavar="FILE", help="append when each screen was drawn"
    )
    return parser


def _scanner_named(text: str) -> ScannerSettings:
    """The scanner that KIND[:DEVICE] describes, for argparse."""
    kind, _colon, device = text.partition(":")
    try:
        return convert({"kind": kind, "device": device}, ScannerSettings)
    except ValidationError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _draw_curtain(screen: Screen) -> int:
    """What the keeper shows while there is no kiosk."""
    from shared import curtain_picture

    curtain_picture.write(
        (screen.left, screen.top),
        (screen.width, screen.height),
        curtain_picture.LIGHT,
        AWAY,
        sys.stdout.buffer,
    )
    return 0


def _settings(options: argparse.Namespace) -> KioskSettings:
    settings = load(options.config, KioskSettings)
    printer = settings.printer
    if options.printer is not None:
        printer = replace(printer, queue=options.printer)
    if options.cups:
        printer = replace(printer, server=options.cups)
    return replace(
        settings,
        hub=command_line.hub_from(options, settings.hub),
        screen=command_line.screen_from(options, settings.screen),
        printer=printer,
        scanner=options.scanner or settings.scanner,
        data=options.data or settings.data,
    )


def _check_languages(config: Path, settings: KioskSettings) -> None:
    """Raises SettingsError where one cannot be offered."""
    try:
        languages.check(settings.languages)
    except SettingsError as error:
        raise SettingsError(f"{config}: {error}") from None


def _data(settings: KioskSettings) -> Path:
    data = Path(settings.data)
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{data}: cannot be made ({error.strerror}); name another") from None
    return data


def _printer(settings: KioskSettings, data: Path) -> Printer:
    chosen = settings.printer
    if not chosen.queue:
        return NoPrinter()
    try:
        from kiosk.devices.printer import CupsPrinter
    except ImportError as error:
        log.error("printer.missing", why=str(error), remedy="install the kiosk extra (pycups)")
        return NoPrinter()
    return CupsPrinter(
        chosen.queue,
        folder=data,
        server=chosen.server or None,
        style=chosen.style,
        dots=chosen.dots,
    )


def _scanner(chosen: ScannerSettings) -> Scanner:
    match chosen.kind:
        case "serial":
            return SerialScanner(chosen.device)
        case "evdev":
            return EvdevScanner(chosen.device)
        case "wedge":
            return KeyboardWedge()
        case "none":
            return NoScanner()


def _voice(chosen: Guidance) -> tuple[Keypad, Speaker] | None:
    """What leads those who cannot see the screen."""
    if not chosen.keypad:
        return None
    keypad: Keypad = (
        KeyboardKeypad()
        if chosen.keypad == "window"
        else EvdevKeypad(chosen.keypad, chosen.headphones)
    )
    manner = Manner(rate=chosen.rate, volume=chosen.volume, output=chosen.output)
    return keypad, EspeakSpeaker(manner=manner)


def _procedures(settings: KioskSettings) -> tuple[Procedure, ...]:
    """Those of the installed file."""
    if not settings.procedures:
        return ()
    return load(Path(settings.procedures), ProcedureFile).listed


def _say_ready(pulse: Pulse) -> None:
    print("ready", flush=True)
    pulse.ready()


def _steady_clock() -> Callable[[], Instant]:
    """Wall time now, carried on by a clock that is never set."""
    wall, since = time.time(), time.monotonic()
    return lambda: Instant(round((wall + time.monotonic() - since) * 1000))


def _run(options: argparse.Namespace, settings: KioskSettings) -> int:
    credential = command_line.credential(Path(settings.hub.credential_file), Role.KIOSK)
    procedures = _procedures(settings)
    data = _data(settings)
    screen = settings.screen
    configure(
        (screen.width, screen.height),
        (screen.left, screen.top),
        home=data / "kivy",
        frames_a_second=FRAMES_A_SECOND,
    )
    no_core_dumps()
    # Only now: importing these opens Kivy's window with what was configured.
    from kiosk.app import KioskApp, Options
    from kiosk.catalogue import Procedures
    from kiosk.inflight import Inflight

    lock_window()
    pulse = Pulse(os.environ, time.monotonic)
    printer = _printer(settings, data)
    clock, inflight = _steady_clock(), Inflight(data)
    inflight.clear(clock())
    app = KioskApp(
        Options(
            settings.hub.address,
            credential,
            options.picture,
            frame_log=options.frame_log,
            vitals=options.vitals,
            languages=settings.languages,
        ),
        printer,
        inflight,
        clock,
        lambda: str(uuid.uuid4()),
        ready=lambda: _say_ready(pulse),
        scanner=_scanner(settings.scanner),
        catalogue=lambda ask, on_new: Procedures(procedures, data, ask, on_new),
        pulse=pulse,
        voice=_voice(settings.guidance),
    )
    try:
        ending.run(app.run())
    finally:
        printer.close()
    return 0
