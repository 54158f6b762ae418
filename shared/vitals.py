"""What a running kiosk or display costs and leaves behind, written down every second.

For soaks and whoever looks for a leak: `--vitals FILE` on either program. One line of JSON:
resident memory, open files, Kivy's clock events, and how long each frame of that second took from
the first drawing instruction to the screen.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

EVERY_S = 1.0
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024


class Vital(msgspec.Struct, frozen=True):
    """One line. `at` counts seconds on `time.monotonic`; `frames_ms` has an entry a frame; `spoken`
    counts the announcements that could be heard to their end."""

    at: float
    rss_kb: int
    files: int
    clock_events: int
    frames_ms: tuple[float, ...] = ()
    spoken: int = 0


class Vitals:
    """Writes to `file` until closed; `flipped` is to be called when a frame is on the screen."""

    def __init__(self, file: Path, spoken: Callable[[], int] = lambda: 0) -> None:
        from kivy.clock import Clock
        from kivy.core.window import Window

        self._file = file.open("ab", buffering=0)
        self._spoken = spoken
        self._clock, self._window = Clock, Window
        self._began: float | None = None
        self._frames: list[float] = []
        # Bound handlers come before Kivy's own, which draws.
        Window.bind(on_draw=self._begin)
        self._event: Any = Clock.schedule_interval(self._write, EVERY_S)

    def _begin(self, *_args: Any) -> None:
        self._began = time.monotonic()

    def flipped(self) -> None:
        """A frame has reached the screen."""
        if self._began is not None:
            self._frames.append(round((time.monotonic() - self._began) * 1000, 2))
            self._began = None

    def _write(self, _dt: float) -> None:
        line = Vital(
            at=round(time.monotonic(), 3),
            rss_kb=_rss_kb(),
            files=sum(1 for _fd in Path("/proc/self/fd").iterdir()),
            clock_events=len(self._clock.get_events()),
            frames_ms=tuple(self._frames),
            spoken=self._spoken(),
        )
        self._frames.clear()
        self._file.write(msgspec.json.encode(line) + b"\n")

    def close(self) -> None:
        """Write no more. Harmless when called twice."""
        self._event.cancel()
        self._window.unbind(on_draw=self._begin)
        self._file.close()


def _rss_kb() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * _PAGE_KB


def read(file: Path) -> list[Vital]:
    """The lines that are whole."""
    lines = file.read_bytes().split(b"\n")[:-1]
    return [msgspec.json.decode(line, type=Vital) for line in lines]
