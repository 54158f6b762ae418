"""Kivy keeps class rules and imports of all kv files of a process by name: each has one owner."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def names(program: str) -> set[str]:
    """What `program` gives a name to: its widgets, its rules, its imports in kv."""
    found: set[str] = set()
    for path in (ROOT / program / "screens").iterdir():
        text = path.read_text(encoding="utf-8") if path.suffix in {".kv", ".py"} else ""
        pattern = r"(?m)^#:import (\w+)|^<(\w+)" if path.suffix == ".kv" else r"(?m)^class (\w+)\("
        found |= {name for hit in re.finditer(pattern, text) for name in hit.groups() if name}
    return found


def test_kiosk_and_display_share_no_name_in_kivy() -> None:
    assert names("kiosk") and names("display")
    assert names("kiosk") & names("display") == set()
