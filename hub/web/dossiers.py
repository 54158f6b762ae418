"""A dossier looked up from a phone: its code is typed and posted, and stands in no address.

The QR on a slip names `/d#CODE`; a script puts what follows `#` into the field, and no more.
"""

import re
import secrets
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.dossiers.lookup import Asker
from hub.engine.refusal import Refusal
from hub.web.cookies import cookie, set_cookie
from hub.web.forms import form_of
from hub.web.pages import desk_of, page, words_of
from shared.dossier_words import Desk, day_text, explain, money_text
from shared.dossiers import DossierView
from shared.i18n import N_
from shared.messages import DossierFound, DossierNotFound, DossierUnavailable

COOKIE = "motcua_device"
"""Tells one phone from another for the limits: a random number, and nothing else."""

_COOKIE_FORM = re.compile(r"[A-Za-z0-9_-]{22}")
_A_YEAR_S = 365 * 86_400
_MAX_CODE = 64


class Trouble(msgspec.Struct, frozen=True):
    """Why there is nothing to show: what happened, what is safe, what to do now (`{minutes}`: over
    which look-ups are counted)."""

    status: int
    title: str
    safe: str
    todo: str


_GUIDE = N_("Cần gấp, mời ông/bà hỏi quầy hướng dẫn và đưa giấy tiếp nhận.")
_NOTHING_LOST = N_("Hồ sơ của ông/bà không bị ảnh hưởng.")

UNAVAILABLE = Trouble(
    503, N_("Hệ thống hồ sơ chưa trả lời"), _NOTHING_LOST, N_("Xin thử lại sau ít phút.")
)
TROUBLES = {
    "too_many_lookups": Trouble(
        429,
        N_("Đã tra cứu nhiều lần"),
        _NOTHING_LOST,
        N_(
            "Để giữ an toàn cho thông tin của mọi người, xin chờ khoảng {minutes} phút rồi tra cứu"
            " lại."
        ),
    ),
    "code_locked": Trouble(
        429,
        N_("Bốn số cuối đã bị nhập sai nhiều lần"),
        _NOTHING_LOST,
        N_(
            "Hôm nay, xin hỏi tại quầy. Để trống bốn số cuối, ông/bà vẫn xem được hồ sơ đang ở"
            " bước nào."
        ),
    ),
    "lookup_paused": Trouble(
        503, N_("Tra cứu đang tạm dừng"), _NOTHING_LOST, N_("Xin thử lại sau ít phút.")
    ),
    "lookup_off": Trouble(
        503,
        N_("Trung tâm chưa mở tra cứu trên điện thoại"),
        _NOTHING_LOST,
        N_("Xin tra cứu tại máy ở sảnh."),
    ),
}

BAD_CODE = N_("Mã hồ sơ chưa đúng dạng. Xin nhập đủ như in trên giấy tiếp nhận.")
BAD_DIGITS = N_("Xin nhập đúng bốn chữ số, hoặc để trống.")


async def ask(request: Request) -> Response:
    """The form."""
    return _form(request)


async def look_up(request: Request) -> Response:
    """Where the dossier of the posted code stands."""
    _ = words_of(request)
    form = await form_of(request)
    code, digits = form.get("code", "").strip(), form.get("digits", "").strip()
    if not code or len(code) > _MAX_CODE:
        return _form(request, 422, code=code[:_MAX_CODE], bad_code=_(BAD_CODE))
    if digits and not (len(digits) == 4 and digits.isascii() and digits.isdigit()):
        return _form(request, 422, code=code, bad_digits=_(BAD_DIGITS))
    lookup = desk_of(request).lookup
    if lookup is None:
        return _trouble(request, TROUBLES["lookup_off"])
    asker = Asker(
        device=_device(request),
        address=request.client.host if request.client else "",
        phone=True,
    )
    finding = await lookup.dossier(asker, code, digits or None)
    match finding:
        case DossierFound(dossier):
            answer = _found(request, dossier)
        case DossierNotFound():
            answer = _none(request, bool(digits))
        case Refusal("bad_code"):
            answer = _form(request, 422, code=code, bad_code=_(BAD_CODE))
        case Refusal(refused) if refused in TROUBLES:
            answer = _trouble(request, TROUBLES[refused])
        case DossierUnavailable(since):
            answer = _trouble(request, UNAVAILABLE, since)
        case _:
            answer = _trouble(request, UNAVAILABLE)
    _remember(request, answer, asker.device)
    return answer


def _form(request: Request, status: int = 200, **told: str) -> Response:
    values: dict[str, Any] = {"code": "", "bad_code": "", "bad_digits": "", **told}
    return page(request, "dossier_ask.html", status, forms=True, **values)


def _none(request: Request, digits: bool) -> Response:
    """No such dossier, or digits that do not fit: the same page, which does not repeat the code."""
    values: dict[str, Any] = {"code": "", "bad_code": "", "bad_digits": "", "digits": digits}
    return page(request, "dossier_none.html", 404, forms=True, **values)


def _trouble(request: Request, trouble: Trouble, since: str | None = None) -> Response:
    values: dict[str, Any] = {
        "trouble": trouble,
        "todo": words_of(request)(trouble.todo).format(minutes=_minutes(request)),
        "guide": _GUIDE,
        "since": _clock_and_day(since),
    }
    return page(request, "dossier_trouble.html", trouble.status, forms=True, **values)


def _found(request: Request, dossier: DossierView) -> Response:
    desk = desk_of(request)
    state = desk.hall.state
    today = state.local(desk.clock()).date()
    values: dict[str, Any] = {
        "dossier": dossier,
        "told": explain(dossier, today, _where(request, dossier), words_of(request)),
        "received": day_text(dossier.received),
        "due": day_text(dossier.due),
        "done": day_text(dossier.done),
        "fees": [(fee.name, money_text(fee.amount), fee.paid) for fee in dossier.fees],
        "at": _clock_and_day(dossier.at),
    }
    return page(request, "dossier.html", forms=True, **values)


def _where(request: Request, dossier: DossierView) -> Desk | None:
    """Where the number for the next step is taken."""
    hall = desk_of(request).hall
    service = hall.site.service.get(dossier.service) if dossier.service else None
    if service is None:
        return None
    counters = ", ".join(str(number) for number in service.counters)
    return Desk(service.name, counters, hall.state.waiting.get(service.id, 0))


def _minutes(request: Request) -> int:
    return desk_of(request).settings.lookup.minutes


def _clock_and_day(at: str | None) -> str:
    """`08:15, 23/11/2026` of a moment, "" for none."""
    return f"{at[11:16]}, {day_text(at)}" if at else ""


def _device(request: Request) -> str:
    known = cookie(request, COOKIE) or ""
    return known if _COOKIE_FORM.fullmatch(known) else secrets.token_urlsafe(16)


def _remember(request: Request, answer: Response, device: str) -> None:
    if cookie(request, COOKIE) == device:
        return
    set_cookie(request, answer, COOKIE, device, max_age=_A_YEAR_S, samesite="lax")


routes = [Route("/d", ask), Route("/d", look_up, methods=["POST"])]
