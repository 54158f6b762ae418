"""What a data folder is besides a hub's: a standby's, or that of a hub whose place was taken.

What is written down here keeps a second hub from serving: a file that cannot be read is never taken
for none.
"""

from pathlib import Path
from typing import TypeVar

import msgspec

from shared.errors import SetupError, SupersededError
from shared.kept import held, keep
from shared.model import Instant, Seq

FOLLOWING = "following.json"
SUPERSEDED = "superseded.json"
FILES = (FOLLOWING, SUPERSEDED)

_LOST_FOLLOWING = (
    "it says which hub this standby follows. `motcua-hub follow --replace --data {data}` fetches"
    " everything anew; if that hub is lost, `motcua-hub restore FILE --replace --data {data}`"
)
_LOST_SUPERSEDED = (
    "it says that another hub serves in this one's place. If it does, `motcua-hub follow --replace"
    " --data {data}`; if it surely does not, move the file away"
)

T = TypeVar("T")


class Following(msgspec.Struct, frozen=True):
    """How a standby stands to its hub: at `whole_at`, by its own clock, it had everything; the
    newest event that it has heard of is `heard_of`; `officers` names the registry that it has;
    `anew`: the hub has begun another life, of which not everything is here yet."""

    url: str
    whole_at: Instant = Instant(0)
    heard_of: Seq = Seq(0)
    officers: str = ""
    anew: bool = False


class Superseded(msgspec.Struct, frozen=True):
    """Another hub serves under this generation."""

    generation: int


def following(data: Path) -> Following | None:
    """How the standby in that folder stands to its hub; None where there is no standby. Raises
    SetupError."""
    return _told(data / FOLLOWING, Following, _LOST_FOLLOWING)


def newer(data: Path) -> int:
    """The generation that has taken the place of the hub in that folder; 0 when none has. Raises
    SetupError."""
    found = _told(data / SUPERSEDED, Superseded, _LOST_SUPERSEDED)
    return found.generation if found is not None else 0


def supersede(data: Path, generation: int) -> None:
    """Remember that this folder's hub must not serve any more. Raises OSError."""
    keep(data / SUPERSEDED, Superseded(generation))


def _told(path: Path, kind: type[T], way_out: str) -> T | None:
    try:
        return held(path, kind)
    except (OSError, msgspec.MsgspecError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        told = way_out.format(data=path.parent)
        raise SetupError(f"{path}: cannot be read ({why}); {told}") from None


def check_is_hub(data: Path) -> None:
    """Raise SetupError for a standby's folder."""
    if following(data) is not None:
        raise SetupError(
            f"{data}: is a standby's; make it a hub with `motcua-hub promote --data {data}`"
        )


def check_is_newest(data: Path, generation: int) -> None:
    """Raise SupersededError when a newer hub than this folder's is known of."""
    if newer(data) > generation:
        raise superseded(data, newer(data), generation)


def superseded(data: Path, newer: int, own: int) -> SupersededError:
    """What to say, and do, when another hub has taken over."""
    return SupersededError(
        f"{data}: another hub has taken over (generation {newer}, here it is {own}): this one must"
        f" not serve. Make it the other one's standby: `motcua-hub follow --replace --data {data}`"
    )
