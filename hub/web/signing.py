"""Signing in and out."""

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hub.admission import COOKIE
from hub.registry import SESSION_MS, Officer
from hub.web.cookies import cookie, drop_cookie, set_cookie
from hub.web.forms import form_of
from hub.web.pages import desk_of, officer_of, page
from shared.i18n import _
from shared.model import Role


async def start(request: Request) -> Response:
    """Where one begins: the way to sign in, or to one's own page."""
    return page(request, "start.html", officer=officer_of(request), forms=True)


async def ask(request: Request) -> Response:
    """The sign-in form."""
    officer = officer_of(request)
    if officer is not None:
        return RedirectResponse(home(officer), 303)
    return page(request, "sign_in.html", forms=True, name="", problem=None)


async def sign_in(request: Request) -> Response:
    """Check name and password; a right pair gets the session's cookie."""
    desk = desk_of(request)
    form = await form_of(request)
    name, password = form.get("name", "").strip(), form.get("password", "")
    tried = name.casefold(), request.client.host if request.client else ""
    wait = desk.limit.wait(*tried, desk.clock())
    if wait:
        return _paused(request, name, wait)
    desk.limit.failed(*tried, desk.clock())
    async with desk.checks:
        officer = await asyncio.to_thread(desk.registry.check_password, name, password)
    if officer is None:
        words = _("Tên hoặc mật khẩu không đúng. Xin kiểm tra bộ gõ tiếng Việt và phím Caps Lock.")
        return page(request, "sign_in.html", 401, forms=True, name=name, problem=words)
    desk.limit.succeeded(*tried, desk.clock())
    # Who signs in gets a new session, and the one that this browser had is over.
    await _close(request)
    token = await asyncio.to_thread(desk.registry.open_session, officer.name, desk.clock())
    answer = RedirectResponse(home(officer), 303)
    set_cookie(request, answer, COOKIE, token, max_age=SESSION_MS // 1000, samesite="strict")
    return answer


def _paused(request: Request, name: str, wait: int) -> Response:
    words = _("Đã nhập sai nhiều lần. Xin chờ {minutes} phút rồi thử lại.").format(
        minutes=-(-wait // 60)
    )
    answer = page(request, "sign_in.html", 429, forms=True, name=name, problem=words)
    answer.headers["Retry-After"] = str(wait)
    return answer


async def sign_out(request: Request) -> Response:
    """End the session."""
    await _close(request)
    answer = RedirectResponse("/sign-in", 303)
    drop_cookie(request, answer, COOKIE)
    return answer


async def _close(request: Request) -> None:
    token = cookie(request, COOKIE)
    if token:
        await asyncio.to_thread(desk_of(request).registry.close_session, token)


def home(officer: Officer) -> str:
    """The page an officer works on."""
    return "/supervisor" if officer.role is Role.SUPERVISOR else "/console"


routes = [
    Route("/", start),
    Route("/sign-in", ask),
    Route("/sign-in", sign_in, methods=["POST"]),
    Route("/sign-out", sign_out, methods=["POST"]),
]
