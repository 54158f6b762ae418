"""The sandbox e-one-stop system as a program of a hall, and the hub's settings that lead to it."""

import ssl
import urllib.request
from datetime import date
from pathlib import Path

import msgspec

from deploy.hall.programs import Program, addresses, python

CLIENT = "motcua"


class OneStop:
    """A running sandbox: https with a CA of its own; all its files are in `folder`.

    Its dossiers lie around `today`, by default the real one.
    """

    def __init__(self, folder: Path, *, answer_ms: int = 0, today: date | None = None) -> None:
        self.folder = folder
        self._secret = folder / "secret"
        self.program = Program(
            "sandbox",
            [
                *python("hub.dossiers.sandbox", "--tls", str(folder / "tls")),
                *("--client-id", CLIENT, "--secret-file", str(self._secret)),
                *("--answer-ms", str(answer_ms)),
                *(("--today", today.isoformat()) if today else ()),
            ],
            folder / "sandbox.log",
        )
        said = addresses(self.program.wait_ready())
        self.url = said["url"]
        self.ca = Path(said["ca"])

    def hub_settings(self, more: str = "") -> Path:
        """A hub.toml that leads to this sandbox; `more` are further lines of it."""
        file = self.folder / "hub.toml"
        file.write_text(
            f"""{more}
[dossiers]
url = "{self.url}"
token_url = "{self.url}/oauth2/token"
client_id = "{CLIENT}"
client_secret_file = "{self._secret}"
ca_file = "{self.ca}"
""",
            encoding="utf-8",
        )
        return file

    def fail(self, *faults: str, **more: int) -> None:
        """Switch to these faults alone; `answer_ms`, `slow_s` and `drip_ms` may go along."""
        self._put({"faults": list(faults), **more})

    def _put(self, behaviour: dict[str, object]) -> None:
        request = urllib.request.Request(
            f"{self.url}/_sandbox/faults",
            data=msgspec.json.encode(behaviour),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        # The one client that may look away: it must reach a sandbox that shows a wrong certificate.
        context = ssl.create_default_context(cafile=str(self.ca))
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:
            if answer.status >= 300:
                raise ConnectionError(f"the sandbox did not take the faults: {answer.status}")

    def close(self) -> None:
        """Stop it."""
        self.program.stop()
