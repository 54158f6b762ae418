"""What a demonstration has proved: numbers tapped, printed, called, shown and spoken.

Every column comes from a witness of its own: the hub's journal, the dots on the emulator's paper,
the display's picture, the loudspeaker's file.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import zxingcpp
from PIL import Image

SHOWN_WITHIN_S = 10.0
"""A call counts as shown when the display's picture has changed within this time of it."""


class Call(msgspec.Struct, frozen=True):
    """A call as the journal has it; `at` in seconds since 1970."""

    ticket: str
    number: str
    counter: int
    at: float


class Verdict(msgspec.Struct, frozen=True):
    """Ticket numbers by what happened to them; `tapped` are those taken on the kiosk's window."""

    issued: frozenset[str]
    tapped: frozenset[str]
    printed: frozenset[str]
    called: frozenset[str]
    shown: frozenset[str]
    spoken: frozenset[str]

    @property
    def whole(self) -> frozenset[str]:
        """Numbers that went all the way."""
        return self.tapped & self.printed & self.called & self.shown & self.spoken

    def table(self) -> str:
        """The verdict in words, one line a step."""
        lines = [f"{'':<11}{'all':>5}{'tapped':>9}", f"  {'issued':<9}{len(self.issued):>5}"]
        for name in ("tapped", "printed", "called", "shown", "spoken"):
            numbers: frozenset[str] = getattr(self, name)
            lines.append(f"  {name:<9}{len(numbers):>5}{len(numbers & self.tapped):>9}")
        proof = ", ".join(sorted(self.whole)) or "none"
        lines.append(f"  went all the way from tap to voice: {proof}")
        return "\n".join(lines)


def judge(
    journal: Iterable[Mapping[str, Any]],
    crowd: Collection[str],
    printed: Iterable[str],
    pictures: Sequence[float],
    spoken: Iterable[Mapping[str, Any]],
) -> Verdict:
    """Put the witnesses together.

    `journal`: rows as `motcua-hub journal` prints them; `crowd`: request ids of the simulated
    citizens, whatever else was issued came from the kiosk's window; `printed`: numbers read off
    the paper; `pictures`: when the display's picture changed, seconds since 1970; `spoken`: lines
    of the display's spoken.jsonl.
    """
    number: dict[str, str] = {}
    tapped: set[str] = set()
    calls: list[Call] = []
    for row in journal:
        body = row["body"] if isinstance(row["body"], dict) else msgspec.json.decode(row["body"])
        if row["kind"] == "ticket_issued":
            number[body["ticket"]] = body["number"]
            if row["request_id"] not in crowd:
                tapped.add(body["number"])
        elif row["kind"] in ("ticket_called", "ticket_recalled"):
            ticket = body["ticket"]
            calls.append(Call(ticket, number[ticket], body["counter"], seconds(row["at"])))
    said = {(line["number"], line["counter"]) for line in spoken}
    return Verdict(
        issued=frozenset(number.values()),
        tapped=frozenset(tapped),
        printed=frozenset(printed),
        called=frozenset(call.number for call in calls),
        shown=frozenset(call.number for call in calls if _changed(call.at, pictures)),
        spoken=frozenset(call.number for call in calls if (call.number, call.counter) in said),
    )


def seconds(at: int | str) -> float:
    """A journal's moment, milliseconds or ISO 8601, in seconds since 1970."""
    return at / 1000 if isinstance(at, int) else datetime.fromisoformat(at).timestamp()


def read_paper(folder: Path) -> list[str]:
    """The numbers that the bar codes of the printed tickets in `folder` say."""
    numbers = []
    for paper in sorted(folder.glob("*.png")):
        with Image.open(paper) as picture:
            codes = zxingcpp.read_barcodes(picture.convert("L"))
        numbers += [code.text for code in codes if "128" in str(code.format)]
    return numbers


def read_lines(file: Path) -> list[dict[str, Any]]:
    """A file of JSON lines; none when there is no such file. A line half written is left out."""
    if not file.is_file():
        return []
    text = file.read_text(encoding="utf-8")
    return [msgspec.json.decode(line) for line in text.split("\n")[:-1] if line]


def _changed(at: float, pictures: Sequence[float]) -> bool:
    return any(at <= moment <= at + SHOWN_WITHIN_S for moment in pictures)
