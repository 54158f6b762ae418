"""Who is shown what: topics, their members, and when their views go out.

A topic is a role, a role's counter, or a ticket. Its view is computed and encoded once for all
its members, and sent only when its bytes have changed.
"""

import asyncio
import functools
from collections.abc import Callable, Iterable

import msgspec
from websockets.asyncio.server import ServerConnection
from websockets.protocol import State

from hub import wire
from hub.engine.concern import Concern
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.engine.views import view
from hub.hall import Hall
from shared import messages as m
from shared.model import CounterNumber, Instant, Role, TicketId

Topic = tuple[Role, CounterNumber | None, TicketId | None]

PACE_S = {
    Role.DISPLAY: 0.02,
    Role.COUNTER: 0.02,
    Role.TICKET: 0.05,
    Role.KIOSK: 0.2,
    Role.SUPERVISOR: 0.2,
}
"""A role's views go out at once, but not more often than this: under load only the newest matters.
A call must reach the wall in the same breath; a kiosk's line lengths may lag by a blink."""

BUFFER_STAFF = 64 * 1024
BUFFER_PHONE = 16 * 1024
"""Bytes a slow reader may owe before it is sent away, to come back to a fresh view."""

_TIMED = (Role.KIOSK, Role.DISPLAY)
"""Roles whose view depends on the hour, so it is looked at again with every beat."""

_encode = msgspec.json.Encoder().encode


class _Members:
    """A topic's connections, and the view they were last sent."""

    def __init__(self) -> None:
        self.connections: set[ServerConnection] = set()
        self.view = b""


class _Pace:
    """What a role waits to be sent, and when it was last sent something."""

    def __init__(self) -> None:
        self.dirty: set[Topic] = set()
        self.due: asyncio.TimerHandle | None = None
        self.last = 0.0


class Topics:
    """All that are connected, by what they are shown. `drop` sends a slow reader away."""

    def __init__(
        self,
        hall: Hall,
        clock: Callable[[], Instant],
        drop: Callable[[ServerConnection], None],
    ) -> None:
        self._hall = hall
        self._clock = clock
        self._drop = drop
        self._topics: dict[Topic, _Members] = {}
        self._paces = {role: _Pace() for role in Role}
        hall.watch(self._heard)

    def now(self) -> str:
        """The hall's time, as frames write it."""
        return self._hall.state.iso(self._clock())

    def join(self, connection: ServerConnection, actor: Actor) -> Topic | Refusal:
        """Welcome a connection into its topic. Call it while the state is settled."""
        shown = view(self._hall.state, actor, self._clock())
        if isinstance(shown, Refusal):
            return shown
        topic = (actor.role, actor.counter, actor.ticket)
        members = self._topics.setdefault(topic, _Members())
        members.connections.add(connection)
        encoded = _encode(shown)
        site = self._hall.site
        welcome = m.Welcome(
            site=m.SiteInfo(site.id, site.name, site.timezone),
            epoch=self._hall.epoch,
            seq=self._hall.seq,
            at=self.now(),
            view=msgspec.Raw(encoded),
        )
        wire.send((connection,), _encode(welcome))
        if not members.view:
            members.view = encoded
        elif members.view != encoded:
            self._mark((topic,))  # the others have not had this view yet
        return topic

    def leave(self, connection: ServerConnection, topic: Topic) -> None:
        """The connection is gone; the last one takes its topic along."""
        members = self._topics[topic]
        members.connections.discard(connection)
        if not members.connections:
            del self._topics[topic]
            self._paces[topic[0]].dirty.discard(topic)

    def beat(self) -> None:
        """Tell everyone that the hub is alive, and look again at what depends on the hour."""
        frame = _encode(m.Beat(self._hall.seq, self.now()))
        for (role, _counter, _ticket), members in self._topics.items():
            wire.send(members.connections, frame)
            self._shed(members.connections, role)
        timed = [topic for topic in self._topics if topic[0] in _TIMED]
        self._hall.when_settled(functools.partial(self._mark, timed))

    def stop(self) -> None:
        """Send nothing more."""
        for pace in self._paces.values():
            if pace.due is not None:
                pace.due.cancel()

    def _heard(self, concern: Concern) -> None:
        """A batch is on disk: mark whom it concerns."""
        self._mark([topic for topic in self._topics if self._concerns(topic, concern)])

    def _concerns(self, topic: Topic, concern: Concern) -> bool:
        role, counter, ticket_id = topic
        if concern.everyone or role in (Role.KIOSK, Role.DISPLAY, Role.SUPERVISOR):
            return True
        state = self._hall.state
        if role is Role.COUNTER and counter is not None:
            return counter in concern.counters or not concern.lines.isdisjoint(
                state.lines_of(counter)
            )
        ticket = state.tickets.get(ticket_id) if ticket_id is not None else None
        if ticket is None or ticket_id in concern.tickets:
            return True
        return ticket.line in concern.lines or ticket.service in concern.lines

    def _mark(self, topics: Iterable[Topic]) -> None:
        """These have something new to show: now, or as soon as their role's pace allows."""
        loop = asyncio.get_running_loop()
        roles = set()
        for topic in topics:
            self._paces[topic[0]].dirty.add(topic)
            roles.add(topic[0])
        for role in roles:
            pace = self._paces[role]
            if pace.due is not None:
                continue
            wait = max(0.0, pace.last + PACE_S[role] - loop.time())
            publish = functools.partial(self._publish, role)
            if wait:
                pace.due = loop.call_later(wait, self._hall.when_settled, publish)
            else:
                self._hall.when_settled(publish)

    def _publish(self, role: Role) -> None:
        """Send a role's dirty topics their views, if changed; runs while the state is settled."""
        pace = self._paces[role]
        pace.due = None
        pace.last = asyncio.get_running_loop().time()
        dirty, pace.dirty = pace.dirty, set()
        now = self._clock()
        head = b'{"type":"view","seq":%d,"view":' % self._hall.seq
        for topic in dirty:
            members = self._topics.get(topic)
            if members is None:
                continue
            _role, counter, ticket = topic
            shown = view(self._hall.state, Actor(role, "", counter, ticket), now)
            if isinstance(shown, Refusal):
                # The day that this ticket belonged to is over; its page has said so already.
                continue
            encoded = _encode(shown)
            if encoded == members.view:
                continue
            members.view = encoded
            wire.send(members.connections, head + encoded + b"}")
            self._shed(members.connections, role)

    def _shed(self, connections: set[ServerConnection], role: Role) -> None:
        """Close those who read too slowly: the wire has no backpressure of its own."""
        cap = BUFFER_PHONE if role is Role.TICKET else BUFFER_STAFF
        for connection in connections:
            if connection.state is not State.OPEN:
                continue
            if connection.transport.get_write_buffer_size() > cap:
                self._drop(connection)
