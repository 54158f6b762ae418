"""A real hub in a process of its own, on free ports and a folder that outlives it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from hub.commands.common import now
from hub.registry import Registry
from shared.model import CounterNumber, Role

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "config" / "site.toml"
READY_WITHIN_S = 20.0
NOTHING: Mapping[str, str] = {}


class HubProcess:
    """`motcua-hub serve` as an operator starts it. `live` and `web` are HOST:PORT once started."""

    def __init__(
        self,
        data: Path,
        *,
        site: Path = SITE,
        options: tuple[str, ...] = (),
        env: Mapping[str, str] = NOTHING,
    ) -> None:
        self.env = os.environ | dict(env)
        self.data = data
        self.site = site
        self.options = options
        self.live = ""
        self.web = ""
        self._process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        """The address of the pages."""
        return f"http://{self.web}"

    @property
    def pid(self) -> int:
        """The process id of the running hub."""
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What the hub wrote to stderr, in all its lives."""
        path = self.data / "hub.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def start(self) -> None:
        """Start, and wait until it serves. A second start takes the same ports again."""
        assert self._process is None, "it runs already"
        self.data.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable, "-m", "hub", "serve", "--always-open",
            "--site", str(self.site), "--data", str(self.data),
            "--live", self.live or "127.0.0.1:0", "--web", self.web or "127.0.0.1:0",
            *self.options,
        ]  # fmt: skip
        with (self.data / "hub.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self._process.stdout is not None
        line = _line_within(self._process.stdout, READY_WITHIN_S)
        if not line.startswith("ready "):
            self.kill()
            raise AssertionError(f"the hub did not start: {line!r}\n{self.log}")
        said = dict(word.split("=", 1) for word in line.split()[1:])
        self.live, self.web = said["live"], said["web"]

    def stop(self) -> int:
        """SIGTERM, as systemd does it; gives the exit code."""
        return self._end(signal.SIGTERM)

    def abort(self) -> int:
        """SIGABRT: what a crash looks like; gives the exit code."""
        return self._end(signal.SIGABRT)

    def kill(self) -> None:
        """SIGKILL: what a power cut looks like to the program."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop if it runs, and start on the same folder and ports."""
        if self._process is not None:
            self.stop()
        self.start()

    def enrol(self, role: str, name: str, counter: int | None = None) -> str:
        """A device's credential, as `motcua-hub enrol --credential` gives it: from another process
        than the hub's, but without half a second for a third."""
        with self._registry() as registry:
            place = None if counter is None else CounterNumber(counter)
            return registry.enrol(Role(role), name, place, now())

    def add_officer(
        self, name: str, counter: int, password: str, *, supervisor: bool = False
    ) -> None:
        """Let an officer sign in, as `motcua-hub officer add` does."""
        role = Role.SUPERVISOR if supervisor else Role.COUNTER
        with self._registry() as registry:
            registry.add_officer(name, CounterNumber(counter), password, now(), role)

    @contextmanager
    def _registry(self) -> Iterator[Registry]:
        before = os.umask(0o077)  # as the program has it
        try:
            with closing(Registry(self.data)) as registry:
                yield registry
        finally:
            os.umask(before)

    def command(self, *words: str, text: str = "") -> str:
        """Run a `motcua-hub` command on this hub's folder; gives what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "hub", *words, "--data", str(self.data)],
            cwd=ROOT, input=text, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.poll() is None:
            os.kill(process.pid, number)
        code = process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
        return code


def _line_within(stream: IO[str], seconds: float) -> str:
    """The next line of a stream, or "" when none comes in time."""
    lines: list[str] = []
    reader = threading.Thread(target=lambda: lines.append(stream.readline()), daemon=True)
    reader.start()
    reader.join(seconds)
    return lines[0] if lines else ""


@contextmanager
def running_hub(
    data: Path, *, site: Path = SITE, options: tuple[str, ...] = ()
) -> Iterator[HubProcess]:
    """A hub that runs until the block ends."""
    hub = HubProcess(data, site=site, options=options)
    hub.start()
    try:
        yield hub
    finally:
        hub.stop()
