"""Whether the hub of a screen answers there where the screen's settings say: `hub_answers.py FILE`.

For install.sh, with Debian's Python and nothing of a release: a release that is broken must not
make its hub look away. Ends with 0 when one of the hub's addresses takes a websocket, else with 1.
"""

import http.client
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

WITHIN_S = 5.0
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "bW90Y3VhIGFza3MgeW91IQ==",
}


def answers(address: str) -> bool:
    """Whether a hub takes a websocket at `HOST:PORT` or a ws:// or wss:// URL within WITHIN_S."""
    try:
        parts = urlsplit(address if "://" in address else f"ws://{address}")
        kind = http.client.HTTPSConnection if parts.scheme == "wss" else http.client.HTTPConnection
        hub = kind(parts.hostname or "", parts.port, timeout=WITHIN_S)
        try:
            hub.request("GET", parts.path.rstrip("/") or "/live", headers=UPGRADE)
            return hub.getresponse().status == http.HTTPStatus.SWITCHING_PROTOCOLS
        finally:
            hub.close()
    except (OSError, ValueError, http.client.HTTPException):
        return False


def main(file: Path) -> int:
    """0 when the hub that the settings in `file` name answers, else 1."""
    told = tomllib.loads(file.read_text(encoding="utf-8"))["hub"]["address"]
    return 0 if any(map(answers, [told] if isinstance(told, str) else told)) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
