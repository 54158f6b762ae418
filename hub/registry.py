"""Who may speak: devices, officers and their sessions, in `registry.db` beside the journal.

The command line changes it while the hub runs, so nothing is held in memory and the file uses
SQLite's rollback journal, which leaves no file of another user behind. What is secret is kept
only as a digest: credentials and tokens are 256 random bits, for which SHA-256 is enough;
passwords are not random and get argon2id.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub.database import Database, prepare_folder
from shared.errors import SetupError
from shared.model import CounterNumber, Instant, Role

FILE = "registry.db"
SESSION_MS = 12 * 3600 * 1000
"""How long an officer's sign-in lasts."""

SHORTEST_PASSWORD = 8
HIGHEST_COUNTER = 999
LOOK_UP_MS = 250
"""How long a look-up waits for a command line that writes: the event loop stands still for it."""

_SECRET_BYTES = 32
_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: control characters, lone surrogates (an argument that is not UTF-8), and line
separators."""

_STAYS = """CREATE TRIGGER IF NOT EXISTS change_is_never_deleted BEFORE DELETE ON change
    BEGIN SELECT RAISE(ABORT, 'the record of changes is append-only'); END"""

_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS device (
        digest BLOB PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, counter INTEGER,
        enrolled_at INTEGER NOT NULL, revoked_at INTEGER) STRICT""",
    """CREATE TABLE IF NOT EXISTS officer (
        name TEXT PRIMARY KEY, counter INTEGER NOT NULL, role TEXT NOT NULL,
        password TEXT NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS session (
        digest BLOB PRIMARY KEY, until INTEGER NOT NULL,
        officer TEXT NOT NULL REFERENCES officer (name)) STRICT""",
    """CREATE TABLE IF NOT EXISTS code (
        digest BLOB PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, counter INTEGER,
        until INTEGER NOT NULL) STRICT""",
    """CREATE TABLE IF NOT EXISTS change (
        place INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
        role TEXT, counter INTEGER) STRICT""",
    """CREATE TRIGGER IF NOT EXISTS change_is_never_changed BEFORE UPDATE ON change
        BEGIN SELECT RAISE(ABORT, 'the record of changes is append-only'); END""",
    _STAYS,
)


class Device(msgspec.Struct, frozen=True):
    """A machine with a credential; `counter` only for the role COUNTER."""

    name: str
    role: Role
    counter: CounterNumber | None


class Officer(msgspec.Struct, frozen=True):
    """A person with a password; `role` is COUNTER or SUPERVISOR."""

    name: str
    counter: CounterNumber
    role: Role


class Change(msgspec.Struct, frozen=True):
    """One change of the registry: `kind` is `invited`, `enrolled`, `revoked`, `officer_added`,
    `officer_removed`, `signed_in`."""

    place: int
    at: Instant
    kind: str
    name: str
    role: Role | None
    counter: CounterNumber | None


class Registry:
    """The registry in a data folder, made when it is missing. Threads may share it.

    `device` and `session` are for the event loop: they wait 250 ms at most for whoever writes, in
    this process or another. Every method may raise StorageError; a name, role or password that
    will not do is a SetupError in words for the operator.
    """

    def __init__(self, folder: Path) -> None:
        prepare_folder(folder)
        self._database = Database(folder / FILE, journal_mode="delete")
        self._hasher = PasswordHasher()
        try:
            # Who is removed is gone: their name is not left in a page that is free.
            self._database.run("PRAGMA secure_delete=ON")
            with self._database.transaction():
                for statement in _SCHEMA:
                    self._database.run(statement)
            # An own connection, for the other one's lock is held by whoever writes.
            self._look_up = Database(folder / FILE, journal_mode="delete", busy_ms=LOOK_UP_MS)
        except BaseException:
            self._database.close()
            raise

    def enrol(self, role: Role, name: str, counter: CounterNumber | None, at: Instant) -> str:
        """Admit a device, and give its credential: only its digest is kept, so this is the only
        time to see it. A device may have several, so that a new one can be brought before the
        old ones are revoked."""
        name = _checked(role, name, counter)
        credential = secrets.token_urlsafe(_SECRET_BYTES)
        with self._database.transaction():
            self._admit(self._database, credential, Device(name, role, counter), at)
        return credential

    def invite(
        self,
        code: str,
        role: Role,
        name: str,
        counter: CounterNumber | None,
        at: Instant,
        until: Instant,
    ) -> None:
        """Let whoever shows `code` before `until` be that device, once."""
        name = _checked(role, name, counter)
        with self._database.transaction():
            self._database.run("DELETE FROM code WHERE until <= ?", at)
            self._database.run(
                "INSERT INTO code (digest, name, role, counter, until) VALUES (?, ?, ?, ?, ?)",
                _digest(code),
                name,
                role.value,
                counter,
                until,
            )
            self._record(at, "invited", name, role, counter)

    def accept(self, code: str, credential: str, role: Role, at: Instant) -> Device | None:
        """Use a code up: from now on the device has this credential. None for a code that is
        unknown, used, of another role or too old, and for a credential that was revoked. For the
        event loop, like `device`."""
        found = (
            "SELECT name, role, counter FROM code WHERE digest = ? AND role = ? AND until > ?"
            " AND NOT EXISTS (SELECT 1 FROM device WHERE digest = ?)"
        )
        wanted = (_digest(code), role.value, at, _digest(credential))
        if not self._look_up.run(found, *wanted):
            return None
        with self._look_up.transaction():
            rows = self._look_up.run(found, *wanted)
            if not rows:
                return None
            device = Device(rows[0][0], role, rows[0][2])
            self._look_up.run("DELETE FROM code WHERE digest = ?", _digest(code))
            self._admit(self._look_up, credential, device, at)
        return device

    def _admit(self, database: Database, credential: str, device: Device, at: Instant) -> None:
        database.run(
            "INSERT INTO device (digest, name, role, counter, enrolled_at) VALUES (?, ?, ?, ?, ?)",
            _digest(credential),
            device.name,
            device.role.value,
            device.counter,
            at,
        )
        self._record(at, "enrolled", device.name, device.role, device.counter, database)

    def device(self, credential: str) -> Device | None:
        """The device with this credential, unless there is none or it was revoked."""
        rows = self._look_up.run(
            "SELECT name, role, counter FROM device WHERE digest = ? AND revoked_at IS NULL",
            _digest(credential),
        )
        return Device(rows[0][0], Role(rows[0][1]), rows[0][2]) if rows else None

    def enrolled(self, role: Role) -> frozenset[str]:
        """Names of the devices of that role that have a credential. For the event loop, like
        `device`."""
        found = "SELECT DISTINCT name FROM device WHERE role = ? AND revoked_at IS NULL"
        return frozenset(str(name) for (name,) in self._look_up.run(found, role.value))

    def revoke(self, name: str, at: Instant) -> int:
        """End every credential and code of the device `name`; says how many credentials."""
        name = _name(name)
        with self._database.transaction():
            self._database.run("DELETE FROM code WHERE name = ?", name)
            self._database.run(
                "UPDATE device SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", at, name
            )
            revoked = self._database.changes()
            if revoked:
                self._record(at, "revoked", name, None, None)
        return revoked

    def add_officer(
        self,
        name: str,
        counter: CounterNumber,
        password: str,
        at: Instant,
        role: Role = Role.COUNTER,
    ) -> None:
        """Admit an officer, or replace the one of that name and end that one's sessions."""
        name = _name(name)
        password = _text("password", unicodedata.normalize("NFC", password))
        if role not in {Role.COUNTER, Role.SUPERVISOR}:
            raise SetupError(f"an officer's role is counter or supervisor, not {role.value}")
        if len(password) < SHORTEST_PASSWORD:
            raise SetupError(f"the password needs {SHORTEST_PASSWORD} characters or more")
        _check_counter(counter)
        hashed = self._hasher.hash(password)
        with self._database.transaction():
            self._database.run("DELETE FROM session WHERE officer = ?", name)
            self._database.run(
                "INSERT INTO officer (name, counter, role, password) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET counter = excluded.counter,"
                " role = excluded.role, password = excluded.password",
                name,
                counter,
                role.value,
                hashed,
            )
            self._record(at, "officer_added", name, role, counter)

    def remove_officer(self, name: str, at: Instant) -> bool:
        """End an officer's sign-in and sessions; whether there was such an officer."""
        name = _name(name)
        with self._database.transaction():
            self._database.run("DELETE FROM session WHERE officer = ?", name)
            self._database.run("DELETE FROM officer WHERE name = ?", name)
            removed = bool(self._database.changes())
            if removed:
                self._record(at, "officer_removed", name, None, None)
        return removed

    def check_password(self, name: str, password: str) -> Officer | None:
        """The officer of that name and password. An unknown name takes the same work, so that
        time does not tell who is an officer. Takes some 50 ms: not for the event loop."""
        name, password = (one.encode("utf-8", "replace").decode() for one in (name, password))
        decoy = self._decoy
        rows = self._database.run(
            "SELECT name, counter, role, password FROM officer WHERE name = ?", _nfc(name)
        )
        hashed = rows[0][3] if rows else decoy
        try:
            self._hasher.verify(hashed, unicodedata.normalize("NFC", password))
        except (VerificationError, InvalidHashError):
            return None
        return Officer(rows[0][0], rows[0][1], Role(rows[0][2])) if rows else None

    @cached_property
    def _decoy(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(_SECRET_BYTES))

    def open_session(self, officer: str, at: Instant) -> str:
        """Sign an officer in for twelve hours, and give the token. ValueError without one."""
        token = secrets.token_urlsafe(_SECRET_BYTES)
        name = _nfc(officer)
        with self._database.transaction():
            self._database.run("DELETE FROM session WHERE until <= ?", at)
            self._database.run(
                "INSERT INTO session (digest, until, officer) VALUES (?, ?, ?)",
                _digest(token),
                at + SESSION_MS,
                name,
            )
            self._record(at, "signed_in", name, None, None)
        return token

    def session(self, token: str, at: Instant) -> Officer | None:
        """The officer who signed in with this token, while that lasts."""
        rows = self._look_up.run(
            "SELECT name, counter, role FROM session JOIN officer ON officer = name"
            " WHERE digest = ? AND until > ?",
            _digest(token),
            at,
        )
        return Officer(rows[0][0], rows[0][1], Role(rows[0][2])) if rows else None

    def close_session(self, token: str) -> None:
        """Sign out. Harmless for a token that is none."""
        self._database.run("DELETE FROM session WHERE digest = ?", _digest(token))

    def changes(self) -> Iterator[Change]:
        """Everything that was changed here, oldest first."""
        rows = self._database.run(
            "SELECT place, at, kind, name, role, counter FROM change ORDER BY place"
        )
        for place, at, kind, name, role, counter in rows:
            yield Change(place, at, kind, name, Role(role) if role else None, counter)

    def forget_changes(self, before: Instant) -> int:
        """Drop what was changed before that moment; says how much that was."""
        with self._database.transaction():
            self._database.run("DROP TRIGGER change_is_never_deleted")
            self._database.run("DELETE FROM change WHERE at < ?", before)
            forgotten = self._database.changes()
            self._database.run(_STAYS)
        return forgotten

    def close(self) -> None:
        """Let go of the file. Harmless when called twice."""
        self._look_up.close()
        self._database.close()

    def _record(
        self,
        at: Instant,
        kind: str,
        name: str,
        role: Role | None,
        counter: CounterNumber | None,
        database: Database | None = None,
    ) -> None:
        (database or self._database).run(
            "INSERT INTO change (at, kind, name, role, counter) VALUES (?, ?, ?, ?, ?)",
            at,
            kind,
            name,
            role.value if role else None,
            counter,
        )


def stamp(folder: Path) -> str:
    """Tells one content of a folder's registry from another; empty without one."""
    try:
        found = (folder / FILE).stat()
    except OSError:
        return ""
    return f"{found.st_mtime_ns}-{found.st_size}"


def end_sessions(database: Database) -> None:
    """Take sessions and codes out of a registry that goes on elsewhere: who signed out since must
    not be signed in, and what was used since must not be used again. Raises StorageError."""
    with database.transaction():
        database.run("DELETE FROM session")
        database.run("DELETE FROM code")


def _checked(role: Role, name: str, counter: CounterNumber | None) -> str:
    """A device's name, as it is kept. SetupError when there can be no such device."""
    name = _name(name)
    if role is Role.TICKET:
        raise SetupError("a ticket needs no credential: its own id is one")
    if (role is Role.COUNTER) != (counter is not None):
        raise SetupError("the role counter needs --counter, and no other role takes one")
    _check_counter(counter)
    return name


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _name(name: str) -> str:
    name = _nfc(name)
    if not name:
        raise SetupError("a name is needed, and this one is empty")
    return _text("name", name)


def _text(what: str, text: str) -> str:
    """What a person typed, if it is text: no broken UTF-8, and nothing that cannot be seen."""
    if any(unicodedata.category(one) in _NO_TEXT for one in text):
        raise SetupError(f"the {what} must be UTF-8 text without control characters")
    return text


def _check_counter(counter: CounterNumber | None) -> None:
    if counter is not None and not 1 <= counter <= HIGHEST_COUNTER:
        raise SetupError(
            f"counters are numbered from 1 to {HIGHEST_COUNTER}; there is no counter {counter}"
        )


def _digest(secret: str) -> bytes:
    # A client may send any text; one that is not valid Unicode matches nothing, without a crash.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
