"""`motcua-hub journal`: what a data folder holds."""

import argparse
import sys

from hub.commands.common import Parsers
from shared.errors import SetupError

_HIGHEST_SEQ = 2**63 - 1


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the command known."""
    journal = commands.add_parser("journal", parents=[data], help="print events as JSON lines")
    journal.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help="only events after this one"
    )
    journal.set_defaults(run=_journal)


def _journal(args: argparse.Namespace) -> int:
    from hub.journal.lines import lines
    from hub.journal.sqlite import read_only
    from shared.model import Seq

    if not 0 <= args.since <= _HIGHEST_SEQ:
        raise SetupError(f"--since {args.since}: events are numbered from 1; 0 means all")
    sys.stdout.writelines(lines(read_only(args.data, Seq(args.since))))
    sys.stdout.flush()
    return 0
