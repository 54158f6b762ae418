"""`motcua-hub doctor`: what this machine has and lacks."""

import argparse
from pathlib import Path

from hub.commands.common import Parsers


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the command known."""
    doctor = commands.add_parser("doctor", help="say what this machine has and lacks")
    doctor.add_argument("--data", type=Path, metavar="DIR", help="the folder the hub will use")
    doctor.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    from hub.doctor import examine

    findings = examine(args.data or Path())
    for finding in findings:
        print(finding)
    return 0 if all(finding.fine or not finding.needed for finding in findings) else 1
