"""The one module that speaks HTTP to another hub: to follow it, or to learn who is to serve."""

import asyncio
import contextlib
import ssl
from urllib.parse import urlsplit

import httpx
import msgspec

from hub.followed import Followed
from hub.network import is_own
from shared.errors import MotcuaError, SetupError
from shared.model import Epoch, Seq

WITHIN_S = 2.0
"""An answer to a question of a few bytes; a hub holds a standby's question back for a second."""

_MOST_BYTES = 64 * 1024 * 1024

_NO_ANSWER = (msgspec.MsgspecError, RecursionError, UnicodeDecodeError)
"""What reading raises of what is no answer: text that is no UTF-8 is found out by itself."""
_BY_A_PROXY = frozenset({502, 503, 504})
"""How a proxy says that there is no hub behind it. A hub that cannot write answers 503, too, and
with its generation."""

_followed = msgspec.json.Decoder(Followed)


class PeerError(MotcuaError):
    """The other hub did not answer, or not as it must."""


class _Health(msgspec.Struct):
    generation: int


class Peer:
    """Another hub at `url`, the address of its pages. `credential` is that of a standby; `ca_file`
    has the certificates (PEM) of who signs for it, else the machine's are believed."""

    def __init__(self, url: str, credential: str = "", ca_file: str = "") -> None:
        self.url = url.rstrip("/")
        self._place = _place(self.url)
        self._headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        try:
            self._trust = ssl.create_default_context(cafile=ca_file or None)
        except FileNotFoundError:
            raise SetupError(
                f"{ca_file}: there is no such file; name the hub's certificates"
            ) from None
        except OSError:  # ssl.SSLError is one
            raise SetupError(f"{ca_file}: holds no certificate in PEM form") from None
        self._client: httpx.AsyncClient | None = None

    async def serves(self) -> bool | None:
        """Whether anything listens there; None when the machine does not say."""
        try:
            async with asyncio.timeout(WITHIN_S):
                _reader, writer = await asyncio.open_connection(*self._place)
                writer.close()
        except ConnectionRefusedError:
            return False
        except (OSError, UnicodeError):  # TimeoutError is the one, a name as a..b the other
            return None
        return True

    async def generation(self) -> int | None:
        """The generation under which a hub serves there; 0 when the machine answers that none
        does, or a proxy on it; None when nobody answers, or something else."""
        answers = await self.serves()
        if not answers:
            return None if answers is None else 0
        try:
            status, content = await self._ask("/healthz")
        except PeerError:
            return None
        if status == 200 or status in _BY_A_PROXY:
            with contextlib.suppress(*_NO_ANSWER):
                return msgspec.json.decode(content, type=_Health).generation
        return 0 if status in _BY_A_PROXY else None

    async def after(self, epoch: Epoch, seq: Seq, digest: str) -> Followed:
        """What follows on that event of that epoch. Raises PeerError."""
        try:
            return _followed.decode(
                await self._get(f"/follow?epoch={epoch}&seq={seq}&digest={digest}")
            )
        except _NO_ANSWER as error:
            raise PeerError(f"{self.url}: answers what is none ({error})") from None

    async def officers(self) -> bytes:
        """A copy of its registry's file. Raises PeerError."""
        return await self._get("/follow/officers")

    async def _get(self, path: str) -> bytes:
        status, content = await self._ask(path)
        if status in {401, 403}:
            raise PeerError(f"{self.url}: does not know this standby's credential")
        if status != 200:
            raise PeerError(f"{self.url}: answers with status {status}")
        return content

    async def _ask(self, path: str) -> tuple[int, bytes]:
        if self._client is None:
            self._client = httpx.AsyncClient(
                verify=self._trust, headers=self._headers, trust_env=False, timeout=WITHIN_S
            )
        try:
            # httpx' own deadlines are for each part that comes
            async with (
                asyncio.timeout(30),
                self._client.stream("GET", self.url + path) as answer,
            ):
                content = b""
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > _MOST_BYTES:
                        raise PeerError(f"{self.url}: answers without end")
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, UnicodeError) as error:
            raise PeerError(f"{self.url}: does not answer ({type(error).__name__})") from None
        return answer.status_code, content

    async def close(self) -> None:
        """Let go of connections. Harmless when called twice."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _place(url: str) -> tuple[str, int]:
    """Host and port of an address. Raises SetupError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:  # a bracket that never closes, a port that is none
        host, port = None, None
    if not host or parts.scheme not in {"http", "https"}:
        raise SetupError(f"{url!r} is no hub's address; write https://HOST or https://HOST:PORT")
    if parts.scheme == "http" and not is_own(host):
        raise SetupError(
            f"{url!r} would send the journal and the standby's credential readable through the"
            " network; write https:// (the hub's proxy has TLS), http:// is for this machine itself"
        )
    return host, port or (443 if parts.scheme == "https" else 80)
