"""What clients asked for, were told and were shown while things went wrong.

Moments are seconds of the machine's monotonic clock, which all its processes share: what ended
before something else began, in whichever process, has the smaller number.
"""

import time
from enum import StrEnum
from pathlib import Path

import msgspec

from hub.engine.rights import Actor
from shared.messages import Command
from shared.model import Epoch, RequestId, Seq


class Kind(StrEnum):
    """What a moment is."""

    INVOKE = "invoke"
    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The client has stopped waiting: the hub may have done it, or may still do it."""


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened to a request. `command` is an invoke's, `code` a refusal's, `seq`
    and `value` (JSON) a result's."""

    at: float
    client: str
    kind: Kind
    request: RequestId
    command: Command | None = None
    seq: Seq = Seq(0)
    value: str = ""
    code: str = ""


class Seen(msgspec.Struct, frozen=True):
    """A view that a client was shown, as its JSON; `first` of its connection: the welcome's."""

    at: float
    client: str
    epoch: Epoch
    seq: Seq
    first: bool
    view: msgspec.Raw


class Lost(msgspec.Struct, frozen=True):
    """What was told after `since` and before `until` may have been lost with the journal."""

    since: float
    until: float


class History(msgspec.Struct):
    """All of it, in the order in which it happened. `left`: who was not there to the end; `lost`:
    when the hub went on from a copy of its journal."""

    actors: dict[str, Actor] = {}
    moments: list[Moment] = []
    seen: list[Seen] = []
    left: set[str] = set()
    lost: list[Lost] = []

    def invoke(self, client: str, request: RequestId, command: Command) -> None:
        """The client begins to ask; it sends the same again until it is answered or gives up."""
        self._add(client, Kind.INVOKE, request, command=command)

    def ok(self, client: str, request: RequestId, seq: Seq, value: str) -> None:
        """It was granted."""
        self._add(client, Kind.OK, request, seq=seq, value=value)

    def refused(self, client: str, request: RequestId, code: str) -> None:
        """It was not granted."""
        self._add(client, Kind.REFUSED, request, code=code)

    def unknown(self, client: str, request: RequestId) -> None:
        """The client has given up."""
        self._add(client, Kind.UNKNOWN, request)

    def _add(
        self,
        client: str,
        kind: Kind,
        request: RequestId,
        *,
        command: Command | None = None,
        seq: Seq = Seq(0),
        value: str = "",
        code: str = "",
    ) -> None:
        at = time.monotonic()
        self.moments.append(Moment(at, client, kind, request, command, seq, value, code))

    def saw(self, client: str, epoch: Epoch, seq: Seq, first: bool, view: bytes) -> None:
        """The client was shown a view."""
        seen = Seen(time.monotonic(), client, epoch, seq, first, msgspec.Raw(bytes(view)))
        self.seen.append(seen)

    def lose(self, since: float, until: float) -> None:
        """A hub goes on from a copy that had been begun at `since`, and no other was served between
        that and `until`."""
        self.lost.append(Lost(since, until))

    def may_be_lost(self, moment: Moment) -> bool:
        """Whether what was told then stood in no copy that was gone on from."""
        return any(one.since < moment.at < one.until for one in self.lost)

    def write(self, file: Path) -> None:
        """Keep it, to be looked at afterwards."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self)))


def read(file: Path) -> History:
    """What `write` kept."""
    return msgspec.json.decode(file.read_bytes(), type=History)
