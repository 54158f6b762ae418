"""What the sandbox's dossiers are: of every kind, and nobody's."""

import re
import unicodedata
from collections import Counter
from datetime import date

import msgspec
import pytest

from hub.dossiers.sandbox.codes import Style
from hub.dossiers.sandbox.dossiers import (
    COUNT,
    LATE_DIGITS,
    SHOW,
    SHOW_DIGITS,
    SHOW_LATE,
    Record,
    generate,
    working_days,
)
from hub.dossiers.sandbox.national import dossier
from hub.dossiers.sandbox.procedures import BY_CODE, CHANGED, NEW
from shared.dossiers import DossierState as State
from shared.questions import Procedure
from shared.receipt_code import dossier_code
from shared.settings import load
from tests.hub.dossiers.sandbox_process import ROOT

TODAY = date(2026, 11, 24)
STYLES = {
    Style.QCVN_102: r"\d{3}\.\d{2}\.\d{2}\.H41-\d{6}-\d{4}",
    Style.DECISION_20: r"H41(\.[0-9A-Z]{2,3})+-\d{6}-\d{4}",
    Style.PROVINCE: r"H41-\d{6}-\d{4}",
    Style.MINISTRY: r"[A-Z]\d{2}\.\d{2}-20\d{6}-\d{6,7}",
}
OPEN = {State.ACCEPTED, State.IN_WORK, State.PAPERS_WANTED, State.PAYMENT_WANTED}


@pytest.fixture(scope="module")
def records() -> tuple[Record, ...]:
    return generate(1, TODAY)


def style_of(code: str) -> Style:
    (found,) = (style for style, form in STYLES.items() if re.fullmatch(form, code))
    return found


def late(record: Record) -> bool:
    if record.due is None:
        return False
    return record.due.date() < (record.done.date() if record.done else TODAY)


def test_there_are_two_thousand_and_no_code_is_given_twice(records: tuple[Record, ...]) -> None:
    assert len(records) == COUNT == 2000
    assert len({record.code for record in records}) == COUNT


@pytest.mark.parametrize("seed", [1, 2, 77])
@pytest.mark.parametrize("day", [TODAY, date(2027, 2, 27), date(2028, 2, 29)])
def test_every_state_comes_in_every_style_and_every_code_is_one(seed: int, day: date) -> None:
    found = generate(seed, day)
    assert all(dossier_code(record.code) == record.code for record in found)
    both = {(record.state, style_of(record.code)) for record in found}
    assert both == {(state, style) for state in State for style in Style}


def test_the_same_seed_and_day_give_the_same_dossiers(records: tuple[Record, ...]) -> None:
    assert generate(1, TODAY) == records
    assert generate(2, TODAY) != records
    assert generate(1, date(2026, 11, 25)) != records


def test_open_and_finished_ones_are_both_late_and_on_time(records: tuple[Record, ...]) -> None:
    for states in (OPEN, {State.FINISHED, State.HANDED_OVER}):
        lateness = Counter(late(record) for record in records if record.state in states)
        assert min(lateness[True], lateness[False]) > 50
    for record in records:
        if late(record) and record.due is not None:
            until = record.done.date() if record.done else TODAY
            days = next(n for n in range(22) if working_days(record.due.date(), n) >= until)
            assert 1 <= days <= 20


def test_moments_are_in_their_order_and_on_working_days(records: tuple[Record, ...]) -> None:
    for record in records:
        steps = [step.at for step in record.progress or ()]
        passed = [at for at in (record.received, *steps, record.done) if at is not None]
        assert passed == sorted(passed)
        assert all(at.weekday() < 5 and at.date() < TODAY for at in passed)
        assert record.due is None or record.due.weekday() < 5
        assert (record.done is not None) == (record.state in (State.FINISHED, State.HANDED_OVER))
        waiting = record.state in (State.REGISTERED, State.NOT_ACCEPTED)
        assert (record.received is None) == (record.due is None) == waiting


def test_fees_supplements_and_steps_are_there_and_are_not(records: tuple[Record, ...]) -> None:
    unpaid = [any(not fee.paid for fee in record.fees) for record in records]
    paid = [any(fee.paid for fee in record.fees) for record in records]
    for kind in (
        unpaid,
        paid,
        [bool(record.fees) for record in records],
        [bool(record.supplements) for record in records],
        [bool(record.progress) for record in records],
        [record.progress is None for record in records],
    ):
        assert min(Counter(kind)[True], Counter(kind)[False]) > 100
    for record in records:
        if record.state is State.PAPERS_WANTED:
            assert record.supplements
        if record.state is State.PAYMENT_WANTED:
            assert any(not fee.paid and fee.amount > 0 for fee in record.fees)


def test_names_are_of_every_kind_and_composed(records: tuple[Record, ...]) -> None:
    names = {record.applicant.name for record in records}
    assert all(unicodedata.is_normalized("NFC", name) for name in names)
    assert any(" " not in name for name in names)
    assert any(len(name) > 30 for name in names)
    assert any(letter in name for name in names for letter in "ƀɃŬŭŎ’")
    assert len(names) > 1000


def test_numbers_are_nobodys(records: tuple[Record, ...]) -> None:
    for record in records:
        digits = re.sub(r"\D", "", record.applicant.phone)
        assert not digits or re.fullmatch(r"(0|84)95\d{7}", digits)
        assert re.fullmatch(r"099\d{9}", record.applicant.identity)
        assert record.applicant.email.endswith("@example.com")
        assert record.applicant.address


def test_the_wire_is_written_in_several_ways(records: tuple[Record, ...]) -> None:
    told = [dossier(record) for record in records]
    assert {type(one["TrangThaiHoSo"]) for one in told} == {int, str}
    assert {type(fee["SoTien"]) for one in told for fee in one["DanhSachLePhi"]} == {int, str}
    assert {one["NgayTra"] for one in told if not one["NgayTra"]} == {"", None}
    assert {"." in one["MaTTHC"][2:] for one in told} == {True, False}
    assert {"QuaTrinhXuLy" in one for one in told} == {True, False}


@pytest.mark.parametrize("day", [TODAY, date(2027, 6, 1)])
def test_the_codes_to_show_never_change(day: date) -> None:
    known = {record.code: record for record in generate(5, day)}
    assert set(SHOW) == set(State)
    for state, code in SHOW.items():
        assert known[code].state is state
        assert known[code].applicant.phone[-4:] == SHOW_DIGITS[state]
    assert {style_of(code) for code in SHOW.values()} == set(Style)
    overdue = known[SHOW_LATE]
    assert overdue.state is State.IN_WORK
    assert overdue.due is not None
    assert overdue.due.date() < day
    assert overdue.applicant.phone[-4:] == LATE_DIGITS


def test_a_refresh_would_show_in_the_shipped_catalogue() -> None:
    class Shipped(msgspec.Struct, frozen=True):
        procedures: tuple[Procedure, ...]

    shipped = {
        one.code: one for one in load(ROOT / "config" / "procedures.toml", Shipped).procedures
    }
    assert NEW not in shipped
    assert set(BY_CODE) - {NEW} <= set(shipped)
    for code in CHANGED:
        one, known = shipped[code], BY_CODE[code]
        assert (one.name, one.time, one.fee) != (known.name, known.time, known.fee)
        assert one.time != known.time
        assert one.fee != known.fee
