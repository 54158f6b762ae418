"""What may be set about the hub itself (config/hub.toml); the centre is in config/site.toml."""

from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]


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
    behind_proxy: bool = False
    """A proxy on this machine passes requests on: believe its X-Forwarded-For and -Proto."""
    origins: tuple[str, ...] = ()
    """Origins besides the hub's own host whose pages may open the live socket."""
