"""Child programs: started with a log of their own, awaited until ready, stopped for good."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
LOOK_EVERY_S = 0.02
TAIL_LINES = 15


class ProgramError(Exception):
    """A program did not start or has died; the text holds the end of its log."""


class Program:
    """One running child in a process group of its own, so that Ctrl+C reaches it through us only.

    `ready` is the rest of its ready line, once `wait_ready` has come back.
    """

    def __init__(
        self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None
    ) -> None:
        """Start `command` in the checkout with `env` over our own environment."""
        log.parent.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = log
        self.ready = ""
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **(env or {})},
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    def wait_ready(self, line: str = "ready", within_s: float = 30.0) -> str:
        """Wait for a log line that begins with `line`; gives the rest of it.

        Raises ProgramError when the child ends first or the time is over, and stops it then.
        """
        found = re.compile(rf"(?m)^{re.escape(line)}\b ?(.*)\n")
        end = time.monotonic() + within_s
        while True:
            ended = not self.alive
            hit = found.search(self.log.read_text(encoding="utf-8", errors="replace"))
            if hit:
                self.ready = hit.group(1).strip()
                return self.ready
            if ended:
                raise ProgramError(self.obituary())
            if time.monotonic() > end:
                self.stop()
                raise ProgramError(f"{self.name} was not ready in {within_s:.0f} s\n{self.tail()}")
            time.sleep(LOOK_EVERY_S)

    def obituary(self) -> str:
        """That it has ended, how, and the end of its log."""
        return f"{self.name} ended with {self.process.poll()} ({self.log})\n{self.tail()}"

    def tail(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(f"  {line}" for line in lines[-TAIL_LINES:])

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def stop(self, within_s: float = 5.0) -> int:
        """Ask it to end, and end it and its children after `within_s`; gives its exit code."""
        if self.alive:
            self._signal(signal.SIGTERM)
        try:
            code = self.process.wait(within_s)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        self._signal(signal.SIGKILL)
        self.process.wait()
        return code

    def _signal(self, number: signal.Signals) -> None:
        """Signal the whole group; its id stays taken while any member lives."""
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def python(*arguments: str) -> list[str]:
    """The command line of one of our own programs: `python("hub", "serve")` is `-m hub serve`."""
    return [sys.executable, "-m", *arguments]


def addresses(ready: str) -> dict[str, str]:
    """What a hub's ready line names: `live=127.0.0.1:1 web=127.0.0.1:2` as a dict."""
    return dict(part.split("=", 1) for part in ready.split())
