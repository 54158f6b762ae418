"""One connection to the sandbox, within reach of whoever serves its requests."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


class Line(H11Protocol):
    """uvicorn's HTTP connection; requests find it as `line` in their state.

    `gone` is set when the client has left, or was left.
    """

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.gone = asyncio.Event()
        self.app_state = {**self.app_state, "line": self}

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell those who wait."""
        super().connection_lost(exc)
        self.gone.set()

    def close_others(self) -> None:
        """Close all other connections, each after the answer that is under way on it."""
        for other in list(self.connections):
            if other is not self:
                other.shutdown()
