"""Who is shown what: topics, their members, and when their views go out.

A topic is a role, a role's counter, a ticket or a display. Its view is computed and encoded once
for all its members, and sent only when its bytes have changed; displays with one plan share theirs.
"""

import asyncio
import contextlib
import functools
from collections.abc import Callable, Collection, Iterable, Mapping

import msgspec
from websockets.asyncio.server import ServerConnection

from hub import wire
from hub.engine.concern import Concern
from hub.engine.display_views import board
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.views import view
from hub.engine.wall import displays, plan_of
from hub.hall import Hall
from hub.printers import Change as PrinterChange, Printers, Told
from hub.screens import Change, Headline, Trouble, Watch
from shared import messages as m
from shared.errors import StorageError
from shared.model import CounterNumber, Instant, Layout, Role, ScreenPlan, TicketId

PACE_S = {
    Role.DISPLAY: 0.02,
    Role.COUNTER: 0.02,
    Role.TICKET: 0.05,
    Role.KIOSK: 0.2,
    Role.SUPERVISOR: 0.2,
}
"""A role's views go out at once, but not more often than this: under load only the newest matters.
A call must reach the wall in the same breath; a kiosk's line lengths may lag by a blink. Who is
named first is sent first."""

BUFFER_STAFF = 64 * 1024
BUFFER_PHONE = 16 * 1024
"""Bytes a slow reader may owe before it is sent away, to come back to a fresh view."""

_TIMED = (Role.KIOSK, Role.DISPLAY)
"""Roles whose view depends on the hour, so it is looked at again with every beat."""

_encode = msgspec.json.Encoder().encode

_NO_HEADLINE = Headline()


_Key = tuple[Role, CounterNumber | None, TicketId | None, str]

_Boards = dict[ScreenPlan, tuple[bytes, Headline]]
"""What displays with a plan are sent, and its headline."""


class Topic:
    """A role, a role's counter, a ticket or a display: who are shown it, and the view they were
    last sent."""

    def __init__(self, actor: Actor) -> None:
        self.role = actor.role
        self.counter = actor.counter
        self.ticket = actor.ticket
        self.name = actor.name if actor.role is Role.DISPLAY else ""
        self.actor = Actor(actor.role, self.name, actor.counter, actor.ticket)
        self.key: _Key = (actor.role, actor.counter, actor.ticket, self.name)
        self.buffer = BUFFER_PHONE if actor.role is Role.TICKET else BUFFER_STAFF
        self.connections: set[ServerConnection] = set()
        self.view = b""


class _Pace:
    """What a role waits to be sent, and when it was last sent something."""

    def __init__(self) -> None:
        self.dirty: set[Topic] = set()
        self.due: asyncio.TimerHandle | None = None
        self.last = 0.0


class Topics:
    """All that are connected, by what they are shown. `drop` sends a slow reader away, `end`
    one whose ticket's day is over; `enrolled` gives the names of displays that have a credential,
    or raises StorageError."""

    def __init__(
        self,
        hall: Hall,
        clock: Callable[[], Instant],
        drop: Callable[[ServerConnection], None],
        end: Callable[[ServerConnection, Refusal], None],
        enrolled: Callable[[], Collection[str]],
    ) -> None:
        self._hall = hall
        self._clock = clock
        self._drop = drop
        self._end = end
        self._topics: dict[_Key, Topic] = {}
        self._watch = Watch()
        self._enrolled = enrolled
        self._known: Collection[str] = ()
        self.troubles: dict[str, Trouble | None] = {}
        """Displays by name, and what is wrong with them, as of the last look."""
        self.hushed: frozenset[str] = frozenset()
        """Displays that are set up to be silent."""
        self._printers = Printers()
        self._paces = {role: _Pace() for role in PACE_S}
        hall.watch(self._heard)

    def now(self) -> str:
        """The hall's time, as frames write it."""
        return self._hall.state.iso(self._clock())

    def join(self, connection: ServerConnection, actor: Actor) -> Topic | Refusal:
        """Welcome a connection into its topic. Call it while the state is settled."""
        now = self._clock()
        shown = self._shown(actor, now, {})
        if isinstance(shown, Refusal):
            return shown
        encoded, headline = shown
        topic = Topic(actor)
        topic = self._topics.setdefault(topic.key, topic)
        topic.connections.add(connection)
        if actor.role is Role.KIOSK:
            self._printers.connected(actor.name)
        if topic.name:
            self._watch.connected(topic.name, now)
            self._watch.sent(topic.name, self._hall.seq, now, headline)
        site = self._hall.site
        welcome = m.Welcome(
            site=m.SiteInfo(site.id, site.name, site.timezone),
            epoch=self._hall.epoch,
            generation=self._hall.generation,
            seq=self._hall.seq,
            at=self.now(),
            view=msgspec.Raw(encoded),
            announced=self._watch.announced(topic.name) if topic.name else None,
        )
        wire.send((connection,), _encode(welcome))
        if not topic.view:
            topic.view = encoded
        elif topic.view != encoded:
            self._mark((topic,))  # the others have not had this view yet
        return topic

    def leave(
        self, connection: ServerConnection, topic: Topic, actor: Actor
    ) -> PrinterChange | None:
        """The connection is gone; the last one takes its topic along. Gives what that means for a
        kiosk's printer."""
        topic.connections.discard(connection)
        gone = None
        if actor.role is Role.KIOSK:
            gone = self._printers.left(actor.name, self._clock())
            self._tell_supervisors(gone)
        if topic.name:
            self._watch.left(topic.name, self._clock())
        if not topic.connections:
            del self._topics[topic.key]
            self._paces[topic.role].dirty.discard(topic)
        return gone

    def beat(self) -> None:
        """Tell everyone that the hub is alive, and look again at what depends on the hour."""
        frame = _encode(m.Beat(self._hall.seq, self.now()))
        for topic in self._topics.values():
            self._send(topic, frame)
        timed = [topic for topic in self._topics.values() if topic.role in _TIMED]
        self._hall.when_settled(functools.partial(self._mark, timed))

    def reported(self, topic: Topic, report: m.ReportFrame) -> None:
        """A display says what it shows."""
        self._watch.reported(topic.name, report, self._clock())

    def look(self) -> list[Change]:
        """Judge every display, and tell supervisors if that changes what they see."""
        with contextlib.suppress(StorageError):  # who was enrolled a second ago still is
            self._known = self._enrolled()
        expected = displays(self._hall.state).union(self._known)
        changes = self._watch.look(expected, self._clock())
        found = self._watch.troubles(), self._watch.hushed()
        if found != (self.troubles, self.hushed):
            self.troubles, self.hushed = found
            self._tell_supervisors(found)
        return changes

    def printer_told(self, name: str, state: m.PrinterState) -> PrinterChange | None:
        """A kiosk says how its printer is: supervisors see it at once."""
        change = self._printers.told(name, state, self._clock())
        self._tell_supervisors(change)
        return change

    def printers(self) -> Mapping[str, Told]:
        """Every kiosk's printer."""
        return self._printers.known(self._clock())

    def _tell_supervisors(self, news: object) -> None:
        """What they see beside the hall has changed, if there are news."""
        if news is not None:
            told = [one for one in self._topics.values() if one.role is Role.SUPERVISOR]
            self._hall.when_settled(functools.partial(self._mark, told))

    def to_begin_anew(self) -> list[tuple[str, list[ServerConnection]]]:
        """Displays that show what is old and do not get out of it by themselves, with all their
        connections."""
        names = self._watch.to_begin_anew(self._clock())
        return [
            (
                name,
                [
                    one
                    for topic in self._topics.values()
                    if topic.name == name
                    for one in topic.connections
                ],
            )
            for name in names
        ]

    def frame_ages(self) -> dict[str, float]:
        """Seconds since each connected display drew a frame."""
        return self._watch.frame_ages(self._clock())

    def stop(self) -> None:
        """Send nothing more."""
        for pace in self._paces.values():
            if pace.due is not None:
                pace.due.cancel()

    def _heard(self, concern: Concern) -> None:
        """A batch is on disk: mark whom it concerns."""
        self._mark([topic for topic in self._topics.values() if self._concerns(topic, concern)])

    def _concerns(self, topic: Topic, concern: Concern) -> bool:
        state = self._hall.state
        if topic.ticket is not None:
            ticket = state.tickets.get(topic.ticket)
            if ticket is None or ticket.service in concern.lines or concern.everyone:
                return True
            return ticket.line in concern.lines or ticket.id in concern.tickets
        if topic.role is Role.COUNTER and topic.counter is not None and not concern.everyone:
            lines = state.lines_of(topic.counter)
            return topic.counter in concern.counters or not concern.lines.isdisjoint(lines)
        return True

    def _mark(self, topics: Iterable[Topic]) -> None:
        """These have something new to show: now, or as soon as their role's pace allows."""
        loop = asyncio.get_running_loop()
        for topic in topics:
            self._paces[topic.role].dirty.add(topic)
        for role, pace in self._paces.items():
            if not pace.dirty or pace.due is not None:
                continue
            wait = max(0.0, pace.last + PACE_S[role] - loop.time())
            publish = functools.partial(self._publish, pace)
            if wait:
                pace.due = loop.call_later(wait, self._hall.when_settled, publish)
            else:
                self._hall.when_settled(publish)

    def _publish(self, pace: _Pace) -> None:
        """Send a role's dirty topics their views, if changed; runs while the state is settled.

        All views are computed before the first is sent: in turns, each would find the processor's
        caches full of the other's work.
        """
        pace.due = None
        dirty, pace.dirty = pace.dirty, set()
        now = self._clock()
        head = b'{"type":"view","seq":%d,"view":' % self._hall.seq
        boards: _Boards = {}
        changed = []
        for topic in dirty:
            shown = self._shown(topic.actor, now, boards)
            if isinstance(shown, Refusal):
                for connection in topic.connections:
                    self._end(connection, shown)
                continue
            encoded, headline = shown
            if encoded != topic.view:
                topic.view = encoded
                changed.append((topic, head + encoded + b"}"))
                if topic.name:
                    self._watch.sent(topic.name, self._hall.seq, now, headline)
        if changed:
            pace.last = asyncio.get_running_loop().time()
        for topic, frame in changed:
            self._send(topic, frame)

    def _shown(
        self, actor: Actor, now: Instant, boards: _Boards
    ) -> tuple[bytes, Headline] | Refusal:
        """A view as it is sent, with a display's headline; `boards` has those of this moment."""
        state = self._hall.state
        if actor.role is not Role.DISPLAY:
            shown = view(state, actor, now, self.troubles, self.printers(), self.hushed)
            return shown if isinstance(shown, Refusal) else (_encode(shown), _NO_HEADLINE)
        plan = plan_of(state, actor.name)
        if plan not in boards:
            wall = board(state, plan, now)
            boards[plan] = _encode(wall), _headline(wall)
        return boards[plan]

    def _send(self, topic: Topic, frame: bytes) -> None:
        """Send to all of a topic, and drop who reads too slowly: the wire has no backpressure."""
        for connection in wire.send(topic.connections, frame, topic.buffer):
            self._drop(connection)


def _headline(wall: m.DisplayView) -> Headline:
    """What a wall says above all else: its picture must change with it.

    A panel says who is at its counter; with nobody there it may still show who was called last.
    """
    if wall.emergency:
        return Headline(wall.emergency)
    if wall.plan.layout is Layout.COUNTER:
        return Headline(" ".join(one.ticket for one in wall.counters if one.ticket))
    if not wall.calls:
        return _NO_HEADLINE
    newest = wall.calls[0]
    return Headline(f"{newest.number} {newest.counter}", newest.call)
