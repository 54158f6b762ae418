"""What may be set about the hub itself (config/hub.toml); the centre is in config/site.toml."""

import msgspec


class HubSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every field stands in config/hub.toml with the same value and its explanation."""

    sign_in_failures: int = 5
    """Wrong passwords for one name, or from one address, before there is a pause."""
    sign_in_minutes: int = 5
    """How long a wrong password counts."""
    web_connections: int = 1000
    """HTTP connections served at once; whoever comes beyond gets 503 and tries again."""
    origins: tuple[str, ...] = ()
    """Origins besides the hub's own host whose pages may open the live socket."""
