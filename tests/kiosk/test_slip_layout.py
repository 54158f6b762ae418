"""A look-up on paper can be read, scanned again, and names nobody."""

import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageOps

from kiosk.paper import Slip
from kiosk.slip_layout import draw
from tests.paper import a_slip, read_codes

WIDTHS = (576, 384)
LONG_CODE = "000.00.15.H41-261105-0003"
LONG = "Cấp giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất"


def qr_texts(dots: Image.Image) -> set[str]:
    sheet = ImageOps.expand(dots.convert("L"), 40, fill=255)
    found = zxingcpp.read_barcodes(sheet, formats=zxingcpp.BarcodeFormat.QRCode)
    return {code.text for code in found}


def margins(slip: Image.Image) -> tuple[int, int]:
    box = ImageChops.invert(slip.convert("L")).getbbox()
    assert box is not None
    return box[0], slip.width - box[2]


def test_a_short_code_is_bars_beside_the_pages_qr() -> None:
    assert read_codes(draw(a_slip())) == ("https://motcua.nghean.gov.vn/d", "H41.15-261110-0042")


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_code_too_long_for_bars_is_a_qr_of_the_bare_code(dots: int) -> None:
    slip = draw(a_slip(code=LONG_CODE), dots)
    assert qr_texts(slip) == {LONG_CODE, "https://motcua.nghean.gov.vn/d"}


@pytest.mark.parametrize("dots", WIDTHS)
@pytest.mark.parametrize(
    "slip",
    [
        a_slip(code=LONG_CODE, procedure=LONG, state_detail=LONG, todo=LONG),
        a_slip(steps=((LONG, LONG, True), (LONG, LONG, False)), todo_lines=(LONG,)),
        a_slip(site="Trung tâm Phục vụ hành chính công tỉnh Nghệ An", province="tỉnh Nghệ An"),
    ],
    ids=["long", "long steps", "one name"],
)
def test_everything_stays_inside_the_paper(dots: int, slip: Slip) -> None:
    drawn = draw(slip, dots)
    assert (drawn.mode, drawn.width) == ("1", dots)
    assert min(margins(drawn)) >= dots // 24 - 8


@pytest.mark.parametrize("dots", WIDTHS)
def test_without_pages_or_details_the_slip_is_shorter(dots: int) -> None:
    whole = draw(a_slip(), dots)
    bare = draw(a_slip(url="", state_detail="", steps=(("Tiếp nhận hồ sơ", "", True),)), dots)
    assert bare.height < whole.height
    assert "https://motcua.nghean.gov.vn/d" not in qr_texts(bare)


LONG_FEE = "Lệ phí cấp Giấy chứng nhận quyền sử dụng đất, quyền sở hữu tài sản gắn liền với đất"


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_long_label_stands_above_its_value(dots: int) -> None:
    short = draw(a_slip(lines=(("Lệ phí", "100.000 đồng"),)), dots)
    long = draw(a_slip(lines=((LONG_FEE, "100.000 đồng"),)), dots)
    assert long.height > short.height + 40
    assert min(margins(long)) >= dots // 24 - 8


def test_a_slip_without_end_ends_without_ink() -> None:
    endless = draw(a_slip(todo_lines=(LONG * 3,) * 60))
    foot = endless.crop((0, endless.height - 20, endless.width, endless.height)).convert("L")
    assert endless.height <= 6000
    assert sum(foot.histogram()[:128]) < foot.width * foot.height / 2


def test_a_step_that_is_done_looks_different_from_one_to_come() -> None:
    done, coming = (draw(a_slip(steps=(("Bước", "", one),))) for one in (True, False))
    assert ImageChops.difference(done.convert("L"), coming.convert("L")).getbbox() is not None
