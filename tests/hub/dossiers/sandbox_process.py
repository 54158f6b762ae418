"""The sandbox e-one-stop system in a process of its own, as an operator starts it."""

import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[3]
READY_WITHIN_S = 20.0
CLIENT = "motcua"


class SandboxProcess:
    """`python -m hub.dossiers.sandbox` over TLS. `url` and `ca` are known once started; a second
    start takes the same port, CA and secret."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.options = options
        self.url = ""
        self.ca = folder / "ca.pem"
        self.secret_file = folder / "secret"
        self._process: subprocess.Popen[str] | None = None

    @property
    def secret(self) -> str:
        """The client's secret."""
        return self.secret_file.read_text(encoding="utf-8").strip()

    @property
    def token_url(self) -> str:
        """Where tokens are given."""
        return f"{self.url}/oauth2/token"

    def start(self) -> None:
        """Start, and wait until it serves."""
        assert self._process is None, "it runs already"
        self.folder.mkdir(parents=True, exist_ok=True)
        listen = self.url.removeprefix("https://") or "127.0.0.1:0"
        command = [
            sys.executable, "-m", "hub.dossiers.sandbox", "--listen", listen,
            "--tls", str(self.folder), "--secret-file", str(self.secret_file), *self.options,
        ]  # fmt: skip
        with (self.folder / "sandbox.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )
        line = self._line_within(READY_WITHIN_S)
        if not line.startswith("ready "):
            self.stop()
            raise AssertionError(f"the sandbox did not start: {line!r}\n{self.log}")
        self.url = dict(word.split("=", 1) for word in line.split()[1:])["url"]

    @property
    def log(self) -> str:
        """What it wrote to stderr, in all its lives."""
        return (self.folder / "sandbox.log").read_text(encoding="utf-8")

    def stop(self) -> int:
        """SIGTERM; gives the exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGTERM)
        code = process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def client(self, *, ca: Path | None = None, timeout_s: float = 10.0) -> httpx.Client:
        """A client that trusts its CA, or `ca`."""
        trust = ssl.create_default_context(cafile=str(ca or self.ca))
        return httpx.Client(base_url=self.url, verify=trust, timeout=timeout_s, trust_env=False)

    def control(self, method: str, what: str, body: Any = None) -> Any:
        """Ask its control, whatever certificate it shows."""
        with httpx.Client(verify=_any_certificate(), timeout=10, trust_env=False) as client:
            answer = client.request(method, f"{self.url}/_sandbox/{what}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def play(self, *faults: str, **more: float) -> None:
        """Switch to exactly these faults."""
        self.control("PUT", "faults", {"faults": faults, **more})

    def _line_within(self, seconds: float) -> str:
        assert self._process is not None
        stream = self._process.stdout
        assert stream is not None
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.append(stream.readline()), daemon=True)
        reader.start()
        reader.join(seconds)
        return lines[0] if lines else ""


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def running_sandbox(folder: Path, *options: str) -> Iterator[SandboxProcess]:
    """A sandbox that runs until the block ends."""
    sandbox = SandboxProcess(folder, *options)
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()
