"""Questions on their way to the hub: each answered once, none kept longer than somebody waits."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from kiosk.moves import ANSWER_WITHIN_S, Answer
from shared.messages import Finding, Question, Refused

Ask = Callable[[Question, float], Awaitable[Finding | Refused | None]]
"""`shared.link.Link.inquire`."""


class Inquiries:
    """Asks with `ask`, answers with `tell`; `start` runs the work and owns its errors.

    Neither questions nor answers are logged: they name dossiers and people.
    """

    def __init__(
        self,
        ask: Ask,
        tell: Callable[[Answer], object],
        start: Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"],
    ) -> None:
        self._ask = ask
        self._tell = tell
        self._start = start
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def ask(self, asked: int, question: Question) -> None:
        """Put the question `asked`; there will be an `Answer`, unless it is dropped."""
        self._under_way[asked] = self._start(self._answer(asked, question))

    def keep_only(self, awaited: int) -> None:
        """Drop every question but that one: nobody waits for its answer any more."""
        for asked in [one for one in self._under_way if one != awaited]:
            self._under_way.pop(asked).cancel()

    async def _answer(self, asked: int, question: Question) -> None:
        finding = await self._ask(question, ANSWER_WITHIN_S)
        # Answered: taken out first, for the flow no longer awaits it once it is told.
        self._under_way.pop(asked, None)
        self._tell(Answer(asked, finding))
