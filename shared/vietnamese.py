"""Vietnamese as it is written and spoken: numbers, letters, days, and text without tones."""

import unicodedata
from datetime import date

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
"""How a digit of a ticket's number is said; numbers are spelt out digit by digit."""

LETTERS = {
    "A": "a",
    "B": "bê",
    "C": "xê",
    "D": "dê",
    "E": "e",
    "F": "ép-phờ",
    "G": "giê",
    "H": "hát",
    "J": "gi",
    "K": "ca",
    "L": "lờ",
    "M": "mờ",
    "N": "nờ",
    "P": "pê",
    "R": "rờ",
    "S": "sờ",
    "T": "tê",
    "U": "u",
    "V": "vê",
    "W": "vê kép",
    "X": "ích xì",
    "Y": "i dài",
    "Z": "dét",
}
"""How the letters that a prefix may use are said. I, O and Q are avoided: misread, misheard."""

_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def nfc(text: str) -> str:
    """`text` with every letter composed; fonts draw loose accents beside their letters."""
    return unicodedata.normalize("NFC", text)


def digit_name(digit: str) -> str:
    """The word for one digit, "0" to "9". Raises ValueError for anything else."""
    if len(digit) != 1 or digit not in "0123456789":
        raise ValueError(f"{digit!r} is not a digit")
    return DIGITS[int(digit)]


def number_words(number: int) -> str:
    """`number` (0-999) as a cardinal: 15 mười lăm, 21 hai mươi mốt, 101 một trăm linh một.

    Raises ValueError outside that range.
    """
    if not 0 <= number <= 999:
        raise ValueError(f"{number} is not between 0 and 999")
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest)
    words = f"{DIGITS[hundreds]} trăm"
    if not rest:
        return words
    if rest < 10:
        return f"{words} linh {DIGITS[rest]}"
    return f"{words} {_below_hundred(rest)}"


def _below_hundred(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    # After a ten, five is lăm everywhere; one and four change only from twenty on.
    changed = {5: "lăm"} if tens == 1 else {1: "mốt", 4: "tư", 5: "lăm"}
    words = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    return f"{words} {changed.get(ones, DIGITS[ones])}" if ones else words


def date_words(day: date) -> str:
    """A day as it stands on a board: `Thứ Hai, 23/11`."""
    return f"{_WEEKDAYS[day.weekday()]}, {day:%d/%m}"


def fold(text: str) -> str:
    """`text` in lower case without tones and marks, for searching: `Đất đai` is `dat dai`."""
    bare = unicodedata.normalize("NFD", text.casefold())
    letters = (letter for letter in bare if not unicodedata.combining(letter))
    return "".join(letters).replace("đ", "d")
