"""The display against a real websocket server that plays the hub."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import msgspec
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from display.hall_time import HallTime
from display.report import DRAWN_WITHIN_S
from display.tongues import Manner
from shared.messages import (
    REPORT_EVERY_S,
    BoardCall,
    BoardCounter,
    BoardLine,
    Close,
    DisplayView,
    Refused,
    ReportFrame,
    SiteInfo,
    Sound,
    ViewFrame,
    Welcome,
)
from shared.model import CounterNumber, CounterState, Epoch, Seq, ServiceId
from tests.kivy_window import hold, until

ROOT = Path(__file__).resolve().parents[2]
HANOI = timezone(timedelta(hours=7))


def now() -> str:
    return datetime.now(UTC).astimezone(HANOI).isoformat(timespec="milliseconds")


class PlayedHub:
    """Holds one board and sends it to whoever asks, whole, as the hub does."""

    def __init__(self) -> None:
        self.calls: list[BoardCall] = []
        self.announced: tuple[Seq, ...] | None = None
        self.seq = 0
        self.refuse = False
        self.hellos = 0
        self.reports: list[ReportFrame] = []
        self.connections: set[ServerConnection] = set()
        self.server: Server | None = None

    async def start(self, port: int = 0) -> int:
        self.server = await serve(self._talk, "127.0.0.1", port, compression=None)
        return int(next(iter(self.server.sockets)).getsockname()[1])

    async def stop(self) -> None:
        assert self.server is not None
        self.server.close()
        await self.server.wait_closed()

    def view(self) -> msgspec.Raw:
        counters = tuple(
            BoardCounter(CounterNumber(n), CounterState.OPEN, None) for n in range(1, 38)
        )
        lines = (BoardLine(ServiceId("dat-dai"), "Đất đai", 12),)
        view = DisplayView(
            "Trung tâm", "7:30–11:30", "", counters, tuple(reversed(self.calls)), lines
        )
        return msgspec.Raw(msgspec.json.encode(view))

    async def call(self, *numbers: tuple[str, int]) -> None:
        for number, counter in numbers:
            self.seq += 1
            place = len(self.calls) + 1
            self.calls.append(
                BoardCall(place, Seq(self.seq), number, CounterNumber(counter), now())
            )
        frame = msgspec.json.encode(ViewFrame(Seq(self.seq), self.view())).decode()
        for connection in list(self.connections):
            await connection.send(frame)

    async def _talk(self, connection: ServerConnection) -> None:
        await connection.recv()
        self.hellos += 1
        if self.refuse:
            refused = Refused(None, "bad_credential", "không có thiết bị nào mang mã này")
            await connection.send(msgspec.json.encode(refused).decode())
            await connection.close(1008)
            return
        welcome = Welcome(
            SiteInfo("na", "Trung tâm", "Asia/Ho_Chi_Minh"),
            Epoch("e1"),
            Seq(self.seq),
            now(),
            self.view(),
            self.announced,
        )
        await connection.send(msgspec.json.encode(welcome).decode())
        self.connections.add(connection)
        try:
            with contextlib.suppress(ConnectionClosed):
                async for text in connection:
                    self.reports.append(msgspec.json.decode(text, type=ReportFrame))
        finally:
            self.connections.discard(connection)


class Playing:
    """A display beside a played hub."""

    def __init__(self, window: Any, hub: PlayedHub, app: Any, speech: Any) -> None:
        self.window, self.hub, self.app, self.speech = window, hub, app, speech
        self.ready = 0

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        await until(self.window, condition, 10, what)

    @property
    def numbers(self) -> set[str]:
        """Every number on the wall."""
        body = self.app.wall.body
        return {body.panel.number, *(row.number for row in body.rows)} - {""}


@contextlib.asynccontextmanager
async def playing(window: Any, tmp_path: Path, hub: PlayedHub) -> AsyncIterator[Playing]:
    from display.app import DisplayApp, Options
    from display.devices.base import SilentSpeaker

    port = await hub.start()
    speech = SilentSpeaker()
    options = Options(
        f"127.0.0.1:{port}", "secret", frame_log=tmp_path / "frames.jsonl", stale_after_s=2.0
    )
    time_of_hall = HallTime(time.monotonic, datetime.now(HANOI))
    started: list[Playing] = []
    app = DisplayApp(options, speech, time_of_hall, ready=lambda: setattr(started[0], "ready", 1))
    started.append(Playing(window, hub, app, speech))
    hold(window, app.build(), 1280, 720)
    app.on_start()
    link = asyncio.create_task(app.link().run())
    try:
        await started[0].until(lambda: app.board.view is not None, "a first view")
        yield started[0]
    finally:
        link.cancel()
        await asyncio.wait([link])
        app.on_stop()
        await hub.stop()


async def test_a_call_is_shown_at_once_spoken_once_and_logged_when_drawn(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        await display.until(lambda: display.ready, "ready")
        await display.hub.call(("A012", 5))
        await display.until(lambda: display.speech.said, "an announcement")
        assert display.app.wall.body.panel.number == "A012"
        assert display.app.wall.body.panel.gold
        said = display.speech.said[0]
        assert (said.announcement.number, said.announcement.counter) == ("A012", 5)
        assert said.manner is Manner.FULL
        lines = [
            msgspec.json.decode(line)
            for line in (tmp_path / "frames.jsonl").read_bytes().splitlines()
        ]
        assert [(line["seq"], line["call"]) for line in lines] == [(0, None), (1, 1)]
        assert 0 < lines[1]["drawn_ns"] <= time.monotonic_ns()


async def test_after_a_reconnect_nothing_is_spoken_again_and_what_was_missed_is(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        await display.hub.call(("A012", 5))
        await display.until(lambda: display.speech.calls == [1], "the first announcement")
        for connection in list(display.hub.connections):
            await connection.close()
        await display.until(lambda: not display.hub.connections, "the cut")
        await display.hub.call(("B001", 7))
        await display.until(lambda: display.hub.hellos == 2, "a reconnect")
        await display.until(lambda: len(display.speech.calls) > 1, "the call that was missed")
        await display.hub.call(("C001", 9))
        await display.until(lambda: len(display.speech.calls) > 2, "the next call")
        assert display.speech.calls == [1, 2, 3]


async def test_what_was_called_before_the_display_came_is_shown_and_not_spoken(
    kivy_window: Any, tmp_path: Path
) -> None:
    hub = PlayedHub()
    await hub.call(("A011", 4), ("A012", 5))
    async with playing(kivy_window, tmp_path, hub) as display:
        assert display.numbers == {"A011", "A012"}
        await hub.call(("B001", 7))
        await display.until(lambda: display.speech.said, "an announcement")
        assert display.speech.calls == [3]


async def test_what_was_called_while_the_display_was_started_anew_is_spoken(
    kivy_window: Any, tmp_path: Path
) -> None:
    hub = PlayedHub()
    await hub.call(("A011", 4), ("A012", 5), ("A013", 6))
    hub.announced = (Seq(1),)
    async with playing(kivy_window, tmp_path, hub) as display:
        await display.until(lambda: len(display.speech.said) == 2, "what was missed")
        await hub.call(("B001", 7))
        await display.until(lambda: len(display.speech.said) == 3, "an announcement")
        assert display.speech.calls == [2, 3, 4]


async def test_an_announcement_that_is_over_is_reported_at_once(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        reports = display.hub.reports
        await display.until(lambda: reports, "a first report")
        await display.hub.call(("A012", 5))
        await display.until(lambda: display.speech.said, "an announcement")
        told = time.monotonic()
        await display.until(lambda: reports[-1].announced == (1,), "a report of it")
        assert time.monotonic() - told < REPORT_EVERY_S / 2


async def test_a_display_without_a_voice_has_announced_all(kivy_window: Any) -> None:
    hub = PlayedHub()
    await hub.call(("A011", 4), ("A012", 5))
    async with voiceless(kivy_window, hub):
        await until(kivy_window, lambda: hub.reports, 10, "a report")
        assert hub.reports[0].announced == (2, 1)


async def test_ten_calls_at_once_are_all_shown_and_spoken_in_order(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        calls = [(f"A{n:03}", n) for n in range(1, 11)]
        await display.hub.call(*calls[:9])
        await display.until(lambda: len(display.numbers) == 9, "nine numbers on the wall")
        await display.hub.call(calls[9])
        await display.until(lambda: len(display.speech.said) == 10, "ten announcements")
        assert display.speech.calls == list(range(1, 11))
        assert "A010" in display.numbers


async def test_a_silent_hub_makes_the_board_say_so_until_it_is_back(
    kivy_window: Any, tmp_path: Path
) -> None:
    hub = PlayedHub()
    async with playing(kivy_window, tmp_path, hub) as display:
        await hub.call(("A012", 5))
        wall = display.app.wall
        await display.until(lambda: wall.alarm, "the bar")
        assert wall.alarm.startswith("Mất kết nối từ ")
        assert wall.footer.alarm == wall.alarm
        assert "A012" in display.numbers
        await display.until(lambda: hub.hellos > 1 and not wall.alarm, "the hub back")
        assert display.speech.calls == [1]


async def test_a_refused_display_says_why(kivy_window: Any) -> None:
    hub = PlayedHub()
    hub.refuse = True
    async with voiceless(kivy_window, hub) as app:
        await until(kivy_window, lambda: app.wall.fault, 5, "a fault")
        assert "không có thiết bị nào mang mã này" in app.wall.body.panel.hint


@contextlib.asynccontextmanager
async def voiceless(window: Any, hub: PlayedHub) -> AsyncIterator[Any]:
    from display.app import DisplayApp, Options

    port = await hub.start()
    app = DisplayApp(
        Options(f"127.0.0.1:{port}", "wrong"),
        None,
        HallTime(time.monotonic, datetime.now(HANOI)),
    )
    hold(window, app.build(), 1280, 720)
    app.on_start()
    link = asyncio.create_task(app.link().run())
    try:
        yield app
    finally:
        link.cancel()
        await asyncio.wait([link])
        app.on_stop()
        await hub.stop()


async def test_the_program_shows_speaks_and_stops_on_sigterm(
    tmp_path: Path, voice_folder: Path
) -> None:
    hub = PlayedHub()
    port = await hub.start()
    (tmp_path / "credential").touch(mode=0o600)
    (tmp_path / "credential").write_text("secret\n", encoding="utf-8")
    command = [sys.executable, "-m", "display", "--config", "config/display.toml"]
    command += ["--hub", f"127.0.0.1:{port}", "--credential-file", str(tmp_path / "credential")]
    command += ["--size", "640x360", "--position", "0,0", "--voice", str(voice_folder)]
    command += ["--announcements", str(tmp_path / "said"), "--picture", str(tmp_path / "wall.png")]
    command += ["--frame-log", str(tmp_path / "frames.jsonl")]
    env = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    program = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        async with asyncio.timeout(40):
            assert await program.stdout.readline() == b"ready\n"
            await hub.call(("A012", 5))
            spoken = tmp_path / "said" / "spoken.jsonl"
            # Another process writes them.
            while not spoken.exists() or not (tmp_path / "wall.png").exists():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        line = msgspec.json.decode(spoken.read_bytes())
        assert (line["call"], line["number"], line["counter"]) == (1, "A012", 5)
        assert (tmp_path / "said" / line["wav"]).stat().st_size > 100_000
        assert len((tmp_path / "frames.jsonl").read_bytes().splitlines()) == 2
        program.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            _out, errors = await program.communicate()
        assert program.returncode == 0, errors.decode()
        assert b"Traceback" not in errors
    finally:
        if program.returncode is None:
            program.kill()
            await program.wait()
        await hub.stop()


async def test_a_new_view_is_reported_with_the_hash_of_its_frame(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        reports = display.hub.reports
        await display.until(lambda: reports, "a first report")
        await display.hub.call(("A012", 5))
        await display.until(lambda: reports[-1].seq == 1, "a report of the call")
        await display.hub.call(("A013", 5))
        await display.until(lambda: reports[-1].seq == 2, "a report of the next")
        frames = {report.seq: report.frame for report in reports}
        assert len(set(frames.values())) == 3
        assert all(report.frame_age_ms < 1000 for report in reports)
        assert {report.sound for report in reports} == {Sound.WELL}


async def test_a_display_that_cannot_speak_says_so(kivy_window: Any, tmp_path: Path) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        display.speech.sound = Sound.FAILED
        await display.hub.call(*((f"A{n:03}", n) for n in range(1, 9)))
        reports = display.hub.reports
        await display.until(lambda: reports and reports[-1].seq == 8, "a report")
        assert reports[-1].sound is Sound.FAILED


async def test_a_report_tells_the_age_of_the_frame_before_its_own(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        reports = display.hub.reports
        await display.until(lambda: reports, "a first report")
        display.app._painter.rendered -= 30
        before = len(reports)
        display.app._report(0)
        await display.until(lambda: len(reports) > before, "another report")
        assert reports[before].frame_age_ms >= 30_000


async def test_a_loudspeaker_that_fails_is_told_without_waiting_for_the_next_report(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        reports = display.hub.reports
        await display.until(lambda: reports, "a first report")
        display.speech.sound = Sound.FAILED
        await until(kivy_window, lambda: reports[-1].sound is Sound.FAILED, 3.5, "a report of it")


async def test_a_view_that_does_not_reach_the_glass_ends_the_pulse(
    kivy_window: Any, tmp_path: Path
) -> None:
    async with playing(kivy_window, tmp_path, PlayedHub()) as display:
        await display.until(lambda: display.ready, "ready")
        kivy_window.unbind(on_flip=display.app._painter._flip)
        await display.hub.call(("A012", 5))
        await display.until(lambda: display.app._undrawn is not None, "an undrawn view")
        assert display.app._vital()
        display.app._undrawn -= DRAWN_WITHIN_S
        assert not display.app._vital()


async def test_the_keeper_starts_a_display_anew_that_the_hub_closes_for_what_it_shows(
    tmp_path: Path,
) -> None:
    hub = PlayedHub()
    port = await hub.start()
    (tmp_path / "credential").touch(mode=0o600)
    (tmp_path / "credential").write_text("secret\n", encoding="utf-8")
    command = [sys.executable, "-m", "display", "--config", "config/display.toml"]
    command += ["--hub", f"127.0.0.1:{port}", "--credential-file", str(tmp_path / "credential")]
    command += ["--size", "640x360", "--position", "0,0"]
    env = os.environ | {"SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    program = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert program.stdout is not None
        async with asyncio.timeout(40):
            assert await program.stdout.readline() == b"ready\n"
            for connection in list(hub.connections):
                await connection.close(Close.BEGIN_ANEW, "shows what is old")
            told = await program.stdout.readuntil(b"ready\n")
        assert b"code=1" in told
        assert hub.hellos == 2
    finally:
        if program.returncode is None:
            program.send_signal(signal.SIGTERM)
            await program.communicate()
        await hub.stop()
