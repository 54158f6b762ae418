"""Judging what clients were told and shown by what the journal says: every rule in one pass.

A rule looks at a case and yields its faults, a sentence each; a sound case has none.
"""

from collections.abc import Callable, Iterator

from tests.faults import shown, told, written
from tests.faults.case import Case

Rule = Callable[[Case], Iterator[str]]

RULES: tuple[Rule, ...] = (
    written.journal_has_no_gap,
    told.acknowledged_is_in_the_journal,
    told.one_request_has_one_result,
    told.no_number_was_told_twice,
    told.later_requests_come_later,
    written.numbers_are_unique_and_without_gaps,
    written.nothing_was_done_that_nobody_asked_for,
    written.a_ticket_has_one_effective_call,
    written.calls_are_counted_without_gaps,
    written.nobody_was_passed_over_but_by_the_rule,
    written.the_simple_model_does_the_same,
    shown.subscribers_saw_seq_rise,
    shown.views_show_what_the_journal_says,
    shown.a_display_speaks_a_call_once,
    shown.subscribers_ended_with_the_hubs_view,
    shown.every_ticket_is_accounted_for,
)


def faults(case: Case) -> list[str]:
    """Everything that is wrong, by rule; an empty list for a sound case."""
    found: list[str] = []
    for rule in RULES:
        try:
            found += [f"{rule.__name__}: {fault}" for fault in rule(case)]
        except Exception as error:  # a journal or history so wrong that the rule cannot follow it
            found.append(f"{rule.__name__}: cannot be judged: {error!r}")
    return found
