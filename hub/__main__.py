"""The hub's command line: `motcua-hub serve | enrol | revoke | officer | journal | doctor |
backup | restore`.

What is slow to import is imported where it is used, so that signals are heeded from the start.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from shared.errors import MotcuaError, SetupError

if TYPE_CHECKING:
    from hub.serve import Address
    from shared.model import Instant

_HIGHEST_SEQ = 2**63 - 1


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


def _now() -> "Instant":
    from shared.model import Instant

    return Instant(time.time_ns() // 1_000_000)


# --- the command line --------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    from shared.model import Role

    parser = argparse.ArgumentParser(prog="motcua-hub", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    data = argparse.ArgumentParser(add_help=False)
    data.add_argument(
        "--data", type=Path, required=True, metavar="DIR", help="the hub's data folder"
    )

    serve = commands.add_parser("serve", parents=[data], help="serve a hall until SIGTERM")
    serve.add_argument("--site", type=Path, required=True, metavar="FILE", help="config/site.toml")
    serve.add_argument("--config", type=Path, metavar="FILE", help="config/hub.toml")
    for name, what in (("live", "the live socket"), ("web", "the pages")):
        serve.add_argument(
            f"--{name}", required=True, metavar="HOST:PORT", help=f"{what}; port 0: any free one"
        )
    serve.add_argument(
        "--procedures",
        type=Path,
        metavar="FILE",
        help="the catalogue of procedures; else procedures.toml beside the site's file",
    )
    serve.add_argument(
        "--public-url", metavar="URL", help="where phones reach the pages, for the QR"
    )
    serve.add_argument(
        "--always-open", action="store_true", help="ignore opening hours (demonstrations, tests)"
    )
    serve.set_defaults(run=_serve)

    enrol = commands.add_parser("enrol", parents=[data], help="print a credential for a device")
    roles = [role.value for role in Role if role is not Role.TICKET]
    enrol.add_argument("--role", required=True, choices=roles)
    enrol.add_argument("--name", required=True, help="the device's name, for the record")
    enrol.add_argument("--counter", type=int, metavar="K", help="its counter (role counter)")
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

    journal = commands.add_parser("journal", parents=[data], help="print events as JSON lines")
    journal.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help="only events after this one"
    )
    journal.set_defaults(run=_journal)

    doctor = commands.add_parser("doctor", help="say what this machine has and lacks")
    doctor.add_argument("--data", type=Path, metavar="DIR", help="the folder the hub will use")
    doctor.set_defaults(run=_doctor)

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
    return parser


# --- serve -------------------------------------------------------------------------------


def _serve(args: argparse.Namespace) -> int:
    import asyncio
    from functools import partial

    import msgspec

    from hub.admission import admit
    from hub.cards import Cards
    from hub.centre import read_centre, read_procedures
    from hub.dossiers import connect
    from hub.dossiers.catalogue import Procedures
    from hub.dossiers.lookup import Lookup
    from hub.hall import Hall
    from hub.journal.sqlite import SqliteJournal
    from hub.logs import log_to_stderr
    from hub.metrics import Metrics
    from hub.realtime import Live
    from hub.registry import Registry
    from hub.serve import allow_many_sockets, bound, listen, reachable, serve
    from hub.settings import HubSettings
    from hub.web.app import build
    from shared.privacy import no_core_dumps
    from shared.settings import load

    log_to_stderr()
    no_core_dumps()
    site, notices = read_centre(args.site, args.public_url)
    listed = read_procedures(args.procedures, args.site)
    settings = load(args.config, HubSettings) if args.config else HubSettings()
    live_address, web_address = _address(args.live, "--live"), _address(args.web, "--web")
    allow_many_sockets()
    with contextlib.ExitStack() as ending:
        live_socket = ending.enter_context(listen(live_address, "--live"))
        web_socket = ending.enter_context(listen(web_address, "--web"))
        live_at, web_at = bound(live_socket), bound(web_socket)
        public_url = (site.public_url or reachable(web_at)).rstrip("/")
        site = msgspec.structs.replace(site, public_url=public_url)
        journal = SqliteJournal(args.data)
        ending.callback(journal.close)
        registry = Registry(args.data)
        ending.callback(registry.close)
        metrics = Metrics()

        async def run() -> None:
            dossiers = connect.build(settings.dossiers, _now, metrics)
            hall = Hall(site, journal, _now, always_open=args.always_open, meter=metrics)
            procedures = Procedures(
                listed, site.service, args.data, dossiers=dossiers, clock=_now, zone=site.zone
            )
            lookup = Lookup(
                hall,
                dossiers,
                lambda: procedures.catalogue,
                settings.lookup,
                _now,
                at_once=settings.dossiers.at_once,
                meter=metrics,
            )
            live = Live(
                hall,
                partial(admit, registry=registry, clock=_now),
                _now,
                origins=frozenset({*settings.origins, public_url}),
                gauge=metrics,
                inquire=Cards(hall, args.data, _now, lookup.answer).answer,
            )
            app = build(
                hall,
                registry,
                clock=_now,
                live_port=lambda: live_at.port,
                metrics=metrics,
                settings=settings,
                lookup=lookup,
                catalogue=lambda: procedures.catalogue,
                notices=notices,
            )
            try:
                await serve(
                    hall,
                    live,
                    app,
                    live_socket,
                    web_socket,
                    settings=settings,
                    beside=procedures.run,
                    on_ready=lambda: print(f"ready live={live_at} web={web_at}", flush=True),
                )
            finally:
                if dossiers is not None:
                    await dossiers.close()

        asyncio.run(run())
    return 0


def _address(text: str, option: str) -> "Address":
    from hub.serve import read_address

    try:
        return read_address(text)
    except ValueError as error:
        raise SetupError(f"{option}: {error}") from None


# --- the others --------------------------------------------------------------------------


def _enrol(args: argparse.Namespace) -> int:
    from hub.registry import Registry
    from shared.model import Role

    with contextlib.closing(Registry(args.data)) as registry:
        print(registry.enrol(Role(args.role), args.name, args.counter, _now()))
    return 0


def _revoke(args: argparse.Namespace) -> int:
    from hub.registry import Registry

    with contextlib.closing(Registry(args.data)) as registry:
        ended = registry.revoke(args.name, _now())
    print(f"{ended} credentials of {args.name} ended")
    return 0 if ended else 1


def _add_officer(args: argparse.Namespace) -> int:
    from hub.registry import Registry
    from shared.model import CounterNumber, Role

    password = _password()
    role = Role.SUPERVISOR if args.supervisor else Role.COUNTER
    with contextlib.closing(Registry(args.data)) as registry:
        registry.add_officer(args.name, CounterNumber(args.counter), password, _now(), role)
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
        removed = registry.remove_officer(args.name, _now())
    print(f"{args.name} may no longer sign in" if removed else f"there is no officer {args.name}")
    return 0 if removed else 1


def _journal(args: argparse.Namespace) -> int:
    from hub.journal.lines import lines
    from hub.journal.sqlite import read_only
    from shared.model import Seq

    if not 0 <= args.since <= _HIGHEST_SEQ:
        raise SetupError(f"--since {args.since}: events are numbered from 1; 0 means all")
    sys.stdout.writelines(lines(read_only(args.data, Seq(args.since))))
    sys.stdout.flush()
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from hub.doctor import examine

    findings = examine(args.data or Path())
    for finding in findings:
        print(finding)
    return 0 if all(finding.fine or not finding.needed for finding in findings) else 1


def _backup(args: argparse.Namespace) -> int:
    from hub.backup import back_up

    events = back_up(args.data, args.file)
    print(f"{args.file}: {events} events, with the registry of devices and officers")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from hub.backup import restore

    made = restore(args.file, args.data, _now(), replace=args.replace, keep_day=args.keep_day)
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


if __name__ == "__main__":
    sys.exit(main())
