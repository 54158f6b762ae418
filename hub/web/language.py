"""Which language a page is read in: what the visitor chose, else what the browser prefers."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response

from hub.web.cookies import cookie, set_cookie
from shared.i18n import LANGUAGES, SOURCE

COOKIE = "motcua_lang"
"""Holds one of `LANGUAGES` and nothing else."""

_A_YEAR_S = 365 * 86_400
_MAX_HEADER = 400


def chosen_now(request: Request) -> str | None:
    """The language that this very address asks for (`?lang=en`)."""
    asked = request.query_params.get("lang")
    return asked if asked in LANGUAGES else None


def language_of(request: Request) -> str:
    """One of `LANGUAGES`."""
    known = chosen_now(request) or cookie(request, COOKIE)
    if known in LANGUAGES:
        return str(known)
    header = request.headers.get("accept-language", "")[:_MAX_HEADER]
    wishes = sorted(_wishes(header), key=lambda wish: -wish[1])
    return next((language for language, _weight in wishes if language in LANGUAGES), SOURCE)


def _wishes(header: str) -> Iterator[tuple[str, float]]:
    """The languages of an Accept-Language header with their weights; faulty parts are none."""
    for part in header.split(","):
        tag, *rest = part.split(";")
        weight = 1.0
        for word in rest:
            name, _equals, value = word.partition("=")
            if name.strip().lower() == "q":
                try:
                    weight = float(value)
                except ValueError:
                    weight = 0.0
        if 0 < weight <= 1:
            yield tag.strip().lower().partition("-")[0], weight


def remember(request: Request, answer: Response) -> None:
    """Keep a language that was chosen."""
    language = chosen_now(request)
    if language is None:
        return
    set_cookie(request, answer, COOKIE, language, max_age=_A_YEAR_S, samesite="lax")
