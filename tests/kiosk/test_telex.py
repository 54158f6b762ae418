"""Every word comes out as it was meant, however its marks are typed."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from kiosk.telex import CLEAR, ERASE, LONGEST, ROWS, press

TEXT = """
đăng ký khai sinh khai tử kết hôn giấy phép xây dựng quyền sử dụng đất hưởng thuế nghiệp lý lịch
tư pháp hộ chiếu khuyến mại trường người việt nam nghệ an thành phố vinh cấp lại đổi bằng lái xe
thẻ căn cước công dân bảo hiểm xã hội y tế giáo dục văn hoá thể thao du lịch tài chính ngân hàng
nước ngoài lao động thương binh gia hạn tạm trú thường trú chuyển nhượng thừa kế tặng cho biến
động đính chính chứng nhận chứng chỉ hành nghề dược sĩ luật sư công chứng viên hộ tịch trích lục
bản sao quốc tịch nuôi con uỷ quyền uỷ ban nhân huyện xã phường khối xóm đường ngõ giải thể doanh
tư nhân trách nhiệm hữu hạn cổ phần đầu khoáng sản môi tác động khai thác nước dưới tàu cá thuỷ
nông lâm rừng thú y kiểm dịch cửa hàng rượu thuốc lá xăng dầu quảng cáo biểu diễn nghệ
thuật hướng dẫn viên lữ hành thờ cúng liệt sĩ có công khuyết tật trợ cấp mai táng phí mất hỏng
rách nát giữ quý quả quốc gìn già giêng giếng gì giá giục khoẻ hoà toà án thuý tuyển sinh nguyễn
khuya khuỷu ngoài xoáy ngoằn ngoèo khúc khuỷu huýt rượu hươu cứu mưa muỗi muối mùa bưởi uống ương
thuận quặng loá đoàn hoàn oằn nghiêng chiếc yêu yến nghiêm khuếch huệ nguyệt bướu luỹ đuối
tra cứu hồ sơ số thứ tự mã phiếu hẹn trả kết một cửa điện tử bưu chính phù hiệu kinh vận tải
"""
WORDS = TEXT.split()
"""Of the centre's procedures, and some whose tone is hard to place, in the newer spelling."""

MARKS = {
    "ươ": "uow",
    "â": "aa",
    "ă": "aw",
    "ê": "ee",
    "ô": "oo",
    "ơ": "ow",
    "ư": "uw",
    "đ": "dd",
}
TONES = {"\u0301": "s", "\u0300": "f", "\u0309": "r", "\u0303": "x", "\u0323": "j"}


def typed(keystrokes: str, text: str = "") -> str:
    for key in keystrokes:
        text = press(text, key)
    return text


def keystrokes(word: str, *, tone_last: bool, whole_uo: bool = True) -> str:
    """How `word` is typed: its tone at the end, or right after the vowel that bears it."""
    keys, tone, letters = "", "", []
    for letter in word:
        parts = unicodedata.normalize("NFD", letter)
        found = [TONES[part] for part in parts if part in TONES]
        bare = "".join(part for part in parts if part not in TONES)
        letters.append((unicodedata.normalize("NFC", bare), "".join(found)))
    while letters:
        bare, mark = letters.pop(0)
        if whole_uo and bare == "ư" and letters and letters[0][0] == "ơ":
            bare, mark = "ươ", letters.pop(0)[1]
        keys += MARKS.get(bare, bare)
        tone += mark
        if not tone_last:
            keys += mark
    return keys + tone if tone_last else keys


def marks_last(word: str) -> str:
    """How `word` is typed by who writes it bare first: marks, the bar and the tone at its end."""
    bare = unicodedata.normalize("NFD", word.replace("đ", "d"))
    keys = "".join(sign for sign in bare if not unicodedata.combining(sign))
    hats = {"â": "a", "ê": "e", "ô": "o"}
    plain = unicodedata.normalize(
        "NFC", "".join(s for s in unicodedata.normalize("NFD", word) if s not in TONES)
    )
    keys += "".join(hats[letter] for letter in plain if letter in hats)
    keys += "w" if any(letter in "ăơư" for letter in plain) else ""
    keys += "d" if "đ" in word else ""
    return keys + "".join(TONES[sign] for sign in bare if sign in TONES)


def test_the_list_has_words_enough_in_one_form() -> None:
    assert len(set(WORDS)) >= 150
    assert all(unicodedata.is_normalized("NFC", word) for word in WORDS)


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_a_word_comes_out_however_its_tone_is_typed(word: str) -> None:
    assert typed(keystrokes(word, tone_last=True)) == word
    assert typed(keystrokes(word, tone_last=False)) == word
    assert typed(keystrokes(word, tone_last=True, whole_uo=False)) == word
    assert typed(keystrokes(word, tone_last=False, whole_uo=False)) == word


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_a_word_comes_out_with_all_marks_typed_at_its_end(word: str) -> None:
    assert typed(marks_last(word)) == word


def test_the_tone_has_the_newer_place() -> None:
    assert typed("luyx") == "luỹ"
    assert typed("hoaf") == "hoà"
    assert typed("hofa") == "hoà"
    assert typed("muaf") == "mùa"


def test_a_sentence_is_typed_word_by_word() -> None:
    assert typed("ddawng kys khai sinh") == "đăng ký khai sinh"
    assert typed("ddaats dai") == "đất dai"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("aaa", "aa"),
        ("eee", "ee"),
        ("ooo", "oo"),
        ("aww", "aw"),
        ("oww", "ow"),
        ("uww", "uw"),
        ("uoww", "uow"),
        ("ddd", "dd"),
        ("ass", "as"),
        ("aff", "af"),
        ("arr", "ar"),
        ("axx", "ax"),
        ("ajj", "aj"),
        ("toanss", "toans"),
        ("ddawngd", "dăngd"),
        ("xooong", "xoong"),
        ("karraoke", "karaoke"),
    ],
)
def test_the_same_mark_twice_undoes_it(keys: str, text: str) -> None:
    assert typed(keys) == text


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("asf", "à"),
        ("asz", "a"),
        ("az", "az"),
        ("z", "z"),
        ("aaw", "ă"),
        ("awa", "â"),
        ("oow", "ơ"),
        ("owo", "ô"),
        ("uoow", "ươ"),
        ("uowo", "uô"),
        ("uwo", "ưo"),
        ("w", "ư"),
        ("tw", "tư"),
        ("twf", "từ"),
        ("iw", "iw"),
        ("quow", "quơ"),
        ("quafn", "quàn"),
    ],
)
def test_one_mark_takes_the_place_of_another(keys: str, text: str) -> None:
    assert typed(keys) == text


@pytest.mark.parametrize("word", ["vneid", "st", "km", "online", "internet", "add"])
def test_a_word_without_vietnamese_marks_stays_readable(word: str) -> None:
    plain = unicodedata.normalize("NFD", typed(word))
    assert len([sign for sign in plain if not unicodedata.combining(sign)]) >= len(word) - 2


def test_capitals_and_digits_are_typed_too() -> None:
    assert typed("QUYS") == "quý"
    assert typed("mau so 01", "") == "mau so 01"
    assert typed("1.012790") == "1.012790"


def test_there_is_one_space_between_words_and_none_before_them() -> None:
    assert typed(" a  b ") == "a b "


def test_erase_takes_one_visible_letter() -> None:
    assert press("đất", ERASE) == "đấ"
    assert press("đấ", ERASE) == "đ"
    assert press(unicodedata.normalize("NFD", "đấ"), ERASE) == "đ"
    assert press("x\u0302\u0301", ERASE) == ""
    assert press("a\u0302\u0301b", ERASE) == "ấ"
    assert press("", ERASE) == ""


def test_clear_takes_all() -> None:
    assert press("đăng ký", CLEAR) == ""


@pytest.mark.parametrize("key", ["", "shift", "ab", "é", "\n", "\0", "😀", ","])
def test_other_keys_type_nothing(key: str) -> None:
    assert press("đất", key) == "đất"


def test_a_full_field_takes_marks_but_no_more_letters() -> None:
    full = "b" * (LONGEST - 1) + "a"
    assert press(full, "b") == full
    assert press(full, "s") == "b" * (LONGEST - 1) + "á"


def test_the_keyboard_has_every_letter_and_digit_once() -> None:
    keys = [key for row in ROWS for key in row]
    assert sorted(keys) == sorted([*"abcdefghijklmnopqrstuvwxyz0123456789 ", ERASE, CLEAR])


@given(st.text(max_size=80), st.sampled_from([key for row in ROWS for key in row]))
def test_any_field_takes_any_key(text: str, key: str) -> None:
    after = press(text, key)
    assert unicodedata.is_normalized("NFC", after)
    assert len(after) <= LONGEST


@given(st.lists(st.sampled_from("abdeghinorstuwxyfjz  "), max_size=70))
def test_whatever_is_typed_can_be_erased_letter_by_letter(keys: list[str]) -> None:
    text = typed("".join(keys))
    for left in range(len(text) - 1, -1, -1):
        text = press(text, ERASE)
        assert len(text) == left
