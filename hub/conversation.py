"""What one welcomed client says: its commands, questions and reports, and their answers."""

import asyncio
import re
from collections.abc import Callable
from typing import Protocol

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.typing import BytesLike

from hub import wire
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.hall import Hall, Outcome
from hub.pace import PHONE_AHEAD_S, PHONE_COSTS_S, Pace
from hub.questions import Inquire, Questions
from hub.topics import Topic
from shared import messages as m
from shared.i18n import _
from shared.model import RequestId, Role

MAX_UNANSWERED = 64
MAX_REFUSED = 1000
"""Refusals in a row, without one granted command, after which a client is not talked to."""

REPORT_COSTS_S = 0.1
REPORTS_AHEAD_S = 5.0
"""A display or kiosk may report ten times a second, and fifty times in a burst."""

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What a frame that is no JSON of ours raises; the last by brackets nested without end."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_encode = msgspec.json.Encoder().encode
decode_frame: Callable[[str | BytesLike], m.ClientFrame] = msgspec.json.Decoder(
    m.ClientFrame
).decode


class Speaker(Protocol):
    """Who speaks for the hub; hub.realtime.Live does."""

    inquire: Inquire

    def send(self, connection: ServerConnection, frame: m.HubFrame) -> None:
        """Send one frame without waiting."""

    def refuse(
        self, connection: ServerConnection, request_id: RequestId | None, refusal: Refusal
    ) -> None:
        """Say no, by name."""

    def cut_off(self, connection: ServerConnection) -> None:
        """Read this client no further."""

    def reported(self, topic: Topic, report: m.ReportFrame) -> None:
        """A display says what it shows."""

    def printer_told(self, name: str, state: m.PrinterState) -> None:
        """A kiosk says how its printer is."""


class Conversation:
    """One welcomed connection's commands and questions, and their answers."""

    def __init__(
        self, live: Speaker, hall: Hall, connection: wire.Socket, actor: Actor, topic: Topic
    ) -> None:
        self._live = live
        self._topic = topic
        self._reports = Pace(REPORT_COSTS_S, REPORTS_AHEAD_S)
        self._phone = Pace(PHONE_COSTS_S, PHONE_AHEAD_S)
        self._hall = hall
        self._connection = connection
        self._actor = actor
        self._unanswered = 0
        self._refused = 0
        self._questions = Questions(live.inquire, actor, connection.address, self._tell)

    async def listen(self) -> None:
        """Take commands until the connection ends."""
        self._connection.take = self._take
        async for frame in self._connection:
            self._connection.taken()
            if not isinstance(frame, str):
                await self._connection.close(m.Close.UNSUPPORTED, "text frames only")
                return
            self._take(frame.encode())

    def end(self) -> None:
        """The connection is gone: questions need no answer, commands still get their effect."""
        self._questions.end()

    def _take(self, text: BytesLike) -> None:
        try:
            frame = decode_frame(text)
        except UNREADABLE as error:
            self._refuse(_request_id(text), Refusal("bad_frame", str(error)))
            return
        if isinstance(frame, m.Hello):
            words = _("Đã chào rồi; chỉ nhận lệnh (command) và câu hỏi (question).")
            self._refuse(None, Refusal("bad_frame", words))
            return
        if isinstance(frame, m.ReportFrame | m.PrinterFrame):
            self._report(frame)
            return
        request_id = frame.request_id
        if not _UUID.fullmatch(request_id):
            self._refuse(None, Refusal("bad_frame", _("request_id phải là một UUID.")))
            return
        if self._is_too_much(frame):
            words = _("Quá nhiều lệnh hoặc câu hỏi đang chờ trả lời.")
            self._refuse(request_id, Refusal("too_busy", words))
            return
        if isinstance(frame, m.QuestionFrame):
            self._questions.ask(frame)
            return
        self._unanswered += 1
        self._hall.submit(
            self._actor,
            RequestId(request_id.lower()),
            frame.command,
            lambda outcome: self._answer(request_id, outcome),
        )

    def _is_too_much(self, frame: m.CommandFrame | m.QuestionFrame) -> bool:
        now = asyncio.get_running_loop().time()
        if self._topic.role is Role.TICKET and not self._phone.keeps(now):
            return True
        if isinstance(frame, m.QuestionFrame):
            return self._questions.full
        return self._unanswered >= MAX_UNANSWERED

    def _report(self, frame: m.ReportFrame | m.PrinterFrame) -> None:
        """What a display says of itself, or a kiosk of its printer; another's, or one too many, is
        passed over and counted."""
        role = Role.DISPLAY if isinstance(frame, m.ReportFrame) else Role.KIOSK
        if self._reports.keeps(asyncio.get_running_loop().time()) and self._actor.role is role:
            if isinstance(frame, m.ReportFrame):
                self._live.reported(self._topic, frame)
            else:
                self._live.printer_told(self._actor.name, frame.state)
            return
        self._refused += 1
        if self._refused == MAX_REFUSED:
            self._live.cut_off(self._connection)

    def _refuse(self, request_id: RequestId | None, refusal: Refusal) -> None:
        """Refuse a frame; who sends nothing but such is cut off before it costs the others."""
        self._refused += 1
        if self._refused < MAX_REFUSED:
            self._live.refuse(self._connection, request_id, refusal)
        elif self._refused == MAX_REFUSED:
            self._live.cut_off(self._connection)

    def _answer(self, request_id: RequestId, outcome: Outcome) -> None:
        self._unanswered -= 1
        if isinstance(outcome, Refusal):
            self._live.send(self._connection, refused(request_id, outcome))
            return
        self._refused = 0
        value = msgspec.Raw(outcome.value.encode())
        self._live.send(self._connection, m.Result(request_id, outcome.seq, value))

    def _tell(self, request_id: RequestId, outcome: m.Finding | Refusal) -> None:
        if isinstance(outcome, Refusal):
            self._live.refuse(self._connection, request_id, outcome)
            return
        self._refused = 0
        finding = msgspec.Raw(_encode(outcome))
        self._live.send(self._connection, m.AnswerFrame(request_id, finding))


def refused(request_id: RequestId | None, refusal: Refusal) -> m.Refused:
    """The frame that says no."""
    return m.Refused(request_id, refusal.code, refusal.reason, refusal.retry_s, refusal.number)


def _request_id(text: BytesLike) -> RequestId | None:
    """The request id of a frame that is otherwise wrong, so that its sender knows which."""
    try:
        found = msgspec.json.decode(text)["request_id"]
    except (*UNREADABLE, KeyError, TypeError, IndexError):
        return None
    if isinstance(found, str) and _UUID.fullmatch(found):
        return RequestId(found)
    return None
