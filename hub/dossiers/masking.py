"""A person's name as a public screen may show it. Pure."""

import unicodedata


def masked(name: str) -> str:
    """`Nguyễn Văn An` as `N***** V** A*`: of every word the first letter stays, each further letter
    becomes a star (../shared/design/domain.md, Privacy).

    Words are what stands between spaces; a hyphen or another sign within a word is a star too.
    Letters keep their marks (NFC), so that a name typed with combining marks has no star too many.
    """
    return " ".join(_word(word) for word in unicodedata.normalize("NFC", name).split())


def _word(word: str) -> str:
    letters = _letters(word)
    return letters[0] + "*" * (len(letters) - 1)


def _letters(word: str) -> list[str]:
    """What a reader sees as one letter each: a mark that has no composed form stays at its own."""
    letters: list[str] = []
    for sign in word:
        if letters and unicodedata.category(sign).startswith("M"):
            letters[-1] += sign
        else:
            letters.append(sign)
    return letters
