"""The hub's command line: `motcua-hub serve | enrol | revoke | officer | journal | doctor`."""

import argparse
import asyncio
import contextlib
import getpass
import logging
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
import structlog

from hub.journal.base import Entry
from shared.errors import MotcuaError, SettingsError, SetupError
from shared.model import CounterNumber, Instant, Role, Seq

if TYPE_CHECKING:
    from hub.serve import Address


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 for a failure, 2 for a set-up that will not do."""
    args = _parser().parse_args(argv)
    try:
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


def _now() -> Instant:
    return Instant(time.time_ns() // 1_000_000)


# --- the command line --------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
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

    journal = commands.add_parser("journal", parents=[data], help="print events as JSON lines")
    journal.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help="only events after this one"
    )
    journal.set_defaults(run=_journal)

    doctor = commands.add_parser("doctor", help="say what this machine has and lacks")
    doctor.add_argument("--data", type=Path, metavar="DIR", help="the folder the hub will use")
    doctor.set_defaults(run=_doctor)
    return parser


# --- serve -------------------------------------------------------------------------------


def _serve(args: argparse.Namespace) -> int:
    from hub.admission import admit
    from hub.engine.site import Site, faults
    from hub.hall import Hall
    from hub.journal.sqlite import SqliteJournal
    from hub.metrics import Metrics
    from hub.realtime import Live
    from hub.registry import Registry
    from hub.serve import allow_many_sockets, bound, listen, reachable, serve
    from hub.settings import HubSettings
    from hub.web.app import build
    from shared.settings import load

    _log_to_stderr()
    site = load(args.site, Site)
    if found := faults(site):
        raise SettingsError(f"{args.site}: " + "; ".join(found))
    settings = load(args.config, HubSettings) if args.config else HubSettings()
    live_address, web_address = _address(args.live, "--live"), _address(args.web, "--web")
    allow_many_sockets()
    with contextlib.ExitStack() as ending:
        live_socket = ending.enter_context(listen(live_address, "--live"))
        web_socket = ending.enter_context(listen(web_address, "--web"))
        live_at, web_at = bound(live_socket), bound(web_socket)
        public_url = (args.public_url or site.public_url or reachable(web_at)).rstrip("/")
        site = msgspec.structs.replace(site, public_url=public_url)
        journal = SqliteJournal(args.data)
        ending.callback(journal.close)
        registry = Registry(args.data)
        ending.callback(registry.close)
        metrics = Metrics()

        async def run() -> None:
            hall = Hall(site, journal, _now, always_open=args.always_open, meter=metrics)
            live = Live(
                hall,
                partial(admit, registry=registry, clock=_now),
                _now,
                origins=frozenset({*settings.origins, public_url}),
                gauge=metrics,
            )
            app = build(
                hall,
                registry,
                clock=_now,
                live_port=lambda: live_at.port,
                metrics=metrics,
                settings=settings,
            )
            await serve(
                hall,
                live,
                app,
                live_socket,
                web_socket,
                settings=settings,
                on_ready=lambda: print(f"ready live={live_at} web={web_at}", flush=True),
            )

        asyncio.run(run())
    return 0


def _address(text: str, option: str) -> "Address":
    from hub.serve import read_address

    try:
        return read_address(text)
    except ValueError as error:
        raise SetupError(f"{option}: {error}") from None


def _log_to_stderr() -> None:
    """Lines for people on a terminal, JSON for everything else."""
    person = sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if person else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            last,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)


# --- the others --------------------------------------------------------------------------


def _enrol(args: argparse.Namespace) -> int:
    from hub.registry import Registry

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

    if sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    role = Role.SUPERVISOR if args.supervisor else Role.COUNTER
    with contextlib.closing(Registry(args.data)) as registry:
        registry.add_officer(args.name, CounterNumber(args.counter), password, _now(), role)
    print(f"{args.name} may sign in as {role.value}, counter {args.counter}")
    return 0


def _journal(args: argparse.Namespace) -> int:
    from hub.journal.sqlite import read_only

    zone: tzinfo = UTC
    for entry in read_only(args.data, Seq(args.since)):
        if entry.kind == "day_opened":
            # The event itself knows the hall's zone, so no configuration is needed to read it.
            zone = ZoneInfo(msgspec.json.decode(entry.body)["timezone"])
        sys.stdout.write(_line(entry, zone))
    sys.stdout.flush()
    return 0


def _line(entry: Entry, zone: tzinfo) -> str:
    told: Mapping[str, object] = {
        "seq": entry.seq,
        "day": entry.day,
        "at": datetime.fromtimestamp(entry.at / 1000, zone).isoformat(timespec="milliseconds"),
        "kind": entry.kind,
        "body": msgspec.Raw(entry.body.encode()),
        "request_id": entry.request_id,
    }
    return msgspec.json.encode(told).decode() + "\n"


def _doctor(args: argparse.Namespace) -> int:
    from hub.doctor import examine

    findings = examine(args.data or Path())
    for finding in findings:
        print(finding)
    return 0 if all(finding.fine or not finding.needed for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
