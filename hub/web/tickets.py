"""A ticket's page. The QR names `/t#<id>`: what follows `#` never leaves the phone for a log.

`/t/<id>` is the same without JavaScript: it refreshes itself, and what a person wishes is asked
once more on a page of its own, then posted.
"""

import time
import uuid
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.views import ticket_view
from hub.web.pages import desk_of, page, settled, words_of
from hub.web.phone_words import refusal_words, ticket_words
from shared.messages import Cancel, Delay
from shared.model import RequestId, Role, TicketId, TicketState
from shared.views import TicketView

REFRESH_S = 20

STILL = "still"
"""`?still=1` stops the reloading: who reads slowly must be able to."""

_WISHES: dict[str, type[Cancel] | type[Delay]] = {"cancel": Cancel, "delay": Delay}


async def live(request: Request) -> Response:
    """The page that follows its ticket over the live socket."""
    _ = words_of(request)
    return page(request, "ticket.html", words=ticket_words(_), refusals=refusal_words(_))


async def plain(request: Request) -> Response:
    """The same without JavaScript: the browser asks again every 20 s while there is a reason."""
    return await _plain(request)


async def sure(request: Request) -> Response:
    """Whether the person means it, and what it would do."""
    view = await _view(request)
    kind = request.path_params["wish"]
    if view is None or kind not in _WISHES or not _may(view, kind):
        return await _plain(request)
    words, ticket = ticket_words(words_of(request)), request.path_params["ticket"]
    values: dict[str, Any] = {"view": view, "kind": kind, "words": words, "ticket": ticket}
    return page(request, "ticket_sure.html", forms=True, **values)


async def wish(request: Request) -> Response:
    """Give the place up, or be called later."""
    ticket = TicketId(request.path_params["ticket"])
    kind = _WISHES.get(request.path_params["wish"])
    if kind is None:
        return await _plain(request)
    desk = desk_of(request)
    if not desk.wishes.keep(ticket, time.monotonic()):
        busy = refusal_words(words_of(request))["too_busy"]
        answer = await _plain(request, 429, busy)
        answer.headers["Retry-After"] = "2"
        return answer
    actor = Actor(Role.TICKET, "ticket", ticket=ticket)
    request_id = RequestId(str(uuid.uuid4()))
    outcome = await desk.hall.ask(actor, request_id, kind(ticket))
    if isinstance(outcome, Refusal):
        known = refusal_words(words_of(request))
        return await _plain(request, 409, known.get(outcome.code, outcome.reason))
    return RedirectResponse(f"/t/{quote(ticket)}", 303)


def _may(view: TicketView, kind: str) -> bool:
    return view.may_delay if kind == "delay" else view.state is TicketState.WAITING


async def _plain(request: Request, status: int = 200, problem: str = "") -> Response:
    view = await _view(request)
    words = ticket_words(words_of(request))
    if view is None:
        return page(request, "ticket_plain.html", 404, view=None, words=words)
    ticket = request.path_params["ticket"]
    ended = view.state in (TicketState.DONE, TicketState.CANCELLED)
    reloads = not ended and STILL not in request.query_params
    values: dict[str, Any] = {"view": view, "ticket": ticket, "problem": problem, "words": words}
    values |= {"ended": ended, "reloads": reloads}
    answer = page(request, "ticket_plain.html", status, forms=True, **values)
    if reloads:
        answer.headers["Refresh"] = f"{REFRESH_S}; url=/t/{quote(ticket)}"
    return answer


async def _view(request: Request) -> TicketView | None:
    """The ticket as it stands on disk, None where there is none of that id today."""
    desk = desk_of(request)
    hall, ticket_id = desk.hall, TicketId(request.path_params["ticket"])

    def look() -> TicketView | None:
        known = ticket_id in hall.state.tickets
        return ticket_view(hall.state, ticket_id, desk.clock()) if known else None

    return await settled(hall, look)


routes = [
    Route("/t", live),
    Route("/t/{ticket}", plain),
    Route("/t/{ticket}/{wish}", sure),
    Route("/t/{ticket}/{wish}", wish, methods=["POST"]),
]
