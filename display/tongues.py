"""How a call is said in each language, as names of clips; pure.

A clip's name tells what it says: `letter_a`, `digit_0`, `counter_15`, or a word of the phrase.
Under `fast/` and `rush/` stand the same clips, said faster, for a hall with many calls at once.
"""

from collections.abc import Callable, Mapping
from enum import Enum

import msgspec

from shared.model import CounterNumber
from shared.vietnamese import DIGITS, LETTERS, number_words

NUMBER, COUNTER = "{number}", "{counter}"
_DIGITS = "0123456789"
_HUNDREDS = range(100, 1000, 100)


class Manner(Enum):
    """How much of the phrase is said, the fullest first."""

    FULL = "full"
    """Chime, then the whole phrase, in every language of the site."""
    SHORT = "short"
    """Number and counter in the first language: "A không một hai, quầy năm"."""
    BRISK = "brisk"
    """The same, said briskly."""
    SHORTEST = "shortest"
    """The same, said as fast as it can be understood."""


FOLDERS = {Manner.FULL: "", Manner.SHORT: "", Manner.BRISK: "fast/", Manner.SHORTEST: "rush/"}
"""Where the clips of a manner stand in a pack."""
SPEEDS = ("fast/", "rush/")


class Tongue(msgspec.Struct, frozen=True):
    """A language: its `template` and what its clips say.

    `desk` stands before the counter in a short phrase. `joint` is said between hundreds and the
    rest below `joined_below`. `words` are the other clips of the template, and what they say.
    """

    code: str
    template: str
    desk: str = ""
    joint: str = ""
    joined_below: int = 0
    words: Mapping[str, str] = {}
    letters: Mapping[str, str] = {}
    digits: tuple[str, ...] = ()
    cardinal: Callable[[int], str] = str


VIETNAMESE = Tongue(
    code="vi",
    template="moi_so {number} den_quay_so {counter}",
    desk="quay",
    joint="linh",
    joined_below=10,
    words={"moi_so": "mời số", "den_quay_so": "đến quầy số", "quay": "quầy", "linh": "linh"},
    letters=LETTERS,
    digits=DIGITS,
    cardinal=number_words,
)

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def english_words(number: int) -> str:
    """`number` (0-999) as an English cardinal: 21 twenty-one, 101 one hundred and one.

    Raises ValueError outside that range.
    """
    if not 0 <= number <= 999:
        raise ValueError(f"{number} is not between 0 and 999")
    hundreds, rest = divmod(number, 100)
    if hundreds:
        said = f"{_ONES[hundreds]} hundred"
        return f"{said} and {english_words(rest)}" if rest else said
    if rest < 20:
        return _ONES[rest]
    tens, ones = divmod(rest, 10)
    return f"{_TENS[tens - 2]}-{_ONES[ones]}" if ones else _TENS[tens - 2]


ENGLISH = Tongue(
    code="en",
    template="number {number} please_go_to_counter {counter}",
    desk="counter",
    joint="and",
    joined_below=100,
    words={
        "number": "number",
        "please_go_to_counter": "please go to counter",
        "counter": "counter",
        "and": "and",
    },
    letters={letter: letter for letter in LETTERS},
    digits=_ONES[:10],
    cardinal=english_words,
)

KNOWN = {tongue.code: tongue for tongue in (VIETNAMESE, ENGLISH)}


def tongue(code: str, template: str = "") -> Tongue:
    """The language of that code, with the site's own `template` if there is one.

    A language that is not known here is spoken with a template of its own and plain clips: letters,
    digits and counters, hundreds and the rest side by side. Raises ValueError for a template that
    does not hold number and counter once each, and for an unknown language without one.
    """
    known = KNOWN.get(code)
    if not template:
        if known is None:
            raise ValueError(f"the language {code!r} needs a template")
        return known
    words = template.split()
    for hole in (NUMBER, COUNTER):
        if words.count(hole) != 1:
            raise ValueError(f"the template of {code!r} must hold {hole} once, as a word")
    for word in words:
        if word not in {NUMBER, COUNTER} and not _is_name(word):
            raise ValueError(f"{word!r} in the template of {code!r} is no name of a clip")
    return msgspec.structs.replace(known or Tongue(code, template), template=template)


def phrase(tongue: Tongue, number: str, counter: CounterNumber, manner: Manner) -> tuple[str, ...]:
    """The clips that say this number and counter. Raises ValueError for what has no clip."""
    spelt, desk = _spell(number), _counter(tongue, counter)
    if manner is Manner.FULL:
        return _fill(tongue.template, spelt, desk)
    short = (*spelt, tongue.desk, *desk) if tongue.desk else _fill(tongue.template, spelt, desk)
    return tuple(FOLDERS[manner] + name for name in short)


def needed(tongue: Tongue) -> frozenset[str]:
    """Every clip that this language needs to say any number and counter in full or short."""
    spelt = {f"letter_{letter.lower()}" for letter in LETTERS}
    spelt |= {f"digit_{digit}" for digit in _DIGITS}
    spelt |= {f"counter_{n}" for n in (*range(1, 100), *_HUNDREDS)}
    words = {word for word in tongue.template.split() if word not in {NUMBER, COUNTER}}
    return frozenset(spelt | words | ({tongue.desk, tongue.joint} - {""}))


def words(tongue: Tongue) -> dict[str, str]:
    """What each clip of the language says, for whoever makes or records them; no fast ones."""
    said = dict(tongue.words)
    said |= {f"letter_{letter.lower()}": name for letter, name in tongue.letters.items()}
    said |= {f"digit_{digit}": name for digit, name in enumerate(tongue.digits)}
    said |= {f"counter_{n}": tongue.cardinal(n) for n in (*range(1, 100), *_HUNDREDS)}
    return said


def fast_names(tongue: Tongue, folder: str) -> frozenset[str]:
    """The clips of one of `SPEEDS`, with their folder."""
    said = {name for name in needed(tongue) if name.partition("_")[0] in _SPELT}
    return frozenset(folder + name for name in said | ({tongue.desk, tongue.joint} - {""}))


def bare(name: str) -> str:
    """A clip's name without its folder."""
    return name.rpartition("/")[2]


_SPELT = frozenset({"letter", "digit", "counter"})


def _fill(template: str, number: tuple[str, ...], counter: tuple[str, ...]) -> tuple[str, ...]:
    clips: list[str] = []
    for word in template.split():
        clips += number if word == NUMBER else counter if word == COUNTER else (word,)
    return tuple(clips)


def _spell(number: str) -> tuple[str, ...]:
    return tuple(_sign(sign) for sign in number)


def _sign(sign: str) -> str:
    if sign in _DIGITS:
        return f"digit_{sign}"
    if sign not in LETTERS:
        raise ValueError(f"{sign!r} is not a letter of a prefix")
    return f"letter_{sign.lower()}"


def _counter(tongue: Tongue, counter: CounterNumber) -> tuple[str, ...]:
    """A whole clip up to 99; from 100 on hundreds, the joint where it is said, and the rest."""
    if not 1 <= counter <= 999:
        raise ValueError(f"counter {counter} has no clip; counters are 1 to 999")
    hundreds, rest = divmod(counter, 100)
    if not hundreds or not rest:
        return (f"counter_{counter}",)
    joint = (tongue.joint,) if rest < tongue.joined_below else ()
    return (f"counter_{hundreds * 100}", *joint, f"counter_{rest}")


def _is_name(word: str) -> bool:
    return word.isascii() and word.replace("_", "").isalnum() and word == word.lower()
