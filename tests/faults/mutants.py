"""Known ways to spoil the programs, switched on one at a time to see that the tests can fail.

Each puts another function in the place of one of the programs', from outside and in a test's own
process: the programs have no switch for any of this. `caught_by` is the smallest test that finds
it, and `says` a pattern of what that test says then, so that a mutant that merely breaks something
else does not count as caught. `in_hub`: only the hubs that a nursery bears are spoilt.
"""

import copy
from bisect import insort
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

import hub.backup
import hub.backups
import hub.database
import hub.hall
import hub.lost
import hub.recovery
import hub.steady
from deploy.hall import cups
from display import board
from hub.engine import calendar, decide, desk, events as e, evolve
from hub.engine.refusal import Refusal
from hub.engine.state import State, Ticket
from hub.hall import Hall
from hub.journal import sqlite
from hub.journal.base import Answer, Entry
from hub.journal.sqlite import SqliteJournal
from hub.topics import Topic, Topics
from kiosk import ticket_flow
from kiosk.moves import Print
from shared.link import Link
from shared.messages import DisplayView, IssueTicket, OpenDay
from shared.model import Instant, RequestId, Seq, TicketState
from shared.results import Issued

KILLS = "tests/faults/test_kills.py::test_a_killed_hub_loses_nothing_and_does_nothing_twice"
CUTS = "tests/faults/test_cuts.py::test_what_was_acknowledged_before_a_power_cut_is_there_after_it"
CUT_ANYWHERE = (
    "tests/faults/test_cuts.py::test_a_connection_keeps_what_it_committed_wherever_it_is_cut"
)
LOSSES = "tests/faults/test_losses.py::test_what_a_copy_has_is_kept_and_no_number_is_given_twice"
RESTORE = "tests/hub/test_backup.py::test_a_restored_hub_is_a_new_life_that_gives_no_number_twice"
NEWEST = (
    "tests/hub/test_backups.py"
    "::test_the_one_with_most_in_it_is_chosen_though_the_clock_was_a_day_wrong[24-23-True]"
)
BATCH = (
    "tests/hub/journal/test_contract.py"
    "::test_answering_a_request_twice_is_a_bug_and_nothing_of_the_batch_is_kept[sqlite]"
)
PACE = (
    "tests/hub/test_realtime.py"
    "::test_what_changes_sooner_than_a_role_is_told_is_told_later_and_not_never"
)
JUMP = (
    "tests/faults/test_clock.py"
    "::test_a_clock_that_jumps_for_a_while_costs_nobody_their_place[a day on]"
)
CLOCK = "tests/hub/engine/test_calendar.py::test_a_clock_set_back_opens_no_second_day"
LEDGER = "tests/kiosk/test_thermal.py::test_a_job_that_was_printed_is_completed_again_without_paper"
MIDDLE = (
    "tests/faults/test_printing.py::test_in_the_middle_of_a_ticket_trouble_is_known_within_1_s"
    "_and_one_paper_comes_after_it[network-paper_out-paper_in-no_paper]"
)
MUTE = (
    "tests/faults/test_printing.py"
    "::test_a_printer_that_answers_nothing_is_told_to_be_mute_and_its_tickets_are_only_sent"
)
LATE_ANSWER = "tests/kiosk/test_flow.py::test_an_answer_to_nobodys_wish_is_cancelled"


class Mutant(msgspec.Struct, frozen=True):
    """One of them."""

    install: Callable[[], None]
    caught_by: str
    says: str
    in_hub: bool = False


MUTANTS: dict[str, Mutant] = {}
"""By name; the function's docstring says what is wrong with it."""

installed: str | None = None
"""The one that spoils this process, or the hubs that it has borne."""

Install = Callable[[], None]


def install(name: str) -> None:
    """Switch one on for good."""
    global installed
    installed = name
    if not MUTANTS[name].in_hub:
        MUTANTS[name].install()


def mutant(caught_by: str, says: str, in_hub: bool | None = None) -> Callable[[Install], Install]:
    """Enter one into the table, under the name of the function that installs it."""
    hubs = caught_by == KILLS if in_hub is None else in_hub

    def enter(install: Install) -> Install:
        MUTANTS[install.__name__] = Mutant(install, caught_by, says, hubs)
        return install

    return enter


# --- keeping and telling -------------------------------------------------------------------


@mutant(KILLS, "acknowledged_is_in_the_journal")
def acknowledge_before_commit() -> None:
    """The answer goes out while the disk has yet to keep it."""
    decide_batch = Hall._decide

    def hasty(self: Hall, batch: Any) -> None:
        decide_batch(self, batch)
        for reply, outcome in batch.replies:
            reply(outcome)
        batch.replies.clear()

    Hall._decide = hasty  # type: ignore[method-assign]


@mutant(KILLS, "views_show_what_the_journal_says")
def publish_before_commit() -> None:
    """Screens are shown what the disk has yet to keep."""
    decide_batch = Hall._decide

    def hasty(self: Hall, batch: Any) -> None:
        decide_batch(self, batch)
        self.seq = self.state.seq
        for heard in self._watchers:
            heard(batch.concern)

    Hall._decide = hasty  # type: ignore[method-assign]
    Hall.when_settled = lambda self, act: act()  # type: ignore[method-assign]


@mutant(CUTS, "acknowledged_is_in_the_journal")
def normal_instead_of_full() -> None:
    """SQLite's synchronous=NORMAL: a commit is not on the disk when it returns."""
    hub.database.SYNCHRONOUS["wal"] = ("NORMAL", 1)


@mutant(CUT_ANYWHERE, r"assert \d+ <= \d+")
def full_instead_of_extra() -> None:
    """A registry without EXTRA: a rollback journal that comes back takes the commit away."""
    hub.database.SYNCHRONOUS["delete"] = ("FULL", 2)


@mutant(KILLS, "was done twice")
def no_request_id_check() -> None:
    """A request that comes again is done again."""
    SqliteJournal.answers = lambda self, request_ids: {}  # type: ignore[method-assign]
    sqlite._APPEND_ANSWERS = sqlite._APPEND_ANSWERS.replace("INSERT", "INSERT OR IGNORE", 1)


@mutant(BATCH, r"assert \[Entry")
def answers_kept_in_a_second_transaction() -> None:
    """Between the events and the answers to them there is a moment to die in."""
    append = SqliteJournal.append

    def torn(self: SqliteJournal, entries: Sequence[Entry], answers: Sequence[Answer]) -> None:
        append(self, entries, [])
        append(self, [], answers)

    SqliteJournal.append = torn  # type: ignore[method-assign]


@mutant(KILLS, "acknowledged_is_in_the_journal")
def repeated_answer_made_anew() -> None:
    """Who asks again is told how long the line is now, not what was said before."""
    answers = SqliteJournal.answers

    def anew(self: SqliteJournal, request_ids: Sequence[RequestId]) -> dict[RequestId, Answer]:
        known = answers(self, request_ids)
        for request, one in known.items():
            told = msgspec.json.decode(one.value)
            if told.get("ahead"):
                told["ahead"] = 0
                value = msgspec.json.encode(told).decode()
                known[request] = msgspec.structs.replace(one, value=value)
        return known

    SqliteJournal.answers = anew  # type: ignore[method-assign]


@mutant(KILLS, "the_simple_model_does_the_same")
def newest_event_forgotten_at_start() -> None:
    """A hub that starts folds all of the open day but its last event."""
    open_day = SqliteJournal.open_day

    def short(self: SqliteJournal) -> list[Entry]:
        entries = open_day(self)
        return entries[:-1] if len(entries) > 1 else entries

    SqliteJournal.open_day = short  # type: ignore[method-assign]


@mutant(RESTORE, "assert one.epoch != old")
def epoch_kept_on_restore() -> None:
    """A restored backup claims to be the journal's old life."""
    run = hub.database.Database.run

    def forgetful(self: hub.database.Database, sql: str, *values: object) -> list[Any]:
        return [] if sql.startswith("UPDATE meta SET value") else run(self, sql, *values)

    hub.database.Database.run = forgetful  # type: ignore[method-assign]


@mutant(LOSSES, "was told to two people", in_hub=True)
def lives_before_forgotten() -> None:
    """A hub that goes on from a backup asks only journals of that backup's own life."""
    after = hub.lost.after

    def narrow(end: Any, journal: Path, mark: Any) -> Any:
        told = after(end, Path("none"), None)
        return told if mark is not None and mark.epoch != end.epoch else after(end, journal, mark)

    recovery: Any = hub.recovery
    recovery.after = narrow


@mutant(LOSSES, "was told to two people", in_hub=True)
def numbers_not_moved() -> None:
    """What was given after the copy is given again."""
    recovery: Any = hub.recovery
    recovery.after = lambda end, journal, mark: None


@mutant(NEWEST, "assert .*PosixPath")
def oldest_backup_taken() -> None:
    """A damaged journal is replaced by the backup that has least in it."""
    by_content = hub.backups.by_content
    copies: Any = hub.backups
    copies.by_content = lambda folder, epoch=None: by_content(folder, epoch)[::-1]


# --- numbers, order, calls -----------------------------------------------------------------


@mutant(KILLS, "numbers_are_unique_and_without_gaps")
def number_after_the_last_who_waits() -> None:
    """The next number is one more than the largest that still waits."""
    issue = decide._issue

    def counted(state: State, wish: Any, command: IssueTicket, now: Instant) -> Any:
        decision = issue(state, wish, command, now)
        if isinstance(decision, Refusal):
            return decision
        [event] = decision
        assert isinstance(event, e.TicketIssued)
        waiting = [
            int(one.number.removeprefix(event.prefix))
            for one in state.tickets.values()
            if one.state is TicketState.WAITING and one.number.startswith(event.prefix)
        ]
        ordinal = max(waiting, default=0) + 1
        number = f"{event.prefix}{ordinal:03d}"
        return [msgspec.structs.replace(event, ordinal=ordinal, number=number)]

    decide._issue = counted


@mutant(KILLS, "nobody_was_passed_over_but_by_the_rule")
def order_by_number() -> None:
    """Lines stand in the order of the numbers, whoever has a head start or comes back."""
    Ticket.place = property(lambda self: (self.number, self.joined, self.id))  # type: ignore


@mutant(KILLS, "nobody_was_passed_over_but_by_the_rule")
def last_come_first_served() -> None:
    """Among equals the newest is called first."""
    desk._head = lambda state, line, now: line[-1] if line else None


@mutant(KILLS, "was called after its end|views_show_what_the_journal_says")
def cancelled_ticket_called() -> None:
    """Who gives a number up stays in line."""
    cancelled = evolve._EVOLVE[e.TicketCancelled]

    def undead(state: State, event: e.TicketCancelled, seq: Seq, at: Instant) -> None:
        ticket = state.tickets[event.ticket]
        waited = ticket.state is TicketState.WAITING
        cancelled(state, event, seq, at)
        if waited and event.by != "day_closed":
            insort(state.lines.setdefault(ticket.line, []), ticket.place)

    evolve._EVOLVE[e.TicketCancelled] = undead


@mutant(KILLS, "numbers_are_unique_and_without_gaps")
def batch_decided_on_one_state() -> None:
    """All commands of a batch are decided on the state before it, as two workers would."""
    decide_batch, decide_one = Hall._decide, decide.decide
    before: list[State] = []

    def remembered(self: Hall, batch: Any) -> None:
        before[:] = [copy.deepcopy(self.state)]
        decide_batch(self, batch)

    Hall._decide = remembered  # type: ignore[method-assign]
    hall: Any = hub.hall
    hall.decide = lambda state, wish, now: decide_one(before[0], wish, now)


@mutant(CLOCK, "OpenDay")
def day_from_the_clock() -> None:
    """Whatever date the machine shows is the business day."""

    def shown(state: State, now: Instant) -> OpenDay | None:
        today = state.local(now).date().isoformat()
        return OpenDay(today) if state.day != today else None

    calendar.due = shown


@mutant(JUMP, "assert .* == ")
def every_jump_believed() -> None:
    """The hub's clock goes along with whatever the machine's does."""
    hub.steady.JUMP_MS = 10**15


# --- what screens are shown ----------------------------------------------------------------


@mutant(PACE, "TimeoutError")
def view_dropped_when_too_many() -> None:
    """A view that comes sooner than its role's pace allows is not sent later, but never."""
    mark = Topics._mark

    def forgetful(self: Topics, topics: Iterable[Topic]) -> None:
        mark(self, topics)
        for pace in self._paces.values():
            if pace.due is not None:
                pace.due.cancel()
                pace.due = None
                pace.dirty.clear()

    Topics._mark = forgetful  # type: ignore[method-assign]


@mutant(KILLS, "ended with the view of seq")
def lines_of_others_not_told() -> None:
    """A change of a line is told to nobody but the counter that made it."""
    concerns = Topics._concerns

    def narrow(self: Topics, topic: Topic, concern: Any) -> bool:
        if topic.counter is not None and not concern.everyone:
            return topic.counter in concern.counters
        return concerns(self, topic, concern)

    Topics._concerns = narrow  # type: ignore[method-assign]


@mutant(KILLS, "a_display_speaks_a_call_once", in_hub=False)
def announced_anew_after_a_reconnect() -> None:
    """A display takes every call that it is shown for a new one."""
    react = board.react

    def forgetful(old: board.Board, view: DisplayView, now: Instant, announced: Any = None) -> Any:
        return react(msgspec.structs.replace(old, known=()), view, now, announced)

    board.react = forgetful


@mutant(KILLS, "nothing_was_done_that_nobody_asked_for", in_hub=False)
def new_request_id_on_every_retry() -> None:
    """The link asks under another id after a reconnect, so that the hub cannot know it again."""
    welcomed = Link._welcome

    def renewed(self: Link[Any], socket: Any, welcome: Any) -> None:
        for request, (text, answer) in list(self._asked.items()):
            other = RequestId(request[:-4] + "ffff")
            if other != request:
                self._asked[other] = (text.replace(request, other), answer)
        welcomed(self, socket, welcome)

    Link._welcome = renewed  # type: ignore[method-assign]


@mutant(LATE_ANSWER, "CancelTicket")
def printed_twice_on_a_retry() -> None:
    """A kiosk prints whatever ticket it is answered, wanted still or printed already."""
    answered = ticket_flow.answered

    def prints(flow: Any, request_id: RequestId, issued: Issued, now: Instant) -> Any:
        flow, effects = answered(flow, request_id, issued, now)
        if not any(isinstance(effect, Print) for effect in effects):
            effects = (Print(ticket_flow._paper(flow, issued)),)
        return flow, effects

    ticket_flow.answered = prints


# --- paper ---------------------------------------------------------------------------------

_folders: list[TemporaryDirectory[str]] = []
"""Of spoilt backends, until this process ends."""


def _spoil_backend(right: str, wrong: str) -> None:
    """CUPS runs the backend as a program of its own: it is given another file."""
    text = cups.BACKEND.read_text(encoding="utf-8")
    assert right in text
    _folders.append(TemporaryDirectory(prefix="motcua-spoilt-"))
    spoilt = Path(_folders[-1].name) / cups.BACKEND.name
    spoilt.write_text(text.replace(right, wrong), encoding="utf-8")
    cups.BACKEND = spoilt


@mutant(LEDGER, r"\(0, 2\) == \(0, 1\)")
def job_begun_again() -> None:
    """The backend looks at no ledger: a CUPS that was killed prints its job again."""
    _spoil_backend("    if not verdict:", "    if True:")


@mutant(MIDDLE, "not in time: no_paper is known")
def ticket_in_one_piece() -> None:
    """The whole ticket is sent at once: a printer that stops in it cannot be asked why."""
    _spoil_backend("[_UNASKED_OFF, *bands(data)]", "[_UNASKED_OFF, data]")


@mutant(MUTE, r"TicketPrinted\(.*TicketSent\(")
def completed_is_printed() -> None:
    """What CUPS calls completed counts as printed, whatever the printer has said."""
    from kiosk.devices.printer import CupsPrinter  # needs pycups

    CupsPrinter._verdict = lambda self, state, facts, code: "ok" if state == 9 else code  # type: ignore[method-assign]
