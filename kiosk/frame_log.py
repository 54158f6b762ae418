"""A record of the moments at which screens came up, for measuring and for those who play people."""

import json
from pathlib import Path
from typing import NamedTuple, Self

from kiosk.state import Ease, Flow, Screen


class Shown(NamedTuple):
    """Which screen, when it was begun (`Flow.since`), and how its reader wants it."""

    screen: Screen
    since: int
    language: str
    ease: Ease

    @classmethod
    def of(cls, flow: Flow) -> Self:
        """What the flow wants shown."""
        return cls(flow.screen, flow.since, flow.language, flow.ease)

    @property
    def reads(self) -> str:
        """The language, and what is switched on: "en large contrast"."""
        modes = [name for name in self.ease.__struct_fields__ if getattr(self.ease, name)]
        return " ".join((self.language, *modes))


class FrameLog:
    """One JSON line for the first frame of each screen that came up, also where it is of the same
    kind as the one before it, or the same in another language or mode:
    `{"screen": "dossier", "reads": "vi large", "drawn_ns": …}`; and one for the first frame after a
    finger has landed, `{"touched": "dossier", …}`. Names screens, nothing that stands on them."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._last: Shown | None = None
        self._touched = False

    def touched(self) -> None:
        """A finger has landed; the next frame shows it."""
        self._touched = True

    def drawn(self, shown: Shown, monotonic_ns: int) -> None:
        """A frame with that has reached the glass."""
        if self._touched:
            self._touched = False
            self._write("touched", shown, monotonic_ns)
        if shown != self._last:
            self._last = shown
            self._write("screen", shown, monotonic_ns)

    def _write(self, what: str, shown: Shown, monotonic_ns: int) -> None:
        line = json.dumps({what: shown.screen, "reads": shown.reads, "drawn_ns": monotonic_ns})
        self._file.write(line.encode() + b"\n")

    def close(self) -> None:
        """Write no more. Harmless when called twice."""
        self._file.close()
