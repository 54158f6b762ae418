"""What the screens of the procedures say."""

import msgspec


class ProcedureCard(msgspec.Struct, frozen=True):
    """A procedure in the list."""

    code: str
    name: str
    agency: str


class ProceduresFace(msgspec.Struct, frozen=True):
    """Search as one types: `query` with the cursor's place at its end, the best cards of this page
    (from 0), and the on-screen keyboard in rows; `hint` says what to type, or that nothing fits."""

    query: str = ""
    hint: str = ""
    cards: tuple[ProcedureCard, ...] = ()
    page: int = 0
    pages: int = 1
    keys: tuple[tuple[str, ...], ...] = ()


class ProcedureFace(msgspec.Struct, frozen=True):
    """One procedure. `url` goes into a QR, to carry it away; `button` takes a number for it."""

    code: str = ""
    name: str = ""
    agency: str = ""
    papers: tuple[str, ...] = ()
    time: str = ""
    fee: str = ""
    counters: str = ""
    note: str = ""
    url: str = ""
    button: str = ""
    priority: str = ""
