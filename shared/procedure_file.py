"""What config/procedures.toml may say: the procedures that a centre has itself written down."""

import re

import msgspec

from shared.questions import Procedure
from shared.vietnamese import nfc

CODE = re.compile(r"[0-9]\.[0-9]{6}")
"""A procedure's national code, without the suffix that printed ones carry."""

LONGEST_NAME = 140
"""Letters that a card on the kiosk has room for."""


class Row(Procedure, frozen=True, forbid_unknown_fields=True):
    """One procedure of the file. ValueError says what is wrong with it."""

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise ValueError(f"{self.code!r} is no procedure's code; write d.dddddd")
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise ValueError(f"{self.code}: name must have 1 to {LONGEST_NAME} letters")
        if not self.agency.strip():
            raise ValueError(f"{self.code}: agency is empty")
        if not all(paper.strip() for paper in self.papers):
            raise ValueError(f"{self.code}: a line of papers is empty")


class ProcedureFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. ValueError names codes that stand there twice."""

    procedures: tuple[Row, ...]

    def __post_init__(self) -> None:
        codes = [row.code for row in self.procedures]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise ValueError(f"stands there twice: {', '.join(twice)}")

    @property
    def listed(self) -> tuple[Procedure, ...]:
        """The rows as plain procedures, every text composed."""
        return tuple(_plain(row) for row in self.procedures)


def _plain(row: Row) -> Procedure:
    return Procedure(
        code=row.code,
        name=nfc(row.name),
        agency=nfc(row.agency),
        service=row.service,
        papers=tuple(nfc(paper) for paper in row.papers),
        time=nfc(row.time),
        fee=nfc(row.fee),
        note=nfc(row.note),
        words=tuple(nfc(word) for word in row.words),
    )
