"""What is fuzzed, and what may come of it: each `take` raises nothing, whatever it is given.

There are no webhooks to be fuzzed: the hub calls the e-one-stop system, and nobody calls the hub.
"""

import asyncio
import contextlib
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, get_args
from unittest.mock import patch

import httpx
import msgspec

from display.loudness import level
from display.settings import DisplaySettings
from hub.centre import read_centre, read_procedures
from hub.dossiers import connect, fields
from hub.dossiers.base import Found
from hub.dossiers.fields import Mapping, Unreadable
from hub.dossiers.masking import masked
from hub.dossiers.shown import shown
from hub.dossiers.token import read_token
from hub.dossiers.wire import Failed, read_json
from hub.metrics import Metrics
from hub.peer import Peer, PeerError
from hub.settings import HubSettings
from kiosk.settings import KioskSettings
from shared import command_line, languages, receipt_code
from shared.errors import SetupError
from shared.link import hub_urls
from shared.model import Epoch, Role, Seq
from shared.procedures import Catalogue
from shared.settings import load
from tests.fuzz.base import Target
from tests.fuzz.frames import Frames, Hellos
from tests.fuzz.pages import Pages
from tests.hub.hall_site import SITE, at

ROOT = Path(__file__).resolve().parents[2]
CODE = "H41.15-260105-0001"


class Scans(Target):
    """What scanners read and people type."""

    seeds = tuple(
        text.encode()
        for text in (
            CODE,
            "000.00.15.H41-260105-0001",
            "https://motcua.example/t#AbCdEfGhIjKlMnOp",
            "https://dvc.example/tra-cuu?ma=H41.15-260105-0001%20",
            "040190001234|123456789|Nguyễn Văn An|01021990|Nam|Vinh, Nghệ An|05052021",
            "1.012790.000.00.00.H41",
            "]Q3\ufeffH41.15–260105–0001",
            "０００．００．１５．Ｈ４１",
            "Nguyá»…n VÄƒn An",
        )
    )

    def take(self, data: bytes) -> None:
        """Name it, as bytes and as text."""
        text = data.decode("utf-8", "surrogateescape")
        for raw in (data, text):
            scan = receipt_code.parse(raw)
            assert isinstance(scan, get_args(receipt_code.Scan)), scan
            msgspec.json.encode(scan)
        receipt_code.dossier_code(text)
        receipt_code.procedure_code(text)


class Answers(Target):
    """What an e-one-stop system sends as the body of an answer."""

    _RESULT: ClassVar[dict[str, object]] = {
        "MaHoSo": CODE,
        "MaTTHC": "1.012790.000.00.00.H41",
        "TenTTHC": "Đính chính giấy chứng nhận",
        "ChuHoSo": "Nguyễn Văn An",
        "NgayTiepNhan": "20260105083000",
        "NgayHenTra": "20260120170000",
        "TrangThaiHoSo": "6",
        "DonViXuLy": "Văn phòng đăng ký đất đai",
        "DanhSachLePhi": [
            {"TenPhiLePhi": "Lệ phí", "SoTien": "120.000", "TrangThai": "0"},
            {"TenPhiLePhi": "Phí", "SoTien": 50000.0, "TrangThai": 1},
        ],
        "DanhSachHoSoBoSung": [{"NoiDung": "Bản sao sổ"}],
        "QuaTrinhXuLy": [
            {"NgayXuLy": "20260106", "DonViXuLy": "Một cửa", "NoiDung": "Chuyển"},
        ],
        "SoDienThoai": "0912 345 678",
        "SoGiayTo": "040190001234",
        "CoQuanThucHien": "Sở",
        "ThanhPhanHoSo": ["Đơn", "Bản sao"],
        "ThoiHanGiaiQuyet": "15 ngày",
        "LePhi": "120.000 đồng",
    }
    seeds = (
        msgspec.json.encode({"error_code": 0, "result": [_RESULT]}),
        msgspec.json.encode({"error_code": "0", "result": _RESULT | {"TrangThaiHoSo": 9}}),
        msgspec.json.encode({"error_code": "7", "result": ""}),
        msgspec.json.encode({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600}),
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._names = Mapping()
        self._catalogue = Catalogue(read_procedures(ROOT / "config/procedures.toml", folder)[:5])

    def take(self, data: bytes) -> None:
        """Read it as each kind of answer, and show the dossier to a screen."""
        try:
            answer = read_json(data)
        except Failed:
            return
        self._read(lambda: read_token(answer, 0.0))
        self._read(lambda: self._dossier(fields.results(answer, self._names)))
        self._read(lambda: self._procedure(fields.results(answer, self._names)))

    def _read(self, reading: Callable[[], object]) -> None:
        try:
            reading()
        except Unreadable as error:
            assert str(error).isidentifier(), "the text names a place, and nothing of the answer"

    def _dossier(self, found: list[object]) -> None:
        dossier = fields.dossier(found, CODE, self._names)
        now = at("08:00")
        view = shown(Found(dossier, now), SITE, self._catalogue, masked(dossier.name), now)
        assert len(msgspec.json.encode(view)) < 1 << 20, "a screen takes 1 MiB"

    def _procedure(self, found: list[object]) -> None:
        for raw in found:
            msgspec.json.encode(fields.procedure(raw, self._names))


class _Unasked(asyncio.SelectorEventLoop):
    """Writes names as a resolver is given them, and asks nobody."""

    async def create_connection(self, _to: object, host: str, *_: object, **_more: object) -> Any:  # type: ignore[override]
        host.encode("utf-8")
        host.encode("idna")
        raise OSError(f"{host}: nobody asks")


class _Answered(Peer):
    """A peer that is reached, and answers that."""

    def __init__(self, status: int, content: bytes) -> None:
        super().__init__("https://peer.example")
        answer = httpx.Response(status, content=content)
        self._client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _request: answer))

    async def serves(self) -> bool:
        return True


class Peers(Target):
    """What another hub's machine answers, or how it is named; the first byte is the status."""

    _STATUSES = (200, 502, 503, 504, 401, 404)
    seeds = (
        b'\x00{"generation":7,"seq":3}',
        b'\x02{"generation":7}',
        b"\x02The server is starting again.",
        b'\x00{"epoch":"e","generation":1,"seq":1,"anew":false,"officers":"","entries":[]}',
        b"\x00other.example:8443",
        b"\x00a..b",
    )

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._loop = _Unasked()
        # Whom the machine trusts is read once: for every input it took 12 ms, and no bytes of it.
        trust = ssl.create_default_context()
        self._trusts = patch.object(ssl, "create_default_context", lambda **_options: trust)

    def take(self, data: bytes) -> None:
        """Ask all that is asked of a peer."""
        status = self._STATUSES[data[0] % len(self._STATUSES)] if data else 200
        with self._trusts:
            self._loop.run_until_complete(self._named(data[1:]))
            self._loop.run_until_complete(self._asked(_Answered(status, data[1:])))

    async def _named(self, data: bytes) -> None:
        with contextlib.suppress(SetupError):
            peer = Peer("https://" + data.decode("utf-8", "surrogateescape"))
            assert await peer.serves() is None

    async def _asked(self, peer: Peer) -> None:
        assert isinstance(await peer.generation(), int | None)
        with contextlib.suppress(PeerError):
            await peer.after(Epoch("e"), Seq(0), "")
        await peer.close()

    def close(self) -> None:
        """End the loop."""
        self._loop.close()


def _site(file: Path) -> None:
    read_centre(file, None)


def _hub(file: Path) -> None:
    settings = load(file, HubSettings)
    if settings.standby.peer:
        Peer(settings.standby.peer, "", settings.standby.peer_ca_file)
    # Without the file of a secret, which is never there, no system is connected.
    assert connect.build(settings.dossiers, lambda: at("08:00"), Metrics()) is None


def _kiosk(file: Path) -> None:
    settings = load(file, KioskSettings)
    languages.check(settings.languages)
    hub_urls(settings.hub.address)


def _display(file: Path) -> None:
    settings = load(file, DisplaySettings)
    hub_urls(settings.hub.address)
    level(settings.sound.loudness, 720)


def _procedures(file: Path) -> None:
    read_procedures(file, file)


def _credential(file: Path) -> None:
    msgspec.json.encode(command_line.credential(file, Role.KIOSK))


_READERS: dict[str, Callable[[Path], None]] = {
    "site.toml": _site,
    "hub.toml": _hub,
    "kiosk.toml": _kiosk,
    "display.toml": _display,
    "procedures.toml": _procedures,
    "kiosk.credential": _credential,
}


_SMALL_SITE = """\
id = "nho"
name = "Một cửa"
province = "Nghệ An"
timezone = "Asia/Ho_Chi_Minh"
early_minutes = 15
cut_off_minutes = 15
number_digits = 3
closing_soon_minutes = 30
notice = "Chào"
names = { en = "One-stop" }
dossier_prefixes = ["H41.15"]
collect_service = "dat-dai"
delay_minutes = 10
cool_down_seconds = 5
one_ticket_per_card = true
public_url = "https://motcua.example"
holidays = [2026-09-02]
officers = { hoa = "Hoa" }
[[hours]]
since = "04-16"
until = "10-15"
days = [0, 1, 2]
open = [[07:00:00, 11:30:00], [13:30:00, 17:00:00]]
[[hours]]
open = [[07:30:00, 11:30:00]]
[[priorities]]
id = "cao-tuoi"
name = "Người cao tuổi"
head_start_minutes = 15
[[groups]]
id = "mt"
name = "Môi trường"
[[services]]
id = "dat-dai"
name = "Đất đai"
group = "mt"
prefix = "A"
counters = [1]
minutes = 5
quota = 100
[[counters]]
number = 1
name = "Bàn 1"
[[displays]]
name = "display-1"
layout = "zone"
counters = [1]
title = "Đất đai"
[[notices]]
id = "giay"
text = "Bản sao"
since = 2026-01-01
until = 2026-12-31
seconds = 12
"""
_SMALL_CATALOGUE = """\
[[procedures]]
code = "1.012790"
name = "Đính chính"
agency = "Sở"
service = "dat-dai"
papers = ["Đơn"]
time = "15 ngày"
fee = "0"
note = ""
words = ["sổ đỏ"]
"""


_SET = {
    "url": "https://mcdt.example/api",
    "token_url": "https://mcdt.example/token",
    "client_id": "motcua",
    "client_secret_file": "/nowhere/secret",
    "peer": "https://other.example:8443",
}
"""What shipped files leave empty, so that it is looked at."""


def _sound(name: str) -> bytes:
    """A file of that name that is taken; a shipped one is told without its comments."""
    made = {"site.toml": _SMALL_SITE, "procedures.toml": _SMALL_CATALOGUE}
    made["kiosk.credential"] = "x" * 43
    text = made.get(name) or (ROOT / "config" / name).read_text(encoding="utf-8")
    for setting, value in _SET.items():
        text = re.sub(rf'(?m)^{setting} = ""$', f'{setting} = "{value}"', text)
    return "\n".join(line for line in text.splitlines() if line[:1] not in ("", "#")).encode()


class Settings(Target):
    """Files that an operator writes; the first byte says which. SetupError or a value comes."""

    seeds = tuple(bytes([place]) + _sound(name) for place, name in enumerate(_READERS))

    def take(self, data: bytes) -> None:
        """Read it as the program does that it is for."""
        place = data[0] % len(_READERS) if data else 0
        name, read = list(_READERS.items())[place]
        file = self.folder / name
        file.touch(mode=0o600)
        file.write_bytes(data[1:])
        try:
            read(file)
        except SetupError as error:
            assert str(error)


TARGETS: dict[str, type[Target]] = {
    "hellos": Hellos,
    "frames": Frames,
    "pages": Pages,
    "scans": Scans,
    "answers": Answers,
    "settings": Settings,
    "peers": Peers,
}
