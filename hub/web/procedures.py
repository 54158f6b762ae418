"""A procedure on a phone: searched, or carried away from a kiosk by its QR (`/p/CODE`)."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.engine.site import Site
from hub.web.pages import desk_of, page, words_of
from shared.i18n import N_
from shared.procedures import Catalogue
from shared.questions import Procedure
from shared.receipt_code import procedure_code

MOST = 20
"""Results on a page; a link shows all."""

_MAX_QUERY = 80

UNKNOWN = N_("Không tìm thấy thủ tục này")
UNKNOWN_NOTE = N_("Mã có thể đã thay đổi. Xin tìm theo tên, hoặc hỏi quầy hướng dẫn.")
NO_CATALOGUE = N_("Trung tâm chưa mở tìm thủ tục trên điện thoại. Xin tìm tại máy ở sảnh.")


async def search(request: Request) -> Response:
    """The search, by an address alone: `?q=…`, and `all=1` for more than the best."""
    catalogue = _catalogue(request)
    if catalogue is None:
        return _none(request)
    query = request.query_params.get("q", "")[:_MAX_QUERY].strip()
    if not query:
        return _search_page(request, catalogue, "", ())
    return _search_page(request, catalogue, query, catalogue.search(query))


async def one(request: Request) -> Response:
    """One procedure; a printed code's suffix does not matter."""
    catalogue = _catalogue(request)
    if catalogue is None:
        return _none(request)
    code = procedure_code(request.path_params["code"])
    procedure = catalogue.by_code(code) if code else None
    if procedure is None:
        return _search_page(request, catalogue, "", (), 404)
    site = desk_of(request).hall.site
    return page(
        request,
        "procedure.html",
        procedure=procedure,
        service=site.service.get(procedure.service),
        counters=_counters(procedure, site, words_of(request)),
    )


def _catalogue(request: Request) -> Catalogue | None:
    current = desk_of(request).catalogue
    return current() if current else None


def _search_page(
    request: Request,
    catalogue: Catalogue,
    query: str,
    found: tuple[Procedure, ...],
    status: int = 200,
) -> Response:
    shown = found if request.query_params.get("all") else found[:MOST]
    missing = status == 404
    return page(
        request,
        "procedures.html",
        status,
        query=query,
        found=shown,
        total=len(found),
        agencies=tuple(dict.fromkeys(each.agency for each in catalogue.procedures)),
        problem=(UNKNOWN, UNKNOWN_NOTE) if missing else None,
    )


def _none(request: Request) -> Response:
    return page(request, "problem.html", 404, words=words_of(request)(NO_CATALOGUE))


def _counters(procedure: Procedure, site: Site, _: Callable[[str], str]) -> str:
    """Where it is handed in: `4, 5 hoặc 6`; empty where there is no counter for it."""
    service = site.service.get(procedure.service)
    if service is None:
        return ""
    *others, last = map(str, service.counters)
    if not others:
        return last
    return _("{some} hoặc {last}").format(some=", ".join(others), last=last)


routes = [Route("/p", search), Route("/p/{code}", one)]
