from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.model import ServiceId
from shared.procedure_file import ProcedureFile
from shared.questions import Procedure
from shared.settings import load

ROW = '[[procedures]]\ncode = "1.000001"\nname = "Cấp thẻ"\nagency = "Sở"\nservice = "x"\n'


def _file(folder: Path, text: str) -> ProcedureFile:
    path = folder / "procedures.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, ProcedureFile)


def test_a_row_needs_no_more_than_code_name_agency_and_service(tmp_path: Path) -> None:
    [one] = _file(tmp_path, ROW).listed
    assert one == Procedure("1.000001", "Cấp thẻ", "Sở", ServiceId("x"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (ROW + ROW, "twice: 1.000001"),
        (ROW.replace("1.000001", "1.1"), "write d.dddddd"),
        (ROW.replace("Cấp thẻ", " "), "name"),
        (ROW.replace("Cấp thẻ", "x" * 141), "140"),
        (ROW.replace("Sở", ""), "agency"),
        (ROW + 'papers = ["Căn cước", " "]\n', "papers"),
        (ROW + 'paper = ["Căn cước"]\n', "paper"),
        (ROW.replace('service = "x"\n', ""), "service"),
    ],
)
def test_a_fault_is_named_with_the_file(tmp_path: Path, text: str, word: str) -> None:
    with pytest.raises(SettingsError, match=word) as fault:
        _file(tmp_path, text)
    assert "procedures.toml" in str(fault.value)


def test_the_shipped_file_is_sound() -> None:
    path = Path(__file__).resolve().parents[2] / "config" / "procedures.toml"
    assert len(load(path, ProcedureFile).listed) >= 60
