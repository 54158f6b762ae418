"""Two thousand dossiers that nobody handed in, the same for the same seed and day. Pure.

`SHOW` are codes that stay the same on every day and for every seed, one for each state, so that
demonstrations and tests can scan them; `SHOW_LATE` is in work and overdue. `SHOW_DIGITS` and
`LATE_DIGITS` end their applicants' telephone numbers.
"""

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import msgspec

from hub.dossiers.sandbox.codes import new_code, style_for
from hub.dossiers.sandbox.people import Person, person, shown
from hub.dossiers.sandbox.procedures import BY_CODE, PROCEDURES, Known
from shared.dossiers import DossierState as State

COUNT = 2000
LATE_BY_DAYS = (1, 20)

SHOW: Mapping[State, str] = MappingProxyType(
    {
        State.REGISTERED: "H41-261120-0028",
        State.ACCEPTED: "H41.15-261119-0007",
        State.NOT_ACCEPTED: "H41.06-261117-0013",
        State.IN_WORK: "H41.08-261112-0031",
        State.PAPERS_WANTED: "H41.15-261109-0016",
        State.PAYMENT_WANTED: "000.00.15.H41-261105-0003",
        State.WITHDRAWN: "H41.03-261106-0009",
        State.STOPPED: "H41.10-261030-0005",
        State.FINISHED: "H41.15-261110-0042",
        State.HANDED_OVER: "G09.20-20261109-0092637",
    }
)
SHOW_DIGITS: Mapping[State, str] = MappingProxyType(
    {state: f"{state:02d}{state * 7 % 100:02d}" for state in SHOW}
)
SHOW_LATE = "H41.04-261020-0011"
LATE_DIGITS = "1177"

_SHOWN_PROCEDURES: Mapping[State, str] = {
    State.REGISTERED: "2.000635",
    State.ACCEPTED: "1.012790",
    State.NOT_ACCEPTED: "2.001583",
    State.IN_WORK: "1.013236",
    State.PAPERS_WANTED: "1.013831",
    State.PAYMENT_WANTED: "1.012786",
    State.WITHDRAWN: "1.014199",
    State.STOPPED: "1.004628",
    State.FINISHED: "1.013831",
    State.HANDED_OVER: "3.000333",
}
_SHOWN_NAMES: Mapping[State, str] = {
    State.REGISTERED: "Nguyễn Thị Ngọc Ánh",
    State.ACCEPTED: "Vừ Y Xía",
    State.NOT_ACCEPTED: "Công ty TNHH Một thành viên Gỗ Phủ Quỳ",
    State.IN_WORK: "Phan Đình Khuê",
    State.PAPERS_WANTED: "Trần Văn Đức",
    State.PAYMENT_WANTED: "Hồ Thị Thúy Uyên",
    State.WITHDRAWN: "Y Ƀhăm Niê",
    State.STOPPED: "Pleo",
    State.FINISHED: "Nguyễn Văn An",
    State.HANDED_OVER: "Công Tằng Tôn Nữ Huyền Trân Phương Thảo",
}

_PLAN: Mapping[State, int] = {
    State.REGISTERED: 120,
    State.ACCEPTED: 250,
    State.NOT_ACCEPTED: 110,
    State.IN_WORK: 520,
    State.PAPERS_WANTED: 200,
    State.PAYMENT_WANTED: 170,
    State.WITHDRAWN: 80,
    State.STOPPED: 80,
    State.FINISHED: 270,
    State.HANDED_OVER: 200,
}
_OPEN = frozenset({State.ACCEPTED, State.IN_WORK, State.PAPERS_WANTED, State.PAYMENT_WANTED})
_DONE = frozenset({State.FINISHED, State.HANDED_OVER})
_NEVER_RECEIVED = frozenset({State.REGISTERED, State.NOT_ACCEPTED})
_DESK = "Bộ phận Tiếp nhận và Trả kết quả"
_WORK = (
    "Tiếp nhận hồ sơ",
    "Phân công xử lý",
    "Thẩm tra hồ sơ",
    "Thẩm định",
    "Trình lãnh đạo phê duyệt",
    "Chuyển kết quả về Trung tâm",
)
_WANTED = (
    "Bổ sung bản gốc giấy chứng nhận đã cấp",
    "Bản sao căn cước có chứng thực còn rõ",
    "Hợp đồng chuyển nhượng đã công chứng, đủ chữ ký của các bên",
    "Giấy xác nhận của Ủy ban nhân dân xã nơi có đất",
    "Nộp lại đơn theo mẫu mới, ghi rõ số thửa và số tờ bản đồ",
    "Hai ảnh 3 × 4 nền trắng chụp trong 6 tháng gần đây",
)


class Due(msgspec.Struct, frozen=True):
    """Something to pay, whole đồng."""

    name: str
    amount: int
    paid: bool


class Step(msgspec.Struct, frozen=True):
    """Something that was done (or, for a supplement, asked for)."""

    at: datetime
    unit: str
    what: str


class Record(msgspec.Struct, frozen=True):
    """All that an e-one-stop system holds of a dossier. Moments are naive, in Vietnam time."""

    code: str
    procedure: Known
    applicant: Person
    state: State
    received: datetime | None
    due: datetime | None
    done: datetime | None
    unit: str
    fees: tuple[Due, ...]
    supplements: tuple[Step, ...]
    progress: tuple[Step, ...] | None
    """None where the agency's system notes no steps."""
    variety: int
    """Which of several ways of writing the wire may choose; any number from 0."""


def working_days(start: date, count: int) -> date:
    """The day `count` working days (Monday to Friday) after `start`; before it when negative."""
    step = 1 if count >= 0 else -1
    day, left = start, abs(count)
    while left:
        day += timedelta(days=step)
        left -= day.weekday() < 5
    return day


def generate(seed: int, today: date) -> tuple[Record, ...]:
    """`COUNT` dossiers around `today`, those of `SHOW` and `SHOW_LATE` first."""
    chance = random.Random(f"{seed} {today.isoformat()}")
    records = _shown(today)
    taken = {record.code for record in records}
    states = [state for state, count in _PLAN.items() for _ in range(count)]
    for record in records:
        states.remove(record.state)
    chance.shuffle(states)
    for state in states:
        record = _record(state, today, chance, taken)
        taken.add(record.code)
        records.append(record)
    return tuple(records)


def _record(state: State, today: date, chance: random.Random, taken: set[str]) -> Record:
    procedure = chance.choice(PROCEDURES)
    came, due, done = _days(state, procedure, today, chance)
    style = style_for(procedure.agency, chance)
    company = procedure.agency is BY_CODE["2.001610"].agency
    return _whole(
        new_code(style, procedure.agency, came, chance, taken),
        procedure,
        person(chance, company=company),
        state,
        (came, due, done),
        today,
        chance,
    )


def _days(
    state: State, procedure: Known, today: date, chance: random.Random
) -> tuple[date, date, date | None]:
    """When it came in, is due, and was done; all that has happened did so before `today`."""
    late = chance.randint(*LATE_BY_DAYS) if chance.random() < 0.3 else 0
    newest = working_days(today, -1)
    if state in _DONE:
        done = working_days(newest, -chance.randint(0, 8))
        due = working_days(done, -late if late else chance.randint(0, 4))
        return working_days(min(due, done), -procedure.days), due, done
    if state in _OPEN and late:
        due = working_days(today, -late)
    else:
        due = working_days(today, chance.randint(0, procedure.days))
    came = min(newest, working_days(due, -procedure.days))
    if state in _NEVER_RECEIVED:
        came = working_days(newest, -chance.randint(0, 6))
    return came, due, None


def _shown(today: date) -> list[Record]:
    """The fixed codes, whose days fit the codes for some weeks, and later only `today`."""
    records = []
    for state, code in SHOW.items():
        procedure = BY_CODE[_SHOWN_PROCEDURES[state]]
        applicant = shown(_SHOWN_NAMES[state], SHOW_DIGITS[state])
        done = working_days(today, -1) if state in _DONE else None
        due = working_days(today, 2)
        came = _came(code, today)
        days = (came, due, done)
        steps = state is not State.PAYMENT_WANTED
        records.append(_whole(code, procedure, applicant, state, days, today, steps=steps))
    late = shown("Lô Thị Xuân", LATE_DIGITS)
    overdue = (_came(SHOW_LATE, today), working_days(today, -4), None)
    procedure = BY_CODE["1.013859"]
    records.append(_whole(SHOW_LATE, procedure, late, State.IN_WORK, overdue, today, steps=False))
    return records


def _came(code: str, today: date) -> date:
    written = datetime.strptime(code.split("-")[1][-6:], "%y%m%d").date()
    near = timedelta(0) < today - written <= timedelta(days=60)
    return written if near else working_days(today, -9)


def _whole(
    code: str,
    procedure: Known,
    applicant: Person,
    state: State,
    days: tuple[date, date, date | None],
    today: date,
    chance: random.Random | None = None,
    *,
    steps: bool | None = None,
) -> Record:
    """A dossier of these days with all that belongs to its state."""
    chance = chance or random.Random(code)
    came, due, done = days
    received = datetime.combine(came, time(8, chance.randrange(60), chance.randrange(60)))
    finished = None if done is None else datetime.combine(done, time(15, chance.randrange(60)))
    until = finished or datetime.combine(working_days(today, -1), time(16, 30))
    with_steps = chance.random() < 0.7 if steps is None else steps
    return Record(
        code=code,
        procedure=procedure,
        applicant=applicant,
        state=state,
        received=None if state in _NEVER_RECEIVED else received,
        due=None if state in _NEVER_RECEIVED else datetime.combine(due, time(17)),
        done=finished,
        unit=_DESK if state in _NEVER_RECEIVED | _DONE else procedure.agency.unit,
        fees=_fees(state, procedure, chance),
        supplements=_supplements(state, until, procedure, chance),
        progress=_progress(state, received, until, procedure, chance) if with_steps else None,
        variety=chance.randrange(1000),
    )


def _fees(state: State, procedure: Known, chance: random.Random) -> tuple[Due, ...]:
    cost = procedure.cost
    if state is State.PAYMENT_WANTED:
        wanted = Due("Lệ phí cấp giấy", cost or 20_000, paid=False)
        measuring = Due("Phí thẩm định hồ sơ", chance.randrange(5, 60) * 10_000, paid=False)
        advance = Due("Phí tạm nộp khi nhận hồ sơ", 15_000, paid=True)
        return chance.choice(((wanted,), (wanted, measuring), (advance, wanted)))
    if not cost:
        return ()
    settled = state is State.HANDED_OVER or chance.random() < 0.6
    return (Due("Lệ phí", cost, paid=settled and state is not State.REGISTERED),)


def _supplements(
    state: State, until: datetime, procedure: Known, chance: random.Random
) -> tuple[Step, ...]:
    if state is State.PAPERS_WANTED:
        count = chance.choice((1, 1, 2, 3))
    else:
        count = int(state in _OPEN | _DONE and chance.random() < 0.06)
    wanted = chance.sample(_WANTED, count)
    return tuple(Step(until, procedure.agency.unit, what) for what in wanted)


def _progress(
    state: State, received: datetime, until: datetime, procedure: Known, chance: random.Random
) -> tuple[Step, ...]:
    """What was done so far, oldest first, on working days spread over the time until then."""
    if state in _NEVER_RECEIVED:
        return ()
    count = len(_WORK) if state in _DONE else 1 if state is State.ACCEPTED else chance.randint(2, 4)
    moments = [received]
    for place in range(1, count):
        day = (received + (until - received) * place / count).date()
        day -= timedelta(days=max(0, day.weekday() - 4))
        moments.append(datetime.combine(day, time(9 + place, chance.randrange(60))))
    return tuple(
        Step(at, _DESK if place in (0, len(_WORK) - 1) else procedure.agency.unit, what)
        for place, (at, what) in enumerate(zip(moments, _WORK, strict=False))
    )
