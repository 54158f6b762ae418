"""What the hub asks an e-one-stop system (hệ thống thông tin một cửa điện tử), whichever it is."""

from typing import Protocol

import msgspec

from shared.dossiers import DossierState, Fee, Progress
from shared.model import Instant


class Dossier(msgspec.Struct, frozen=True):
    """A dossier as an adapter has read it. Never leaves the hub whole: `name` is masked, and
    `tails`, the last four digits of the applicant's telephone and identity numbers, are only
    compared with. An adapter keeps nothing else of a person."""

    code: str
    procedure_code: str
    procedure: str
    state: DossierState
    received: Instant | None
    due: Instant | None
    done: Instant | None
    unit: str
    fees: tuple[Fee, ...] = ()
    supplements: tuple[str, ...] = ()
    progress: tuple[Progress, ...] = ()
    name: str = ""
    tails: frozenset[str] = frozenset()


class Found(msgspec.Struct, frozen=True):
    """It exists; `as_of` is when the system said so."""

    dossier: Dossier
    as_of: Instant


class NotFound(msgspec.Struct, frozen=True):
    """The system answered that there is no such dossier."""


class Unavailable(msgspec.Struct, frozen=True):
    """No sound answer in time; `as_of` is when the last one came, None for never. `why` is one
    word for logs and metrics: timeout, refused, http_500, too_big, unreadable, tls, busy, open …"""

    as_of: Instant | None = None
    why: str = ""


class ProcedureText(msgspec.Struct, frozen=True):
    """What the system says of a procedure; an empty field is one it says nothing of."""

    code: str
    name: str
    agency: str = ""
    papers: tuple[str, ...] = ()
    time: str = ""
    fee: str = ""


class Dossiers(Protocol):
    """An e-one-stop system. Every trouble is a value; only a bug is raised."""

    async def look_up(self, code: str) -> Found | NotFound | Unavailable:
        """The dossier of exactly that code (`TraCuuHoSo`)."""
        ...

    async def procedures(self) -> tuple[ProcedureText, ...] | Unavailable:
        """All procedures, without their details (`LayDanhSachTTHC`)."""
        ...

    async def procedure(self, code: str) -> ProcedureText | NotFound | Unavailable:
        """One procedure with its details (`LayThuTuc`); `code` is `d.dddddd`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
