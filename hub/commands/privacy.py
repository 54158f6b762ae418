"""`motcua-hub compact`: erase what is due to go."""

import argparse
import contextlib
from pathlib import Path

from hub.commands.common import Parsers, now


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the commands known."""
    compact = commands.add_parser(
        "compact",
        parents=[data],
        help="erase what has been kept its time; a hub that runs does so by itself",
    )
    compact.add_argument("--config", type=Path, metavar="FILE", help="config/hub.toml: how long")
    compact.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="backups to erase it from as well"
    )
    compact.set_defaults(run=_compact)


def _compact(args: argparse.Namespace) -> int:
    from hub.backups import folder_of
    from hub.compaction import compact, compact_copies, compact_copy, copies
    from hub.journal.rewrite import Report
    from hub.journal.sqlite import SqliteJournal, journal_in
    from hub.settings import HubSettings
    from shared.settings import load

    settings = load(args.config, HubSettings) if args.config else HubSettings()
    rules = settings.retention

    def tell(path: Path, report: Report | None) -> None:
        if report is None:
            print(f"{path}: nothing is due")
        else:
            print(f"{path}: {report.erased} fields erased, {report.dropped} events dropped")

    with contextlib.closing(SqliteJournal(journal_in(args.data).parent)) as journal:
        tell(journal.path, compact(journal, now(), rules))
    own = copies(args.data, folder_of(args.data, settings.backup))
    for path, report in compact_copies(own, now(), rules):
        tell(path, report)
    for file in args.files:
        tell(file, compact_copy(file, now(), rules))
    return 0
