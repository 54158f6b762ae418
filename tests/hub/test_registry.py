import contextlib
import threading
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.database import Database
from hub.registry import FILE, SESSION_MS, Device, Officer, Registry
from shared.errors import SetupError, StorageError
from shared.model import CounterNumber, Instant, Role

NOW = Instant(1_763_859_600_000)
FIVE = CounterNumber(5)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    made = Registry(tmp_path)
    yield made
    made.close()


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def test_an_enrolled_device_is_known_by_its_credential(registry: Registry) -> None:
    credential = registry.enrol(Role.COUNTER, "Quầy 5", FIVE, NOW)
    assert registry.device(credential) == Device("Quầy 5", Role.COUNTER, FIVE)
    assert len(credential) == 43


def test_a_foreign_credential_is_nobody(registry: Registry) -> None:
    registry.enrol(Role.KIOSK, "k1", None, NOW)
    assert registry.device("x" * 43) is None
    assert registry.device("\ud800") is None


def test_a_revoked_device_is_nobody_and_revoking_says_how_many(registry: Registry) -> None:
    old = registry.enrol(Role.KIOSK, "k1", None, NOW)
    new = registry.enrol(Role.KIOSK, "k1", None, NOW)
    other = registry.enrol(Role.KIOSK, "k2", None, NOW)
    assert registry.device(old) == registry.device(new)
    assert registry.revoke("k1", NOW) == 2
    assert registry.device(old) is None
    assert registry.device(new) is None
    assert registry.device(other) is not None
    assert registry.revoke("k1", NOW) == 0


@pytest.mark.parametrize(
    ("role", "name", "counter"),
    [
        (Role.KIOSK, "  ", None),
        (Role.TICKET, "t", None),
        (Role.COUNTER, "c", None),
        (Role.KIOSK, "k", FIVE),
        (Role.COUNTER, "c", CounterNumber(0)),
        (Role.COUNTER, "c", CounterNumber(1000)),
        (Role.COUNTER, "c", CounterNumber(2**70)),
    ],
)
def test_a_device_that_makes_no_sense_is_refused_in_words(
    registry: Registry, role: Role, name: str, counter: CounterNumber | None
) -> None:
    with pytest.raises(SetupError):
        registry.enrol(role, name, counter, NOW)
    assert list(registry.changes()) == []


def test_names_are_the_same_however_their_accents_are_written(registry: Registry) -> None:
    registry.add_officer(unicodedata.normalize("NFD", " Hòa "), FIVE, "mật khẩu", NOW)
    officer = registry.check_password("Hòa", "mật khẩu")
    assert officer == Officer("Hòa", FIVE, Role.COUNTER)


def test_a_wrong_password_and_an_unknown_name_are_nobody(registry: Registry) -> None:
    registry.add_officer("hoa", FIVE, "bí mật lắm", NOW)
    assert registry.check_password("hoa", "khác") is None
    assert registry.check_password("lan", "bí mật lắm") is None


def test_an_unknown_name_costs_the_same_work(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.add_officer("hoa", FIVE, "bí mật lắm", NOW)
    assert registry.check_password("hoa", "khác") is None
    checked: list[str] = []
    verify = type(registry._hasher).verify

    def counted(hasher: object, hashed: str, password: str) -> object:
        checked.append(hashed.rsplit("$", 2)[0])
        return verify(registry._hasher, hashed, password)

    monkeypatch.setattr(type(registry._hasher), "verify", counted)
    registry.check_password("hoa", "khác")
    registry.check_password("lan", "khác")
    assert len(checked) == 2
    assert checked[0] == checked[1]
    assert checked[0].startswith("$argon2id$")


@pytest.mark.parametrize("name", ["", " \t"])
def test_an_officer_needs_a_name(registry: Registry, name: str) -> None:
    with pytest.raises(SetupError, match="name"):
        registry.add_officer(name, FIVE, "bí mật lắm", NOW)


def test_an_officer_needs_a_password_of_eight_characters(registry: Registry) -> None:
    with pytest.raises(SetupError, match="8 characters"):
        registry.add_officer("hoa", FIVE, "ngắn quá"[1:], NOW)
    registry.add_officer("hoa", FIVE, "ngắn quá", NOW)


@pytest.mark.parametrize(
    "text", ["hoa\udcff 1234", "hoa\n12345678", "hoa\x00 12345", "hoa\u2028 1234"]
)
def test_what_is_no_text_is_neither_name_nor_password(registry: Registry, text: str) -> None:
    with pytest.raises(SetupError, match="UTF-8 text"):
        registry.add_officer(text, FIVE, "bí mật lắm", NOW)
    with pytest.raises(SetupError, match="UTF-8 text"):
        registry.add_officer("hoa", FIVE, text, NOW)
    with pytest.raises(SetupError, match="UTF-8 text"):
        registry.enrol(Role.KIOSK, text, None, NOW)
    with pytest.raises(SetupError, match="UTF-8 text"):
        registry.revoke(text, NOW)
    assert registry.check_password(text, text) is None
    assert list(registry.changes()) == []


def test_a_removed_officer_is_signed_out_and_cannot_sign_in(registry: Registry) -> None:
    registry.add_officer("hòa", FIVE, "bí mật lắm", NOW)
    token = registry.open_session("hòa", NOW)
    assert registry.remove_officer(" hòa ", NOW)
    assert registry.session(token, NOW) is None
    assert registry.check_password("hòa", "bí mật lắm") is None
    assert not registry.remove_officer("hòa", NOW)
    assert [change.kind for change in registry.changes()][-1] == "officer_removed"


def test_a_look_up_waits_a_quarter_of_a_second_for_a_writer_and_no_longer(
    registry: Registry, tmp_path: Path
) -> None:
    credential = registry.enrol(Role.KIOSK, "k", None, NOW)
    writer = Database(tmp_path / FILE, journal_mode="delete")
    writer.run("BEGIN EXCLUSIVE")
    for look_up in (lambda: registry.device(credential), lambda: registry.session("x", NOW)):
        began = time.monotonic()
        with pytest.raises(StorageError, match="locked"):
            look_up()
        assert 0.2 < time.monotonic() - began < 2.0
    writer.close()
    assert registry.device(credential) is not None


def test_a_look_up_does_not_wait_for_a_thread_that_signs_somebody_in(
    registry: Registry,
) -> None:
    credential = registry.enrol(Role.KIOSK, "k", None, NOW)
    found: list[Device | None] = []
    with registry._database.transaction():
        thread = threading.Thread(target=lambda: found.append(registry.device(credential)))
        thread.start()
        thread.join(5)
    assert found == [Device("k", Role.KIOSK, None)]


def test_an_officer_is_no_kiosk(registry: Registry) -> None:
    with pytest.raises(SetupError, match="kiosk"):
        registry.add_officer("hoa", FIVE, "bí mật lắm", NOW, Role.KIOSK)


def test_adding_an_officer_again_replaces_password_and_counter_and_signs_out(
    registry: Registry,
) -> None:
    registry.add_officer("hoa", FIVE, "bí mật lắm", NOW)
    token = registry.open_session("hoa", NOW)
    registry.add_officer("hoa", CounterNumber(6), "mới hơn rồi", NOW, Role.SUPERVISOR)
    assert registry.check_password("hoa", "bí mật lắm") is None
    assert registry.check_password("hoa", "mới hơn rồi") == Officer(
        "hoa", CounterNumber(6), Role.SUPERVISOR
    )
    assert registry.session(token, NOW) is None


def test_a_session_lasts_twelve_hours(registry: Registry) -> None:
    registry.add_officer("hoa", FIVE, "bí mật lắm", NOW)
    token = registry.open_session("hoa", NOW)
    assert registry.session(token, Instant(NOW + SESSION_MS - 1)) == Officer(
        "hoa", FIVE, Role.COUNTER
    )
    assert registry.session(token, Instant(NOW + SESSION_MS)) is None


def test_a_closed_session_is_over_and_closing_twice_is_harmless(registry: Registry) -> None:
    registry.add_officer("hoa", FIVE, "bí mật lắm", NOW)
    token = registry.open_session("hoa", NOW)
    registry.close_session(token)
    registry.close_session(token)
    assert registry.session(token, NOW) is None


def test_nobody_unknown_can_be_signed_in(registry: Registry) -> None:
    with pytest.raises(ValueError, match="FOREIGN KEY"):
        registry.open_session("nobody", NOW)


def test_no_secret_is_on_disk(registry: Registry, tmp_path: Path) -> None:
    credential = registry.enrol(Role.KIOSK, "k1", None, NOW)
    registry.add_officer("hoa", FIVE, "bi mat lam", NOW)
    token = registry.open_session("hoa", NOW)
    stored = on_disk(tmp_path)
    assert b"k1" in stored
    for secret in (credential, token, "bi mat lam"):
        assert secret.encode() not in stored


def test_every_change_is_recorded_and_the_record_cannot_be_altered(
    registry: Registry, tmp_path: Path
) -> None:
    registry.enrol(Role.COUNTER, "q5", FIVE, NOW)
    registry.add_officer("hoa", FIVE, "bí mật lắm", Instant(NOW + 1))
    registry.open_session("hoa", Instant(NOW + 2))
    registry.revoke("q5", Instant(NOW + 3))
    changes = list(registry.changes())
    assert [(change.at - NOW, change.kind, change.name) for change in changes] == [
        (0, "enrolled", "q5"),
        (1, "officer_added", "hoa"),
        (2, "signed_in", "hoa"),
        (3, "revoked", "q5"),
    ]
    other = Database(tmp_path / FILE, journal_mode="delete")
    for statement in ("DELETE FROM change", "UPDATE change SET name = 'x'"):
        with pytest.raises(ValueError, match="append-only"):
            other.run(statement)
    other.close()
    assert list(registry.changes()) == changes


def test_a_second_opener_changes_what_the_first_one_sees(
    registry: Registry, tmp_path: Path
) -> None:
    command_line = Registry(tmp_path)
    credential = command_line.enrol(Role.DISPLAY, "d1", None, NOW)
    assert registry.device(credential) is not None
    command_line.revoke("d1", NOW)
    command_line.close()
    command_line.close()
    assert registry.device(credential) is None


def test_threads_may_share_a_registry(registry: Registry) -> None:
    credentials: list[str] = []

    def enrol() -> None:
        credentials.extend(registry.enrol(Role.KIOSK, "k", None, NOW) for _ in range(5))

    threads = [threading.Thread(target=enrol) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(registry.device(credential) for credential in credentials)
    assert len(credentials) == 20


def test_who_is_removed_is_in_no_byte_of_the_file_once_the_record_is_forgotten(
    tmp_path: Path,
) -> None:
    name = "Người Đã Nghỉ Việc"
    with contextlib.closing(Registry(tmp_path)) as people:
        people.add_officer(name, CounterNumber(1), "mật khẩu dài", Instant(1))
        people.add_officer("người ở lại", CounterNumber(2), "mật khẩu dài", Instant(5))
        people.remove_officer(name, Instant(2))
        assert people.forget_changes(Instant(3)) == 2
        assert name.encode() not in (tmp_path / FILE).read_bytes()
        assert [one.name for one in people.changes()] == ["người ở lại"]
        with pytest.raises(ValueError, match="append-only"):
            people._database.run("DELETE FROM change")
