"""The journal as JSON lines, for people and programs that read it afterwards."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import msgspec

from hub.journal.base import Entry


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One line an event, its moment in the hall's time."""
    zone: tzinfo = UTC
    for entry in entries:
        if entry.kind == "day_opened":
            # The event itself knows the hall's zone, so no configuration is needed to read it.
            zone = ZoneInfo(msgspec.json.decode(entry.body)["timezone"])
        yield _line(entry, zone)


def _line(entry: Entry, zone: tzinfo) -> str:
    told: dict[str, object] = {
        "seq": entry.seq,
        "day": entry.day,
        "at": datetime.fromtimestamp(entry.at / 1000, zone).isoformat(timespec="milliseconds"),
        "kind": entry.kind,
        "body": msgspec.Raw(entry.body.encode()),
        "request_id": entry.request_id,
    }
    return msgspec.json.encode(told).decode() + "\n"
