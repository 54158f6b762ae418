"""What all routes share: the templates, and what a route needs of the hub."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hub.admission import COOKIE
from hub.hall import Hall
from hub.metrics import Metrics
from hub.registry import Officer, Registry
from hub.settings import HubSettings
from hub.web.limits import FailureLimit
from shared.i18n import _
from shared.model import Instant

T = TypeVar("T")

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"

_templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["_"] = _


class Desk(msgspec.Struct, frozen=True):
    """What the routes work with; `request.app.state.desk`."""

    hall: Hall
    registry: Registry
    clock: Callable[[], Instant]
    live_port: Callable[[], int]
    metrics: Metrics
    settings: HubSettings
    limit: FailureLimit
    checks: asyncio.Semaphore
    """argon2id takes 64 MB and a core each time: a few at once, the others wait."""


def desk_of(request: Request) -> Desk:
    """The desk of the application that serves `request`."""
    desk: Desk = request.app.state.desk
    return desk


def page(
    request: Request, template: str, status: int = 200, *, forms: bool = False, **values: Any
) -> HTMLResponse:
    """A template as an answer. `forms`: the page posts a form to us."""
    desk = desk_of(request)
    values |= {"site": desk.hall.site, "live_port": desk.live_port()}
    answer = HTMLResponse(_templates.get_template(template).render(values), status)
    if forms:
        # Under no-referrer a browser posts `Origin: null`, which tells us nothing; under
        # same-origin it names our own pages to us, and to nobody else.
        answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def officer_of(request: Request) -> Officer | None:
    """Who is signed in."""
    desk = desk_of(request)
    token = request.cookies.get(COOKIE)
    return desk.registry.session(token, desk.clock()) if token else None


async def settled(hall: Hall, look: Callable[[], T]) -> T:
    """What `look` sees when the hall's state holds nothing that is not on disk.

    It looks at that very moment: one turn of the loop later a batch may be under way again.
    """
    seen: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def act() -> None:
        if seen.done():
            return  # whoever asked has left
        try:
            seen.set_result(look())
        except Exception as error:  # the page's fault must not become the hall's
            seen.set_exception(error)

    hall.when_settled(act)
    return await seen
