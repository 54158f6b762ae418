"""The procedures as a catalogue to be searched, letter by letter, as somebody types. Pure."""

import hashlib
import re
import unicodedata
from collections import defaultdict

import msgspec

from shared.messages import Procedure
from shared.vietnamese import fold, nfc

TOLERANT_FROM = 5
"""Words of so many letters may have one wrong."""

MOST_WORDS = 8
"""Further words are not looked at: a search must not keep a hall waiting."""

_WORD = re.compile(r"[^\W_]+")
_CODE = re.compile(r"[0-9][0-9. ]*")
_CODE_DIGITS = 7
"""`d.dddddd`; the suffix of a printed code is not looked at."""

Rank = tuple[int, int, int, int]
"""Typed words whose tones do not fit, the tier, words with a letter forgiven, words of the name
before the first hit."""

_NAME_PHRASE, _WORDS_PHRASE, _AGENCY_PHRASE, _NAME, _WORDS, _AGENCY = range(1, 7)
_AS_CODE: Rank = (0, 0, 0, 0)


class _Entry(msgspec.Struct, frozen=True):
    """A procedure's words, as numbers of the catalogue's vocabulary."""

    code: str
    name: tuple[int, ...]
    phrases: tuple[tuple[int, ...], ...]
    agency: tuple[int, ...]
    named: frozenset[int]
    known_as: frozenset[int]
    """All words of name and phrases."""
    all_words: frozenset[int]


class _Fit(msgspec.Struct, frozen=True):
    """Which words of the vocabulary a typed word may mean, and which of them bear its tones."""

    words: frozenset[int]
    toned: frozenset[int] | None
    """None: no tones are typed."""
    forgiven: bool = False


class Catalogue:
    """Procedures in their order; `fingerprint` names exactly this content."""

    def __init__(self, procedures: tuple[Procedure, ...]) -> None:
        self.procedures = procedures
        self.fingerprint = hashlib.sha256(msgspec.json.encode(procedures)).hexdigest()[:16]
        self._by_code = {one.code: one for one in reversed(procedures)}
        self._numbers: dict[str, int] = {}
        self._places: defaultdict[int, set[int]] = defaultdict(set)
        self._entries = [self._read(place, one) for place, one in enumerate(procedures)]
        self._folded = [fold(word) for word in self._numbers]
        self._marks = [_marks(word) for word in self._numbers]

    def by_code(self, code: str) -> Procedure | None:
        """The procedure of exactly that code, `d.dddddd`."""
        return self._by_code.get(code)

    def search(self, query: str, most: int | None = None) -> tuple[Procedure, ...]:
        """Whatever fits all typed words, best first; an empty query gets all, in order. Where
        nothing does, words that the catalogue does not know are passed over if most are known.

        The last word may be unfinished. Tones need not be typed; typed ones put what bears them
        first. Beginnings of codes come before names, names before other words and agencies; words
        that stand together as typed come before scattered ones.
        """
        typed = _WORD.findall(nfc(query).casefold())[:MOST_WORDS]
        if not typed:
            return self.procedures[:most]
        ranks = self._ranked(self._fits(typed, strict=True))
        if not ranks:
            fits = self._fits(typed, strict=False)
            known = [fit for fit in fits if fit.words]
            ranks = self._ranked(fits)
            if not ranks and 2 * len(known) > len(fits):
                ranks = self._ranked(known)
        ranks |= dict.fromkeys(self._with_code(query.strip()), _AS_CODE)
        best = sorted(ranks, key=lambda place: (ranks[place], place))
        return tuple(self.procedures[place] for place in best[:most])

    def _read(self, place: int, procedure: Procedure) -> _Entry:
        name = self._words(procedure.name)
        phrases = tuple(self._words(phrase) for phrase in procedure.words)
        agency = self._words(procedure.agency)
        named = frozenset(name)
        known_as = named.union(*phrases)
        words = known_as.union(agency)
        for number in words:
            self._places[number].add(place)
        code = procedure.code.replace(".", "")
        return _Entry(code, name, phrases, agency, named, known_as, words)

    def _words(self, text: str) -> tuple[int, ...]:
        numbers = self._numbers
        words = _WORD.findall(nfc(text).casefold())
        return tuple(numbers.setdefault(word, len(numbers)) for word in words)

    def _with_code(self, query: str) -> list[int]:
        """Dots may be left out: not every keyboard has them."""
        if not _CODE.match(query):
            return []
        digits = re.sub(r"[. ]", "", query)[:_CODE_DIGITS]
        return [place for place, entry in enumerate(self._entries) if entry.code.startswith(digits)]

    def _fits(self, typed: list[str], *, strict: bool) -> list[_Fit]:
        last = len(typed) - 1
        return [self._fit(word, place == last, strict) for place, word in enumerate(typed)]

    def _fit(self, word: str, unfinished: bool, strict: bool) -> _Fit:
        """A wrong letter is forgiven where nothing fits without, and everywhere if not `strict`."""
        bare, marks = fold(word), _marks(word)
        found = {
            number
            for number, folded in enumerate(self._folded)
            if folded == bare or (unfinished and folded.startswith(bare))
        }
        forgiven = len(bare) >= TOLERANT_FROM and not (found and strict)
        if forgiven:
            found |= {
                number
                for number, folded in enumerate(self._folded)
                if _nearly(bare, folded) or (unfinished and _nearly(bare, folded[: len(bare)]))
            }
        toned = frozenset(n for n in found if marks <= self._marks[n]) if marks else None
        return _Fit(frozenset(found), toned, forgiven)

    def _ranked(self, fits: list[_Fit]) -> dict[int, Rank]:
        """Where all fit, and how well."""
        holders = [set().union(*(self._places[n] for n in fit.words)) for fit in fits]
        return {place: _rank(self._entries[place], fits) for place in set.intersection(*holders)}


def _rank(entry: _Entry, fits: list[_Fit]) -> Rank:
    tier, at = _tier(entry, fits)
    toneless = forgiven = 0
    for fit in fits:
        toneless += fit.toned is not None and fit.toned.isdisjoint(entry.all_words)
        forgiven += fit.forgiven
    return toneless, tier, forgiven, at


def _tier(entry: _Entry, fits: list[_Fit]) -> tuple[int, int]:
    """Where the typed words stand, and how many words of the name stand before them."""
    named = _all_in(entry.named, fits)
    at = _phrase(entry.name, fits) if named else None
    if at is not None:
        return _NAME_PHRASE, at
    known = named or _all_in(entry.known_as, fits)
    if known and any(_phrase(phrase, fits) is not None for phrase in entry.phrases):
        return _WORDS_PHRASE, 0
    if _phrase(entry.agency, fits) is not None:
        return _AGENCY_PHRASE, 0
    if named:
        return _NAME, 0
    return (_WORDS if known else _AGENCY), 0


def _all_in(words: frozenset[int], fits: list[_Fit]) -> bool:
    return all(not words.isdisjoint(fit.words) for fit in fits)


def _phrase(words: tuple[int, ...], fits: list[_Fit]) -> int | None:
    """Where the typed words stand one behind another."""
    first, rest = fits[0].words, fits[1:]
    for start in range(len(words) - len(rest)):
        if words[start] in first and all(
            words[start + step] in fit.words for step, fit in enumerate(rest, 1)
        ):
            return start
    return None


def _marks(word: str) -> frozenset[str]:
    """The tones and marks of a word, wherever in it they are set: hoà is hòa."""
    parts = unicodedata.normalize("NFD", word)
    return frozenset(part for part in parts if part == "đ" or unicodedata.combining(part))


def _nearly(one: str, other: str) -> bool:
    """Whether a letter more, less or other, or two that changed places, is all that differs."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    left, right = one[same:], other[same:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[:2] == right[1::-1] and left[2:] == right[2:])
    )
