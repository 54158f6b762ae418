"""`motcua-hub compact | export`: erase what is due to go, and say what is held."""

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hub.commands.common import Parsers, now
from shared.i18n import LANGUAGES, SOURCE, speaking

if TYPE_CHECKING:
    from hub.settings import HubSettings


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the commands known."""
    settings = argparse.ArgumentParser(add_help=False)
    settings.add_argument("--config", type=Path, metavar="FILE", help="config/hub.toml: how long")
    compact = commands.add_parser(
        "compact",
        parents=[data, settings],
        help="erase what has been kept its time; a hub that runs does so by itself",
    )
    compact.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="backups to erase it from as well"
    )
    compact.set_defaults(run=_compact)

    export = commands.add_parser(
        "export", parents=[data, settings], help="say as JSON what is held of people, and why"
    )
    whose = export.add_mutually_exclusive_group()
    whose.add_argument("--ticket", metavar="T", help="a ticket's id, or its DAY/NUMBER")
    whose.add_argument("--dossier", metavar="CODE", help="the tickets taken with this dossier")
    export.add_argument(
        "--language", choices=LANGUAGES, default=SOURCE, help="what the reasons are told in"
    )
    export.set_defaults(run=_export)


def _settings(args: argparse.Namespace) -> "HubSettings":
    from hub.settings import HubSettings
    from shared.settings import load

    return load(args.config, HubSettings) if args.config else HubSettings()


def _compact(args: argparse.Namespace) -> int:
    from hub.backups import folder_of
    from hub.compaction import compact, compact_copies, compact_copy, copies
    from hub.journal.rewrite import Report
    from hub.journal.sqlite import SqliteJournal, journal_in

    settings = _settings(args)
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


def _export(args: argparse.Namespace) -> int:
    import msgspec

    from hub import held
    from hub.backups import folder_of
    from hub.compaction import copies

    settings = _settings(args)
    rules = settings.retention
    files = copies(args.data, folder_of(args.data, settings.backup))
    told: dict[str, object]
    unread: list[held.Unread] = []
    with speaking(args.language):
        if args.ticket is not None:
            found, unread = held.of_ticket(args.data, files, args.ticket, rules)
            told = {"ticket": args.ticket, "held": found}
        elif args.dossier is not None:
            found, unread = held.of_dossier(args.data, files, args.dossier, rules)
            told = {"dossier": args.dossier, "held": found}
        else:
            told = {
                "journal": held.amounts(args.data, rules),
                "people": list(held.people(args.data)),
                "record_of_changes": held.record(args.data, rules),
                "copies": [str(path) for path in files],
            }
    if unread:
        told["unread"] = unread
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n")
    return 0
