"""Texts for citizens and officers. The source language is Vietnamese; catalogues add others."""

import gettext
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "assets" / "locales"

SOURCE = "vi"
LANGUAGES = (SOURCE, "en")
"""What pages can be read in; every one but the source has a catalogue."""


@cache
def translator(language: str) -> Callable[[str], str]:
    """The function that turns a Vietnamese source text into `language`, one of `LANGUAGES`.

    A text without a translation stays Vietnamese: a citizen never sees an empty label.
    """
    if language == SOURCE or language not in LANGUAGES:
        return gettext.NullTranslations().gettext
    return _catalogue(LOCALES / language / "LC_MESSAGES" / "motcua.po").gettext


def _catalogue(path: Path) -> gettext.NullTranslations:
    """The texts of a catalogue, none where the programs came without it."""
    # Kiosks and displays read no catalogue, and need not wait for babel.
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    try:
        with path.open("rb") as file:
            catalogue = read_po(file)
    except FileNotFoundError:
        return gettext.NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """Mark `text` for the catalogues, and give it in Vietnamese, the language of the source."""
    return translator(SOURCE)(text)


def N_(text: str) -> str:
    """Mark `text` for the catalogues and leave it as it is: it is translated where it is shown."""
    return text
