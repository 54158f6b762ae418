"""Languages that citizens may read: their own names, their plurals, and letters to draw them with.

A language can be offered once assets/locales has its catalogue. Lào, Thái (blt), Thailand's Thai
and Mông are prepared for: a catalogue in its folder, and the Debian package of its letters, is all
that they still need.
Mông is written in Latin letters (RPA), which the family's typeface has.
"""

from pathlib import Path

import msgspec

from shared.errors import SettingsError
from shared.i18n import LOCALES, SOURCE
from shared.theme import font

_FONTS = Path("/usr/share/fonts")


class Language(msgspec.Struct, frozen=True):
    """`plurals` is the header of its catalogue; `regular` and `bold` are its own fonts, none where
    the family's typeface has its letters; `package` brings them."""

    code: str
    name: str
    plurals: str
    regular: str = ""
    bold: str = ""
    package: str = ""
    script: tuple[str, str] | None = None
    """The first and the last of its own letters."""

    def face(self, weight: str) -> Path | None:
        """The font file for "regular", "medium" or "bold"; None where Kivy's own must do."""
        if not self.regular:
            return font(weight)
        found = _FONTS / (self.regular if weight == "regular" else self.bold)
        return found if found.is_file() else None


_ONE = "nplurals=1; plural=0;"
KNOWN = {
    one.code: one
    for one in (
        Language(SOURCE, "Tiếng Việt", _ONE),
        Language("en", "English", "nplurals=2; plural=(n != 1);"),
        Language(
            "lo",
            "ລາວ",
            _ONE,
            "truetype/lao/Phetsarath_OT.ttf",
            "truetype/lao/Phetsarath_OT.ttf",
            "fonts-lao",
            ("\u0e80", "\u0eff"),
        ),
        Language(
            "th",
            "ไทย",
            _ONE,
            "opentype/tlwg/Loma.otf",
            "opentype/tlwg/Loma-Bold.otf",
            "fonts-tlwg-loma-otf",
            ("\u0e00", "\u0e7f"),
        ),
        # The people of Nghệ An's uplands: Tai Viet letters, not those of Thailand.
        Language(
            "blt",
            "ꪼꪕ",
            _ONE,
            "truetype/taiheritagepro/TaiHeritagePro-Regular.ttf",
            "truetype/taiheritagepro/TaiHeritagePro-Bold.ttf",
            "fonts-sil-taiheritagepro",
            ("\uaa80", "\uaadf"),
        ),
        Language("hmn", "Hmoob", _ONE),
    )
}


def written_in(text: str) -> Language | None:
    """The language whose own letters are in `text`; None where the family's typeface has them."""
    if text.isascii():
        return None
    for known in KNOWN.values():
        if known.script and any(known.script[0] <= sign <= known.script[1] for sign in text):
            return known
    return None


def own_name(code: str) -> str:
    """What the language is called by those who read it."""
    known = KNOWN.get(code)
    return known.name if known else code


def check(codes: tuple[str, ...], locales: Path = LOCALES) -> None:
    """Refuse what cannot be offered: raises SettingsError that says what is missing and where."""
    if not codes or codes[0] != SOURCE or len(set(codes)) != len(codes):
        raise SettingsError(f'languages: begin with "{SOURCE}" and name each once, not {codes}')
    for code in codes:
        known = KNOWN.get(code)
        if known is None:
            raise SettingsError(f"languages: {code!r} is unknown; known are {', '.join(KNOWN)}")
        catalogue = locales / code / "LC_MESSAGES" / "motcua.po"
        if code != SOURCE and not catalogue.is_file():
            raise SettingsError(f"languages: {code!r} has no catalogue; make {catalogue}")
        if known.package and known.face("regular") is None:
            raise SettingsError(f"languages: {code!r} has no letters; install {known.package}")
        if known.script and not _shapes():
            raise SettingsError(
                f"languages: {code!r} cannot put marks together; install libfribidi0"
            )


def _shapes() -> bool:
    """Whether paper can stack marks: Pillow has libraqm, and that needs Debian's libfribidi."""
    from PIL import features  # only for languages that need it

    return bool(features.check("raqm"))
