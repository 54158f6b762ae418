"""A dossier (hồ sơ) as screens and phones are shown it, and the ten states it can be in.

The hub makes these values of what the e-one-stop system says, and leaves out whatever a public
screen must not hold: addresses, telephone and identity numbers, attachments.
"""

from enum import IntEnum

import msgspec

from shared.model import ServiceId


class DossierState(IntEnum):
    """Fixed by the national portal (../shared/design/domain.md, Dossier states)."""

    REGISTERED = 1
    ACCEPTED = 2
    NOT_ACCEPTED = 3
    IN_WORK = 4
    PAPERS_WANTED = 5
    PAYMENT_WANTED = 6
    WITHDRAWN = 7
    STOPPED = 8
    FINISHED = 9
    HANDED_OVER = 10


class Fee(msgspec.Struct, frozen=True):
    """Something to pay: whole đồng, and whether it is paid."""

    name: str
    amount: int
    paid: bool


class Progress(msgspec.Struct, frozen=True):
    """A step that the e-one-stop system has noted: when (ISO with offset), who, what."""

    at: str
    unit: str
    what: str


class DossierView(msgspec.Struct, frozen=True):
    """Where a dossier stands. Moments are ISO 8601 with the site's offset, null while unknown.

    `applicant` is masked, and there only for who gave the right last four digits. `service` is
    where a number for the next step is to be taken, null where the site has none for it. `at` is
    when the e-one-stop system said all this.
    """

    code: str
    procedure_code: str
    procedure: str
    state: DossierState
    received: str | None
    due: str | None
    done: str | None
    unit: str
    fees: tuple[Fee, ...]
    supplements: tuple[str, ...]
    progress: tuple[Progress, ...]
    applicant: str | None
    service: ServiceId | None
    at: str
