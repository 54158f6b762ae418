"""Why a wish is not granted: a value, not an error."""

import msgspec


class Refusal(msgspec.Struct, frozen=True):
    """Nothing has changed. `code` is for programs (see docs/protocol.md), `reason` for people."""

    code: str
    reason: str
