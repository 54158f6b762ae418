"""Pictures and videos of the side area: the files that the site's notices name, and no others."""

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from hub.web.pages import desk_of

log = structlog.get_logger()

_FOR_EVER = "public, max-age=31536000, immutable"


async def notice(request: Request) -> Response:
    """One file, whole or in ranges. Asked for with its digest (`?v=…`) it may be kept for ever."""
    file = desk_of(request).notices.get(request.path_params["file"])
    if file is None:
        raise HTTPException(404)
    state = file.still()
    version = request.query_params.get("v")
    if state is None:
        log.warning("notice_file_changed", path=str(file.path))
        raise HTTPException(404)
    if version not in (None, file.digest):
        raise HTTPException(404)
    tag = f'"{file.digest}"'
    headers = {"ETag": tag, "Cache-Control": _FOR_EVER if version else "no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    return FileResponse(file.path, headers=headers, media_type=file.kind, stat_result=state)


routes = [Route("/notices/{file}", notice)]
