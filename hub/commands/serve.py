"""`motcua-hub serve`: build a hall from its settings, and serve it."""

import argparse
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from hub.commands.common import Parsers, now as machine_now
from shared.errors import SetupError

if TYPE_CHECKING:
    from hub.engine.site import Site
    from hub.hall import Hall
    from hub.journal.sqlite import SqliteJournal
    from hub.metrics import Metrics
    from hub.peer import Peer
    from hub.serve import Address
    from hub.settings import StandbySettings
    from hub.steady import SteadyClock


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the command known."""
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


def _serve(args: argparse.Namespace) -> int:
    import asyncio
    import faulthandler
    import os
    from functools import partial

    import msgspec

    from hub.admission import admit
    from hub.backups import folder_of
    from hub.cards import Cards
    from hub.centre import read_centre, read_procedures
    from hub.compaction import Compaction
    from hub.door import Door
    from hub.dossiers import connect
    from hub.dossiers.catalogue import Procedures
    from hub.dossiers.lookup import Lookup
    from hub.enrolment import Enrolment
    from hub.fence import Fence
    from hub.heartbeat import Heartbeat
    from hub.hourly import Hourly
    from hub.logs import log_to_stderr
    from hub.metrics import Metrics
    from hub.realtime import Live
    from hub.recovery import open_journal, open_registry, put_aside
    from hub.serve import allow_many_sockets, bound, listen, reachable, serve
    from hub.settings import HubSettings
    from hub.soundness import check_beside
    from hub.standing import check_is_hub, check_is_newest
    from hub.steady import SteadyClock
    from hub.web.app import build
    from shared.model import Role
    from shared.privacy import no_core_dumps
    from shared.settings import load
    from shared.systemd import Systemd

    faulthandler.enable()  # systemd ends a hub that hangs with SIGABRT: its log then says where
    log_to_stderr()
    no_core_dumps()
    site, notices = read_centre(args.site, args.public_url)
    listed = read_procedures(args.procedures, args.site)
    settings = load(args.config, HubSettings) if args.config else HubSettings()
    live_address, web_address = _address(args.live, "--live"), _address(args.web, "--web")
    allow_many_sockets()
    now = SteadyClock(machine_now)
    with contextlib.ExitStack() as ending:
        live_socket = ending.enter_context(listen(live_address, "--live"))
        web_socket = ending.enter_context(listen(web_address, "--web"))
        live_at, web_at = bound(live_socket), bound(web_socket)
        public_url = (site.public_url or reachable(web_at)).rstrip("/")
        site = msgspec.structs.replace(site, public_url=public_url)
        backups_at = folder_of(args.data, settings.backup)
        metrics = Metrics()
        metrics.put_aside(partial(put_aside, args.data))
        metrics.clock(now.ahead_s)
        check_is_hub(args.data)
        journal, hall = open_journal(
            args.data,
            backups_at,
            site.timezone,
            now,
            partial(_hall, site=site, clock=now, always_open=args.always_open, meter=metrics),
        )
        ending.callback(journal.close)
        check_is_hub(args.data)  # once more: opening takes back what was cut off half-way
        check_is_newest(args.data, journal.generation)
        registry = open_registry(args.data, backups_at, now)
        ending.callback(registry.close)
        peer = _peer(settings.standby)

        async def run() -> None:
            fence = Fence(args.data, journal.generation, peer)
            await fence.ask_first(needed=settings.standby.peer_needed)
            dossiers = connect.build(settings.dossiers, now, metrics)
            procedures = Procedures(
                listed, site.service, args.data, dossiers=dossiers, clock=now, zone=site.zone
            )
            backups = Hourly(hall, args.data, settings.backup, now, meter=metrics)
            compaction = Compaction(
                hall,
                journal,
                settings.retention,
                now,
                backups=backups_at,
                registry=registry,
                meter=metrics,
            )
            lookup = Lookup(
                hall,
                dossiers,
                lambda: procedures.catalogue,
                settings.lookup,
                now,
                at_once=settings.dossiers.at_once,
                meter=metrics,
            )
            live = Live(
                hall,
                fence.watching(
                    partial(admit, registry=registry, clock=now, enrolment=Enrolment(registry, now))
                ),
                now,
                origins=frozenset({*settings.origins, public_url}),
                gauge=metrics,
                inquire=Cards(hall, args.data, now, lookup.answer).answer,
                behind_proxy=settings.behind_proxy,
                door=Door(settings.live_connections, settings.live_per_address),
                enrolled=partial(registry.enrolled, Role.DISPLAY),
            )
            app = build(
                hall,
                registry,
                clock=now,
                live_port=lambda: live_at.port,
                metrics=metrics,
                settings=settings,
                lookup=lookup,
                catalogue=lambda: procedures.catalogue,
                notices=notices,
                data=args.data,
            )

            def say_ready() -> None:
                print(f"ready live={live_at} web={web_at}", flush=True)
                Heartbeat(hall, Systemd(os.environ)).begin()

            try:
                await serve(
                    hall,
                    live,
                    app,
                    live_socket,
                    web_socket,
                    settings=settings,
                    beside=(
                        procedures.run,
                        backups.run,
                        compaction.run,
                        partial(check_beside, args.data, metrics),
                        fence.ask_again,
                    ),
                    until=fence.superseded,
                    on_failure=metrics.beside_failed,
                    on_ready=say_ready,
                )
            finally:
                if dossiers is not None:
                    await dossiers.close()
                if peer is not None:
                    await peer.close()

        asyncio.run(run())
    return 0


def _hall(
    journal: "SqliteJournal",
    *,
    site: "Site",
    clock: "SteadyClock",
    always_open: bool,
    meter: "Metrics",
) -> "Hall":
    from hub.hall import Hall

    return Hall(site, journal, clock, always_open=always_open, meter=meter)


def _peer(named: "StandbySettings") -> "Peer | None":
    """The other hub, where one is named."""
    if not named.peer:
        return None
    from hub.peer import Peer

    return Peer(named.peer, ca_file=named.peer_ca_file)


def _address(text: str, option: str) -> "Address":
    from hub.serve import read_address

    try:
        return read_address(text)
    except ValueError as error:
        raise SetupError(f"{option}: {error}") from None
