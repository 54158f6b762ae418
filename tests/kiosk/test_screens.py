"""Every screen in every state, at several sizes: nothing cut off, everything large enough."""

import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk import moves as m, theme
from kiosk.faces import ServicesFace, face
from kiosk.state import Ease
from shared.vietnamese import nfc
from tests.kiosk.hall import at, home, states, view, walk
from tests.kiosk.looks import LOOKS
from tests.kiosk.lookup_states import lookup_states
from tests.kivy_window import clear, hold, picture, settle, step, tap

SIZES = [(1080, 1920), (1920, 1080), (768, 1366)]
STATES = states()
FACES = {name: face(*state) for name, state in STATES.items()} | LOOKS
SCREENS = Path(theme.__file__).parent / "screens"


@pytest.fixture(scope="module")
def root(kivy_window: Any) -> Iterator[Any]:
    from kiosk.screens.root import Root

    yield Root(lambda _thing: None, lambda: "00000000-0000-4000-8000-000000000000")
    clear(kivy_window)


def shown(widget: Any) -> Iterator[Any]:
    """`widget` and all below it that can be seen."""
    if widget.opacity == 0:
        return
    yield widget
    for child in widget.children:
        yield from shown(child)


def measure(words: Any) -> tuple[float, float]:
    """How wide the longest line or word, and how high the text is, as Kivy renders it."""
    from kivy.core.text import Label

    core = Label(
        text=words.text,
        font_name=words.font_name,
        bold=words.bold,
        font_size=words.font_size,
        text_size=(words.width, None),
    )
    widest = max(core.get_extents(word)[0] for word in words.text.split())
    core.refresh()
    return max(widest, core.content_width), core.content_height


def lay_out(window: Any, root: Any, name: str, size: tuple[int, int]) -> list[Any]:
    if root.parent is None or tuple(window.size) != size:
        hold(window, root, *size)
    root.show(FACES[name])
    settle()
    return list(shown(root.manager.current_screen)) + list(shown(root.veil))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_no_text_is_larger_than_its_box_and_none_leaves_the_window(
    kivy_window: Any, root: Any, size: tuple[int, int]
) -> None:
    from kiosk.screens.widgets import Words

    faults = []
    for name in FACES:
        for words in lay_out(kivy_window, root, name, size):
            if not isinstance(words, Words) or not words.text or words.parent is None:
                continue
            if words.get_root_window() is None:
                continue
            width, height = measure(words)
            left, low = words.to_window(*words.pos)
            fits = width <= words.width + 1 and height <= words.height + 1
            inside = (
                left >= 0 and low >= 0 and left + words.width <= size[0] + 1
                and low + words.height <= size[1] + 1
            )  # fmt: skip
            if not (fits and inside):
                faults.append((name, words.text, (width, height), words.size, (left, low)))
    assert faults == []


def test_every_text_is_drawn_in_the_familys_typeface(kivy_window: Any, root: Any) -> None:
    from kiosk.screens.look import face_of
    from kiosk.screens.widgets import Words

    faults = []
    for name in FACES:
        for words in lay_out(kivy_window, root, name, SIZES[0]):
            if isinstance(words, Words):
                found = {"font_name": words.font_name, "bold": words.bold}
                if found != face_of(words.text, words.weight):
                    faults.append((name, words.text, words.weight, found))
    assert faults == []


def test_every_text_fixed_in_kv_goes_to_the_catalogues() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in SCREENS.glob("*.kv"))
    assert texts == nfc(texts)
    lines = [line for line in texts.splitlines() if line.lstrip().startswith("text:")]
    assert [line for line in lines if re.search("'[^']+'", re.sub(r"_\('[^']+'\)", "", line))] == []


@pytest.mark.parametrize("name", ["services", "services-paged", "services-few"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_services_words_stay_in_its_card(
    kivy_window: Any, root: Any, size: tuple[int, int], name: str
) -> None:
    from kiosk.screens.widgets import ServiceCard

    cards = [one for one in lay_out(kivy_window, root, name, size) if isinstance(one, ServiceCard)]
    assert cards
    assert [
        words.text
        for card in cards
        for words in card.children
        if words.text and not card.y <= words.y < words.top <= card.top
    ] == []


def test_twenty_services_stand_on_one_page_in_letters_that_the_old_can_read(
    kivy_window: Any, root: Any
) -> None:
    from kiosk.screens.widgets import ServiceCard, Words

    widgets = lay_out(kivy_window, root, "services", (1080, 1920))
    cards = [one for one in widgets if isinstance(one, ServiceCard)]
    assert len(cards) == 20
    sizes = {
        words.text: words.font_size
        for card in cards
        for words in card.children
        if isinstance(words, Words) and words.text
    }
    small = {text: size for text, size in sizes.items() if size < theme.T_STATUS}
    assert set(small) <= {"Ban Quản lý Khu kinh tế Đông Nam", "Hôm nay đã hết số, mai có lại"}
    assert all(size >= 24 for size in small.values()), small
    assert sizes["Đất đai"] == theme.T_CARD


def test_an_agency_is_named_only_where_it_tells_something_new() -> None:
    body = face(*STATES["services"]).body
    assert isinstance(body, ServicesFace)
    agencies = {card.name: card.agency for card in body.cards}
    assert agencies["Đất đai"] == "Sở Nông nghiệp và Môi trường"
    assert agencies["Bảo hiểm xã hội"] == agencies["Công an"] == agencies["Văn phòng UBND"] == ""
    one_each = view(services=view().services[::2])
    body = face(walk((1_000, m.Start()), start=home(one_each)), at(1_500)).body
    assert isinstance(body, ServicesFace)
    assert {card.agency for card in body.cards} == {""}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_targets_are_large_and_apart(kivy_window: Any, root: Any, size: tuple[int, int]) -> None:
    from kiosk.screens.look import look
    from kiosk.screens.widgets import Press

    faults: list[Any] = []
    for name in FACES:
        lay_out(kivy_window, root, name, size)
        asked = root.veil.parent is not None
        top = root.veil if asked else root.manager.current_screen
        targets = [one for one in shown(top) if isinstance(one, Press) and not one.disabled]
        for one in targets:
            width, height = LETTER_KEY if one_of_many(one) else (160, 120)
            if one.width < width * look.u - 1 or one.height < height * look.u - 1:
                faults.append((name, "small", one.size))
        for one, other in combinations(targets, 2):
            aside = max(one.x - other.right, other.x - one.right)
            above = max(one.y - other.top, other.y - one.top)
            letters = one_of_many(one) and one_of_many(other)
            if max(aside, above) < ((8 if letters else theme.GAP) - 1) * look.u:
                faults.append((name, "close", one.pos, other.pos))
    assert faults == []


LETTER_KEY = (72, 96)
"""An alphabet of larger keys has no room beside the digits; 72 px are 20 mm on a 24-inch screen."""


def one_of_many(target: Any) -> bool:
    """Whether it is a key of an alphabet."""
    from kiosk.screens.keys import KeyCap

    return isinstance(target, KeyCap) and not target.large


def test_a_page_comes_in_place_of_the_last_and_not_beside_it(kivy_window: Any, root: Any) -> None:
    lay_out(kivy_window, root, "home", (1080, 1920))
    last = root.manager.current_screen
    root.show(FACES["services"])
    assert root.manager.children == [root.manager.current_screen] != [last]
    assert (last.shown, root.manager.current_screen.shown) == (False, True)


def test_a_finger_shows_within_one_frame(kivy_window: Any, root: Any) -> None:
    from kivy.tests.common import UnitTestTouch

    lay_out(kivy_window, root, "home", (1080, 1920))
    start = root.manager.current_screen.ids.start
    before = list(start.fill)
    touch = UnitTestTouch(*start.to_window(*start.center))
    touch.touch_down()
    step(kivy_window)
    assert list(start.fill) != before
    touch.touch_up()


def test_the_qr_on_the_ticket_says_the_tickets_page(
    kivy_window: Any, root: Any, tmp_path: Path
) -> None:
    import zxingcpp
    from PIL import Image

    lay_out(kivy_window, root, "ticket", (1080, 1920))
    step(kivy_window, 5)
    picture(kivy_window, tmp_path / "ticket.png")
    with Image.open(tmp_path / "ticket.png") as image:
        texts = [found.text for found in zxingcpp.read_barcodes(image)]
    flow, _now = STATES["ticket"]
    assert flow.ticket is not None
    assert texts == [flow.ticket.url]


def test_a_face_that_is_shown_already_draws_nothing(kivy_window: Any, root: Any) -> None:
    lay_out(kivy_window, root, "home", (1080, 1920))
    assert root.show(face(*STATES["home"])) is False


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ({"button": "Trang đầu"}, ["Trang đầu"]),
        ({"button": "Về", "start": "Lấy số"}, ["Lấy số", "Về"]),
        ({"button": "Về", "start": "Lấy số", "back": "Sửa mã"}, ["Lấy số", "Sửa mã", "Về"]),
        ({"lookup": "Tra cứu", "procedures": "Tìm"}, ["Tra cứu", "Tìm"]),
        ({"procedures": "Tìm"}, ["Tìm"]),
        ({}, []),
    ],
)
def test_news_has_the_buttons_that_say_something_and_no_others(
    kivy_window: Any, root: Any, texts: dict[str, str], shown: list[str]
) -> None:
    from kiosk import faces
    from kiosk.flow import Screen

    header = faces.Header()
    for before in ({"button": "Khác", "start": "Khác", "back": "Khác"}, texts):
        face = faces.Face(Screen.FINDING, header, faces.NoticeFace(title="A", **before))
        root.show(face)
        step(kivy_window)
    ids = root.pages[Screen.FINDING].ids
    pushes = [*reversed(ids.actions.children), *reversed(ids.ways.children)]
    assert [push.text for push in pushes if hasattr(push, "text")] == shown


@pytest.mark.parametrize("name", ["code", "procedures", "digits"])
@pytest.mark.parametrize(
    "ease", [Ease(), Ease(low=True), Ease(large=True), Ease(True, False, True)]
)
def test_all_letters_of_a_keyboard_have_one_size(
    kivy_window: Any, root: Any, name: str, ease: Ease
) -> None:
    from kiosk.screens.keys import KeyCap
    from kiosk.screens.widgets import Words

    hold(kivy_window, root, 1080, 1920)
    flow, now = (STATES | lookup_states())[name]
    root.show(face(replace(flow, ease=ease), now))
    settle()
    sizes: dict[tuple[Any, bool], set[float]] = {}
    for cap in shown(root.manager.current_screen):
        if isinstance(cap, KeyCap):
            words = next(one for one in cap.walk(restrict=True) if isinstance(one, Words))
            word = len(cap.key) > 1 or cap.key == " "
            sizes.setdefault((cap.parent, word), set()).add(words.font_size)
    root.show(face(flow, now))
    assert sizes
    assert all(len(found) == 1 for found in sizes.values()), sizes.values()


def test_letters_stand_behind_a_key_in_the_lower_half(kivy_window: Any, root: Any) -> None:
    hold(kivy_window, root, 1080, 1920)
    flow, now = lookup_states()["code"]
    root.show(face(replace(flow, ease=Ease(low=True)), now))
    step(kivy_window, 3)
    page = root.manager.current_screen

    def keys() -> set[str]:
        return {one.key for one in shown(page) if hasattr(one, "key")}

    assert "1" in keys() and "A" not in keys()
    tap(kivy_window, next(one for one in shown(page) if getattr(one, "key", "") == "more"))
    assert "A" in keys() and "1" not in keys()
    tap(kivy_window, next(one for one in shown(page) if getattr(one, "key", "") == "more"))
    assert "1" in keys() and "A" not in keys()
    root.show(face(flow, now))


def test_of_three_languages_one_is_chosen_in_its_own_word(kivy_window: Any) -> None:
    from kiosk.screens.root import Root

    told: list[m.Thing] = []
    root = Root(told.append, lambda: "")
    hold(kivy_window, root, 1080, 1920)
    root.show(face(replace(home(), languages=("vi", "en", "lo")), at(500)))
    step(kivy_window, 3)
    tap(kivy_window, root.bar.language)
    step(kivy_window, 3)
    pushes = {push.text: push for push in root.languages.children}
    assert len(pushes) == 3 and {"Tiếng Việt", "English"} < set(pushes)
    tap(kivy_window, pushes["English"])
    assert told[-1] == m.PickLanguage("en")
    assert root.language_veil.parent is None
    tap(kivy_window, root.bar.language)
    step(kivy_window, 3)
    tap(kivy_window, root.bar.modes[m.Mode.LARGE])
    assert told[-1:] == [m.Toggle(m.Mode.LARGE)]
    clear(kivy_window)


def test_a_choice_of_languages_does_not_stay_over_another_screen(kivy_window: Any) -> None:
    from kiosk.flow import Screen
    from kiosk.screens.root import Root

    root = Root(lambda _thing: None, lambda: "")
    hold(kivy_window, root, 1080, 1920)
    three = replace(home(), languages=("vi", "en", "lo"))
    root.show(face(three, at(500)))
    step(kivy_window, 3)
    tap(kivy_window, root.bar.language)
    step(kivy_window, 3)
    assert root.language_veil.parent is not None
    root.show(face(replace(three, screen=Screen.CLOSED), at(600)))
    assert root.language_veil.parent is None
    clear(kivy_window)
