"""The sandbox's HTTP side: tokens, the three services, and the control of its faults.

    POST /oauth2/token                                   OAuth2 client credentials
    POST /TraCuuHoSo /LayDanhSachTTHC /LayThuTuc         with a bearer token

From this machine only, without a token, and never at fault:

    GET, PUT     /_sandbox/faults   {"faults": ["slow"], "slow_s": 9, "answer_ms": 0, "drip_ms": 50}
    GET, DELETE  /_sandbox/counts   {"requests": {"TraCuuHoSo": 3}, "now": 0, "most_at_once": 2}
    GET          /_sandbox/seen     who followed a redirect: {"requests": 0, "with_credentials": 0}

PUT replaces the faults; what else it leaves out stays as it is.
"""

import ipaddress
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from email.utils import formatdate
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.dossiers.sandbox import national
from hub.dossiers.sandbox.certificates import Certificates
from hub.dossiers.sandbox.dossiers import Record
from hub.dossiers.sandbox.faults import CONTROL, MOVED, Behaviour, Fault, Trouble
from hub.dossiers.sandbox.oauth import Tokens
from hub.dossiers.sandbox.procedures import BY_CODE, PROCEDURES

TOKEN_PATH = "/oauth2/token"
SERVICES = ("TraCuuHoSo", "LayDanhSachTTHC", "LayThuTuc")

_CODE_LENGTH = len("1.012790")
_BAD_INPUT = "1"


class _Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What PUT /_sandbox/faults may say."""

    faults: frozenset[Fault]
    answer_ms: int | None = None
    slow_s: float | None = None
    drip_ms: int | None = None


class Sandbox:
    """An e-one-stop system over `records`, as an ASGI application `app`.

    `clock` gives seconds since 1970. Without `certificates` it is served in the clear.
    """

    def __init__(
        self,
        records: Iterable[Record],
        tokens: Tokens,
        clock: Callable[[], float],
        behaviour: Behaviour,
        certificates: Certificates | None = None,
    ) -> None:
        self._records = {record.code: record for record in records}
        self._tokens = tokens
        self._clock = clock
        self._certificates = certificates
        self._seen: Counter[str] = Counter(requests=0, with_credentials=0)
        self._counts = _Counts()
        services = (self._dossier, self._procedures, self._procedure)
        inner = Starlette(
            routes=[
                Route(TOKEN_PATH, self._token, methods=["POST"]),
                *(
                    Route(f"/{name}", self._guarded(serve), methods=["POST"])
                    for name, serve in zip(SERVICES, services, strict=True)
                ),
                Route(f"{MOVED}/{{path:path}}", self._moved, methods=["GET", "POST"]),
                Route(f"{CONTROL}faults", _local(self._faults), methods=["GET", "PUT"]),
                Route(f"{CONTROL}counts", _local(self._count), methods=["GET", "DELETE"]),
                Route(f"{CONTROL}seen", _local(self._who_moved)),
            ]
        )
        self._trouble = Trouble(inner, behaviour)
        self.app: ASGIApp = self._serve
        self._show_certificate()

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Date and count one request."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Date"] = formatdate(self._now(), usegmt=True)
            await send(message)

        if scope["path"].startswith(CONTROL):
            await self._trouble(scope, receive, dated)
            return
        self._counts.enter(scope["path"])
        try:
            await self._trouble(scope, receive, dated)
        finally:
            self._counts.leave()

    def _now(self) -> float:
        return self._clock() + self._trouble.behaviour.clock_ahead_s

    # --- what the hub asks ---------------------------------------------------------------

    async def _token(self, request: Request) -> Response:
        if not self._tokens.knows(request.headers.get("Authorization", "")):
            refusal = {"WWW-Authenticate": 'Basic realm="sandbox"'}
            return JSONResponse({"error": "invalid_client"}, 401, refusal)
        async with request.form() as form:
            wanted = form.get("grant_type")
        if wanted != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        told = {
            "access_token": self._tokens.grant(self._now()),
            "token_type": "Bearer",
            "expires_in": self._tokens.life_s,
        }
        return JSONResponse(told, headers={"Cache-Control": "no-store"})

    def _guarded(
        self, serve: Callable[[dict[str, Any]], dict[str, Any]]
    ) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            fault = self._tokens.fault(request.headers.get("Authorization", ""), self._now())
            if fault is not None:
                said = f'Bearer error="invalid_token", error_description="{fault}"'
                return JSONResponse({"error": "invalid_token"}, 401, {"WWW-Authenticate": said})
            try:
                asked = msgspec.json.decode(await request.body(), type=dict[str, Any])
            except (msgspec.DecodeError, UnicodeDecodeError):
                return JSONResponse(national.failure(_BAD_INPUT, "Dữ liệu không phải JSON"), 400)
            return JSONResponse(serve(asked))

        return endpoint

    def _dossier(self, asked: dict[str, Any]) -> dict[str, Any]:
        code = asked.get("MaHoSo")
        if not isinstance(code, str) or not code:
            return national.failure(_BAD_INPUT, "Thiếu MaHoSo")
        record = self._records.get(code)
        ahead = timedelta(seconds=self._trouble.behaviour.clock_ahead_s)
        return national.answer([] if record is None else [national.dossier(record, ahead)])

    def _procedures(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return national.answer([national.procedure_line(known) for known in PROCEDURES])

    def _procedure(self, asked: dict[str, Any]) -> dict[str, Any]:
        code = asked.get("MaTTHC")
        if not isinstance(code, str) or not code:
            return national.failure(_BAD_INPUT, "Thiếu MaTTHC")
        known = BY_CODE.get(code[:_CODE_LENGTH])
        same = known is not None and code in (known.code, known.printed)
        return national.answer([national.procedure_details(known)] if known and same else [])

    async def _moved(self, request: Request) -> Response:
        self._seen["requests"] += 1
        self._seen["with_credentials"] += "Authorization" in request.headers
        return JSONResponse(national.answer([]))

    # --- the control ---------------------------------------------------------------------

    async def _faults(self, request: Request) -> Response:
        headers = {}
        if request.method == "PUT":
            try:
                wanted = msgspec.json.decode(await request.body(), type=_Wanted)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                return JSONResponse({"error": str(error), "known": sorted(Fault)}, 400)
            if Fault.WRONG_CERTIFICATE in wanted.faults and self._certificates is None:
                return JSONResponse({"error": "this sandbox has no TLS: start it with --tls"}, 400)
            before = self._trouble.behaviour.faults
            said = msgspec.structs.asdict(wanted).items()
            kept = {name: value for name, value in said if value is not None}
            self._trouble.behaviour = msgspec.structs.replace(self._trouble.behaviour, **kept)
            if Fault.WRONG_CERTIFICATE in before ^ wanted.faults:
                self._show_certificate()
                request.state.line.close_others()
                headers["Connection"] = "close"
        now = msgspec.to_builtins(self._trouble.behaviour)
        return JSONResponse({**now, "faults": sorted(now["faults"])}, headers=headers)

    async def _count(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._counts.forget()
        return JSONResponse(self._counts.told())

    async def _who_moved(self, request: Request) -> Response:
        return JSONResponse(self._seen)

    def _show_certificate(self) -> None:
        if self._certificates is not None:
            wrong = Fault.WRONG_CERTIFICATE in self._trouble.behaviour.faults
            self._certificates.show(wrong=wrong)


class _Counts:
    """Requests by service, and how many were under way at once, until their last byte was out."""

    def __init__(self) -> None:
        self._now = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew with those that are under way."""
        self._requests: Counter[str] = Counter()
        self._most = self._now

    def enter(self, path: str) -> None:
        """One more."""
        known = (TOKEN_PATH, *(f"/{name}" for name in SERVICES))
        self._requests[path.rpartition("/")[2] if path in known else "other"] += 1
        self._now += 1
        self._most = max(self._most, self._now)

    def leave(self) -> None:
        """One less."""
        self._now -= 1

    def told(self) -> dict[str, Any]:
        """As JSON; tokens count as `token`."""
        return {"requests": self._requests, "now": self._now, "most_at_once": self._most}


def _local(serve: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """`serve` for this machine alone."""

    async def endpoint(request: Request) -> Response:
        host = request.client.host if request.client else ""
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            local = False
        found = await serve(request) if local else JSONResponse({"error": "not from here"}, 403)
        assert isinstance(found, Response)
        return found

    return endpoint
