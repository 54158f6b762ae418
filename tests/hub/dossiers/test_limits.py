import msgspec
import pytest

from hub.dossiers import limits
from hub.dossiers.limits import Asker, Limits
from hub.settings import LookupLimits
from shared.model import Instant

MINUTE = 60_000
FIGURES = LookupLimits()
KIOSK = Asker("kiosk-1", "10.0.0.9")
DAY = "2026-11-23"


def code(number: int) -> str:
    return f"H41.15-261123-{number:04d}"


def phone(number: int, address: str = "10.0.0.1") -> Asker:
    return Asker(f"cookie {number}", address, phone=True)


def at(minutes: float) -> Instant:
    return Instant(int(minutes * MINUTE) + 1_795_000_000_000 // MINUTE * MINUTE)


def test_a_device_may_ask_for_so_many_codes_and_for_the_same_ones_again() -> None:
    counted = Limits(FIGURES)
    for number in range(10):
        assert counted.ask(KIOSK, code(number), at(number / 10)) is None
    assert counted.ask(KIOSK, code(10), at(2)) == "too_many_lookups"
    assert counted.ask(KIOSK, code(3), at(2)) is None
    assert counted.ask(Asker("kiosk-2", "10.0.0.9"), code(10), at(2)) is None
    assert counted.ask(KIOSK, code(10), at(10)) is None, "the first was forgotten"


def test_an_officer_may_ask_for_more_and_is_no_kiosk_of_the_same_name() -> None:
    counted = Limits(FIGURES)
    officer = Asker("kiosk-1", "10.0.0.9", officer=True)
    answers = [counted.ask(officer, code(number), at(0)) for number in range(301)]
    assert answers == [None] * 300 + ["too_many_lookups"]
    assert counted.ask(KIOSK, code(1), at(0)) is None


@pytest.mark.parametrize("officer", [False, True])
@pytest.mark.parametrize("is_phone", [False, True])
def test_the_same_code_again_and_again_is_too_many_questions_in_the_end(
    officer: bool, is_phone: bool
) -> None:
    counted = Limits(FIGURES)
    asker = Asker("one", "10.0.0.9", phone=is_phone, officer=officer)
    most = limits.QUESTIONS_PER_CODE * (FIGURES.officer_codes if officer else FIGURES.device_codes)
    most = min(most, FIGURES.address_lookups) if is_phone else most
    answers = [counted.ask(asker, code(1), at(n / most)) for n in range(most + 2)]
    assert answers == [None] * most + ["too_many_lookups"] * 2
    assert counted.ask(Asker("two", "10.0.0.8", phone=is_phone), code(1), at(1)) is None
    assert counted.ask(asker, code(1), at(9)) == "too_many_lookups"
    assert counted.ask(asker, code(1), at(11)) is None, "the first were forgotten"


def test_a_phones_repeats_are_look_ups_of_its_address() -> None:
    counted = Limits(msgspec.structs.replace(FIGURES, address_lookups=6))
    for number in range(6):
        assert counted.ask(phone(number % 2), code(number % 2), at(0)) is None
    assert counted.ask(phone(0), code(0), at(0)) == "too_many_lookups"
    assert counted.ask(phone(3), code(3), at(0)) == "too_many_lookups"
    assert counted.ask(KIOSK, code(0), at(0)) is None


def test_a_clock_set_back_locks_nobody_out() -> None:
    counted = Limits(FIGURES)
    for number in range(50):
        counted.ask(KIOSK, code(number % 10), at(60))
    assert counted.ask(KIOSK, code(10), at(0)) is None


def test_five_hundred_phones_behind_one_address_find_their_dossiers() -> None:
    counted = Limits(FIGURES)
    for turn in range(2):
        for number in range(500):
            asked = counted.ask(phone(number), code(number * 2 + turn), at(turn * 4))
            assert asked is None
    assert counted.ask(phone(500), code(5000), at(5)) == "too_many_lookups"
    assert counted.ask(phone(501, "10.0.0.2"), code(5000), at(5)) is None
    assert counted.ask(KIOSK, code(5000), at(5)) is None
    assert counted.ask(phone(500), code(5000), at(10)) is None, "the first 500 are forgotten"


def test_one_address_that_asks_for_what_is_not_there_is_stopped() -> None:
    counted = Limits(FIGURES)
    refused_at = None
    for number in range(1000):
        asker = phone(number)
        if counted.ask(asker, code(number), at(number / 200)):
            refused_at = number
            break
        counted.missed(asker, code(number), at(number / 200), guess=False)
    assert refused_at == FIGURES.address_misses
    assert counted.ask(phone(2000, "10.0.0.2"), code(1), at(1)) is None
    assert counted.ask(Asker("kiosk-9", "10.0.0.1"), code(1), at(1)) is None


def test_one_who_asks_again_for_what_is_not_there_is_one_miss() -> None:
    counted = Limits(msgspec.structs.replace(FIGURES, address_misses=10))
    for _ in range(15):
        assert counted.ask(phone(1), code(1), at(0)) is None
        counted.missed(phone(1), code(1), at(0), guess=False)
    assert counted.ask(phone(2), code(2), at(0)) is None


def test_wrong_digits_are_a_miss_every_time() -> None:
    counted = Limits(msgspec.structs.replace(FIGURES, address_misses=3))
    for _ in range(3):
        assert counted.ask(phone(1), code(1), at(0)) is None
        counted.missed(phone(1), code(1), at(0), guess=True)
    assert counted.ask(phone(2), code(2), at(0)) == "too_many_lookups"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("10.0.0.1", "10.0.0.2", False),
        ("no address", "no address", True),
        ("no address", "another", False),
    ],
)
def test_a_house_is_one_address(one: str, other: str, same: bool) -> None:
    counted = Limits(msgspec.structs.replace(FIGURES, address_lookups=1))
    assert counted.ask(phone(1, one), code(1), at(0)) is None
    assert counted.ask(phone(2, other), code(2), at(0)) == ("too_many_lookups" if same else None)


def test_a_code_is_locked_after_five_failures_until_the_next_day() -> None:
    counted = Limits(FIGURES)
    assert [counted.guess(code(1), DAY) for _ in range(7)] == [True] * 5 + [False] * 2
    assert counted.guess(code(2), DAY)
    assert counted.guess(code(1), "2026-11-24")


def test_right_digits_are_no_failure() -> None:
    counted = Limits(FIGURES)
    for _ in range(20):
        assert counted.guess(code(1), DAY)
        counted.take_back(code(1), DAY)
    counted.take_back(code(1), DAY)
    counted.take_back(code(1), "2026-11-22")
    assert [counted.guess(code(1), DAY) for _ in range(6)] == [True] * 5 + [False]
    counted.take_back(code(1), "2026-11-22")
    assert not counted.guess(code(1), DAY), "what belongs to yesterday is not taken back today"


def test_too_many_misses_of_all_together_pause_phones_and_nobody_else() -> None:
    counted = Limits(FIGURES)
    tripped = [
        counted.missed(phone(n, f"10.0.{n}.1"), code(n), at(n / 100), guess=False)
        for n in range(300)
    ]
    assert tripped == [False] * 299 + [True]
    assert counted.paused(at(3))
    assert counted.ask(phone(1), code(1), at(3)) == "lookup_paused"
    assert counted.ask(KIOSK, code(1), at(3)) is None
    assert not counted.paused(at(8))
    assert counted.ask(phone(1), code(1), at(8)) is None


def test_misses_that_go_on_lengthen_the_pause_and_are_told_once() -> None:
    counted = Limits(msgspec.structs.replace(FIGURES, alarm_misses=10))
    tripped = [counted.missed(KIOSK, code(n), at(n / 10), guess=False) for n in range(30)]
    assert tripped.count(True) == 1
    assert counted.paused(at(2.9 + 4.9))
    assert not counted.paused(at(2.9 + 5))


def test_misses_of_a_quiet_day_trip_nothing() -> None:
    counted = Limits(FIGURES)
    tripped = [counted.missed(KIOSK, code(n), at(n / 29), guess=False) for n in range(600)]
    assert True not in tripped


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_DEVICES", "MOST_ADDRESSES", "MOST_CODES"):
        monkeypatch.setattr(limits, name, 20)
    counted = Limits(FIGURES)
    for number in range(100):
        asker = phone(number, f"10.0.{number}.1")
        assert counted.ask(asker, code(number), at(0)) is None
        assert counted.guess(code(number), DAY)
    kept = counted._devices, counted._addresses, counted._failures
    assert [len(one) for one in kept] == [20, 20, 20]
