"""Vietnamese as people type it: Telex, one key at a time, on the kiosk's own keyboard.

The text itself is all that is remembered. With each key the last word is taken apart (beginning,
vowels, end, tone), changed, and put together again, the tone where the newer spelling has it: hoà,
thuý, giữ, quý. A mark made twice is undone, and the key is a letter then.
"""

import re
import unicodedata

import msgspec
from msgspec.structs import replace

from shared.vietnamese import nfc

ERASE = "erase"
CLEAR = "clear"
LONGEST = 60

ROWS: tuple[tuple[str, ...], ...] = (
    tuple("1234567890"),
    tuple("qwertyuiop"),
    tuple("asdfghjkl"),
    (*"zxcvbnm", ERASE),
    (CLEAR, " "),
)
"""The keyboard; " " is the long key."""

_TONES = {"s": "\u0301", "f": "\u0300", "r": "\u0309", "x": "\u0303", "j": "\u0323", "z": ""}
_HATS = {"a": "â", "e": "ê", "o": "ô"}
_HORNS = {"a": "ă", "o": "ơ", "u": "ư"}
_BARE = {marked: bare for table in (_HATS, _HORNS) for bare, marked in table.items()}
_VOWELS = "aăâeêioôơuưy"
_UO = re.compile("[uư][oôơ]")
_ENDS = frozenset(("", "c", "ch", "k", "m", "n", "ng", "nh", "p", "t"))
_OTHERS = frozenset("0123456789.-/")


class _Word(msgspec.Struct, frozen=True):
    """A word taken apart: `vowels` are its last ones, `start` has the i of "gi" and the u of "qu";
    `tone` is a combining mark or empty."""

    start: str
    vowels: str
    end: str
    tone: str = ""

    def text(self) -> str:
        """The word, put together."""
        if not self.vowels:
            return self.start + self.end
        at = _tone_place(self.vowels, bool(self.end)) + 1
        return nfc(f"{self.start}{self.vowels[:at]}{self.tone}{self.vowels[at:]}{self.end}")


_Change = tuple[_Word, bool]
"""A word, and whether the key is used up; if not, it is a letter behind it."""


def press(text: str, key: str) -> str:
    """What stands in the field after `key`: a letter, digit, " ", "erase" or "clear".

    The result is NFC and has at most LONGEST letters; a key that types nothing changes nothing.
    """
    text = nfc(text)[:LONGEST]
    if key == CLEAR:
        return ""
    if key == ERASE:
        return _erased(text)
    before, space, last = text.rpartition(" ")
    if key == " ":
        longer = text + " " if last else text
    elif key in _OTHERS:
        longer = text + key
    elif len(key) == 1 and key.isascii() and key.isalpha():
        longer = before + space + _typed(last, key.lower())
    else:
        return text
    return longer if len(longer) <= LONGEST else text


def _typed(last: str, key: str) -> str:
    word, used = _changed(_apart(last), key)
    text = word.text()
    # Once more apart: a letter behind "hòa" may move its tone, and a "u" becomes part of "qu".
    return text if used else _apart(text + key).text()


def _changed(word: _Word, key: str) -> _Change:
    if key == "d":
        return _barred(word)
    if word.vowels and word.end not in _ENDS:
        return word, False  # no Vietnamese word: its letters are what they are
    if key in _TONES:
        return _toned(word, _TONES[key])
    if key == "w":
        return _horned(word)
    if key in _HATS:
        return _hatted(word, key)
    return word, False


def _erased(text: str) -> str:
    left = text[:-1]
    # Letters of other scripts may have marks that are signs of their own: those go with them.
    return _erased(left) if text and unicodedata.combining(text[-1]) else left


def _toned(word: _Word, tone: str) -> _Change:
    if word.tone == tone or not word.vowels:
        return replace(word, tone=""), False
    return replace(word, tone=tone), True


def _horned(word: _Word) -> _Change:
    vowels = word.vowels
    if not vowels:
        return _Word(word.start + word.end, "ư", ""), True
    if "ươ" not in vowels and _UO.search(vowels):
        return replace(word, vowels=_UO.sub("ươ", vowels, count=1)), True
    if any(letter in vowels for letter in _HORNS.values()):
        return replace(word, vowels=_without(vowels, _HORNS)), False
    place = _first(vowels, "aâ" if "oa" in vowels else "uoôaâ")
    return _marked(word, place, _HORNS)


def _hatted(word: _Word, key: str) -> _Change:
    vowels = word.vowels
    if _HATS[key] in vowels:
        return replace(word, vowels=_without(vowels, {key: _HATS[key]})), False
    if key == "o" and "ươ" in vowels:
        return replace(word, vowels=vowels.replace("ươ", "uô")), True
    if key == "o" and vowels in {"oe", "oa"} and not word.end:
        return word, False  # ngoẻo, ngoao: a second o of its own
    return _marked(word, _first(vowels, key + _HORNS.get(key, "")), _HATS)


def _barred(word: _Word) -> _Change:
    whole = word.text()
    if whole.startswith("d"):
        return _apart("đ" + whole[1:]), True
    if whole.startswith("đ"):
        return _apart("d" + whole[1:]), False
    return word, False


def _marked(word: _Word, place: int, marks: dict[str, str]) -> _Change:
    """Put a mark on the vowel at `place`, instead of another if it has one."""
    if place < 0:
        return word, False
    vowel = word.vowels[place]
    vowel = marks[_BARE.get(vowel, vowel)]
    return replace(word, vowels=word.vowels[:place] + vowel + word.vowels[place + 1 :]), True


def _without(vowels: str, marks: dict[str, str]) -> str:
    return vowels.translate({ord(marked): bare for bare, marked in marks.items()})


def _apart(text: str) -> _Word:
    """Take a word apart. Several groups of vowels are no Vietnamese word: the last one counts."""
    signs = unicodedata.normalize("NFD", text)
    marks = [sign for sign in signs if sign and sign in _TONES.values()]
    letters = nfc("".join(sign for sign in signs if sign not in marks))
    place = max((at for at, letter in enumerate(letters) if letter in _VOWELS), default=-1) + 1
    front, end = letters[:place], letters[place:]
    start = front.rstrip(_VOWELS)
    vowels = front[len(start) :]
    if len(vowels) > 1 and (start + vowels[0]) in {"gi", "qu"}:
        start, vowels = start + vowels[0], vowels[1:]
    return _Word(start, vowels, end, marks[-1] if marks else "")


def _tone_place(vowels: str, closed: bool) -> int:
    """Which of `vowels` bears the tone; `closed` when something follows them."""
    marked = [place for place, letter in enumerate(vowels) if letter in _BARE]
    if marked:
        return marked[-1]
    if len(vowels) == 2:
        return 1 if closed or vowels in {"oa", "oe", "uy"} else 0
    return len(vowels) // 2


def _first(letters: str, wanted: str) -> int:
    return next((place for place, letter in enumerate(letters) if letter in wanted), -1)
