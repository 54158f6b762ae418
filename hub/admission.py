"""Who comes in: a device by its credential, an officer by the sign-in's cookie."""

from collections.abc import Callable, Iterable, Mapping
from http.cookies import CookieError, SimpleCookie

from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.enrolment import Enrolment
from hub.registry import Registry
from shared.i18n import _
from shared.messages import VERSION, Hello
from shared.model import Instant, Role, TicketId

COOKIE = "motcua_session"
"""The cookie that the sign-in page sets."""

HOST_ONLY = "__Host-"
"""What a cookie's name begins with behind TLS."""

_MAX_CREDENTIAL = 128


def cookies_of(headers: Iterable[str], tls: bool) -> dict[str, str]:
    """Cookies by their plain names, of the headers named Cookie; faulty headers hold none. Behind
    TLS only those count that could not be set without it."""
    jar: SimpleCookie = SimpleCookie()
    try:
        for header in headers:
            jar.load(header)
    except CookieError:
        return {}
    start = HOST_ONLY if tls else ""
    return {
        name.removeprefix(start): morsel.value
        for name, morsel in jar.items()
        if name.startswith(start)
    }


def admit(
    hello: Hello,
    cookies: Mapping[str, str],
    address: str,
    registry: Registry,
    clock: Callable[[], Instant],
    enrolment: Enrolment,
) -> Actor | Refusal:
    """The actor that `hello` names, if it proves to be so; `address` is its network address.

    A phone's ticket id is its credential; whether such a ticket exists, its view will tell.
    """
    if hello.version != VERSION:
        words = _("Cần giao thức phiên bản {version}.").format(version=VERSION)
        return Refusal("bad_version", words)
    unknown = Refusal("bad_credential", _("Thiết bị hoặc phiên đăng nhập không được công nhận."))
    sound = hello.credential is None or 0 < len(hello.credential) <= _MAX_CREDENTIAL
    if hello.role is Role.STANDBY or not sound:
        return unknown  # a standby speaks HTTP
    if hello.role is Role.TICKET:
        if hello.credential is None:
            return unknown
        return Actor(Role.TICKET, "ticket", ticket=TicketId(hello.credential))
    if hello.credential is not None:
        device = registry.device(hello.credential)
        if device is None and hello.code is not None:
            accepted = enrolment.accept(hello, address)
            if isinstance(accepted, Refusal):
                return accepted
            device = accepted
        if device is None or device.role is not hello.role:
            return unknown
        return Actor(device.role, device.name, device.counter)
    officer = registry.session(cookies.get(COOKIE, ""), clock())
    if officer is None or officer.role is not hello.role:
        return unknown
    return Actor(officer.role, officer.name, officer.counter)
