"""`motcua-hub backup | backups | restore`: copies of a hub's data, and the way back."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from hub.commands.common import Parsers, now
from shared.errors import SetupError

if TYPE_CHECKING:
    from hub.backup import Contents
    from hub.engine.events import NumbersMoved
    from shared.model import Instant


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the commands known."""
    backup = commands.add_parser(
        "backup", parents=[data], help="copy the data to one file, also while the hub runs"
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="a file that does not exist yet")
    backup.set_defaults(run=_backup)

    config = argparse.ArgumentParser(add_help=False)
    config.add_argument(
        "--config", type=Path, metavar="FILE", help="config/hub.toml, for the backups' folder"
    )
    backups = commands.add_parser(
        "backups", parents=[data, config], help="list the hub's own backups, each one checked"
    )
    backups.set_defaults(run=_backups)

    restore = commands.add_parser(
        "restore",
        parents=[data, config],
        help="make a data folder of a backup; the hub must not run",
    )
    restore.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="a backup; left out: the newest of the hub's own that is sound",
    )
    restore.add_argument(
        "--look", action="store_true", help="only say what is in it, and change nothing"
    )
    restore.add_argument(
        "--replace", action="store_true", help="move the data that is in the folder aside"
    )
    restore.add_argument(
        "--complete",
        action="store_true",
        help="no number was given after the backup: pass none over",
    )
    restore.add_argument(
        "--take-over",
        action="store_true",
        help="serve though another hub has taken this one's place: it is lost for good",
    )
    restore.set_defaults(run=_restore)


def _backup(args: argparse.Namespace) -> int:
    from hub.backup import back_up

    events = back_up(args.data, args.file)
    print(f"{args.file}: {events} events, with the registry of devices and officers")
    return 0


def _folder(args: argparse.Namespace) -> Path:
    from hub.backups import folder_of
    from hub.settings import HubSettings
    from shared.settings import load

    settings = load(args.config, HubSettings) if args.config else HubSettings()
    folder = folder_of(args.data, settings.backup)
    if folder is None:
        raise SetupError(f"{args.config}: backup.folder is empty, so the hub keeps no backups")
    return folder


def _backups(args: argparse.Namespace) -> int:
    from hub.backup import Contents
    from hub.backups import examined, listed

    folder = _folder(args)
    found = listed(folder)
    sound = 0
    for backup in found:
        told = examined(backup)
        sound += isinstance(told, Contents)
        print(_line(told) if isinstance(told, Contents) else f"damaged  {told}", end="")
        print(f"  {backup.file.name}" if isinstance(told, Contents) else "", flush=True)
    print(f"{folder}: {sound} of {len(found)} backups are sound")
    return 0 if sound or not found else 1


def _line(told: "Contents") -> str:
    numbers = " ".join(told.numbers.values()) or "no numbers"
    return f"sound    {told.events:>9} events, {told.last_day or 'no day'}: {numbers}"


def _restore(args: argparse.Namespace) -> int:
    from hub.backup import contents
    from hub.backups import newest_sound
    from hub.journal import witness
    from hub.restore import restore

    if args.file is not None:
        file, told = args.file, contents(args.file)
    else:
        mark = witness.read(args.data)
        file, told = newest_sound(_folder(args), mark.epoch if mark else None)
    for line in report(file, told):
        print(line)
    if args.look:
        return 0
    made = restore(
        file,
        args.data,
        now(),
        replace=args.replace,
        complete=args.complete,
        take_over=args.take_over,
    )
    for path in made.aside:
        print(f"moved aside: {path}")
    print(f"{args.data}: restored, {made.events} events, as a new life of the journal")
    if made.moved is not None:
        print(moved_words(made.moved))
    elif made.last_day is None:
        print("The backup holds no business day: today's numbers begin at 1.")
    print("Who was removed or revoked after the backup is back: see to officers and devices.")
    return 0


def report(file: Path, told: "Contents") -> Iterator[str]:
    """What a backup holds, for people."""
    yield f"{file}: sound, epoch {told.epoch}"
    newest = "" if told.newest is None else f", the newest of {moment(told.newest)}"
    yield f"  events    {told.events}{newest}"
    if told.last_day is None:
        yield "  days      none"
    else:
        state = "open" if told.day_open else "closed"
        yield f"  days      {told.days}, {told.first_day} to {told.last_day} ({state})"
    yield f"  tickets   {told.tickets}"
    yield f"  numbers   {' '.join(told.numbers.values()) or 'none'} (the last of the newest day)"
    yield f"  devices   {told.devices}"
    yield f"  officers  {told.officers}"


def moment(at: "Instant") -> str:
    """A moment for people, whatever the zone of the machine."""
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def moved_words(moved: "NumbersMoved") -> str:
    """What becomes of the numbers, for people."""
    after, others = moved.after, moved.others
    ends = ", ".join(f"{prefix}{ordinal}" for prefix, ordinal in sorted(after.items()))
    rest = "every prefix" if not after else "every other prefix"
    known = f"after {ends}, and " if after else ""
    return (
        f"Numbers of {moved.day} go on {known}for {rest} after {others}: those before may be on"
        " papers that this journal does not know. Who holds such a paper takes a new number."
    )
