"""Codes that let a device in once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import enrolment
from hub.admission import admit
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.enrolment import LASTS_MINUTES, LETTERS, MOST_FAILURES, Enrolment, invite
from hub.registry import FILE, Registry
from shared.errors import SetupError
from shared.messages import VERSION, Hello
from shared.model import CounterNumber, Instant, Role

NOW = Instant(1_763_859_600_000)
OWN = "c" * 43
OTHER = "d" * 43


class House:
    """A registry, and whoever comes to its door."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.registry = Registry(folder)
        self.enrolment = Enrolment(self.registry, lambda: self.now)

    def invite(self, role: Role = Role.KIOSK, name: str = "kiosk-1") -> str:
        counter = CounterNumber(5) if role is Role.COUNTER else None
        return invite(self.registry, role, name, counter, self.now)

    def come(
        self,
        code: str | None,
        credential: str | None = OWN,
        role: Role = Role.KIOSK,
        address: str = "10.0.0.1",
    ) -> Actor | str:
        """Who is let in, or the code of the refusal."""
        hello = Hello(VERSION, role, credential, code)
        found = admit(hello, {}, address, self.registry, lambda: self.now, self.enrolment)
        return found.code if isinstance(found, Refusal) else found

    def later(self, minutes: float) -> None:
        self.now = Instant(self.now + int(minutes * 60_000))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.registry.close()


def test_a_code_is_ten_letters_that_cannot_be_mistaken_and_no_two_are_alike(house: House) -> None:
    codes = [house.invite() for _ in range(50)]
    assert len(set(codes)) == 50
    assert all(len(code) == 11 and code[5] == "-" for code in codes)
    assert set("".join(codes)) <= {*LETTERS, "-"}
    assert not set(LETTERS) & set("01OILU")


def test_a_standby_is_given_no_code_for_it_could_not_use_it(house: House) -> None:
    with pytest.raises(SetupError, match="--credential"):
        house.invite(Role.STANDBY, "s1")


def test_a_device_comes_in_with_a_code_and_from_then_on_by_its_credential(house: House) -> None:
    code = house.invite(Role.COUNTER, "quầy 5")
    actor = Actor(Role.COUNTER, "quầy 5", CounterNumber(5))
    assert house.come(code, role=Role.COUNTER) == actor
    assert house.come(None, role=Role.COUNTER) == actor


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower"])
def test_a_code_may_be_typed_in_any_way(house: House, typed: str) -> None:
    code = house.invite()
    text = code.lower().replace("-", " ") if typed == "lower" else typed.format(code)
    assert isinstance(house.come(text), Actor)


def test_a_code_lets_one_device_in_and_no_second_one(house: House) -> None:
    code = house.invite()
    assert isinstance(house.come(code), Actor)
    assert house.come(code, OTHER) == "bad_enrolment_code"


def test_a_hello_whose_answer_was_lost_is_good_again(house: House) -> None:
    code = house.invite()
    assert house.come(code) == house.come(code)


def test_a_code_is_old_after_fifteen_minutes(house: House) -> None:
    code = house.invite()
    house.later(LASTS_MINUTES)
    assert house.come(code) == "bad_enrolment_code"


def test_a_code_for_another_role_is_none_and_is_not_used_up(house: House) -> None:
    code = house.invite(Role.DISPLAY, "tường")
    assert house.come(code) == "bad_enrolment_code"
    assert isinstance(house.come(code, role=Role.DISPLAY), Actor)


@pytest.mark.parametrize("credential", ["short", "c" * 44, "ă" * 43, "c" * 42 + "\n"])
def test_a_weak_credential_is_not_taken_and_the_code_stays(house: House, credential: str) -> None:
    code = house.invite()
    assert house.come(code, credential) == "bad_enrolment_code"
    assert isinstance(house.come(code), Actor)


def test_revoking_a_device_ends_its_credential_and_its_codes(house: House) -> None:
    first, second = house.invite(), house.invite()
    assert isinstance(house.come(first), Actor)
    assert house.registry.revoke("kiosk-1", house.now) == 1
    assert house.come(None) == "bad_credential"
    assert house.come(first) == "bad_enrolment_code"
    assert house.come(second, OTHER) == "bad_enrolment_code"


def test_a_revoked_credential_does_not_come_back_by_a_new_code(house: House) -> None:
    assert isinstance(house.come(house.invite()), Actor)
    house.registry.revoke("kiosk-1", house.now)
    assert house.come(house.invite()) == "bad_enrolment_code"


def test_wrong_codes_make_their_address_wait_and_nobody_else(house: House) -> None:
    code = house.invite()
    assert [house.come("A" * 10) for _ in range(MOST_FAILURES)] == (
        ["bad_enrolment_code"] * MOST_FAILURES
    )
    assert house.come(code) == "too_many_codes"
    assert isinstance(house.come(code, address="10.0.0.2"), Actor)
    assert isinstance(house.come(None), Actor), "who is known needs no code"
    second = house.invite()
    house.later(LASTS_MINUTES - 1)
    assert house.come(second, OTHER) == "too_many_codes"
    house.later(2)
    assert isinstance(house.come(house.invite(), OTHER), Actor)


def test_wrong_codes_from_everywhere_make_everybody_wait(house: House) -> None:
    for place in range(10 * MOST_FAILURES):
        assert house.come("A" * 10, address=f"10.0.1.{place}") == "bad_enrolment_code"
    assert house.come(house.invite(), address="10.0.2.1") == "too_many_codes"


def test_neither_code_nor_credential_is_on_disk_but_what_was_done_is(
    house: House, tmp_path: Path
) -> None:
    used, unused = house.invite(), house.invite(name="kiosk-2")
    house.come(used)
    content = (tmp_path / FILE).read_bytes()
    for secret in (OWN, used, unused, enrolment.plain(used), enrolment.plain(unused)):
        assert secret.encode() not in content
    assert [(change.kind, change.name) for change in house.registry.changes()] == [
        ("invited", "kiosk-1"),
        ("invited", "kiosk-2"),
        ("enrolled", "kiosk-1"),
    ]


def test_there_is_no_code_for_a_phone_or_for_a_counter_without_number(house: House) -> None:
    for role in (Role.TICKET, Role.COUNTER):
        with pytest.raises(SetupError):
            invite(house.registry, role, "x", None, NOW)
