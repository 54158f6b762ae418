"""One number an identity card: a mark that keeps nothing of it, and no day longer than the day."""

import hmac
import json
import stat
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs
from websockets.sync.client import ClientConnection, connect

from hub.cards import MOST, WITHIN_MS, Cards, DayKey
from hub.engine.refusal import Refusal
from hub.engine.rights import Actor
from hub.hall import Hall
from hub.journal.memory import MemoryJournal
from hub.questions import unanswerable
from shared import messages as m
from shared.model import RequestId, Role
from tests.hub.hall_site import BOSS, KIOSK, LAND, SITE, at, officer
from tests.hub.hub_process import SITE as SITE_FILE, HubProcess
from tests.hub.test_hall import Clock

NUMBER = "040099001234"
DIGEST = sha256(NUMBER.encode()).hexdigest()
OTHER = sha256(b"040099005678").hexdigest()
DAY, NEXT = "2026-11-23", "2026-11-24"


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("card-*"))


# --- the key -----------------------------------------------------------------------------


def test_a_key_is_kept_for_its_day_by_the_hubs_user_alone(tmp_path: Path) -> None:
    key = DayKey(tmp_path).of(DAY)
    assert len(key) == 32
    [path] = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert DayKey(tmp_path).of(DAY) == key


def test_another_days_key_is_another_and_the_one_before_is_gone(tmp_path: Path) -> None:
    keys = DayKey(tmp_path)
    first = keys.of(DAY)
    assert keys.of(NEXT) != first
    assert files(tmp_path) == [f"card-{NEXT}.key"]
    keys.keep_only(None)
    assert files(tmp_path) == []
    assert keys.of(DAY) != first


def test_a_key_file_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / f"card-{DAY}.key"
    path.write_bytes(b"short")
    assert DayKey(tmp_path).of(DAY) == path.read_bytes()
    assert len(path.read_bytes()) == 32


def test_a_folder_that_takes_no_file_is_told_and_cards_are_marked_all_the_same(
    tmp_path: Path,
) -> None:
    keys = DayKey(tmp_path / "gone")
    with capture_logs() as told:
        first = keys.of(DAY)
    assert [entry["event"] for entry in told] == ["card_key_not_kept"]
    assert keys.of(DAY) == first


# --- the question ------------------------------------------------------------------------


class Desk:
    """A hall with the rule, and the question asked of it."""

    def __init__(self, folder: Path, *, rule: bool = True) -> None:
        self.clock = Clock()
        site = msgspec.structs.replace(SITE, one_ticket_per_card=rule)
        self.hall = Hall(site, MemoryJournal(), self.clock)
        self.cards = Cards(self.hall, folder, self.clock, unanswerable)

    async def wish(self, command: m.Command, actor: Actor = KIOSK) -> Any:
        return await self.hall.ask(actor, RequestId(str(uuid.uuid4())), command)

    async def mark(self, digest: str = DIGEST, actor: Actor = KIOSK) -> str:
        """The mark, or the code of the refusal."""
        finding = await self.cards.answer(actor, "127.0.0.1", m.MarkCard(digest))
        return finding.code if isinstance(finding, Refusal) else finding.mark  # type: ignore[union-attr]


@contextmanager
def running(desk: Desk) -> Iterator[None]:
    import asyncio

    task = asyncio.get_running_loop().create_task(desk.hall.run())
    try:
        yield
    finally:
        task.cancel()


async def test_a_card_has_one_mark_a_day_that_the_key_alone_explains(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with running(desk):
        await desk.hall.ready.wait()
        mark = await desk.mark()
        assert mark == await desk.mark()
        assert mark != await desk.mark(OTHER)
        key = (tmp_path / f"card-{DAY}.key").read_bytes()
        assert mark == hmac.digest(key, bytes.fromhex(DIGEST), "sha256").hex()


async def test_the_key_goes_with_the_day(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with running(desk):
        await desk.hall.ready.wait()
        first = await desk.mark()
        await desk.wish(m.CloseDay(), BOSS)
        assert files(tmp_path) == []
        assert await desk.mark() == "day_closed"
        desk.clock.now = at("08:00", NEXT)
        await desk.wish(m.OpenDay(), BOSS)
        assert await desk.mark() != first
        assert files(tmp_path) == [f"card-{NEXT}.key"]


async def test_a_hub_that_starts_without_a_day_leaves_no_key(tmp_path: Path) -> None:
    (tmp_path / "card-2026-11-20.key").write_bytes(b"x" * 32)
    Desk(tmp_path)
    assert files(tmp_path) == []


async def test_only_kiosks_ask_and_only_where_there_is_the_rule(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert await desk.mark(actor=officer(1)) == "not_allowed"
    assert await Desk(tmp_path, rule=False).mark() == "not_allowed"
    for digest in (NUMBER, "", DIGEST.upper(), DIGEST + "0"):
        assert await desk.mark(digest) == "bad_code"
    beyond = await desk.cards.answer(KIOSK, "127.0.0.1", m.LookUpProcedure("1.000001"))
    assert isinstance(beyond, Refusal) and beyond.code == "lookup_off"


async def test_a_kiosk_may_ask_sixty_times_in_ten_minutes(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    with running(desk):
        await desk.hall.ready.wait()
        for _ in range(MOST):
            assert len(await desk.mark()) == 64
        assert await desk.mark() == "too_many_lookups"
        assert len(await desk.mark(actor=Actor(Role.KIOSK, "kiosk-2"))) == 64
        desk.clock.now += WITHIN_MS  # type: ignore[assignment]
        assert len(await desk.mark()) == 64


# --- a real hub --------------------------------------------------------------------------


class Kiosk:
    """A kiosk as a stranger would write it."""

    def __init__(self, socket: ClientConnection, credential: str) -> None:
        self.socket = socket
        self._send({"type": "hello", "version": 1, "role": "kiosk", "credential": credential})
        self.view = self._until("welcome")["view"]

    def _send(self, frame: dict[str, Any]) -> None:
        self.socket.send(json.dumps(frame))

    def _until(self, *types: str) -> dict[str, Any]:
        while True:
            frame: dict[str, Any] = json.loads(self.socket.recv(timeout=10))
            if frame["type"] in types:
                return frame

    def mark(self, digest: str) -> str:
        question = {"kind": "mark_card", "digest": digest}
        self._send({"type": "question", "request_id": str(uuid.uuid4()), "question": question})
        mark: str = self._until("answer")["finding"]["mark"]
        return mark

    def issue(self, mark: str | None) -> dict[str, Any]:
        command = {"kind": "issue_ticket", "service": LAND, "card": mark}
        self._send({"type": "command", "request_id": str(uuid.uuid4()), "command": command})
        return self._until("result", "refused")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    text = SITE_FILE.read_text(encoding="utf-8")
    text = text.replace("one_ticket_per_card = false", "one_ticket_per_card = true")
    text = text.replace("cool_down_seconds = 0", "cool_down_seconds = 60")
    site = tmp_path / "site.toml"
    site.write_text(text, encoding="utf-8")
    hub = HubProcess(tmp_path / "data", site=site)
    hub.start()
    yield hub
    hub.kill()


def test_a_real_hub_keeps_one_number_a_card_over_a_restart_and_nothing_of_the_card(
    hub: HubProcess,
) -> None:
    credential = hub.enrol("kiosk", "kiosk-1")
    with connect(f"ws://{hub.live}/live", compression=None) as socket:
        kiosk = Kiosk(socket, credential)
        assert kiosk.view["card_needed"]
        assert kiosk.issue(None)["code"] == "card_needed"
        mark = kiosk.mark(DIGEST)
        assert kiosk.issue(mark)["value"]["number"] == "A001"
        used = kiosk.issue(mark)
        assert (used["code"], used["number"]) == ("card_used", "A001")
        soon = kiosk.issue(kiosk.mark(OTHER))
        assert soon["code"] == "too_soon" and 0 < soon["retry_s"] <= 60
    hub.restart()
    with connect(f"ws://{hub.live}/live", compression=None) as socket:
        kiosk = Kiosk(socket, credential)
        assert kiosk.mark(DIGEST) == mark
        assert kiosk.issue(mark)["number"] == "A001"
    kept = b"".join(path.read_bytes() for path in hub.data.rglob("*") if path.is_file())
    assert mark.encode() in kept
    for secret in (NUMBER, DIGEST):
        assert secret.encode() not in kept and bytes.fromhex(secret) not in kept
