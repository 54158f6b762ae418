"""A ticket's page. The QR names `/t#<id>`: what follows `#` never leaves the phone for a log."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.engine.views import ticket_view
from hub.web.pages import desk_of, page, settled
from shared.model import TicketId, TicketState
from shared.views import TicketView

REFRESH_S = 20


async def live(request: Request) -> Response:
    """The page that follows its ticket over the live socket."""
    return page(request, "ticket.html")


async def plain(request: Request) -> Response:
    """The same without JavaScript: the browser asks again every 20 s while there is a reason."""
    desk = desk_of(request)
    hall, ticket_id = desk.hall, TicketId(request.path_params["ticket"])

    def look() -> TicketView | None:
        known = ticket_id in hall.state.tickets
        return ticket_view(hall.state, ticket_id, desk.clock()) if known else None

    view = await settled(hall, look)
    if view is None:
        return page(request, "ticket_plain.html", 404, view=None, refresh=None)
    ended = view.state in (TicketState.DONE, TicketState.CANCELLED)
    refresh = None if ended else REFRESH_S
    return page(request, "ticket_plain.html", view=view, refresh=refresh)


routes = [Route("/t", live), Route("/t/{ticket}", plain)]
