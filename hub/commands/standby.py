"""`motcua-hub follow | promote`: a second hub that is ready to take over."""

import argparse
import asyncio
import signal
import time
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
    promote.add_argument(
        "--even-so", action="store_true", help="though a hub still answers at the old address"
    )
    promote.set_defaults(run=_promote)


def _follow(args: argparse.Namespace) -> int:
    from hub.follow import PROMOTE, Follower, prepare
    from hub.logs import log_to_stderr
    from hub.peer import Peer
    from shared.privacy import no_core_dumps
    from shared.secret_file import read_secret

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
    return 0 if not (args.data / PROMOTE).exists() or _promoted(args.data) else 1


def _promoted(data: Path) -> bool:
    """Whether `promote` has made a hub's folder of it: who starts a hub when this one ends must not
    be too early."""
    from hub.promote import ENDS_WITHIN_S
    from hub.standing import FOLLOWING

    deadline = time.monotonic() + 2 * ENDS_WITHIN_S
    while (data / FOLLOWING).exists():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _promote(args: argparse.Namespace) -> int:
    from hub.commands.copies import moment, moved_words
    from hub.promote import promote
    from hub.standing import following

    state = following(args.data)
    if state is not None and not args.even_so:
        asyncio.run(_check_gone(state.url))
    made = promote(args.data, now())
    print(f"{args.data}: is a hub's now, generation {made.generation}, {made.events} events")
    print(
        f"All that the old hub had granted by {moment(made.whole_at)} is here. Of what came later"
        f" {made.missing} events are known to be missing; how many more, nobody here knows."
    )
    if made.moved is not None:
        print(moved_words(made.moved))
    print(
        "Officers sign in again. Where motcua-standby.service followed, the hub starts now and with"
        " the machine; else start it: `systemctl start motcua-hub`, or `motcua-hub serve`."
    )
    return 0


async def _check_gone(url: str) -> None:
    """Two hubs that both serve give numbers twice: raise SetupError while the old one answers."""
    from hub.peer import Peer
    from shared.errors import SetupError

    peer = Peer(url)
    try:
        found = await peer.serves()
    finally:
        await peer.close()
    if found:
        raise SetupError(
            f"{url}: a hub still answers there; stop it first, so that no number is given twice,"
            " or promote --even-so"
        )
