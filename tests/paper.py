"""Paper for tests: a real CUPS server, a thermal printer that writes pictures, and a reader."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from deploy.hall.cups import CUPSD, PrivateCups
from kiosk.paper import Paper, Slip
from shared.model import CounterNumber, TicketId, Wait

needs_cups = pytest.mark.skipif(
    not Path(CUPSD).exists(), reason=f"{CUPSD} is missing: apt-get install cups"
)


@pytest.fixture(scope="session")
def cups_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateCups]:
    """One cupsd for the whole run; every test adds a queue with a name of its own."""
    with cups_in(tmp_path_factory.mktemp("cups")) as server:
        yield server


@contextmanager
def cups_in(folder: Path) -> Iterator[PrivateCups]:
    """A cupsd to be killed, or a skip where there is none."""
    if not Path(CUPSD).exists():
        pytest.skip(f"{CUPSD} is missing: apt-get install cups")
    with PrivateCups(folder) as server:
        yield server


def a_paper(number: str = "A012", ticket: str = "s3cr3t-ticket-id", **changes: object) -> Paper:
    """A ticket as the centre would print it."""
    facts: dict[str, object] = {
        "ticket": TicketId(ticket),
        "number": number,
        "service": "Đăng ký biến động đất đai",
        "site": "Trung tâm Phục vụ hành chính công tỉnh Nghệ An",
        "province": "Nghệ An",
        "ahead": 7,
        "wait": Wait(15, 25),
        "counters": tuple(CounterNumber(n) for n in (4, 5, 6)),
        "at": "2026-11-23T08:15:00+07:00",
        "url": f"https://motcua.nghean.gov.vn/t#{ticket}",
    }
    return Paper(**(facts | changes))  # type: ignore[arg-type]


def a_slip(**changes: object) -> Slip:
    """A look-up as the kiosk would print it."""
    facts: dict[str, object] = {
        "site": "Trung tâm Phục vụ hành chính công",
        "province": "Tỉnh Nghệ An",
        "code": "H41.15-261110-0042",
        "procedure": "Đăng ký biến động quyền sử dụng đất",
        "state": "Đã có kết quả",
        "state_detail": "Sớm 2 ngày so với ngày hẹn 25/11/2026",
        "lines": (("Ngày tiếp nhận", "10/11/2026"), ("Đơn vị xử lý", "Sở Nông nghiệp")),
        "steps": (("Tiếp nhận hồ sơ", "10/11/2026", True), ("Chờ trả kết quả", "", False)),
        "todo": "Nhận kết quả tại quầy 33 · 34.",
        "todo_lines": ("Mang theo giấy tiếp nhận và căn cước.",),
        "at": "2026-11-23T08:15:00+07:00",
        "url": "https://motcua.nghean.gov.vn/d",
    }
    return Slip(**(facts | changes))  # type: ignore[arg-type]


def read_codes(dots: Image.Image) -> tuple[str, str]:
    """The texts of the QR and of the Code 128 on a ticket; "" for one that cannot be read."""
    # Paper is white beyond the printed width as well.
    sheet = Image.new("L", (dots.width + 80, dots.height + 80), 255)
    sheet.paste(dots.convert("L"), (40, 40))
    found = {code.format: code.text for code in zxingcpp.read_barcodes(sheet)}
    return (
        found.get(zxingcpp.BarcodeFormat.QRCode, ""),
        found.get(zxingcpp.BarcodeFormat.Code128, ""),
    )
