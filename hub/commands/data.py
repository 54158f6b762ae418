"""`motcua-hub journal | backup | restore`: what a data folder holds, its copies, the way back."""

import argparse
import sys
from pathlib import Path

from hub.commands.common import Parsers, now
from shared.errors import SetupError

_HIGHEST_SEQ = 2**63 - 1


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the commands known."""
    journal = commands.add_parser("journal", parents=[data], help="print events as JSON lines")
    journal.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help="only events after this one"
    )
    journal.set_defaults(run=_journal)

    backup = commands.add_parser(
        "backup", parents=[data], help="copy the data to one file, also while the hub runs"
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")
    backup.set_defaults(run=_backup)

    restore = commands.add_parser(
        "restore", parents=[data], help="make a data folder of a backup; the hub must not run"
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
    restore.add_argument(
        "--replace", action="store_true", help="move the data that is in the folder aside"
    )
    restore.add_argument(
        "--keep-day",
        action="store_true",
        help="let the business day go on: no number was issued after the backup",
    )
    restore.set_defaults(run=_restore)


def _journal(args: argparse.Namespace) -> int:
    from hub.journal.lines import lines
    from hub.journal.sqlite import read_only
    from shared.model import Seq

    if not 0 <= args.since <= _HIGHEST_SEQ:
        raise SetupError(f"--since {args.since}: events are numbered from 1; 0 means all")
    sys.stdout.writelines(lines(read_only(args.data, Seq(args.since))))
    sys.stdout.flush()
    return 0


def _backup(args: argparse.Namespace) -> int:
    from hub.backup import back_up

    events = back_up(args.data, args.file)
    print(f"{args.file}: {events} events, with the registry of devices and officers")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from hub.backup import restore

    made = restore(args.file, args.data, now(), replace=args.replace, keep_day=args.keep_day)
    for path in made.aside:
        print(f"moved aside: {path}")
    print(f"{args.data}: {made.events} events; the backup's last business day: {made.last_day}")
    if made.closed is not None:
        print(
            f"{made.closed} is closed, because numbers given after the backup are unknown here:"
            " none are given until the next business day, unless a supervisor opens the day again"
            " (open_day). Its numbers then go on after the last one in the backup: compare the"
            " last paper number first."
        )
    elif made.last_day is None:
        print("The backup holds no business day: today's numbers begin at 1.")
    print("Who was removed or revoked after the backup is back: see to officers and devices.")
    return 0
