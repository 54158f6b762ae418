"""A record of the moments at which screens came up, for measuring."""

import json
from pathlib import Path


class FrameLog:
    """One JSON line for the first frame of each screen that came up, also where it is of the same
    kind as the one before it: `{"screen": "dossier", "drawn_ns": …}`. Names screens, nothing that
    stands on them."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._last = ("", 0)

    def drawn(self, screen: str, since: int, monotonic_ns: int) -> None:
        """A frame with the `screen` that came up at `since` has reached the glass."""
        if (screen, since) == self._last:
            return
        self._last = (screen, since)
        line = json.dumps({"screen": screen, "drawn_ns": monotonic_ns})
        self._file.write(line.encode() + b"\n")

    def close(self) -> None:
        """Write no more. Harmless when called twice."""
        self._file.close()
