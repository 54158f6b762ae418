"""A card before a real kiosk: a mark goes to the hub and onto the disk, and nothing else of it."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kiosk.flow import Screen
from shared import messages as m
from tests.kiosk.hall import view
from tests.kiosk.in_window import hall

NUMBER = "040099001234"
DIGEST = sha256(NUMBER.encode()).hexdigest()
MARK = "ab" * 32
NAME = "Nguyễn Thị Huệ"
CARD = f"{NUMBER}||{NAME}|01021999|Nữ|Nghệ An|10052021"


async def test_the_card_becomes_a_mark_and_leaves_no_trace(
    kivy_window: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with hall(kivy_window, tmp_path) as one:
        one.hub.view = view(card_needed=True)
        one.app.begin()
        await one.shows(Screen.HOME)
        one.tap("Lấy số thứ tự")
        await one.shows(Screen.SERVICES)
        one.tap("Đất đai")
        await one.shows(Screen.PRIORITY)
        one.tap("Không")
        await one.shows(Screen.CARD)
        one.hub.finding = m.CardMarked(MARK)
        one.hub.silent = True
        one.scanner.read(CARD)
        await one.shows(Screen.WAITING)
        await one.until(lambda: one.inflight.unanswered(), "the wish on disk")
        assert one.hub.questions == [m.MarkCard(DIGEST)]
        kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
        assert MARK.encode() in kept
        for secret in (NUMBER, DIGEST, NAME):
            assert secret.encode() not in kept
            assert secret not in repr(one.app.flow)
        out, err = capfd.readouterr()
        assert "IdentityCard" in out + err
        for secret in (NUMBER, DIGEST, NAME, NUMBER[-4:]):
            assert secret not in out + err
