"""What all routes share: the templates, and what a route needs of the hub."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from hub.admission import COOKIE
from hub.dossiers.lookup import Asker
from hub.engine.refusal import Refusal
from hub.failures import FailureLimit
from hub.hall import Hall
from hub.metrics import Metrics
from hub.notices import NoticeFile
from hub.pace import Paces
from hub.registry import Officer, Registry
from hub.settings import HubSettings
from hub.settled import settled as settled
from hub.web.cookies import cookie
from hub.web.language import language_of, remember
from shared.i18n import LANGUAGES, SOURCE, translator
from shared.languages import own_name
from shared.messages import Finding
from shared.model import Instant
from shared.procedures import Catalogue

_FOLDER = Path(__file__).parent
STATIC = _FOLDER / "static"

_templates = Environment(
    loader=FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

_templates.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "sort_keys": True}

OFFICERS = frozenset({"console.html", "sign_in.html", "supervisor.html"})
"""Pages of the work; they speak Vietnamese, whatever the browser prefers."""


class News(Protocol):
    """Wakes who waits for the next event; hub.web.following has one."""

    async def after(self, seq: int) -> None:
        """Wait until there is an event after `seq`, or long enough."""


class Lookup(Protocol):
    """What answers questions about dossiers; hub.dossiers.lookup is one."""

    async def dossier(self, asker: Asker, code: str, digits: str | None) -> Finding | Refusal:
        """Where the dossier of that code stands; `digits` are the applicant's last four."""
        ...


class Desk(msgspec.Struct, frozen=True):
    """What the routes work with; `request.app.state.desk`."""

    hall: Hall
    registry: Registry
    clock: Callable[[], Instant]
    live_port: Callable[[], int]
    metrics: Metrics
    news: News
    """Wakes standbys."""
    wishes: Paces
    """How often each ticket's page without JavaScript may wish something."""
    settings: HubSettings
    limit: FailureLimit
    checks: asyncio.Semaphore
    """argon2id takes 64 MB and a core each time: a few at once, the others wait."""
    lookup: Lookup | None = None
    """None: this hub answers no questions about dossiers."""
    catalogue: Callable[[], Catalogue] | None = None
    """The procedures as they are now; None: there is no catalogue."""
    notices: Mapping[str, NoticeFile] = {}
    """The files of the displays' notices, by name."""
    data: Path = Path()
    """The hub's data folder."""


def desk_of(request: Request) -> Desk:
    """The desk of the application that serves `request`."""
    desk: Desk = request.app.state.desk
    return desk


def words_of(request: Request) -> Callable[[str], str]:
    """The translator into the visitor's language."""
    return translator(language_of(request))


def page(
    request: Request, template: str, status: int = 200, *, forms: bool = False, **values: Any
) -> HTMLResponse:
    """A template as an answer, in the visitor's language. `forms`: the page posts a form to us."""
    desk = desk_of(request)
    language = SOURCE if template in OFFICERS else language_of(request)
    values |= {
        "_": translator(language),
        "language": language,
        "others": [(one, own_name(one)) for one in LANGUAGES if one != language],
        "site": desk.hall.site,
        "live_port": desk.live_port(),
        "finds_dossiers": desk.lookup is not None,
        "finds_procedures": desk.catalogue is not None,
    }
    answer = HTMLResponse(_templates.get_template(template).render(values), status)
    remember(request, answer)
    if forms:
        # Under no-referrer a browser posts `Origin: null`, which tells us nothing; under
        # same-origin it names our own pages to us, and to nobody else.
        answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def officer_of(request: Request) -> Officer | None:
    """Who is signed in."""
    desk = desk_of(request)
    token = cookie(request, COOKIE)
    return desk.registry.session(token, desk.clock()) if token else None
