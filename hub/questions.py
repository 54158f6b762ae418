"""The questions of one connection that wait for their answers.

They never wait behind commands, nor commands behind them: each is a task of its own, a few at once.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from shared import messages as m
from shared.i18n import _
from shared.model import RequestId

log = structlog.get_logger()

MOST = 4
"""Unanswered questions of one connection."""

Inquire = Callable[[Actor, str, m.Question], Awaitable[m.Finding | Refusal]]
"""Who asks, from which network address, and what."""


async def unanswerable(actor: Actor, address: str, question: m.Question) -> m.Finding | Refusal:
    """What a hub says that was given nobody to ask."""
    return Refusal("lookup_off", _("Máy chủ này không trả lời tra cứu."))


class Questions:
    """Asks `inquire`, and hands each outcome to `tell` with the question's own id."""

    def __init__(
        self,
        inquire: Inquire,
        actor: Actor,
        address: str,
        tell: Callable[[RequestId, m.Finding | Refusal], None],
    ) -> None:
        self._inquire = inquire
        self._actor = actor
        self._address = address
        self._tell = tell
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def full(self) -> bool:
        """Whether a further question has to wait until one is answered."""
        return len(self._tasks) >= MOST

    def ask(self, frame: m.QuestionFrame) -> None:
        """Begin to look for the answer."""
        task = asyncio.create_task(self._answer(frame))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def end(self) -> None:
        """The connection is gone, and nobody waits any more."""
        for task in self._tasks:
            task.cancel()

    async def _answer(self, frame: m.QuestionFrame) -> None:
        try:
            outcome = await self._inquire(self._actor, self._address, frame.question)
        except Exception as error:
            # Whatever is wrong with one question must not end a screen. What was asked, and any
            # text about it, stays out of the log: it may name a person.
            kind = type(error).__name__
            log.error("question_failed", question=type(frame.question).__name__, error=kind)
            outcome = Refusal("lookup_failed", _("Máy chủ chưa tra cứu được; xin thử lại sau."))
        self._tell(frame.request_id, outcome)
