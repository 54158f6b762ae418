"""Carries one question to an e-one-stop system and its answer back: HTTP, TLS, OAuth2, bounds.

The only module that knows httpx. Time is bounded by who asks, but for the first of two tries.
"""

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx
import msgspec

from hub.dossiers import fields
from hub.dossiers.fields import Mapping, Unreadable
from hub.dossiers.token import Token, read_token

BODY_CAP = 256 * 1024
"""Bytes of one answer, as they come."""

FIRST_TRY_S = 2.5
"""For the first try; the second one has what the deadline leaves."""

_JITTER = (0.02, 0.12)
"""The pause before the second try, as parts of the first one's time: not everybody's at once."""

_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "motcua"}
_SERVER_FAILS = 500
_OK = 200
_UNAUTHORIZED = 401

for _name in ("httpx", "httpcore"):
    # On lower levels they write addresses and headers, and a server may put anything into those.
    logging.getLogger(_name).setLevel(logging.WARNING)


class Access(msgspec.Struct, frozen=True):
    """Where the system is and as whom to ask it. `client_secret` goes to `token_url` alone."""

    base_url: str
    token_url: str
    client_id: str
    client_secret: str
    scope: str = ""
    dossier: str = "TraCuuHoSo"
    procedures: str = "LayDanhSachTTHC"
    procedure: str = "LayThuTuc"
    mapping: Mapping = Mapping()

    def __repr__(self) -> str:
        return "Access(…)"


class Failed(Exception):
    """No sound answer: `why` in one word, and whether a second try may go better."""

    def __init__(self, why: str, *, again: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.again = again


class Wire:
    """Connections to one system, at most `at_once`, and the token that is good for them."""

    def __init__(
        self,
        access: Access,
        tls: ssl.SSLContext,
        *,
        at_once: int = 8,
        first_try_s: float = FIRST_TRY_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if tls.verify_mode is not ssl.CERT_REQUIRED or not tls.check_hostname:
            raise ValueError("certificates are always verified")
        self.access = access
        self._first_try = first_try_s
        self._monotonic = monotonic
        self._token: Token | None = None
        self._fetching = asyncio.Lock()
        self._http = httpx.AsyncClient(
            verify=tls,
            headers=_HEADERS,
            timeout=None,  # httpx's are for each chunk; ours are for the whole
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx.Limits(
                max_connections=at_once, max_keepalive_connections=at_once, keepalive_expiry=30.0
            ),
        )

    async def ask(self, path: str, body: dict[str, str]) -> list[Any]:
        """What is in the answer's envelope. Tries twice where that may help. Raises Failed."""
        try:
            async with asyncio.timeout(self._first_try):
                return await self._try(path, body)
        except TimeoutError:
            pass
        except Failed as failed:
            if not failed.again:
                raise
        await asyncio.sleep(random.uniform(*_JITTER) * self._first_try)
        return await self._try(path, body)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _try(self, path: str, body: dict[str, str]) -> list[Any]:
        token = await self._good_token()
        try:
            answer = await self._post(path, body, token)
        except Failed as failed:
            if failed.why != f"http_{_UNAUTHORIZED}":
                raise
            if self._token is token:
                self._token = None
            answer = await self._post(path, body, await self._good_token())
        try:
            return fields.results(answer, self.access.mapping)
        except Unreadable as error:
            said = str(error) == "error_code"
            raise Failed("error_code" if said else "unreadable") from None

    async def _post(self, path: str, body: dict[str, str], token: Token) -> object:
        return await self._send(
            f"{self.access.base_url.rstrip('/')}/{path}",
            headers={"Authorization": f"Bearer {token.text}"},
            json=body,
        )

    async def _good_token(self) -> Token:
        async with self._fetching:
            now = self._monotonic()
            if self._token is None or now >= self._token.good_until:
                self._token = await self._fetch_token(now)
            return self._token

    async def _fetch_token(self, now: float) -> Token:
        form = {"grant_type": "client_credentials"}
        if self.access.scope:
            form["scope"] = self.access.scope
        who = httpx.BasicAuth(self.access.client_id, self.access.client_secret)
        try:
            return read_token(await self._send(self.access.token_url, auth=who, data=form), now)
        except Unreadable:
            raise Failed("token_unreadable") from None
        except Failed as failed:
            if failed.why.startswith("http_"):
                raise Failed(f"token_{failed.why}", again=failed.again) from None
            raise

    async def _send(self, url: str, **request: Any) -> object:
        """The JSON of the answer to one POST."""
        if self._http.is_closed:
            raise Failed("closed")
        try:
            async with self._http.stream("POST", url, **request) as response:
                _accept(response)
                body = await _read(response)
        except httpx.ConnectError as error:
            raise (Failed("tls") if _is_tls(error) else Failed("refused", again=True)) from None
        except (httpx.HTTPError, OSError):
            raise Failed("lost", again=True) from None
        return read_json(body)


def read_json(body: bytes) -> object:
    """What the body of an answer says. Raises Failed."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise Failed("unreadable") from None


def _accept(response: httpx.Response) -> None:
    """Refuse what is no answer, before its body is read."""
    status = response.status_code
    if 300 <= status < 400:
        raise Failed("redirect")
    if status != _OK:
        known = 100 <= status < 600
        again = known and status >= _SERVER_FAILS
        raise Failed(f"http_{status}" if known else "http_odd", again=again)
    if response.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # Asked for none; what is small packed may be huge unpacked.
        raise Failed("packed")


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > BODY_CAP:
            raise Failed("too_big")
    return bytes(body)


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
