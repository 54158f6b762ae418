"""Languages whose letters the family's typeface lacks are drawn with their own."""

from pathlib import Path
from typing import Any

import pytest

from shared.languages import KNOWN

WELCOMES = {"lo": "ຍິນດີຕ້ອນຮັບ", "th": "ยินดีต้อนรับ", "blt": "ꪼꪕ"}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(
            code,
            marks=pytest.mark.skipif(
                KNOWN[code].face("regular") is None, reason=f"needs {KNOWN[code].package}"
            ),
        )
        for code in WELCOMES
    ],
)
def test_a_text_in_letters_of_its_own_is_drawn_with_their_font(kivy_window: Any, code: str) -> None:
    from kivy.core.text import LabelBase

    from kiosk.screens.widgets import Words

    words = Words(text="Kính chào")
    before = words.font_name
    words.text = WELCOMES[code]
    assert words.font_name != before
    assert Path(LabelBase._fonts[words.font_name][0]) == KNOWN[code].face("regular")
    words.weight = "bold"
    assert Path(LabelBase._fonts[words.font_name][0]) == KNOWN[code].face("bold")
    words.text = "Kính chào"
    words.weight = "regular"
    assert words.font_name == before


def test_hmong_is_drawn_with_the_familys_typeface(kivy_window: Any) -> None:
    from kiosk.screens.look import FONTS
    from kiosk.screens.widgets import Words

    assert Words(text="Zoo siab txais tos").font_name == FONTS["regular"]["font_name"]


def test_a_text_of_two_lines_is_as_high_as_both(kivy_window: Any) -> None:
    from kiosk.screens.widgets import measure

    _width, one = measure("Giờ làm việc", "regular", 30, 900)
    wide, two = measure("Giờ làm việc\nhôm nay", "regular", 30, 900)
    assert two == 2 * one
    assert wide == measure("Giờ làm việc", "regular", 30, 900)[0]
