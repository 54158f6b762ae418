import importlib.util
import random
import secrets
import unicodedata
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from kiosk.sheet import typeface
from kiosk.ticket_layout import draw
from shared import theme
from shared.errors import SetupError
from shared.model import CounterNumber, Wait
from tests.paper import a_paper, read_codes

WIDTHS = (576, 384)
LONG = "Cấp giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất"


def margins(ticket: Image.Image) -> tuple[int, int]:
    box = ImageChops.invert(ticket.convert("L")).getbbox()
    assert box is not None
    return box[0], ticket.width - box[2]


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_ticket_is_black_and_white_and_as_wide_as_the_paper(dots: int) -> None:
    ticket = draw(a_paper(), dots)
    assert ticket.mode == "1"
    assert ticket.width == dots
    assert dots < ticket.height < 1400


@pytest.mark.parametrize("dots", WIDTHS)
def test_number_and_url_are_read_back_from_the_dots(dots: int) -> None:
    dice = random.Random(7)
    for _ in range(40):
        prefix = "".join(dice.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=dice.choice((1, 2))))
        number = f"{prefix}{dice.randrange(1, 10 ** dice.choice((3, 4))):03d}"
        host = dice.choice(("motcua.nghean.gov.vn", "10.0.0.7:8080", "h.vn"))
        url = f"https://{host}/t#{secrets.token_urlsafe(12)}"
        assert read_codes(draw(a_paper(number, url=url), dots)) == (url, number)


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_very_long_url_and_a_very_long_number_still_fit_and_read(dots: int) -> None:
    url = "https://motcua.nghean.gov.vn/trung-tam/phuc-vu/hanh-chinh-cong/t#" + "x" * 60
    ticket = draw(a_paper("ABCDEFGH0123", url=url), dots)
    assert read_codes(ticket) == (url, "ABCDEFGH0123")


@pytest.mark.parametrize("dots", WIDTHS)
def test_long_names_wrap_inside_the_margins(dots: int) -> None:
    short, long = draw(a_paper(), dots), draw(a_paper(service=LONG), dots)
    assert long.height > short.height
    assert min(margins(long)) >= dots // 24 - 6


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_word_that_is_longer_than_the_paper_is_wide_goes_on_below(dots: int) -> None:
    short = draw(a_paper(service="Đất"), dots)
    long = draw(a_paper(service="Đất" * 40), dots)
    assert long.height > short.height
    assert min(margins(long)) >= dots // 24 - 6


@pytest.mark.parametrize("dots", WIDTHS)
def test_a_run_of_counters_takes_one_line_as_on_the_screen(dots: int) -> None:
    run = tuple(CounterNumber(n) for n in range(1, 15))
    assert draw(a_paper(counters=run), dots).height == draw(a_paper(), dots).height


@pytest.mark.parametrize("dots", WIDTHS)
def test_many_counters_wrap_too(dots: int) -> None:
    many = tuple(CounterNumber(n) for n in range(1, 38, 2))
    ticket = draw(a_paper(counters=many), dots)
    assert ticket.height > draw(a_paper(), dots).height
    assert min(margins(ticket)) >= dots // 24 - 6


def test_decomposed_accents_are_drawn_like_composed_ones() -> None:
    decomposed = unicodedata.normalize("NFD", LONG)
    assert decomposed != LONG
    assert draw(a_paper(service=decomposed)).tobytes() == draw(a_paper(service=LONG)).tobytes()


def test_a_province_that_the_name_of_the_site_holds_is_not_said_twice() -> None:
    said = draw(a_paper(site="Trung tâm Phục vụ hành chính công", province=""))
    again = draw(a_paper(site="Trung tâm Phục vụ hành chính công", province="Nghệ An"))
    assert again.height > said.height
    within = draw(a_paper())
    assert within.tobytes() == draw(a_paper(province="")).tobytes()


def test_an_unknown_wait_takes_no_line() -> None:
    assert draw(a_paper(wait=None)).height < draw(a_paper()).height


def test_nobody_ahead_no_counter_and_a_single_minute_have_words_of_their_own() -> None:
    usual = draw(a_paper()).tobytes()
    for changed in ({"ahead": 0}, {"counters": ()}, {"wait": Wait(5, 5)}):
        assert draw(a_paper(**changed)).tobytes() != usual


def test_roboto_steps_in_for_a_missing_inter(monkeypatch: pytest.MonkeyPatch) -> None:
    inter = theme.font("bold")
    if inter is not None:
        assert typeface("bold", inter) == inter
    assert typeface("bold", Path("/there.otf")) == Path("/there.otf")
    assert typeface("medium", None).name == "Roboto-Bold.ttf"


@pytest.mark.parametrize("kivy", ["missing", "without fonts"])
def test_no_font_at_all_is_said_with_the_remedy(
    kivy: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ModuleSpec("kivy", None)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if kivy == "missing" else spec
    )
    with pytest.raises(SetupError, match="fonts-inter"):
        typeface("regular", None)
