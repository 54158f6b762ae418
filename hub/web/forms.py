"""What a page has posted."""

import asyncio
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

MAX_FORM = 4096
"""Bytes of a form that are read."""

FORM_WITHIN_S = 10.0


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a posted form; none of one that is too long, too slow or broken off."""
    body = b""
    try:
        async with asyncio.timeout(FORM_WITHIN_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_FORM:
                    return {}
    except (TimeoutError, ClientDisconnect):
        return {}
    fields = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return dict(fields)
