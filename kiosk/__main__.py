"""`motcua-kiosk`: reads settings, builds the objects, runs until told to stop."""

import argparse
import asyncio
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import structlog
from msgspec.structs import replace

from kiosk.devices.fake import NoPrinter, Printer
from kiosk.settings import KioskSettings
from kiosk.theme import FRAMES_A_SECOND
from shared import command_line
from shared.errors import MotcuaError, SettingsError
from shared.model import Instant, Role
from shared.settings import load
from shared.window import configure

log = structlog.get_logger()


def main(arguments: list[str] | None = None) -> int:
    """Run the kiosk; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options, _settings(options))
    except MotcuaError as error:
        print(f"motcua-kiosk: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = command_line.parser(
        Role.KIOSK, "The kiosk in the hall: a citizen takes a number here."
    )
    parser.add_argument("--printer", metavar="QUEUE", help="the CUPS queue that prints tickets")
    parser.add_argument("--cups", metavar="SOCKET", help="the CUPS server's socket or HOST:PORT")
    parser.add_argument("--data", metavar="DIR", help="where unanswered wishes are kept")
    return parser


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
        data=options.data or settings.data,
    )


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


def _steady_clock() -> Callable[[], Instant]:
    """Wall time now, carried on by a clock that is never set."""
    wall, since = time.time(), time.monotonic()
    return lambda: Instant(round((wall + time.monotonic() - since) * 1000))


def _run(options: argparse.Namespace, settings: KioskSettings) -> int:
    credential = command_line.credential(Path(settings.hub.credential_file), Role.KIOSK)
    data = _data(settings)
    screen = settings.screen
    configure(
        (screen.width, screen.height),
        (screen.left, screen.top),
        home=data / "kivy",
        frames_a_second=FRAMES_A_SECOND,
    )
    # Only now: importing these opens Kivy's window with what was configured.
    from kiosk.app import KioskApp, Options
    from kiosk.inflight import Inflight

    printer = _printer(settings, data)
    app = KioskApp(
        Options(settings.hub.address, credential, options.picture),
        printer,
        Inflight(data),
        _steady_clock(),
        lambda: str(uuid.uuid4()),
        ready=lambda: print("ready", flush=True),
    )
    try:
        asyncio.run(app.run())
    finally:
        printer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
