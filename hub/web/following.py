"""What a standby asks for: the journal as it goes on, and who may speak."""

import asyncio
import functools

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub import followed
from hub.engine.concern import Concern
from hub.hall import Hall
from hub.registry import Device
from hub.web.pages import desk_of
from shared.model import Role, Seq

log = structlog.get_logger()

HOLD_S = 1.0
"""A standby that has everything is answered after so long, or when something happens."""


class News:
    """Wakes those who wait for the next event."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._next = asyncio.Event()
        hall.watch(self._heard)

    def _heard(self, concern: Concern) -> None:
        before, self._next = self._next, asyncio.Event()
        before.set()

    async def after(self, seq: int) -> None:
        """Wait until there is an event after `seq`, a second at most."""
        try:
            async with asyncio.timeout(HOLD_S):
                while self._hall.seq == seq:
                    await self._next.wait()
        except TimeoutError:
            return


async def follow(request: Request) -> Response:
    """What follows on an event of the journal."""
    desk, standby = desk_of(request), _standby(request)
    query = request.query_params
    epoch, since = query.get("epoch", ""), query.get("seq", "")
    if not since.isdecimal() or len(since) > 18:
        raise HTTPException(422)
    seq = Seq(int(since))
    if epoch == desk.hall.epoch:
        await desk.news.after(seq)
    read = functools.partial(followed.read, desk.data, epoch, seq, query.get("digest", ""))
    told = await asyncio.to_thread(read)
    behind = told.seq - (seq if not told.anew else 0)
    desk.metrics.followed(standby.name, behind, desk.clock)
    return Response(msgspec.json.encode(told), media_type="application/json")


async def officers(request: Request) -> Response:
    """The registry's file: devices, officers, digests of what proves who they are."""
    _standby(request)
    content = await asyncio.to_thread(followed.officers, desk_of(request).data)
    return Response(content, media_type="application/octet-stream")


def _standby(request: Request) -> Device:
    """The standby that asks, by its credential. Raises HTTPException for anybody else."""
    kind, _space, credential = request.headers.get("Authorization", "").partition(" ")
    device = desk_of(request).registry.device(credential) if kind == "Bearer" else None
    if device is None or device.role is not Role.STANDBY:
        raise HTTPException(403)
    return device


routes = [Route("/follow", follow), Route("/follow/officers", officers)]
