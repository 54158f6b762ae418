"""`python -m deploy.voice make|check`: make a pack of clips, or find what is wrong with one."""

import argparse
import sys
from pathlib import Path

from deploy.voice.check import check
from deploy.voice.make import ACCENTS, ESPEAK, MakeError, make, up_to_date
from display.tongues import KNOWN, Tongue, tongue


def main(arguments: list[str] | None = None) -> int:
    """Do it; 0 when all is well, 1 when a pack is faulty, 2 when nothing could be done."""
    options = _parser().parse_args(arguments)
    try:
        language = tongue(options.language, options.template)
    except ValueError as error:
        print(f"voice: {error}", file=sys.stderr)
        return 2
    if options.what == "check":
        return _check(options.folder, language)
    return _make(options, language)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.voice", description=__doc__)
    commands = parser.add_subparsers(dest="what", required=True)
    make_it = commands.add_parser("make", help="make a whole pack with espeak-ng")
    make_it.add_argument("--language", choices=sorted(KNOWN), default="vi")
    make_it.add_argument("--accent", choices=sorted(ACCENTS), default="north", help="of Vietnamese")
    make_it.add_argument("--out", type=Path, metavar="DIR", help="default: assets/voice/LANGUAGE")
    make_it.add_argument("--force", action="store_true", help="make clips anew that are there")
    make_it.add_argument("--espeak", default=ESPEAK, metavar="PROGRAM", help="default: %(default)s")
    look = commands.add_parser("check", help="say every fault of a pack")
    look.add_argument("folder", type=Path, metavar="DIR")
    look.add_argument("--language", default="vi", metavar="CODE", help="default: %(default)s")
    for command in (make_it, look):
        command.add_argument(
            "--template", default="", metavar="CLIPS", help="the site's own, as in display.toml"
        )
    return parser


def _check(folder: Path, language: Tongue) -> int:
    faults = check(folder, language)
    for fault in faults:
        print(f"voice: {fault}", file=sys.stderr)
    if not faults:
        print(f"voice: {folder} is complete and sound")
    return 1 if faults else 0


def _make(options: argparse.Namespace, language: Tongue) -> int:
    out: Path = options.out or Path("assets/voice") / language.code
    try:
        kept = not options.force and up_to_date(out, language, options.accent)
        if kept and out.is_dir() and not check(out, language):
            print(f"voice: {out} is complete")
            return 0
        made = make(out, language, options.espeak, options.accent)
    except MakeError as error:
        print(f"voice: {error}", file=sys.stderr)
        return 2
    faults = check(out, language)
    for fault in faults:
        print(f"voice: {fault}", file=sys.stderr)
    if not faults:
        print(f"voice: made {made} clips in {out}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
