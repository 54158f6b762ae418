"""OAuth2 client credentials (RFC 6749, 4.4) with opaque bearer tokens."""

import base64
import binascii
import hmac
import secrets
from urllib.parse import unquote_plus

_EARLY_S = 1.0
"""A token from so far ahead is taken: clocks are never quite alike."""


class Tokens:
    """Who may come in, and the tokens given out. Moments are seconds of the server's clock."""

    def __init__(self, client_id: str, secret: str, life_s: int) -> None:
        self.life_s = life_s
        self._client = f"{client_id}:{secret}".encode()
        self._given: dict[str, float] = {}

    def knows(self, authorization: str) -> bool:
        """Whether an Authorization header is this client's, by HTTP Basic (2.3.1)."""
        kind, _space, text = authorization.partition(" ")
        if kind.lower() != "basic":
            return False
        try:
            said = base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        name, _colon, secret = said.partition(":")
        encoded = f"{unquote_plus(name)}:{unquote_plus(secret)}"
        return any(hmac.compare_digest(one.encode(), self._client) for one in (said, encoded))

    def grant(self, now: float) -> str:
        """A new token."""
        self._given = {
            token: at for token, at in self._given.items() if abs(now - at) < 2 * self.life_s
        }
        token = secrets.token_urlsafe(24)
        self._given[token] = now
        return token

    def fault(self, authorization: str, now: float) -> str | None:
        """What is wrong with an Authorization header, None if it is good."""
        kind, _space, token = authorization.partition(" ")
        given = self._given.get(token) if kind.lower() == "bearer" else None
        if given is None:
            return "The access token is unknown"
        if now >= given + self.life_s:
            return "The access token expired"
        if now < given - _EARLY_S:
            return "The access token is not valid yet"
        return None
