"""Takes numbers as a kiosk does, without its screen."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.hub.hub_process import HubProcess

ANSWER_WITHIN_S = 10


class KioskStandIn:
    """One connection with a kiosk's credential."""

    def __init__(self, connection: ClientConnection, credential: str) -> None:
        self._connection = connection
        hello = {"type": "hello", "version": 1, "role": "kiosk", "credential": credential}
        connection.send(json.dumps(hello))
        self.view: dict[str, Any] = json.loads(connection.recv(ANSWER_WITHIN_S))["view"]

    def issue(self, service: str, priority: str | None = None, **codes: str) -> dict[str, Any]:
        """Take a number, with `dossier` or `procedure` perhaps; gives the result's value."""
        return self.wishes(kind="issue_ticket", service=service, priority=priority, **codes)

    def wishes(self, **command: object) -> dict[str, Any]:
        """Send a command; gives the result's value."""
        request_id = str(uuid.uuid4())
        frame = {"type": "command", "request_id": request_id, "command": command}
        self._connection.send(json.dumps(frame))
        while True:
            answer = json.loads(self._connection.recv(ANSWER_WITHIN_S))
            if answer.get("request_id") == request_id:
                value: dict[str, Any] = answer["value"]
                return value


@contextmanager
def standing_in(hub: HubProcess) -> Iterator[KioskStandIn]:
    """A kiosk of `hub` until the block ends."""
    with connect(f"ws://{hub.live}/live") as connection:
        yield KioskStandIn(connection, hub.enrol("kiosk", "thử"))
