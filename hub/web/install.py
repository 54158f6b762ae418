"""What makes the citizens' pages an app on a phone: its manifest, its worker, its page without a
network."""

import msgspec
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from hub.web.pages import STATIC, desk_of, page
from shared.i18n import LANGUAGES, SOURCE, _, translator

_GROUND = "#f6f4ee"


async def manifest(request: Request) -> Response:
    """The web app manifest. Browsers ask for it without cookies: it is in Vietnamese."""
    site = desk_of(request).hall.site
    told = {
        "name": f"{site.name} {site.province}",
        "short_name": _("Một cửa"),
        "lang": SOURCE,
        "id": "/t",
        "start_url": "/t",
        "scope": "/",
        "display": "standalone",
        "background_color": _GROUND,
        "theme_color": _GROUND,
        "icons": [
            {"src": "/static/icon.svg", "type": "image/svg+xml", "sizes": "any"},
            {"src": "/static/icon-192.png", "type": "image/png", "sizes": "192x192"},
            {"src": "/static/icon-512.png", "type": "image/png", "sizes": "512x512"},
            {
                "src": "/static/icon-maskable-512.png",
                "type": "image/png",
                "sizes": "512x512",
                "purpose": "maskable",
            },
        ],
    }
    return Response(msgspec.json.encode(told), media_type="application/manifest+json")


async def worker(request: Request) -> Response:
    """The service worker; it stands at the root, for a worker rules the pages below it only."""
    headers = {"Cache-Control": "no-cache"}
    return FileResponse(STATIC / "sw.js", media_type="text/javascript", headers=headers)


async def offline(request: Request) -> Response:
    """What the worker shows while there is no network, in both languages at once."""
    both = [(language, translator(language)) for language in LANGUAGES]
    return page(request, "offline.html", both=both)


routes = [
    Route("/manifest.webmanifest", manifest),
    Route("/sw.js", worker),
    Route("/offline", offline),
]
