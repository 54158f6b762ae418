"""The page that lays all pictures side by side."""

from html import escape
from itertools import groupby
from pathlib import Path

from deploy.gallery.shots import Taken

_STYLE = """
body { margin: 24px; background: #F6F4EE; color: #14213D; font: 16px/1.4 Inter, sans-serif }
h2 { margin: 32px 0 12px } .row { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-end }
figure { margin: 0 } img { height: 420px; width: auto; border: 1px solid #E3DFD4; background: #fff }
figcaption { max-width: 420px } .fault { color: #A6121B; font-weight: 600 }
nav a { margin-right: 12px }
"""


def write(folder: Path, taken: list[Taken], seconds: float) -> Path:
    """Write index.html over the pictures in `folder`; gives its path."""
    ordered = sorted(taken, key=lambda one: (one.shot.family, one.shot.state, one.shot.name))
    groups = [
        (family, state, list(shots))
        for (family, state), shots in groupby(
            ordered, key=lambda one: (one.shot.family, one.shot.state)
        )
    ]
    links = " ".join(f'<a href="#{f}-{s}">{f} {s}</a>' for f, s, _shots in groups)
    body = "".join(_group(family, state, shots) for family, state, shots in groups)
    faulty = sum(bool(one.faults) for one in taken)
    page = folder / "index.html"
    page.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title>'
        f"<style>{_STYLE}</style><h1>Gallery</h1>"
        f"<p>{len(taken)} pictures in {seconds:.0f} s, {faulty} with faults.</p>"
        f"<nav>{links}</nav>{body}</html>",
        encoding="utf-8",
    )
    return page


def _group(family: str, state: str, shots: list[Taken]) -> str:
    figures = "".join(_figure(one) for one in shots)
    return f'<h2 id="{family}-{state}">{family} {state}</h2><div class="row">{figures}</div>'


def _figure(one: Taken) -> str:
    shot = one.shot
    file = f"{shot.name}.png"
    faults = "".join(f'<div class="fault">{escape(fault)}</div>' for fault in one.faults)
    words = f"{shot.language} · {shot.mode} · {shot.shape}"
    return (
        f'<figure><a href="{file}"><img loading="lazy" src="{file}" alt="{escape(shot.name)}"></a>'
        f"<figcaption>{words}{faults}</figcaption></figure>"
    )
