"""What a picture is called, and what was found when it was taken."""

from pathlib import Path

import msgspec


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


class Taken(msgspec.Struct, frozen=True):
    """A picture that was taken, and what is wrong with its texts."""

    shot: Shot
    faults: tuple[str, ...] = ()


def file_of(folder: Path, shot: Shot) -> Path:
    """Where the picture is kept."""
    return folder / f"{shot.name}.png"
