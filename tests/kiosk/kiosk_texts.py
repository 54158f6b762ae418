"""All texts that a kiosk can show, as they stand in the source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

KIOSK = Path(__file__).resolve().parents[2] / "kiosk"
CURTAIN = KIOSK.parent / "display" / "program.py"
"""What stands on a display whose program is away speaks English too."""
_MARKS = ("_", "N_", "n_")
_IN_KV = re.compile(r"\b[Nn]?_\(\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")")


def texts(*names: str) -> set[str]:
    """Every text of these modules of the kiosk, all of it where none is named."""
    modules = [KIOSK / f"{name}.py" for name in names] or [*sorted(KIOSK.rglob("*.py")), CURTAIN]
    found = {text for module in modules for text in of_module(module)}
    if not names:
        found.update(text for path in KIOSK.rglob("*.kv") for text in _of_kv(path))
    return found


def of_module(path: Path) -> Iterator[str]:
    """Every text of that file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        first = node.args[0] if node.args else None
        if node.func.id in _MARKS and isinstance(first, ast.Constant):
            yield str(first.value)


def _of_kv(path: Path) -> Iterator[str]:
    for single, double in _IN_KV.findall(path.read_text(encoding="utf-8")):
        yield single or double
