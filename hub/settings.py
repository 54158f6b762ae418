"""What may be set about the hub itself (config/hub.toml); the centre is in config/site.toml."""

from ipaddress import ip_network
from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]


class EOneStopSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The e-one-stop system that dossiers are looked up in; hub.dossiers.connect checks it."""

    url: str = ""
    """Where its services stand, e.g. https://mcdt.nghean.gov.vn/api; empty: no look-up."""
    dossier_path: str = "TraCuuHoSo"
    procedures_path: str = "LayDanhSachTTHC"
    procedure_path: str = "LayThuTuc"
    """What follows `url` for a dossier, for all procedures, for one procedure."""
    token_url: str = ""
    """Where it gives tokens (OAuth2 client credentials)."""
    client_id: str = ""
    client_secret_file: str = ""
    """A file that only the hub's user can read and that holds the secret alone."""
    scope: str = ""
    """Sent with the request for a token; empty: none."""
    ca_file: str = ""
    """Certificates (PEM) of who signs for that system, and nobody else; empty: the machine's."""
    deadline_s: Annotated[float, msgspec.Meta(gt=0, le=6)] = 6.0
    """For one look-up with everything in it."""
    at_once: Annotated[int, msgspec.Meta(ge=3, le=64)] = 8
    """Requests that may be under way; all but two of them, and at most six, may be phones'."""
    fields: dict[str, str] = msgspec.field(default_factory=dict)
    """National field name → that system's own, for those that differ."""


class LookupLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often dossiers may be asked about; hub.dossiers.limits counts."""

    minutes: Positive = 10
    """What counts is what was asked within so many minutes."""
    device_codes: Positive = 10
    """Distinct codes that one kiosk or phone may ask for."""
    officer_codes: Positive = 300
    """The same for an officer."""
    address_lookups: Positive = 1000
    """Look-ups by all phones of one network address: a whole lobby may stand behind one."""
    address_misses: Positive = 100
    """How many of them may ask for what is not there, or give wrong digits."""
    code_failures: Positive = 5
    """Wrong digits for one code on one day, from anywhere."""
    alarm_misses: Positive = 300
    """Misses and wrong digits of all askers together after which phones pause."""
    pause_minutes: Positive = 5
    """How long they pause."""
    digits_answer_ms: Annotated[int, msgspec.Meta(ge=1, le=5000)] = 1000
    """Every failure with digits is answered so long after the question, or at a multiple of it."""


class BackupSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hub's own backups; hub.hourly makes them, hub.backups keeps them."""

    folder: str = "backups"
    """Where they are kept, in the data folder or from /; empty: none are made."""
    every_minutes: Positive = 60
    """How often one is made; one more when the business day has closed."""
    hourly_days: Positive = 2
    """So many days all of them are kept, then the last of each day."""
    days: Positive = 30
    """How long these are kept."""


class Retention(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long the journal holds what leads to a person; hub.retention says what that is."""

    link_hours: Annotated[int, msgspec.Meta(ge=0, le=168)] = 24
    """Hours from a day's end, midnight, to the erasure of its dossiers' codes and cards' marks."""
    words_days: Annotated[int, msgspec.Meta(ge=0, le=366)] = 90
    """Days to the erasure of what citizens wrote in free words."""
    years: Annotated[int, msgspec.Meta(ge=1, le=100)] = 5
    """Years that whole days are kept."""


class StandbySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The other hub of two, of which one serves; hub.fence asks it."""

    peer: str = ""
    """The address of its pages; empty: there is none."""
    peer_needed: bool = False
    """Do not start while it does not answer."""
    peer_ca_file: str = ""
    """Certificates (PEM) of who signs for it; empty: the machine's."""


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every field stands in config/hub.toml with the same value and its explanation."""

    sign_in_failures: Positive = 5
    """Wrong passwords for one name from one address before there is a pause; ten times as many
    for one name from anywhere, or from one address for any names."""
    sign_in_minutes: Positive = 5
    """How long a wrong password counts."""
    web_connections: Positive = 1000
    """HTTP connections and requests at once: beyond it the connection that was silent longest is
    closed, and a request gets 503."""
    web_per_address: Positive = 200
    """Requests at once from one network address."""
    live_connections: Positive = 5000
    """Connections to the live socket: beyond it the one that has not said hello longest goes."""
    live_per_address: Positive = 1000
    """The same from one network address: a lobby's phones may stand behind one."""
    behind_proxy: bool = False
    """A proxy on this machine passes requests on: believe its X-Forwarded-For and -Proto."""
    origins: tuple[str, ...] = ()
    """Origins besides the hub's own host whose pages may open the live socket."""
    metrics_from: tuple[str, ...] = ("127.0.0.0/8", "::1/128")
    """Networks from which /metrics may be read; for all others there is no such page."""
    backup: BackupSettings = BackupSettings()
    standby: StandbySettings = StandbySettings()
    dossiers: EOneStopSettings = EOneStopSettings()
    lookup: LookupLimits = LookupLimits()
    retention: Retention = Retention()

    def __post_init__(self) -> None:
        for network in self.metrics_from:
            ip_network(network)  # ValueError names it
