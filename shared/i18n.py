"""Texts for citizens and officers. The source language is Vietnamese; catalogues add others."""

import gettext
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "assets" / "locales"

SOURCE = "vi"
LANGUAGES = (SOURCE, "en")
"""What pages can be read in; every one but the source has a catalogue."""


_speaks: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this block `_`, `n_` and `local` speak `language`."""
    before = _speaks.set(language)
    try:
        yield
    finally:
        _speaks.reset(before)


def spoken() -> str:
    """The language that is spoken now."""
    return _speaks.get()


@cache
def _texts(language: str) -> gettext.NullTranslations:
    if language == SOURCE:
        return gettext.NullTranslations()
    return _catalogue(LOCALES / language / "LC_MESSAGES" / "motcua.po")


def translator(language: str) -> Callable[[str], str]:
    """The function that turns a Vietnamese source text into `language`.

    A text without a translation stays Vietnamese: a citizen never sees an empty label.
    """
    return _texts(language).gettext


def _catalogue(path: Path) -> gettext.NullTranslations:
    """The texts of a catalogue, none where the programs came without it."""
    # Whoever speaks Vietnamese alone need not wait for babel.
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
    texts = gettext.GNUTranslations(compiled)
    # babel leaves the rule out for languages that it does not know, Mông among them: one that has
    # one form would then be counted like German.
    texts.plural = gettext.c2py(catalogue.plural_expr)  # type: ignore[attr-defined]
    return texts


def _(text: str) -> str:
    """Mark `text` for the catalogues, and give it in the language that is spoken."""
    return _texts(_speaks.get()).gettext(text)


def n_(text: str, count: int) -> str:
    """The same for a text whose form depends on `count` in some languages; not in Vietnamese."""
    return _texts(_speaks.get()).ngettext(text, text, count)


def local(name: str, names: Mapping[str, str]) -> str:
    """`name`, which a site's configuration gives in Vietnamese, in the language that is spoken if
    `names` (language to name) has it."""
    return names.get(_speaks.get(), name)


def N_(text: str) -> str:
    """Mark `text` for the catalogues and leave it as it is: it is translated where it is shown."""
    return text
