"""Single-use codes by which a device comes by its credential.

    motcua-hub enrol ──▶ a code, carried by a person ──▶ motcua-kiosk --enrol
                                                             │ makes a credential, keeps it
    registry: the credential's digest; the code is gone ◀────┘ hello with both

The credential is the device's own making and the hub keeps its digest: it is written down nowhere
else. A hello whose answer was lost is sent again: the credential is known by then, and the code is
not looked at any more.
"""

import re
import secrets
from collections.abc import Callable

from hub.engine.refusal import Refusal
from hub.failures import FailureLimit
from hub.registry import Device, Registry
from shared.errors import SetupError
from shared.i18n import _
from shared.messages import Hello
from shared.model import CounterNumber, Instant, Role

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0 and O, 1, I and L, nor U, which reads like V: a code is read aloud and typed."""

LENGTH = 10
LASTS_MINUTES = 15
MOST_FAILURES = 5
"""Wrong codes from one address in that time, and ten times as many from anywhere; then all wait."""

_CREDENTIAL = re.compile(r"[A-Za-z0-9_-]{43}")
"""256 random bits: no device gets in with less."""

_ANY_NAME = "code"


def invite(
    registry: Registry, role: Role, name: str, counter: CounterNumber | None, at: Instant
) -> str:
    """A new code for a device, as people read it. Raises SetupError, for a standby as well: it
    speaks HTTP, and a code is used up on /live; StorageError."""
    if role is Role.STANDBY:
        raise SetupError("a standby takes no code; print its credential with --credential")
    code = "".join(secrets.choice(LETTERS) for _place in range(LENGTH))
    until = Instant(at + LASTS_MINUTES * 60_000)
    registry.invite(code, role, name, counter, at, until)
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def plain(text: str) -> str:
    """A code as it is kept, of what a person has typed."""
    return re.sub(r"[\s-]", "", text).upper()


class Enrolment:
    """Takes codes, and no more wrong ones than `MOST_FAILURES`."""

    def __init__(self, registry: Registry, clock: Callable[[], Instant]) -> None:
        self._registry = registry
        self._clock = clock
        self._limit = FailureLimit(MOST_FAILURES, LASTS_MINUTES)

    def accept(self, hello: Hello, address: str) -> Device | Refusal:
        """The device of a hello with a code, which is used up by that. Raises StorageError."""
        now = self._clock()
        wait = self._limit.wait(_ANY_NAME, address, now)
        if wait:
            words = _("Đã thử nhiều mã không đúng. Xin chờ rồi thử lại.")
            return Refusal("too_many_codes", words, wait)
        if not _CREDENTIAL.fullmatch(hello.credential or ""):
            return Refusal("bad_enrolment_code", _("Thiết bị phải tự tạo mã nhận dạng 43 ký tự."))
        device = self._registry.accept(
            plain(hello.code or ""), hello.credential or "", hello.role, now
        )
        if device is None:
            self._limit.failed(_ANY_NAME, address, now)
            return Refusal(
                "bad_enrolment_code", _("Mã ghi danh không đúng, đã dùng hoặc đã hết hạn.")
            )
        return device
