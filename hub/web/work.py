"""The pages of officers and supervisors; what moves on them comes over the live socket."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.web.pages import officer_of, page
from hub.web.signing import home


async def console(request: Request) -> Response:
    """A counter's console."""
    return _own(request, "/console", "console.html")


async def supervisor(request: Request) -> Response:
    """The whole hall, for supervisors."""
    return _own(request, "/supervisor", "supervisor.html")


def _own(request: Request, path: str, template: str) -> Response:
    officer = officer_of(request)
    if officer is None:
        return RedirectResponse("/sign-in", 303)
    if home(officer) != path:
        return RedirectResponse(home(officer), 303)
    return page(request, template, forms=True, officer=officer)


routes = [Route("/console", console), Route("/supervisor", supervisor)]
