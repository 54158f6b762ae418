"""Counters as a line of text. Pure."""

from shared.model import CounterNumber


def counters_text(counters: tuple[CounterNumber, ...]) -> str:
    """`4 · 5 · 6`; runs are drawn together where there are many: `1–4 · 9`."""
    if len(counters) <= 3:
        return " · ".join(str(number) for number in counters)
    runs: list[list[int]] = []
    for number in sorted(counters):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return " · ".join(f"{run[0]}–{run[-1]}" if run[1:] else str(run[0]) for run in runs)
