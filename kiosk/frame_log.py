"""A record of the moments at which screens came up, for measuring."""

import json
from pathlib import Path


class FrameLog:
    """One JSON line for the first frame that shows another screen than the frame before it:
    `{"screen": "dossier", "drawn_ns": …}`. Names screens, nothing that stands on them."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._screen = ""

    def drawn(self, screen: str, monotonic_ns: int) -> None:
        """A frame with `screen` has reached the glass."""
        if screen == self._screen:
            return
        self._screen = screen
        line = json.dumps({"screen": screen, "drawn_ns": monotonic_ns})
        self._file.write(line.encode() + b"\n")

    def close(self) -> None:
        """Write no more. Harmless when called twice."""
        self._file.close()
