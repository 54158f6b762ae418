"""`motcua-kiosk`: reads settings, builds the objects, runs until told to stop."""

import argparse
import asyncio
import re
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import structlog
from msgspec.structs import replace

from kiosk.devices.fake import NoPrinter, Printer
from kiosk.settings import KioskSettings
from shared.errors import MotcuaError, SettingsError
from shared.model import Instant
from shared.settings import load

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
    parser = argparse.ArgumentParser(
        prog="motcua-kiosk", description="The kiosk in the hall: a citizen takes a number here."
    )
    parser.add_argument("--config", type=Path, default=Path("config/kiosk.toml"), metavar="FILE")
    parser.add_argument("--hub", metavar="HOST:PORT", help="the hub's realtime address")
    parser.add_argument("--credential-file", metavar="FILE", help="what `motcua-hub enrol` printed")
    parser.add_argument("--printer", metavar="QUEUE", help="the CUPS queue that prints tickets")
    parser.add_argument("--cups", metavar="SOCKET", help="the CUPS server's socket or HOST:PORT")
    parser.add_argument("--size", type=_pair("x"), metavar="WxH", help="the window's size")
    parser.add_argument("--position", type=_pair(","), metavar="X,Y", help="its upper left corner")
    parser.add_argument("--data", metavar="DIR", help="where unanswered wishes are kept")
    parser.add_argument(
        "--picture", type=Path, metavar="FILE", help="keep a PNG of the window there"
    )
    return parser


def _pair(sign: str) -> type[tuple[int, int]]:
    def read(text: str) -> tuple[int, int]:
        found = re.fullmatch(rf"(-?\d+){sign}(-?\d+)", text)
        if not found:
            raise argparse.ArgumentTypeError(f"{text!r} is not two numbers with {sign!r} between")
        return int(found[1]), int(found[2])

    return read  # type: ignore[return-value]  # argparse calls it like a type


def _settings(options: argparse.Namespace) -> KioskSettings:
    settings = load(options.config, KioskSettings)
    hub, screen, printer = settings.hub, settings.screen, settings.printer
    if options.hub:
        hub = replace(hub, address=options.hub)
    if options.credential_file:
        hub = replace(hub, credential_file=options.credential_file)
    if options.printer is not None:
        printer = replace(printer, queue=options.printer)
    if options.cups:
        printer = replace(printer, server=options.cups)
    if options.size:
        try:
            screen = replace(screen, width=options.size[0], height=options.size[1])
        except ValueError as error:
            raise SettingsError(f"--size: {error}") from None
    if options.position:
        screen = replace(screen, left=options.position[0], top=options.position[1])
    return KioskSettings(hub, screen, printer, options.data or settings.data)


def _credential(path: Path) -> str:
    try:
        credential = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        raise SettingsError(
            f"{path}: no credential there ({why}); put there what "
            "`motcua-hub enrol --role kiosk --name NAME` prints"
        ) from None
    if not credential:
        raise SettingsError(f"{path}: is empty; enrol this kiosk on the hub")
    return credential


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
    credential = _credential(Path(settings.hub.credential_file))
    data = _data(settings)
    from kiosk.screens.window import configure

    screen = settings.screen
    configure((screen.width, screen.height), (screen.left, screen.top), data / "kivy")
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
