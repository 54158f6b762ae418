"""What the screens of a look-up say."""

import msgspec

from kiosk.code_pad import Key


class CodeFace(msgspec.Struct, frozen=True):
    """Scan a receipt, or type its code. `keys` stand in rows; `starts` are codes' usual beginnings
    (today's first), to be typed with one touch; `search` is whether the code is whole."""

    code: str = ""
    hint: str = ""
    starts: tuple[str, ...] = ()
    keys: tuple[tuple[Key, ...], ...] = ()
    search: bool = False


class Step(msgspec.Struct, frozen=True):
    """A point of the timeline; `stands` is "done", "now" or "next"."""

    title: str
    detail: str
    stands: str


class DossierFace(msgspec.Struct, frozen=True):
    """A dossier. `tone` colours the state: "good", "work", "act", "late" or "ended"; its words say
    the same. `todo` is what to do now, `button` takes the number ("": none is needed)."""

    code: str = ""
    procedure: str = ""
    state: str = ""
    state_detail: str = ""
    tone: str = "work"
    steps: tuple[Step, ...] = ()
    todo: str = ""
    todo_lines: tuple[str, ...] = ()
    button: str = ""
    priority: str = ""
    """The smaller button under it, for who has a right to be served earlier; "": not offered."""
    applicant: str = ""
    """The masked name, or "" where nobody has proved to know it."""
    may_ask_name: bool = False
    slip: str = ""
    """What the slip's button says: offered, printing, printed, or why not."""
    may_print: bool = False
    clears: str = ""
    """"Tự xóa sau 45 giây"."""


class DigitsFace(msgspec.Struct, frozen=True):
    """Four digits; `typed` of them are there, shown as dots."""

    title: str = ""
    hint: str = ""
    typed: int = 0
    keys: tuple[tuple[Key, ...], ...] = ()
    problem: str = ""
