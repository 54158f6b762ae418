"""What the wall shows and which calls are to be spoken: pure, `now` is the hall's time.

One call at a time is the large one. A new call takes that place at once when nobody has it, and
else waits its turn; it stands among the rows meanwhile, so that nobody is hidden:

    new call ──▶ pending ──▶ large and gold ──▶ large and calm ──▶ a row
                    │  (10 s, less when others wait)  ▲ until the next call
                    └── older than a minute ──▶ a row
"""

from datetime import datetime
from enum import Enum

import msgspec

from shared.i18n import _
from shared.messages import BoardCall, BoardCounter, DisplayView
from shared.model import CounterNumber, CounterState, Instant, Seq

LARGE_MS = 10_000
"""How long a call is large and gold when no other waits for the place."""
LARGE_SHARED_MS = 5_000
"""The longest while others wait: about as long as one announcement takes."""
LARGE_LEAST_MS = 1_500
"""The shortest: enough to read one number."""
BURST_MS = 30_000
"""A pending call is large within this time of being called, if `LARGE_LEAST_MS` allows it."""
LARGE_BEFORE_MS = 60_000
"""A call that has not been large by this age stays a row."""
SPOKEN_BEFORE_MS = 30_000
"""A call older than this is shown but never spoken (architecture.md, realtime protocol)."""
REMEMBERED = 512
"""How many calls are remembered as known; far more than a view ever holds."""


class Key(msgspec.Struct, frozen=True):
    """What makes two calls one. `at` stands for day and epoch: `call` starts again with them."""

    call: int
    at: str


class Announcement(msgspec.Struct, frozen=True):
    """A call to be spoken, by the `seq` of its event; `at` is when it was called."""

    call: int
    number: str
    counter: CounterNumber
    at: Instant
    seq: Seq


class Board(msgspec.Struct, frozen=True):
    """The wall between two views. `pending` are the calls that wait to be large, oldest first."""

    view: DisplayView | None = None
    large: BoardCall | None = None
    gold: bool = False
    since: Instant = Instant(0)
    pending: tuple[BoardCall, ...] = ()
    known: tuple[Key, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """A call beside the large one; `fresh` while it has not been large yet."""

    number: str
    counter: CounterNumber
    fresh: bool


class Line(msgspec.Struct, frozen=True):
    """How many wait for a service, or for all that have no row of their own."""

    name: str
    count: int


class Desk(Enum):
    """How a counter looks on the board of all counters."""

    CALLING = "calling"
    BUSY = "busy"
    FREE = "free"
    PAUSED = "paused"
    CLOSED = "closed"


class Cell(msgspec.Struct, frozen=True):
    """One counter on the board of all counters: its number in hand, or a word."""

    counter: CounterNumber
    text: str
    desk: Desk


def instant(moment: str) -> Instant:
    """An ISO 8601 moment with its offset, in milliseconds. Raises ValueError for anything else."""
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError(f"{moment!r} names no offset from UTC")
    return Instant(round(at.timestamp() * 1000))


def react(
    old: Board, view: DisplayView, now: Instant, announced: tuple[Seq, ...] | None = None
) -> tuple[Board, tuple[Announcement, ...]]:
    """The board after a view from the hub, and the calls to be spoken now, oldest first.

    `announced` are the calls of the first view that this display was done with before it was
    started anew: it takes up the others. None, for the hub does not know: it may have spoken
    them all, so they are shown and not spoken.
    """
    if old.view is None:
        old = _first(view, announced, now)
    known = frozenset(old.known)
    new = [call for call in reversed(view.calls) if _key(call) not in known]
    remembered = (*old.known, *map(_key, new))[-REMEMBERED:]
    if old.view is not None and old.view.plan != view.plan:
        old = _narrowed(old, view)
    board = msgspec.structs.replace(old, view=view, known=remembered)
    if view.emergency:
        # Nobody sees a call under it, and nobody may be sent to a counter meanwhile.
        return tick(msgspec.structs.replace(board, gold=False, pending=()), now), ()
    if not view.calls:
        return msgspec.structs.replace(board, large=None, gold=False, pending=()), ()
    spoken = []
    for call in new:
        at = instant(call.at)
        if now - at > SPOKEN_BEFORE_MS:
            continue
        board = _queue(board, call, now)
        spoken.append(Announcement(call.call, call.number, call.counter, at, call.seq))
    return tick(board, now), tuple(spoken)


def tick(board: Board, now: Instant) -> Board:
    """The board once `now` has come: the next pending call is large, or the gold has gone."""
    if board.gold and now < board.since:
        # The hall's clock was set back; without this the gold would stay that much longer.
        return msgspec.structs.replace(board, since=now)
    if board.gold and now - board.since < _turn_ms(board):
        return board
    pending = tuple(c for c in board.pending if now - instant(c.at) <= LARGE_BEFORE_MS)
    if pending:
        return msgspec.structs.replace(
            board, large=pending[0], gold=True, since=now, pending=pending[1:]
        )
    newest = board.view.calls[0] if board.view and board.view.calls else None
    return msgspec.structs.replace(board, large=newest, gold=False, pending=())


def due(board: Board) -> Instant | None:
    """When `tick` will change the board next; None while only a view can."""
    return Instant(board.since + _turn_ms(board)) if board.gold else None


def rows(board: Board, limit: int) -> tuple[Row, ...]:
    """The newest `limit` calls beside the large one, newest first, each number once."""
    fresh = {_key(call) for call in board.pending}
    calls = {_key(call): call for call in (*_calls(board), *board.pending)}
    seen = {board.large.number} if board.large else set()
    found: list[Row] = []
    for call in sorted(calls.values(), key=lambda call: call.call, reverse=True):
        if call.number not in seen:
            seen.add(call.number)
            found.append(Row(call.number, call.counter, _key(call) in fresh))
    return tuple(found[:limit])


def lines(board: Board, limit: int) -> tuple[Line, ...]:
    """The longest lines that anybody stands in; what is beyond `limit` is summed in the last."""
    waiting = board.view.waiting if board.view else ()
    found = [Line(line.name, line.count) for line in waiting if line.count > 0]
    if len(found) <= limit:
        return tuple(found)
    rest = sum(line.count for line in found[limit - 1 :])
    return (*found[: limit - 1], Line(_("Lĩnh vực khác"), rest))


def cells(board: Board) -> tuple[Cell, ...]:
    """Every counter in order. All calls still new are marked, for none stands in another's way."""
    calling = {call.counter: call.number for call in board.pending}
    if board.large and board.gold:
        calling.setdefault(board.large.counter, board.large.number)
    counters = board.view.counters if board.view else ()
    return tuple(_cell(counter, calling.get(counter.number)) for counter in counters)


def _cell(counter: BoardCounter, calling: str | None) -> Cell:
    if calling is not None:
        return Cell(counter.number, calling, Desk.CALLING)
    if counter.ticket is not None:
        return Cell(counter.number, counter.ticket, Desk.BUSY)
    if counter.state is CounterState.OPEN:
        return Cell(counter.number, _("Sẵn sàng"), Desk.FREE)
    if counter.state is CounterState.PAUSED:
        return Cell(counter.number, _("Tạm dừng"), Desk.PAUSED)
    return Cell(counter.number, _("Đóng"), Desk.CLOSED)


def _calls(board: Board) -> tuple[BoardCall, ...]:
    return board.view.calls if board.view else ()


def _key(call: BoardCall) -> Key:
    return Key(call.call, call.at)


def _first(view: DisplayView, announced: tuple[Seq, ...] | None, now: Instant) -> Board:
    """The board as it would be if it had seen what was announced, and nothing after that."""
    heard = [call for call in view.calls if announced is None or call.seq in announced]
    if not heard:
        return Board()
    at = instant(heard[0].at)
    young = 0 <= now - at < LARGE_MS
    return Board(
        large=heard[0], gold=young, since=at, known=tuple(_key(call) for call in reversed(heard))
    )


def _narrowed(board: Board, view: DisplayView) -> Board:
    """The wall shows something else now: what no longer belongs there is not called there."""
    shown = {_key(call) for call in view.calls}
    large = board.large if board.large is not None and _key(board.large) in shown else None
    pending = tuple(call for call in board.pending if _key(call) in shown)
    gold = board.gold and large is not None
    return msgspec.structs.replace(board, large=large, gold=gold, pending=pending)


def _queue(board: Board, call: BoardCall, now: Instant) -> Board:
    """A recall takes the place its number has already, large or pending; others go to the end."""
    same = (call.number, call.counter)
    if board.large and board.gold and (board.large.number, board.large.counter) == same:
        return msgspec.structs.replace(board, large=call, since=now)
    for place, other in enumerate(board.pending):
        if (other.number, other.counter) == same:
            pending = (*board.pending[:place], call, *board.pending[place + 1 :])
            return msgspec.structs.replace(board, pending=pending)
    return msgspec.structs.replace(board, pending=(*board.pending, call))


def _turn_ms(board: Board) -> int:
    """How long the large call has: equal shares of the time until the last pending is due."""
    if not board.pending:
        return LARGE_MS
    left = instant(board.pending[-1].at) + BURST_MS - board.since
    return max(LARGE_LEAST_MS, min(LARGE_SHARED_MS, left // len(board.pending)))
