"""What machines ask: is the hub well, and what has it counted."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.metrics import CONTENT_TYPE
from hub.web.pages import desk_of, settled


async def healthz(request: Request) -> Response:
    """200 while the journal can write, else 503."""
    hall = desk_of(request).hall
    told = {
        "ok": hall.healthy,
        "seq": hall.seq,
        "epoch": hall.epoch,
        "generation": hall.generation,
        "day": hall.state.day,
    }
    status = 200 if hall.healthy else 503
    return Response(msgspec.json.encode(told), status, media_type="application/json")


async def metrics(request: Request) -> Response:
    """Prometheus' text format, for those who may see into the hall."""
    desk = desk_of(request)
    if not _is_within(request, desk.settings.metrics_from):
        raise HTTPException(404)
    text = await settled(desk.hall, lambda: desk.metrics.page(desk.hall.state))
    return Response(text, media_type=CONTENT_TYPE)


def _is_within(request: Request, networks: Iterable[str]) -> bool:
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)


routes = [Route("/healthz", healthz), Route("/metrics", metrics)]
