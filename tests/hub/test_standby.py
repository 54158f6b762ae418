"""Two hubs, of which one serves: in processes of their own, killed and brought back."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
import trustme
from structlog.testing import capture_logs

from hub.engine.events import DayOpened
from hub.fence import Fence
from hub.follow import PROMOTE, Follower
from hub.followed import Followed
from hub.journal.base import Entry
from hub.journal.codec import pack
from hub.journal.sqlite import SqliteJournal, read_only
from hub.peer import Peer, PeerError
from hub.promote import promote
from hub.standing import FOLLOWING, Following, following
from shared.errors import SetupError, SupersededError
from shared.kept import keep
from shared.link import Link, Touch
from shared.messages import IssueTicket, KioskView, Result, TicketPrinted, Welcome
from shared.model import Epoch, Instant, RequestId, Role, Seq, ServiceId, TicketId
from tests.hub.hall_site import at
from tests.hub.hub_process import ROOT, SITE, HubProcess

WITHIN_S = 60.0


class Standby:
    """`motcua-hub follow` as an operator starts it."""

    def __init__(self, data: Path, hub: HubProcess, credential: str) -> None:
        self.data = data
        self.secret = data.with_suffix(".credential")
        self.secret.touch(mode=0o600)
        self.secret.write_text(credential + "\n")
        self.url = hub.url
        self._process: subprocess.Popen[str] | None = None

    def start(self, *extra: str) -> None:
        with (self.data.with_suffix(".log")).open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "hub", "follow", "--from", self.url,
                    "--data", str(self.data), "--credential-file", str(self.secret), *extra,
                ],
                cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline().startswith("following ")

    @property
    def log(self) -> str:
        return self.data.with_suffix(".log").read_text(encoding="utf-8")

    def kinds(self) -> list[str]:
        return [entry.kind for entry in read_only(self.data)]

    def has(self, events: int) -> bool:
        with contextlib.suppress(Exception):
            return len(self.kinds()) >= events
        return False

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.poll() is None:
            os.kill(process.pid, number)
        code = process.wait(10)
        assert process.stdout is not None
        process.stdout.close()
        return code

    def ends(self) -> int:
        """The exit code of one that ends by itself."""
        assert self._process is not None
        self._process.wait(WITHIN_S)
        return self.stop()


def until(holds: Callable[[], bool], what: str = "") -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, what or "it did not come to pass"
        time.sleep(0.02)


class Pair:
    """A hub, a standby that follows it, and devices that know both."""

    def __init__(self, folder: Path) -> None:
        self.first = HubProcess(folder / "first")
        self.first.start()
        self.second = HubProcess(folder / "second")
        self.kiosk = self.first.enrol("kiosk", "k1")
        self.credential = self.first.enrol("standby", "s1")
        self.standby = Standby(folder / "second", self.first, self.credential)
        self.standby.start()

    def newest(self) -> int:
        return int(httpx.get(f"{self.first.url}/healthz").json()["seq"])

    def caught_up(self) -> None:
        until(lambda: self.standby.has(self.newest()), "the standby did not catch up")

    def close(self) -> None:
        self.standby.stop()
        self.first.stop()
        self.second.stop()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    both = Pair(tmp_path)
    try:
        yield both
    finally:
        both.close()


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "hub", *words],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


class Kiosk:
    """A kiosk that takes numbers all the time, in a thread with a loop of its own."""

    def __init__(self, addresses: tuple[str, ...], credential: str, *, at_once: int = 4) -> None:
        self.numbers: dict[RequestId, str] = {}
        self.tickets: dict[RequestId, TicketId] = {}
        self.epochs: list[str] = []
        self.generations: list[int] = []
        self._addresses, self._credential, self._at_once = addresses, credential, at_once
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()

    async def _run(self) -> None:
        live = asyncio.Event()

        def welcomed(welcome: Welcome) -> None:
            self.epochs.append(welcome.epoch)
            self.generations.append(welcome.generation)

        link = Link(
            self._addresses,
            role=Role.KIOSK,
            credential=self._credential,
            view=KioskView,
            on_view=lambda view, seq: None,
            on_touch=lambda touch: live.set() if touch is Touch.LIVE else None,
            on_welcome=welcomed,
        )
        tasks = [asyncio.create_task(link.run())]
        await live.wait()
        tasks += [asyncio.create_task(self._take(link)) for _ in range(self._at_once)]
        await asyncio.to_thread(self._stop.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, link: "Link[KioskView]") -> None:
        while True:
            request_id = RequestId(str(uuid.uuid4()))
            answer = await link.ask(request_id, IssueTicket(ServiceId("dat-dai")))
            assert isinstance(answer, Result), answer
            value = json.loads(bytes(answer.value))
            self.numbers[request_id] = value["number"]
            self.tickets[request_id] = value["ticket"]
            await link.ask(RequestId(str(uuid.uuid4())), TicketPrinted(value["ticket"]))
            await asyncio.sleep(0.01)

    def close(self) -> None:
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()


def test_a_standby_has_everything_within_a_second_with_answers_and_officers(pair: Pair) -> None:
    kiosk = Kiosk((pair.first.live,), pair.kiosk)
    try:
        until(lambda: len(kiosk.numbers) > 50)
    finally:
        kiosk.close()
    began = time.monotonic()
    pair.caught_up()
    assert time.monotonic() - began < 2  # with what it takes to look
    assert list(read_only(pair.first.data)) == list(read_only(pair.standby.data))
    pair.first.add_officer("hoa", 5, "mật khẩu dài")
    stamp = following(pair.standby.data)
    until(lambda: following(pair.standby.data) != stamp)
    figures = httpx.get(f"{pair.first.url}/metrics").text
    assert "motcua_clock_ahead_seconds 0.0" in figures
    assert 'motcua_standby_behind_events{standby="s1"} 0.0' in figures
    assert 'motcua_standby_age_seconds{standby="s1"} 0.' in figures


def test_the_hub_is_killed_under_load_and_clients_go_on_at_the_standby(pair: Pair) -> None:
    addresses = (pair.first.live, f"127.0.0.1:{free_port()}")
    kiosk = Kiosk(addresses, pair.kiosk)
    try:
        until(lambda: len(kiosk.numbers) > 100)
        refused = run("promote", "--data", str(pair.standby.data))
        assert refused.returncode == 2 and "a hub still answers there" in refused.stderr
        pair.first.kill()
        acknowledged = dict(kiosk.numbers)
        told = pair.second.command("promote")
        assert pair.standby.ends() == 0
        pair.second.live = addresses[1]
        pair.second.start()
        until(lambda: len(kiosk.numbers) > len(acknowledged) + 50)
    finally:
        kiosk.close()
    numbers = list(kiosk.numbers.values())
    assert len(set(numbers)) == len(numbers), "a number was given twice"
    assert kiosk.generations[-1] == 2 and kiosk.epochs[0] != kiosk.epochs[-1]
    # The new journal is the old one as far as it was followed, and goes on behind all of it.
    old, new = list(read_only(pair.first.data)), list(read_only(pair.second.data))
    followed = [one.kind for one in new].index("numbers_moved")
    assert new[:followed] == old[:followed]
    lost, kept = given(old[followed:]), given(new)
    assert set(lost.values()).isdisjoint(kept.values())
    # What was lost before it was answered is asked again under its id, and given another number.
    assert acknowledged.keys().isdisjoint(lost.keys() & kept.keys())
    assert {id_ for id_ in acknowledged if id_ not in kept} <= lost.keys()
    assert kiosk.numbers.items() <= (lost | kept).items()
    assert "events are known to be missing" in told and "go on after A" in told
    assert [one.kind for one in new if one.kind.startswith("day")] == ["day_opened"]


def given(entries: list[Entry]) -> dict[RequestId | None, str]:
    """Numbers that a journal says were given, by the request's id."""
    issued = (one for one in entries if one.kind == "ticket_issued")
    return {one.request_id: str(json.loads(one.body)["number"]) for one in issued}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_an_answer_that_was_followed_is_given_again_by_the_promoted_hub(pair: Pair) -> None:
    kiosk = Kiosk((pair.first.live,), pair.kiosk, at_once=1)
    until(lambda: len(kiosk.numbers) > 3)
    kiosk.close()
    pair.caught_up()
    request_id, number = next(iter(kiosk.numbers.items()))
    pair.first.stop()
    pair.second.command("promote")
    pair.second.start()

    async def again() -> str:
        link = Link(
            pair.second.live,
            role=Role.KIOSK,
            credential=pair.kiosk,
            view=KioskView,
            on_view=lambda view, seq: None,
            on_touch=lambda touch: None,
        )
        running = asyncio.create_task(link.run())
        answer = await link.ask(request_id, IssueTicket(ServiceId("dat-dai")))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert isinstance(answer, Result)
        return str(json.loads(bytes(answer.value))["number"])

    assert asyncio.run(asyncio.wait_for(again(), WITHIN_S)) == number


def test_the_old_hub_refuses_when_its_peer_has_taken_over(pair: Pair, tmp_path: Path) -> None:
    pair.caught_up()
    pair.first.kill()
    pair.second.command("promote")
    pair.second.start()
    settings = tmp_path / "hub.toml"
    settings.write_text(f'[standby]\npeer = "{pair.second.url}"\n')
    serve = (
        "serve", "--always-open", "--site", str(SITE), "--data", str(pair.first.data),
        "--live", pair.first.live, "--web", pair.first.web,
    )  # fmt: skip
    done = run(*serve, "--config", str(settings))
    assert done.returncode == 2 and done.stdout == ""
    assert "another hub has taken over (generation 2, here it is 1)" in done.stderr
    # It remembers, without the peer as well.
    done = run(*serve)
    assert done.returncode == 2 and "another hub has taken over" in done.stderr
    # And becomes the standby of the new one, with what it had moved aside.
    back = Standby(pair.first.data, pair.second, pair.credential)
    with pytest.raises(AssertionError):
        back.start()
    back.stop()
    back.start("--replace")
    try:
        newest = int(httpx.get(f"{pair.second.url}/healthz").json()["seq"])
        until(lambda: back.has(newest))
        assert list(pair.first.data.glob("replaced-*/journal.db"))
        assert read_only(pair.first.data) is not None
    finally:
        back.stop()


def test_an_old_hub_ends_when_a_device_tells_it_of_the_new_one(pair: Pair) -> None:
    pair.caught_up()
    pair.first.kill()
    pair.second.command("promote")
    pair.second.start()
    pair.first.start()  # it knows of no peer
    kiosk = Kiosk((pair.second.live, pair.first.live), pair.kiosk, at_once=1)
    try:
        until(lambda: len(kiosk.numbers) > 3)
        pair.second.kill()
        until(lambda: "hub_superseded" in pair.first.log)
    finally:
        pair.second.start()
        kiosk.close()
    assert set(kiosk.generations) == {2}
    assert pair.first.stop() == 2
    assert "another hub has taken over" in pair.first.log


def test_a_peer_that_must_answer_and_does_not_keeps_a_hub_from_serving(tmp_path: Path) -> None:
    settings = tmp_path / "hub.toml"
    with socket.create_server(("127.0.0.1", 0)) as hangs:  # takes connections, and says nothing
        silent = f"http://127.0.0.1:{hangs.getsockname()[1]}"
        settings.write_text(f'[standby]\npeer = "{silent}"\npeer_needed = true\n')
        done = run(
            "serve", "--site", str(SITE), "--data", str(tmp_path / "data"),
            "--config", str(settings), "--live", "127.0.0.1:0", "--web", "127.0.0.1:0",
        )  # fmt: skip
    assert done.returncode == 2
    assert f"{silent}: does not answer" in done.stderr


def test_a_machine_on_which_no_hub_serves_keeps_nobody_from_serving(tmp_path: Path) -> None:
    settings = tmp_path / "hub.toml"
    settings.write_text(f'[standby]\npeer = "http://127.0.0.1:{free_port()}"\npeer_needed = true\n')
    hub = HubProcess(tmp_path / "data", options=("--config", str(settings)))
    hub.start()
    assert hub.stop() == 0


def test_a_standby_goes_on_where_it_was_and_waits_for_a_hub_that_is_away(pair: Pair) -> None:
    pair.caught_up()
    pair.standby.stop(signal.SIGKILL)
    kiosk = Kiosk((pair.first.live,), pair.kiosk)
    until(lambda: len(kiosk.numbers) > 20)
    kiosk.close()
    pair.standby.start()
    pair.caught_up()
    assert pair.standby.log.count("journal_anew") == 1  # it did not begin again
    pair.first.stop()
    until(lambda: "hub_lost" in pair.standby.log)
    pair.first.start()
    until(lambda: "hub_found" in pair.standby.log)
    assert pair.standby.log.count("hub_lost") == pair.standby.log.count("hub_found") == 1
    assert pair.standby.stop() == 0


def test_a_journal_in_a_new_epoch_is_fetched_anew_and_what_the_hub_lost_is_kept(
    pair: Pair,
) -> None:
    pair.first.command("backup", str(pair.first.data.parent / "early.db"))
    kiosk = Kiosk((pair.first.live,), pair.kiosk)
    until(lambda: len(kiosk.numbers) > 20)
    kiosk.close()
    pair.caught_up()
    pair.first.stop()
    pair.first.command("restore", str(pair.first.data.parent / "early.db"), "--replace")
    pair.first.start()
    until(lambda: "hub_went_back" in pair.standby.log)
    pair.caught_up()
    assert list(read_only(pair.first.data)) == list(read_only(pair.standby.data))
    pair.standby.stop()
    assert not is_anew(pair.standby.data)
    [aside] = pair.standby.data.glob("replaced-*")
    assert [one.kind for one in read_only(aside)].count("ticket_issued") >= 20


async def test_a_hub_behind_tls_is_believed_by_its_certificate_alone(tmp_path: Path) -> None:
    ours, other = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.issue_cert("localhost").configure_cert(context)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"generation":7}')
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    found = []
    for authority in (ours, other):
        file = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(file)
        peer = Peer(f"https://localhost:{port}", ca_file=str(file))
        found.append(await peer.generation())
        await peer.close()
    server.close()
    await server.wait_closed()
    assert found == [7, None]
    for url in ("ftp://x", "hub:8080", ""):
        with pytest.raises(SetupError, match="https://HOST:PORT"):
            Peer(url)
    for url in ("http://hub:8080", "http://10.1.2.3:8080"):
        with pytest.raises(SetupError, match="readable through the network; write https"):
            Peer(url)
    for url in ("http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080"):
        assert Peer(url).url == url
    with pytest.raises(SetupError, match="no such file"):
        Peer("https://hub", ca_file=str(tmp_path / "none.pem"))


@contextlib.asynccontextmanager
async def answering(status: str, content: bytes) -> AsyncIterator[Peer]:
    """A peer whose machine gives that answer to everything."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n\r\n".encode())
            writer.write(content)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        peer = Peer(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            yield peer
        finally:
            await peer.close()


NESTED = b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("status", "content", "generation"),
    [
        ("200 OK", b'{"generation":7}', 7),
        ("503 Service Unavailable", b'{"generation":7}', 7),  # a hub that cannot write
        ("503 Service Unavailable", "Máy chủ đang khởi động lại.".encode(), 0),
        ("502 Bad Gateway", b"<html>", 0),
        ("504 Gateway Timeout", NESTED, 0),
        ("200 OK", NESTED, None),
        ("200 OK", b"<html>", None),
        ("200 OK", b'{"generation":"7"}', None),
        ("404 Not Found", b'{"generation":7}', None),
    ],
)
async def test_what_a_peer_answers_is_a_generation_or_that_no_hub_serves_or_nothing(
    status: str, content: bytes, generation: int | None
) -> None:
    async with answering(status, content) as peer:
        assert await peer.generation() == generation
        with pytest.raises(PeerError):
            await peer.after(Epoch("e"), Seq(0), "")


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".b", "x" + "é" * 70, ".", "\udcff.x"])
async def test_a_peer_of_a_name_that_no_machine_can_have_does_not_answer(host: str) -> None:
    peer = Peer(f"https://{host}")
    assert await peer.serves() is None
    assert await peer.generation() is None
    with pytest.raises(PeerError, match="does not answer"):
        await peer.officers()
    await peer.close()


async def test_the_fence_asks_again_after_a_round_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.fence.ASK_EVERY_S", 0.01)
    answers: list[int | Exception] = [RuntimeError("a bug"), RuntimeError("a bug"), 2]

    async def generation(self: Peer) -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(Peer, "generation", generation)
    fence = Fence(tmp_path, 1, Peer("http://127.0.0.1:1"))
    with capture_logs() as logs:
        asking = asyncio.create_task(fence.ask_again())
        with pytest.raises(SupersededError):
            await asyncio.wait_for(fence.superseded(), WITHIN_S)
        asking.cancel()
    assert [one["event"] for one in logs] == ["peer_not_asked", "hub_superseded"]


async def test_a_hub_that_needs_its_peer_starts_while_a_proxy_says_that_none_serves(
    tmp_path: Path,
) -> None:
    async with answering("503 Service Unavailable", b"The server is starting again.") as peer:
        await Fence(tmp_path, 1, peer).ask_first(needed=True)
    async with answering("200 OK", b"some other page") as peer:
        with pytest.raises(SetupError, match="does not answer"):
            await Fence(tmp_path, 1, peer).ask_first(needed=True)


def test_a_promoted_folder_is_a_hubs_after_a_power_cut_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(SqliteJournal(tmp_path)) as journal:
        assert journal.last_seq() == 0
    keep(tmp_path / FOLLOWING, Following("http://127.0.0.1:1", whole_at=Instant(1)))
    fsync, folder = os.fsync, tmp_path.stat().st_ino
    on_disk: list[str] = []

    def synced(handle: int) -> None:
        fsync(handle)
        if os.fstat(handle).st_ino == folder:
            on_disk[:] = sorted(path.name for path in tmp_path.iterdir())

    monkeypatch.setattr(os, "fsync", synced)
    assert promote(tmp_path, Instant(2)).generation == 2
    assert on_disk and FOLLOWING not in on_disk and PROMOTE not in on_disk


def test_a_standby_that_has_not_all_of_a_new_life_passes_over_what_that_one_did_too(
    tmp_path: Path,
) -> None:
    shutil.copytree(_with_a_day(tmp_path / "first"), tmp_path / "second")
    others = []
    for folder, anew in ((tmp_path / "first", False), (tmp_path / "second", True)):
        keep(folder / FOLLOWING, Following("http://127.0.0.1:1", at("08:00"), anew=anew))
        moved = promote(folder, at("08:05")).moved
        assert moved is not None
        others.append(moved.others)
    assert others == [150, 300]


async def test_a_standby_remembers_that_the_hub_has_begun_another_life(tmp_path: Path) -> None:
    data = _with_a_day(tmp_path / "data")
    told = Followed(Epoch("another"), 1, Seq(9), anew=True, officers="")
    async with answering("200 OK", msgspec.json.encode(told)) as peer:
        keep(data / FOLLOWING, Following(peer.url))
        follows = asyncio.create_task(Follower(data, peer, lambda: at("08:00")).run())
        await asyncio.to_thread(until, lambda: is_anew(data))
        (data / PROMOTE).touch()
        async with asyncio.timeout(WITHIN_S):
            await follows


def is_anew(data: Path) -> bool:
    state = following(data)
    return state is not None and state.anew


def _with_a_day(folder: Path) -> Path:
    opened = DayOpened("2026-11-23", "Asia/Ho_Chi_Minh")
    with contextlib.closing(SqliteJournal(folder)) as journal:
        journal.append([Entry(Seq(1), opened.day, at("07:00"), *pack(opened), None)], [])
    return folder


def test_only_a_standby_may_follow_and_it_may_do_nothing_else(pair: Pair) -> None:
    url = pair.first.url
    for path in ("/follow?epoch=x&seq=0", "/follow/officers"):
        for bearer in ("", "Bearer x", f"Bearer {pair.kiosk}", f"Basic {pair.credential}"):
            assert httpx.get(url + path, headers={"Authorization": bearer}).status_code == 403
    told = httpx.get(
        f"{url}/follow?epoch=x&seq=-1", headers={"Authorization": f"Bearer {pair.credential}"}
    )
    assert told.status_code == 422
    refused = Standby(pair.standby.data.with_name("third"), pair.first, pair.kiosk)
    refused.start()
    until(lambda: "does not know this standby" in refused.log)
    refused.stop()


def test_a_standby_is_no_hub_and_a_hub_no_standby_until_somebody_says_so(
    pair: Pair, tmp_path: Path
) -> None:
    pair.caught_up()
    done = run(
        "serve", "--site", str(SITE), "--data", str(pair.standby.data),
        "--live", "127.0.0.1:0", "--web", "127.0.0.1:0",
    )  # fmt: skip
    assert done.returncode == 2 and "motcua-hub promote" in done.stderr
    done = run("promote", "--data", str(pair.first.data))
    assert done.returncode == 2 and "is no standby's folder" in done.stderr
    never = tmp_path / "never"
    never.mkdir()
    (never / FOLLOWING).write_text('{"url":"http://127.0.0.1:1"}')
    done = run("promote", "--data", str(never))
    assert done.returncode == 2 and "never had everything" in done.stderr
