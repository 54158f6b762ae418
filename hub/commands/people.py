"""`motcua-hub enrol | revoke | officer`: who may speak to the hub."""

import argparse
import contextlib
import sys

from hub.commands.common import Parsers, now
from shared.errors import SetupError


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the commands known."""
    from shared.model import Role

    enrol = commands.add_parser("enrol", parents=[data], help="print a code that lets a device in")
    roles = [role.value for role in Role if role is not Role.TICKET]
    enrol.add_argument("--role", required=True, choices=roles)
    enrol.add_argument("--name", required=True, help="the device's name, for the record")
    enrol.add_argument("--counter", type=int, metavar="K", help="its counter (role counter)")
    enrol.add_argument(
        "--credential", action="store_true", help="print a credential instead (tests, programs)"
    )
    enrol.set_defaults(run=_enrol)

    revoke = commands.add_parser("revoke", parents=[data], help="end a device's credentials")
    revoke.add_argument("name", help="the device's name")
    revoke.set_defaults(run=_revoke)

    officer = commands.add_parser("officer", help="officers who sign in on the page")
    officers = officer.add_subparsers(required=True, metavar="COMMAND")
    add = officers.add_parser(
        "add", parents=[data], help="admit an officer, or set a new password; reads it from stdin"
    )
    add.add_argument("name", help="the name to sign in with")
    add.add_argument(
        "--counter", type=int, required=True, metavar="K", help="the officer's counter"
    )
    add.add_argument("--supervisor", action="store_true", help="may see and steer the whole hall")
    add.set_defaults(run=_add_officer)

    remove = officers.add_parser(
        "remove", parents=[data], help="end an officer's sign-in, and every session"
    )
    remove.add_argument("name", help="the name the officer signed in with")
    remove.set_defaults(run=_remove_officer)


def _enrol(args: argparse.Namespace) -> int:
    from hub.enrolment import LASTS_MINUTES, invite
    from hub.registry import Registry
    from shared.model import Role

    role = Role(args.role)
    with contextlib.closing(Registry(args.data)) as registry:
        if args.credential:
            print(registry.enrol(role, args.name, args.counter, now()))
            return 0
        print(invite(registry, role, args.name, args.counter, now()))
    print(f"good for {LASTS_MINUTES} minutes, once, for a {role.value}", file=sys.stderr)
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from hub.registry import Registry

    with contextlib.closing(Registry(args.data)) as registry:
        ended = registry.revoke(args.name, now())
    print(f"{ended} credentials of {args.name} ended")
    return 0 if ended else 1


def _add_officer(args: argparse.Namespace) -> int:
    from hub.registry import Registry
    from shared.model import CounterNumber, Role

    password = _password()
    role = Role.SUPERVISOR if args.supervisor else Role.COUNTER
    with contextlib.closing(Registry(args.data)) as registry:
        registry.add_officer(args.name, CounterNumber(args.counter), password, now(), role)
    print(f"{args.name} may sign in as {role.value}, counter {args.counter}")
    return 0


def _password() -> str:
    import getpass

    if sys.stdin.isatty():
        return getpass.getpass("Password: ")
    try:
        return sys.stdin.buffer.readline().decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise SetupError("the password is not UTF-8 text; write it in UTF-8") from None


def _remove_officer(args: argparse.Namespace) -> int:
    from hub.registry import Registry

    with contextlib.closing(Registry(args.data)) as registry:
        removed = registry.remove_officer(args.name, now())
    print(f"{args.name} may no longer sign in" if removed else f"there is no officer {args.name}")
    return 0 if removed else 1
