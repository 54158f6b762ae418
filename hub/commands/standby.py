"""`motcua-hub follow | promote`: a second hub that is ready to take over."""

import argparse
import asyncio
import signal
from pathlib import Path

from hub.commands.common import Parsers, now


def add(commands: Parsers, data: argparse.ArgumentParser) -> None:
    """Make the commands known."""
    follow = commands.add_parser(
        "follow", parents=[data], help="be the standby of another hub until SIGTERM"
    )
    follow.add_argument(
        "--from", dest="url", required=True, metavar="URL", help="the address of the hub's pages"
    )
    follow.add_argument(
        "--credential-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="what `motcua-hub enrol --credential --role standby` printed on the hub",
    )
    follow.add_argument(
        "--ca-file", default="", metavar="FILE", help="certificates (PEM) of who signs for the hub"
    )
    follow.add_argument(
        "--replace", action="store_true", help="move a hub's data that is in the folder aside"
    )
    follow.set_defaults(run=_follow)

    promote = commands.add_parser(
        "promote", parents=[data], help="make a hub of a standby's folder; ends its follower"
    )
    promote.set_defaults(run=_promote)


def _follow(args: argparse.Namespace) -> int:
    from hub.follow import PROMOTE, Follower, prepare
    from hub.logs import log_to_stderr
    from hub.peer import Peer
    from hub.secret_file import read_secret
    from shared.privacy import no_core_dumps

    log_to_stderr()
    no_core_dumps()
    credential = read_secret(args.credential_file, "--credential-file", "credential")
    peer = Peer(args.url, credential, args.ca_file)
    prepare(args.data, peer.url, now(), replace=args.replace)

    async def run() -> None:
        follower = Follower(args.data, peer, now)
        following = asyncio.create_task(follower.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, following.cancel)
        print(f"following {peer.url}", flush=True)
        try:
            await following
        except asyncio.CancelledError:
            pass
        finally:
            await peer.close()

    asyncio.run(run())
    if (args.data / PROMOTE).exists():
        print("ended, to be promoted", flush=True)
    return 0


def _promote(args: argparse.Namespace) -> int:
    from hub.commands.copies import moment, moved_words
    from hub.promote import promote

    made = promote(args.data, now())
    print(f"{args.data}: is a hub's now, generation {made.generation}, {made.events} events")
    print(
        f"All that the old hub had granted by {moment(made.whole_at)} is here. Of what came later"
        f" {made.missing} events are known to be missing; how many more, nobody here knows."
    )
    if made.moved is not None:
        print(moved_words(made.moved))
    print("Officers sign in again. Start it with `motcua-hub serve`.")
    return 0
