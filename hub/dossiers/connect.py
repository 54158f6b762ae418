"""Makes the e-one-stop client of what settings say, or says what is wrong with them.

The client's HTTP library takes longer to import than any other: a hub that has no e-one-stop system
to ask starts without it.
"""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hub.dossiers.base import Dossiers
from hub.dossiers.fields import mapping
from hub.network import is_own
from hub.settings import EOneStopSettings
from shared.errors import SettingsError
from shared.model import Instant
from shared.secret_file import read_secret

if TYPE_CHECKING:
    from hub.dossiers.client import Meter
    from hub.dossiers.wire import Access

_LONGEST_DEADLINE_S = 6.0


def build(
    settings: EOneStopSettings, clock: Callable[[], Instant], meter: "Meter"
) -> Dossiers | None:
    """The system that settings name, None when they name none; to be called on the event loop.

    Raises SettingsError that says which setting of config/hub.toml to mend and how.
    """
    if not settings.url:
        return None
    from hub.dossiers.client import EOneStop
    from hub.dossiers.wire import FIRST_TRY_S, Wire

    deadline_s = min(settings.deadline_s, _LONGEST_DEADLINE_S)
    wire = Wire(
        _access(settings),
        _tls(settings.ca_file),
        at_once=settings.at_once,
        first_try_s=FIRST_TRY_S / _LONGEST_DEADLINE_S * deadline_s,
    )
    return EOneStop(wire, clock, meter, deadline_s=deadline_s, at_once=settings.at_once)


def _access(settings: EOneStopSettings) -> "Access":
    from hub.dossiers.wire import Access

    for name in ("token_url", "client_id", "client_secret_file"):
        if not getattr(settings, name):
            raise SettingsError(f"dossiers.{name}: is empty; an e-one-stop system needs it")
    try:
        names = mapping(settings.fields)
    except ValueError as error:
        raise SettingsError(f"dossiers.fields: {error}") from None
    return Access(
        base_url=_url(settings.url, "url"),
        token_url=_url(settings.token_url, "token_url"),
        client_id=settings.client_id,
        client_secret=read_secret(
            Path(settings.client_secret_file), "dossiers.client_secret_file", "client secret"
        ),
        scope=settings.scope,
        dossier=_path(settings.dossier_path, "dossier_path"),
        procedures=_path(settings.procedures_path, "procedures_path"),
        procedure=_path(settings.procedure_path, "procedure_path"),
        mapping=names,
    )


def _url(text: str, name: str) -> str:
    """An address to which the secret or dossier codes may go."""
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError(f"dossiers.{name}: is not an address; write https://HOST/…") from None
    if not text.isascii() or any(letter.isspace() for letter in text) or not host:
        raise SettingsError(f"dossiers.{name}: is not an address; write https://HOST/…")
    if parts.username is not None or parts.query or parts.fragment:
        raise SettingsError(f"dossiers.{name}: write it without user, password, ? and #")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_own(host)):
        raise SettingsError(
            f"dossiers.{name}: must begin with https://; http:// is only for this machine itself"
            " (127.0.0.1)"
        )
    return text


def _path(text: str, name: str) -> str:
    path = text.strip("/")
    if not path or not path.isascii() or any(letter in path for letter in ":?#\\ "):
        raise SettingsError(f"dossiers.{name}: write what follows `url`, e.g. TraCuuHoSo")
    return path


def _tls(ca_file: str) -> ssl.SSLContext:
    """Certificates are verified, against `ca_file` alone where there is one."""
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except FileNotFoundError:
        raise SettingsError(f"dossiers.ca_file: {ca_file}: no such file; name a PEM file") from None
    except ssl.SSLError:
        raise SettingsError(
            f"dossiers.ca_file: {ca_file}: holds no certificate in PEM form"
        ) from None
    except OSError as error:
        raise SettingsError(
            f"dossiers.ca_file: {ca_file}: cannot be read ({error.strerror})"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
