"""Texts for citizens and officers. The source language is Vietnamese; catalogues add others."""

import gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "assets" / "locales"


@cache
def translator(language: str) -> Callable[[str], str]:
    """The function that turns a Vietnamese source text into `language` ("vi", "en", …).

    A text without a translation stays Vietnamese: a citizen never sees an empty label.
    """
    found = gettext.translation("motcua", localedir=LOCALES, languages=[language], fallback=True)
    return found.gettext


def _(text: str) -> str:
    """Mark `text` for the catalogues, and give it in Vietnamese, the language of the source."""
    return translator("vi")(text)
