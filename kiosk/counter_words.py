"""Counters as a line of text. Pure."""

from shared.i18n import n_
from shared.model import CounterNumber


def counters_text(counters: tuple[CounterNumber, ...], between: str = " · ") -> str:
    """`4 · 5 · 6`, in a sentence `4, 5, 6`; runs are drawn together where there are many:
    `1–4 · 9`."""
    if len(counters) <= 3:
        return between.join(str(number) for number in counters)
    runs: list[list[int]] = []
    for number in sorted(counters):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return between.join(f"{run[0]}–{run[-1]}" if run[1:] else str(run[0]) for run in runs)


def served_at(counters: tuple[CounterNumber, ...]) -> str:
    """Where a number is served, as a sentence."""
    text = n_("Phục vụ tại quầy {counters}.", len(counters))
    return text.format(counters=counters_text(counters, ", "))


def counters_named(counters: tuple[CounterNumber, ...]) -> str:
    """The counters by what they are."""
    return n_("Quầy {counters}", len(counters)).format(counters=counters_text(counters, ", "))
