"""`python -m bench [--only NAME …]`: measure, print a table, write out/bench.json.

It ends with 1 when a figure misses its target.

A name is a measurement or one of its figures. Each runs by itself, one after another, for they
share two cores.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench import fanout, hall, lookup, queue, screens

OUT = Path(__file__).resolve().parents[1] / "out" / "bench.json"

Measurement = Callable[[], dict[str, float]]

MEASUREMENTS: dict[Measurement, tuple[str, ...]] = {
    queue.issue_per_s: ("issue_per_s", "issue_of_journal"),
    queue.ack_ms: ("ack_ms_p99",),
    fanout.fanout: ("fanout_ms_p99", "fanout_of_bare"),
    fanout.hub_rss: ("hub_rss_mb",),
    queue.hub_ready: ("hub_ready_s",),
    queue.issue_growth: ("issue_growth",),
    screens.call_to_pixel: ("call_to_pixel_ms_p99", "display_idle_cpu_pct"),
    screens.tap_to_paper: ("tap_to_paper_ms_p99", "kiosk_idle_cpu_pct"),
    hall.board_update: ("board_update_ms_p99",),
    hall.touch_to_feedback: ("touch_to_feedback_ms_p99", "kiosk_ready_s"),
    hall.gallery: ("gallery_s",),
    lookup.scan_to_status: ("scan_to_status_ms_p99",),
    lookup.issue_while_down: ("lookup_while_down_issue_ms_p99",),
}

TARGETS: dict[str, tuple[str, float]] = {
    "issue_per_s": (">=", 8_000),
    "issue_of_journal": (">=", 0.4),
    "ack_ms_p99": ("<=", 20),
    "fanout_ms_p99": ("<=", 25),
    "fanout_of_bare": ("<=", 1.25),
    "call_to_pixel_ms_p99": ("<=", 60),
    "tap_to_paper_ms_p99": ("<=", 100),
    "kiosk_idle_cpu_pct": ("<=", 2),
    "display_idle_cpu_pct": ("<=", 2),
    "board_update_ms_p99": ("<=", 30),
    "touch_to_feedback_ms_p99": ("<=", 50),
    "kiosk_ready_s": ("<=", 3),
    "gallery_s": ("<=", 60),
    "scan_to_status_ms_p99": ("<=", 300),
    "lookup_while_down_issue_ms_p99": ("<=", 25),
    "hub_ready_s": ("<=", 1),
    "hub_rss_mb": ("<=", 200),
    "issue_growth": ("<=", 1.1),
}


def main() -> int:
    """Run what is asked for, all by default; the exit code is 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="a figure, e.g. issue_per_s"
    )
    names: list[str] = parser.parse_args().only
    known = {name for figures in MEASUREMENTS.values() for name in figures}
    strange = [name for name in names if name not in known]
    if strange:
        print(f"no such figure: {', '.join(strange)}; there are {', '.join(sorted(known))}")
        return 2
    found, missed = _read(), []
    print(f"{'figure':<28}{'measured':>12}   target")
    for measure, figures in MEASUREMENTS.items():
        if not names or set(names) & set(figures):
            values = measure()
            found |= values
            for name, value in values.items():
                verdict = _verdict(name, value)
                print(f"{name:<28}{value:>12,.3f}   {verdict}", flush=True)
                missed += [name] if verdict.endswith("MISSED") else []
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    print(f"written to {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}")
    if missed:
        print(f"missed: {', '.join(missed)}")
    return 1 if missed else 0


def _read() -> dict[str, float]:
    """The figures of earlier runs, so that ONLY= renews one and keeps the rest."""
    if not OUT.is_file():
        return {}
    return msgspec.json.decode(OUT.read_bytes(), type=dict[str, float])


def _verdict(name: str, value: float) -> str:
    if name not in TARGETS:
        return ""
    sign, target = TARGETS[name]
    met = value >= target if sign == ">=" else value <= target
    return f"{sign} {target:,g}  {'met' if met else 'MISSED'}"


if __name__ == "__main__":
    sys.exit(main())
