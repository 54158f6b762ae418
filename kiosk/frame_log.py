"""A record of the moments at which screens came up, for measuring."""

import json
from pathlib import Path


class FrameLog:
    """One JSON line for the first frame of each screen that came up, also where it is of the same
    kind as the one before it: `{"screen": "dossier", "drawn_ns": …}`; and one for the first frame
    after a finger has landed, `{"touched": "dossier", "drawn_ns": …}`. Names screens, nothing that
    stands on them."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._last = ("", 0)
        self._touched = False

    def touched(self) -> None:
        """A finger has landed; the next frame shows it."""
        self._touched = True

    def drawn(self, screen: str, since: int, monotonic_ns: int) -> None:
        """A frame with the `screen` that came up at `since` has reached the glass."""
        if self._touched:
            self._touched = False
            self._write("touched", screen, monotonic_ns)
        if (screen, since) != self._last:
            self._last = (screen, since)
            self._write("screen", screen, monotonic_ns)

    def _write(self, what: str, screen: str, monotonic_ns: int) -> None:
        line = json.dumps({what: screen, "drawn_ns": monotonic_ns})
        self._file.write(line.encode() + b"\n")

    def close(self) -> None:
        """Write no more. Harmless when called twice."""
        self._file.close()
