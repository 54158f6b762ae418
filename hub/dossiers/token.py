"""Reads the answer of an OAuth2 token end point (RFC 6749, 5.1). Pure."""

import math
import re
from typing import Any

import msgspec

from hub.dossiers.fields import Unreadable

EARLY_S = 30.0
"""So long before its end a token is not used any more."""

UNSAID_S = 60.0
"""The life of a token whose `expires_in` is missing or makes no sense, e.g. a negative one by a
server that reckons with a wrong clock: the server's 401 is what really ends a token."""

LONGEST_S = 24 * 3600.0
_SENDABLE = re.compile(r"[!-~]{1,8192}")


class Token(msgspec.Struct, frozen=True):
    """What to send as `Bearer`, and until when, in seconds of the asker's own monotonic clock."""

    text: str
    good_until: float

    def __repr__(self) -> str:
        return "Token(…)"


def read_token(answer: object, asked_at: float) -> Token:
    """The token in an answer to a request sent at `asked_at`; its age counts from then.

    Raises Unreadable; the text holds nothing of the answer.
    """
    if not isinstance(answer, dict):
        raise Unreadable("envelope")
    text = answer.get("access_token")
    if not isinstance(text, str) or not _SENDABLE.fullmatch(text):
        raise Unreadable("access_token")
    if str(answer.get("token_type", "bearer")).lower() != "bearer":
        raise Unreadable("token_type")
    life = _seconds(answer.get("expires_in"))
    # One that lives hardly longer than EARLY_S is still used for half its life.
    return Token(text, asked_at + max(life - EARLY_S, min(life, EARLY_S) / 2))


def _seconds(raw: Any) -> float:
    try:
        life = float(raw)
    except (TypeError, ValueError, OverflowError):
        return UNSAID_S
    if not math.isfinite(life) or life <= 0:
        return UNSAID_S
    return min(life, LONGEST_S)
