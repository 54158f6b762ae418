"""All texts that a phone can be shown, as they stand in the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from hub.web.pages import OFFICERS

ROOT = Path(__file__).resolve().parents[3]
TEMPLATES = ROOT / "hub" / "web" / "templates"
NOT_FOR_PHONES = {"signing.py"}


def modules() -> list[Path]:
    """The modules whose texts reach phones, or are handed to whoever asks what is held of them."""
    pages = [path for path in (ROOT / "hub/web").glob("*.py") if path.name not in NOT_FOR_PHONES]
    return [*sorted(pages), ROOT / "shared/dossier_words.py", ROOT / "hub/held.py"]


def texts() -> set[str]:
    """Every text of the phones' pages."""
    found: set[str] = set()
    for template in TEMPLATES.glob("*.html"):
        if template.name not in OFFICERS:
            found.update(_of_template(template))
    for module in modules():
        found.update(_of_module(module))
    return found


def _of_template(path: Path) -> Iterator[str]:
    tree = Environment().parse(path.read_text(encoding="utf-8"))
    for _line, _function, message in extract_from_ast(tree):
        if isinstance(message, str):  # else a variable, whose text a module has marked
            yield message


def _of_module(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id not in {"_", "N_"} or not node.args:
                continue
            if isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
