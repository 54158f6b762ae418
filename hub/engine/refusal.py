"""Why a wish is not granted: a value, not an error."""

import msgspec


class Refusal(msgspec.Struct, frozen=True):
    """Nothing has changed. `code` is for programs (see docs/protocol.md), `reason` for people.

    `retry_s`: in so many seconds the same may be granted; 0: not known. `number`: the asker's own
    number that stands in the way.
    """

    code: str
    reason: str
    retry_s: int = 0
    number: str = ""
