"""How a kiosk or display comes by its credential: `motcua-kiosk --enrol`.

It makes the credential itself and keeps it before it shows it to the hub, so that whatever breaks
off on the way, the same code, or a new one, finishes it.
"""

import asyncio
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from shared.errors import SetupError
from shared.link import Link
from shared.messages import Refused
from shared.model import Role

ANSWER_WITHIN_S = 20.0
_SECRET_BYTES = 32


def enrol(role: Role, address: str | Sequence[str], file: Path) -> None:
    """Read a code from standard input, and get this machine known by the credential in `file`.

    Raises SetupError that says what to do.
    """
    code = _read_code()
    if not code:
        raise SetupError("no code was given; `motcua-hub enrol` prints one")
    try:
        half, credential = _kept(file)
        asyncio.run(_show(role, address, credential, code))
        half.replace(file)
    except OSError as error:
        raise SetupError(f"{file}: cannot be written ({error.strerror})") from None
    print(f"enrolled: {file}")


def _read_code() -> str:
    """One line. It is in no command line, where every user of the machine could read it."""
    if sys.stdin.isatty():
        print("Code: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _kept(file: Path) -> tuple[Path, str]:
    """A credential on disk beside `file`, readable by this user alone: that of an attempt that
    broke off, or a new one."""
    half = file.with_name(file.name + ".new")
    if half.exists():
        return half, half.read_text(encoding="utf-8").strip()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    credential = secrets.token_urlsafe(_SECRET_BYTES)
    number = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as open_file:
        open_file.write(credential + "\n")
        open_file.flush()
        os.fsync(number)
    return half, credential


async def _show(role: Role, address: str | Sequence[str], credential: str, code: str) -> None:
    """Say hello with the code until the hub welcomes or refuses it."""
    answered: asyncio.Future[Refused | None] = asyncio.get_running_loop().create_future()

    def answer(refused: Refused | None) -> None:
        if not answered.done():
            answered.set_result(refused)

    link = Link(
        address,
        role=role,
        credential=credential,
        code=code,
        view=dict,
        on_view=lambda view, seq: answer(None),
        on_touch=lambda touch: None,
        on_refused=answer,
    )
    running = asyncio.create_task(link.run())
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            refused = await answered
    except TimeoutError:
        raise SetupError(f"{address}: the hub does not answer; is it running?") from None
    finally:
        running.cancel()
        await asyncio.wait({running})
    if refused is not None:
        raise SetupError(f"the hub refuses: {refused.reason} ({refused.code})")
