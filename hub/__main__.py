"""The hub's command line: `motcua-hub serve | enrol | revoke | officer | journal | doctor |
backup | backups | restore | follow | promote | compact | export`.

What is slow to import is imported where it is used, so that signals are heeded from the start.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from shared.errors import MotcuaError, SetupError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 for a failure, 2 for a set-up that will not do."""
    words = sys.argv[1:] if argv is None else list(argv)
    os.umask(0o077)  # what is written here is for the hub's user alone
    if words[:1] == ["serve"]:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _leave)
    try:
        _check_text(words)
        args = _parser().parse_args(words)
        return int(args.run(args))
    except SetupError as error:
        print(f"motcua-hub: {error}", file=sys.stderr)
        return 2
    except MotcuaError as error:
        print(f"motcua-hub: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _leave(number: int, frame: FrameType | None) -> None:
    """A signal before the hub serves: nothing has been promised to anybody yet."""
    # An exception might strike a half-imported module, whose C code need not survive it.
    os._exit(0)


def _check_text(words: Sequence[str]) -> None:
    for word in words:
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            raise SetupError(f"{word!a} is not UTF-8 text; write it in UTF-8")


# --- the command line --------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    from hub.commands import copies, data as of_data, machine, people, privacy, serve, standby

    parser = argparse.ArgumentParser(prog="motcua-hub", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the hub's data folder"
    )
    for kind in (serve, people, of_data, copies, standby, privacy, machine):
        kind.add(commands, data)
    return parser


if __name__ == "__main__":
    sys.exit(main())
