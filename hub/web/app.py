"""The pages of the hub, as one Starlette application."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hub.failures import FailureLimit
from hub.hall import Hall
from hub.metrics import Metrics
from hub.notices import NoticeFile
from hub.pace import PHONE_AHEAD_S, PHONE_COSTS_S, Paces
from hub.registry import Registry
from hub.settings import HubSettings
from hub.web import (
    dossiers,
    following,
    health,
    install,
    notices as notice_files,
    procedures,
    signing,
    tickets,
    work,
)
from hub.web.crowd import Gate
from hub.web.pages import STATIC, Desk, Lookup, page, words_of
from hub.web.security import Guard
from shared.errors import StorageError
from shared.model import Instant
from shared.procedures import Catalogue

log = structlog.get_logger()

_CHECKS_AT_ONCE = 2


def build(
    hall: Hall,
    registry: Registry,
    *,
    clock: Callable[[], Instant],
    live_port: Callable[[], int],
    metrics: Metrics,
    settings: HubSettings,
    lookup: Lookup | None = None,
    catalogue: Callable[[], Catalogue] | None = None,
    notices: Mapping[str, NoticeFile] | None = None,
    data: Path = Path(),
) -> Starlette:
    """The application. `live_port` is where browsers without a proxy find the live socket.

    Without `lookup` phones cannot ask about dossiers, without `catalogue` not about procedures.
    `notices` are the files of the displays' side area, by name; `data` is the hub's folder, which a
    standby follows.
    """
    app = Starlette(
        routes=[
            *signing.routes,
            *work.routes,
            *tickets.routes,
            *dossiers.routes,
            *procedures.routes,
            *install.routes,
            *notice_files.routes,
            *following.routes,
            *health.routes,
            Mount("/static", _Static(directory=STATIC)),
        ],
        middleware=[
            Middleware(Guard, live_port=live_port),
            Middleware(Gate, most=settings.web_connections, most_of_one=settings.web_per_address),
        ],
        exception_handlers={
            403: _missing,
            404: _missing,
            405: _missing,
            422: _missing,
            StorageError: _busy,
            500: _failed,
        },
    )
    app.state.desk = Desk(
        hall=hall,
        registry=registry,
        clock=clock,
        live_port=live_port,
        metrics=metrics,
        settings=settings,
        limit=FailureLimit(settings.sign_in_failures, settings.sign_in_minutes),
        checks=asyncio.Semaphore(_CHECKS_AT_ONCE),
        lookup=lookup,
        catalogue=catalogue,
        notices=notices or {},
        data=data,
        news=following.News(hall),
        wishes=Paces(PHONE_COSTS_S, PHONE_AHEAD_S),
    )
    return app


class _Static(StaticFiles):
    """Our scripts and styles; a browser asks each time whether they changed, by their ETag."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


async def _missing(request: Request, error: Exception) -> Response:
    _ = words_of(request)
    status = error.status_code if isinstance(error, HTTPException) else 404
    return page(request, "problem.html", status, words=_("Không có trang này."))


async def _busy(request: Request, error: Exception) -> Response:
    """The registry cannot be read now: its disk, or a command line that writes in it for long."""
    _ = words_of(request)
    # What follows the first part of an address may be a ticket's id.
    log.warning("page_not_served", page=request.scope["path"].split("/")[1], reason=str(error))
    words = _("Máy chủ đang bận. Xin thử lại sau giây lát.")
    return page(request, "problem.html", 503, words=words)


async def _failed(request: Request, error: Exception) -> Response:
    _ = words_of(request)
    words = _("Máy chủ gặp lỗi. Xin thử lại; nếu vẫn lỗi, xin báo người quản trị.")
    return page(request, "problem.html", 500, words=words)
