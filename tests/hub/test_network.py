"""Where somebody is, as limits count it."""

import pytest

from hub.door import Door
from hub.failures import FailureLimit
from hub.network import is_own, network_of
from shared.model import Instant
from tests.hub.test_door import _Comer

HOUSE = "2001:db8:1:2"
NEXT_DOOR = "2001:db8:1:3"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "0"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_what_is_no_ipv6_stays_as_it_is(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    assert (
        network_of(f"{HOUSE}::1") == network_of(f"{HOUSE}:ffff::9") != network_of(NEXT_DOOR + "::1")
    )
    door = Door(most=10, most_of_one=1)
    comers = [_Comer() for _ in range(3)]
    for comer in comers:
        door.come(comer)
    places = (f"{HOUSE}::1", f"{HOUSE}::2", f"{NEXT_DOOR}::1")
    entered = [door.enter(*one) for one in zip(comers, places, strict=True)]
    assert entered == [True, False, True]
    limit = FailureLimit(most=1, minutes=5)
    limit.failed("hoa", f"{HOUSE}::1", Instant(0))
    assert limit.wait("hoa", f"{HOUSE}::2", Instant(0)) == 300
    assert limit.wait("hoa", f"{NEXT_DOOR}::1", Instant(0)) == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_what_is_said_to_this_machine_stays_here(host: str) -> None:
    assert is_own(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost.example", "hub", "", "0.0.0.0"])
def test_everything_else_does_not(host: str) -> None:
    assert not is_own(host)
