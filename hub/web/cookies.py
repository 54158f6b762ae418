"""Cookies by their plain names.

Behind TLS each is a `__Host-` one (RFC 6265bis, 4.1.3): neither another host of the domain nor a
page without TLS can set it, so nobody is signed in with somebody else's session.
"""

from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from hub.admission import HOST_ONLY


def cookie(request: Request, name: str) -> str | None:
    """What the browser keeps under that name."""
    return request.cookies.get(_whole(request, name))


def set_cookie(
    request: Request,
    answer: Response,
    name: str,
    value: str,
    *,
    max_age: int,
    samesite: Literal["lax", "strict"],
) -> None:
    """Let the browser keep a value for `max_age` seconds; no script can read it."""
    answer.set_cookie(
        _whole(request, name),
        value,
        max_age=max_age,
        httponly=True,
        samesite=samesite,
        secure=_is_tls(request),
    )


def drop_cookie(request: Request, answer: Response, name: str) -> None:
    """Let the browser forget it."""
    answer.delete_cookie(
        _whole(request, name), httponly=True, samesite="strict", secure=_is_tls(request)
    )


def _whole(request: Request, name: str) -> str:
    return HOST_ONLY + name if _is_tls(request) else name


def _is_tls(request: Request) -> bool:
    return bool(request.scope["scheme"] == "https")
