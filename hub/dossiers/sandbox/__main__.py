"""`python -m hub.dossiers.sandbox`: an e-one-stop system to try the look-up on, until SIGTERM.

Prints `ready url=https://127.0.0.1:PORT ca=DIR/ca.pem` once it serves. Tokens are at
`<url>/oauth2/token`, services at `<url>/TraCuuHoSo` and so on. Nothing in it is about anybody.
"""

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import uvicorn

from hub.dossiers.sandbox.certificates import Certificates, write_private
from hub.dossiers.sandbox.dossiers import generate
from hub.dossiers.sandbox.faults import Behaviour, Fault
from hub.dossiers.sandbox.line import Line
from hub.dossiers.sandbox.oauth import Tokens
from hub.dossiers.sandbox.server import Sandbox
from hub.serve import Address, bound, listen, read_address
from shared.errors import SetupError

_VIETNAM = timezone(timedelta(hours=7))


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; 2 for a set-up that will not do."""
    os.umask(0o077)
    asked = _parser().parse_args(argv)
    today = asked.today or datetime.now(UTC).astimezone(_VIETNAM).date()
    try:
        address = read_address(asked.listen)
    except ValueError as error:
        print(f"sandbox: --listen: {error}", file=sys.stderr)
        return 2
    if Fault.WRONG_CERTIFICATE in asked.fault and asked.tls is None:
        print("sandbox: --fault wrong_certificate needs --tls DIR", file=sys.stderr)
        return 2
    try:
        listener = listen(address, "--listen")
        secret = _secret(asked.secret_file)
    except SetupError as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    certificates = Certificates(asked.tls, address.host) if asked.tls else None
    sandbox = Sandbox(
        generate(asked.seed, today),
        Tokens(asked.client_id, secret, asked.token_life_s),
        time.time,
        Behaviour(asked.fault, asked.answer_ms, asked.slow_s, asked.drip_ms),
        certificates,
    )
    asyncio.run(_serve(sandbox, listener, certificates))
    return 0


async def _serve(
    sandbox: Sandbox, listener: socket.socket, certificates: Certificates | None
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    config = uvicorn.Config(
        sandbox.app, interface="asgi3", http=Line, lifespan="off", ws="none", log_config=None,
        access_log=False, server_header=False, date_header=False,
    )  # fmt: skip
    config.load()
    config.ssl = certificates.context if certificates else None
    at = bound(listener)
    server = _Server(config, _ready_line(at, certificates))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.leave()
    await serving


def _ready_line(at: Address, certificates: Certificates | None) -> str:
    if certificates is None:
        return f"ready url=http://{at}"
    return f"ready url=https://{at} ca={certificates.ca}"


class _Server(uvicorn.Server):
    """uvicorn that says when it serves, leaves signals to us, and goes without a goodbye."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._ready, flush=True)

    def leave(self) -> None:
        """End now, whatever is under way."""
        self.should_exit = self.force_exit = True
        for connection in list(self.server_state.connections):
            if isinstance(connection, Line):
                connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _secret(file: Path) -> str:
    """The secret in `file`, or a new one. Raises SetupError for a file that holds none."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_private(file, f"{secrets.token_urlsafe(32)}\n".encode())
    try:
        found = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        found = ""
    if not found:
        raise SetupError(f"--secret-file {file}: no secret can be read there; remove the file")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hub.dossiers.sandbox", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "--listen", default="127.0.0.1:0", metavar="HOST:PORT", help="port 0: any free one"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other dossiers")
    parser.add_argument(
        "--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="dossiers lie around it"
    )
    parser.add_argument(
        "--tls", type=Path, metavar="DIR", help="serve https; DIR gets ca.pem, or has it"
    )
    parser.add_argument("--client-id", default="motcua", metavar="ID")
    parser.add_argument(
        "--secret-file", type=Path, required=True, metavar="FILE", help="made if it is missing"
    )
    parser.add_argument(
        "--answer-ms", type=int, default=0, metavar="N", help="how long every answer takes"
    )
    parser.add_argument(
        "--fault", type=_faults, default=frozenset(), metavar="NAME,…", help=", ".join(Fault)
    )
    parser.add_argument("--slow-s", type=float, default=30.0, metavar="S", help="fault slow")
    parser.add_argument("--drip-ms", type=int, default=200, metavar="N", help="fault drip")
    parser.add_argument("--token-life-s", type=int, default=3600, metavar="S")
    return parser


def _faults(text: str) -> frozenset[Fault]:
    try:
        return frozenset(Fault(name.strip()) for name in text.split(","))
    except ValueError as error:
        known = ", ".join(Fault)
        raise argparse.ArgumentTypeError(f"{error}; there are {known}") from None


if __name__ == "__main__":
    sys.exit(main())
