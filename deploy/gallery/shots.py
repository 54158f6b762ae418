"""What a picture is called, and what was found when it was taken."""

from pathlib import Path
from typing import Protocol

import msgspec
from PIL import Image


class Shot(msgspec.Struct, frozen=True):
    """One picture to take: a state of one family of screens, in a language, mode and shape."""

    family: str
    state: str
    language: str
    mode: str
    shape: str

    @property
    def name(self) -> str:
        """Its file's name without an ending."""
        return ".".join((self.family, self.state, self.language, self.mode, self.shape))


TESTED = "--tested"
"""In a list of names: all is laid out and measured, and only what tests look at is painted."""
_FAMILIAR = ("home", "services", "ticket", "dossier", "priority")
_TOGETHER = ("home", "services", "ticket", "procedures", "code")


def is_kept(shot: Shot) -> bool:
    """Whether tests compare this picture: all states as most people see them, and each other way
    of drawing on the screens that differ most."""
    if shot.family == "board":
        return shot.shape in ("wide", "tall")
    if shot.shape == "upright":
        plain = shot.mode == "plain" and shot.language == "vi"
        if "-" in shot.mode:
            return shot.language == "vi" and shot.state in _TOGETHER
        return plain or shot.state in _FAMILIAR
    return shot.state in ("home", "services", "ticket", "dossier")


def is_strong(shot: Shot) -> bool:
    """Whether tests measure how much stands out in this picture, which no approved one shows."""
    return (shot.family, shot.language, shot.mode, shot.shape) == (
        "kiosk", "vi", "contrast", "upright",
    )  # fmt: skip


def chosen(shot: Shot, parts: list[str]) -> bool:
    """Whether a picture is among those that are asked for."""
    names = [part for part in parts if part != TESTED]
    return not names or any(name in shot.name for name in names)


def is_painted(shot: Shot, parts: list[str]) -> bool:
    """Whether what is asked for is painted once it has been laid out."""
    return TESTED not in parts or is_kept(shot) or is_strong(shot)


class Painter(Protocol):
    """One family's painter."""

    def measure(self, shot: Shot) -> "Taken":
        """Lay out, and say what is wrong with the texts."""
        ...

    def paint(self, shot: Shot) -> tuple[Image.Image, list[str]]:
        """The picture of what was measured last, and what does not stand out in it."""
        ...


class Taken(msgspec.Struct, frozen=True):
    """A picture that was taken, and what is wrong with its texts."""

    shot: Shot
    faults: tuple[str, ...] = ()
    sizes: dict[str, float] = {}
    """How high each text's letters are, px; of one that stands there twice the smaller."""


def file_of(folder: Path, shot: Shot) -> Path:
    """Where the picture is kept."""
    return folder / f"{shot.name}.png"
