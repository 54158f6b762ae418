"""Figures for Prometheus, in a registry of their own; the other modules only call methods."""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hub.engine.events import Event
from hub.engine.state import State
from hub.printers import Told
from hub.screens import Trouble
from shared.messages import PrinterState, ScreenFault
from shared.model import Instant, Role

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0)
_LOOKUP_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 4.0, 6.0)
_NOT_SENT = frozenset({"open", "busy", "closed"})
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """What the hub counts about itself: fits hub.hall.Meter, hub.realtime.Gauge
    and hub.dossiers.client.Meter."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._events = Counter(
            "motcua_events",
            "Events kept in the journal, by kind: ticket_issued, ticket_called, ...",
            ["kind"],
            registry=self.registry,
        )
        self._refusals = Counter(
            "motcua_refusals", "Commands and frames refused", ["code"], registry=self.registry
        )
        self._waiting = Gauge(
            "motcua_waiting", "People waiting", ["service"], registry=self.registry
        )
        self._connections = Gauge(
            "motcua_connections", "Live connections", ["role"], registry=self.registry
        )
        self._commit = Histogram(
            "motcua_commit_seconds",
            "From taking a batch of commands to having it on disk",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._batch = Histogram(
            "motcua_commit_commands",
            "Commands in one batch",
            buckets=_SIZES,
            registry=self.registry,
        )
        self._dossier_requests = Counter(
            "motcua_dossier_requests",
            "Requests to the e-one-stop system: found, not_found, or why there was no answer",
            ["outcome"],
            registry=self.registry,
        )
        self._dossier_seconds = Histogram(
            "motcua_dossier_seconds",
            "One request to the e-one-stop system, with waiting, token and second try",
            buckets=_LOOKUP_SECONDS,
            registry=self.registry,
        )
        self._dossier_breaker = Gauge(
            "motcua_dossier_breaker_open",
            "1 while the e-one-stop system fails and is left alone",
            registry=self.registry,
        )
        self._lookups = Counter(
            "motcua_lookups",
            "Questions about dossiers by what they were told: a finding, or why it was refused",
            ["outcome"],
            registry=self.registry,
        )
        self._lookup_alarm = Gauge(
            "motcua_lookup_alarm",
            "1 while phones may not look up, because there were too many misses",
            registry=self.registry,
        )
        self._display_fault = Gauge(
            "motcua_display_fault",
            "1 for what is wrong with a display: gone, mute, frozen, stale or silent",
            ["display", "fault"],
            registry=self.registry,
        )
        self._display_frame_age = Gauge(
            "motcua_display_frame_age_seconds",
            "Since a connected display drew a frame, by its last report",
            ["display"],
            registry=self.registry,
        )
        self._printer = Gauge(
            "motcua_printer",
            "1 for how a kiosk's printer is: ready, no_paper, mute, ...; unknown: no kiosk",
            ["kiosk", "state"],
            registry=self.registry,
        )
        self._by_type: dict[type, Counter] = {}
        self._erasure = Gauge(
            "motcua_erasure_failed",
            "1 while what had to be erased could not be",
            registry=self.registry,
        )
        self._standby_behind = Gauge(
            "motcua_standby_behind_events",
            "Events that a standby did not have when it last asked",
            ["standby"],
            registry=self.registry,
        )
        self._standby_age = Gauge(
            "motcua_standby_age_seconds",
            "Since a standby last had everything; none is told of before it has",
            ["standby"],
            registry=self.registry,
        )
        self._damaged = Gauge(
            "motcua_journal_damaged",
            "1 when the journal in use was found damaged beside the hub's work",
            registry=self.registry,
        )
        self._put_aside = Gauge(
            "motcua_damaged_folders",
            "Folders of damaged files that the hub has put aside and replaced by a backup",
            registry=self.registry,
        )
        self._beside = Counter(
            "motcua_beside_failures",
            "Failures of what goes on beside the hall: backups, erasure, the list of procedures",
            registry=self.registry,
        )
        self._backup_failed = Gauge(
            "motcua_backup_failed",
            "1 while the newest attempt to make a backup failed",
            registry=self.registry,
        )
        for role in Role:
            self._connections.labels(role.value)

    def committed(self, events: list[Event], commands: int, seconds: float) -> None:
        """A batch is on disk."""
        self._commit.observe(seconds)
        self._batch.observe(commands)
        for event in events:
            kind = type(event)
            counter = self._by_type.get(kind)
            if counter is None:
                tag = kind.__struct_config__.tag
                counter = self._by_type[kind] = self._events.labels(str(tag))
            counter.inc()

    def refused(self, code: str) -> None:
        """A command or a frame was not granted."""
        self._refusals.labels(code).inc()

    def connected(self, role: Role, change: int) -> None:
        """One more (+1) or one less (-1) of a role."""
        self._connections.labels(role.value).inc(change)

    def asked(self, outcome: str, seconds: float) -> None:
        """A request to the e-one-stop system ended, or was not sent at all."""
        self._dossier_requests.labels(outcome).inc()
        if outcome not in _NOT_SENT:
            self._dossier_seconds.observe(seconds)

    def breaker(self, open: bool) -> None:
        """The e-one-stop system is left alone, or asked again."""
        self._dossier_breaker.set(int(open))

    def looked_up(self, outcome: str) -> None:
        """A question about a dossier was answered, or refused."""
        self._lookups.labels(outcome).inc()

    def displays(
        self, troubles: Mapping[str, Trouble | None], frame_ages: Mapping[str, float]
    ) -> None:
        """What is wrong with each display now, and seconds since it drew a frame."""
        self._display_fault.clear()
        self._display_frame_age.clear()
        for name, trouble in troubles.items():
            for fault in ScreenFault:
                here = trouble is not None and trouble[0] is fault
                self._display_fault.labels(name, fault.value).set(int(here))
        for name, age in frame_ages.items():
            self._display_frame_age.labels(name).set(age)

    def printers(self, known: Mapping[str, Told]) -> None:
        """How each kiosk's printer is now."""
        self._printer.clear()
        for name, told in known.items():
            for state in (*PrinterState, None):
                word = state.value if state else "unknown"
                self._printer.labels(name, word).set(int(told.state is state))

    def lookup_alarm(self, on: Callable[[], bool]) -> None:
        """Where to ask, for every page, whether phones are paused."""
        self._lookup_alarm.set_function(on)

    def backups(self, age_s: Callable[[], float], failed: Callable[[], bool]) -> None:
        """Where to ask, for every page, how long ago all was in a backup, and whether the last
        attempt failed; a hub that makes none has no such age."""
        age = Gauge(
            "motcua_backup_age_seconds",
            "Since everything was in a checked backup; +Inf: never",
            registry=self.registry,
        )
        age.set_function(age_s)
        self._backup_failed.set_function(lambda: float(failed()))

    def erasure(self, failed: bool) -> None:
        """The last look at what is due to go."""
        self._erasure.set(int(failed))

    def beside_failed(self) -> None:
        """What goes on beside the hall has failed, and begins again."""
        self._beside.inc()

    def journal_damaged(self) -> None:
        """The journal in use is damaged."""
        self._damaged.set(1)

    def put_aside(self, folders: Callable[[], int]) -> None:
        """Where to ask, for every page, how many folders of damaged files there are."""
        self._put_aside.set_function(folders)

    def clock(self, ahead_s: Callable[[], float]) -> None:
        """Where to ask, for every page, how far the machine's clock has jumped ahead of ours."""
        ahead = Gauge(
            "motcua_clock_ahead_seconds",
            "By how much the machine's clock is ahead of the hub's; 0 while it is believed",
            registry=self.registry,
        )
        ahead.set_function(ahead_s)

    def followed(self, standby: str, behind: int, clock: Callable[[], Instant]) -> None:
        """A standby has everything but so many events."""
        self._standby_behind.labels(standby).set(behind)
        if not behind:
            whole_at = clock()
            age = self._standby_age.labels(standby)
            age.set_function(lambda: (clock() - whole_at) / 1000)

    def page(self, state: State) -> bytes:
        """Everything in Prometheus' text format, with the lines' lengths of this moment."""
        for service in state.site.services:
            self._waiting.labels(service.id).set(len(state.line(service.id)))
        return generate_latest(self.registry)
