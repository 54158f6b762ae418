"""What the command lines of kiosk and display have in common."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from shared import keeper
from shared.errors import SettingsError
from shared.model import Role
from shared.secret_file import read_secret

S = TypeVar("S", bound=msgspec.Struct)


def parser(role: Role, description: str) -> argparse.ArgumentParser:
    """A parser of what both programs understand; for `hub_from` and `screen_from`."""
    found = argparse.ArgumentParser(prog=f"motcua-{role.value}", description=description)
    found.add_argument(
        "--config", type=Path, default=Path(f"config/{role.value}.toml"), metavar="FILE"
    )
    found.add_argument(
        "--hub",
        action="append",
        metavar="HOST:PORT",
        help="the hub's realtime address; again for that of a standby",
    )
    found.add_argument("--credential-file", metavar="FILE", help="what proves who this machine is")
    found.add_argument(
        keeper.ENROLS,
        action="store_true",
        help="get that file: reads a code that `motcua-hub enrol` printed from standard input",
    )
    found.add_argument("--size", type=pair("x"), metavar="WxH", help="the window's size")
    found.add_argument("--position", type=pair(","), metavar="X,Y", help="its upper left corner")
    found.add_argument(
        "--picture", type=Path, metavar="FILE", help="keep a PNG of the window there"
    )
    found.add_argument(
        "--vitals", type=Path, metavar="FILE", help="append every second what it costs"
    )
    found.add_argument(
        keeper.ALONE, action="store_true", help="run without the parent that starts it anew"
    )
    found.add_argument(keeper.DRAWS, action="store_true", help=argparse.SUPPRESS)
    return found


def pair(sign: str) -> Callable[[str], tuple[int, int]]:
    """Reads two whole numbers with `sign` between them, for argparse."""

    def read(text: str) -> tuple[int, int]:
        found = re.fullmatch(rf"(-?\d+){re.escape(sign)}(-?\d+)", text)
        if not found:
            raise argparse.ArgumentTypeError(f"{text!r} is not two numbers with {sign!r} between")
        return int(found[1]), int(found[2])

    return read


def hub_from(options: argparse.Namespace, hub: S) -> S:
    """`hub` (address, credential_file) with what the command line says instead."""
    if options.hub:
        hub = replace(hub, address=tuple(options.hub))
    if options.credential_file:
        hub = replace(hub, credential_file=options.credential_file)
    return hub


def screen_from(options: argparse.Namespace, screen: S) -> S:
    """`screen` (width, height, left, top) with what the command line says instead.

    Raises SettingsError for a size that the screen does not take.
    """
    if options.size:
        try:
            screen = replace(screen, width=options.size[0], height=options.size[1])
        except ValueError as error:
            raise SettingsError(f"--size: {error}") from None
    if options.position:
        screen = replace(screen, left=options.position[0], top=options.position[1])
    return screen


def credential(path: Path, role: Role) -> str:
    """The credential in the file at `path`, which nobody but its owner may read.

    Raises SettingsError that says how to get one where there is none.
    """
    get = (
        f"get one with `motcua-{role.value} --enrol` and "
        f"the code that `motcua-hub enrol --role {role.value} --name NAME` prints"
    )
    return read_secret(path, "credential_file", "credential", get)
