"""What a data folder holds of people, with why and until when, for whoever has a right to know.

Of a ticket or a dossier all that is known, in the journal and in the copies in the folder; of the
rest only what and how much, but the names of officers and devices.
"""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from hub import registry
from hub.database import Database
from hub.journal.base import KEEP_ANSWERS_MS
from hub.journal.rewrite import outline
from hub.journal.sqlite import journal_in
from hub.retention import FIELDS, Held, goes
from hub.settings import Retention
from shared.errors import MotcuaError, SetupError
from shared.i18n import N_, _
from shared.model import Instant, Seq
from shared.receipt_code import dossier_code

WHY: Mapping[Held, str] = {
    Held.TICKET: N_("Để gọi số đúng thứ tự, và giải thích được vì sao số này gọi trước số kia."),
    Held.LINK: N_("Để cán bộ tại quầy thấy đúng hồ sơ, và để mỗi căn cước chỉ lấy một số."),
    Held.WORDS: N_("Để trung tâm sửa điều người dân chưa hài lòng."),
    Held.STAFF: N_("Để biết ai đã mở, đóng quầy và ai đã thông báo khẩn."),
    Held.NOTICE: N_("Để biết trung tâm đã thông báo gì trên màn hình."),
}
_WHY_ANSWER = N_("Để yêu cầu gửi lại được trả lời như lần đầu.")
_WHY_REGISTRY = N_("Để chỉ cán bộ và thiết bị của trung tâm vào được hệ thống.")
_UNTIL_REMOVED = N_("Đến khi được gỡ khỏi hệ thống.")


class Fact(msgspec.Struct, frozen=True):
    """One field that says something of somebody."""

    field: str
    value: object
    of: Held
    why: str
    until: str


class Found(msgspec.Struct, frozen=True):
    """An event, or the answer to a request, in which a ticket is named."""

    where: str
    kind: str
    at: str
    says: msgspec.Raw
    facts: list[Fact]
    until: str
    seq: Seq | None = None


class Unread(msgspec.Struct, frozen=True):
    """A copy that cannot be read, or not to its end, and why."""

    where: str
    reason: str


class Amount(msgspec.Struct, frozen=True):
    """How many events hold something of a class, and when the oldest of it goes."""

    of: Held
    events: int
    first_day: str
    last_day: str
    why: str
    oldest_until: str


class Person(msgspec.Struct, frozen=True):
    """An officer or a device that may come in, or could."""

    name: str
    role: str
    why: str
    until: str


def of_ticket(
    data: Path, files: list[Path], ticket: str, rules: Retention
) -> tuple[list[Found], list[Unread]]:
    """All that names this ticket: its id, or its day and number as `2026-11-23/A012`; and which of
    the copies in `files` could not be read. Raises SetupError, StorageError for the journal."""
    day, slash, number = ticket.partition("/")
    if slash:
        where = "day = ? AND json_extract(body, '$.number') = ?"
        return _search(data, files, where, (day, number), rules)
    return _search(data, files, "json_extract(body, '$.ticket') = ?", (ticket,), rules)


def of_dossier(
    data: Path, files: list[Path], code: str, rules: Retention
) -> tuple[list[Found], list[Unread]]:
    """The same of the tickets that were taken with this dossier's code, while that is known. Raises
    SetupError for what is no code, too."""
    known = dossier_code(code)
    if known is None:
        raise SetupError(f"{code!r} is not a dossier's code, e.g. H41.15-260105-0001")
    return _search(data, files, "json_extract(body, '$.dossier') = ?", (known,), rules)


def amounts(data: Path, rules: Retention) -> list[Amount]:
    """How much of each class the journal holds. Raises SetupError, StorageError."""
    with contextlib.closing(Database(journal_in(data), read_only=True)) as database:
        zone = outline(database).zone
        return [
            Amount(held, count, first, last, _(WHY[held]), until)
            for held in WHY
            for count, first, last in database.run(_counting(held))
            if first  # between days nothing happens but what a day's head repeats
            for until in [_moment(goes(held, first, zone, rules), zone)]
        ]


def people(data: Path) -> Iterator[Person]:
    """Officers and devices by name. Raises StorageError."""
    path = data / registry.FILE
    if path.is_file():
        with contextlib.closing(Database(path, read_only=True)) as database:
            for name, role in database.run(
                "SELECT name, role FROM officer UNION ALL"
                " SELECT name, role FROM device WHERE revoked_at IS NULL ORDER BY name"
            ):
                yield Person(name, role, _(_WHY_REGISTRY), _(_UNTIL_REMOVED))


def record(data: Path, rules: Retention) -> Amount | None:
    """How much the record of changes to officers and devices holds; None where there is none.
    Raises SetupError, StorageError."""
    path = data / registry.FILE
    if not path.is_file():
        return None
    with contextlib.closing(Database(journal_in(data), read_only=True)) as database:
        zone = outline(database).zone
    with contextlib.closing(Database(path, read_only=True)) as database:
        [(count, first, last)] = database.run("SELECT count(*), min(at), max(at) FROM change")
    if not count:
        return None
    days = [datetime.fromtimestamp(at / 1000, zone).date().isoformat() for at in (first, last)]
    until = _moment(goes(Held.STAFF, days[0], zone, rules), zone)
    return Amount(Held.STAFF, count, days[0], days[1], _(_WHY_REGISTRY), until)


def _counting(held: Held) -> str:
    """SQL for the number of events that hold something of a class, and their first and last day."""
    conditions = ["0"]
    for kind, fields in FIELDS.items():
        names = [name for name, one in fields.items() if one is held]
        there = " OR ".join(f"json_extract(body, '$.{name}') IS NOT NULL" for name in names)
        if names:
            conditions.append(f"kind = '{kind}' AND ({there})")
    wanted = " OR ".join(conditions)
    return f"SELECT count(*), min(nullif(day, '')), max(day) FROM event WHERE {wanted}"


def _search(
    data: Path, files: list[Path], where: str, values: tuple[str, ...], rules: Retention
) -> tuple[list[Found], list[Unread]]:
    found, unread = list(_in_file(journal_in(data), where, values, rules)), []
    for path in files:
        try:
            for one in _in_file(path, where, values, rules):
                found.append(one)  # noqa: PERF402 (what comes before the damage is told)
        except (MotcuaError, OSError, ValueError, LookupError, msgspec.MsgspecError) as error:
            unread.append(Unread(str(path), str(error)))
    return found, unread


def _in_file(path: Path, where: str, values: tuple[str, ...], rules: Retention) -> Iterator[Found]:
    with contextlib.closing(Database(path, read_only=True)) as database:
        zone = outline(database).zone
        for (ticket,) in database.run(
            "SELECT json_extract(body, '$.ticket') FROM event"
            f" WHERE kind = 'ticket_issued' AND {where}",
            *values,
        ):
            yield from _events(database, ticket, zone, rules)
            yield from _answers(database, ticket, zone)


def _events(database: Database, ticket: str, zone: ZoneInfo, rules: Retention) -> Iterator[Found]:
    for seq, day, at, kind, body in database.run(
        "SELECT seq, day, at, kind, body FROM event"
        " WHERE json_extract(body, '$.ticket') = ? ORDER BY seq",
        ticket,
    ):
        yield Found(
            str(database.path),
            kind,
            _moment(at, zone),
            msgspec.Raw(body.encode()),
            list(_facts(kind, body, day, zone, rules)),
            _moment(goes(Held.NOTHING, day, zone, rules), zone),
            seq,
        )


def _answers(database: Database, ticket: str, zone: ZoneInfo) -> Iterator[Found]:
    for at, value in database.run(
        "SELECT at, value FROM answer WHERE json_extract(value, '$.ticket') = ?", ticket
    ):
        until = _moment(Instant(at + KEEP_ANSWERS_MS), zone)
        fact = Fact("ticket", ticket, Held.TICKET, _(_WHY_ANSWER), until)
        said = msgspec.Raw(value.encode())
        yield Found(str(database.path), "answer", _moment(at, zone), said, [fact], until)


def _facts(kind: str, body: str, day: str, zone: ZoneInfo, rules: Retention) -> Iterator[Fact]:
    for name, value in msgspec.json.decode(body).items():
        held = FIELDS[kind][name]
        if held is not Held.NOTHING:
            yield Fact(name, value, held, _(WHY[held]), _moment(goes(held, day, zone, rules), zone))


def _moment(at: Instant, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at / 1000, zone).isoformat(timespec="seconds")
