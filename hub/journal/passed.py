"""Which numbers of a day were passed over, since some may have been given that nobody knows of."""

import msgspec

from hub.database import Database
from shared.errors import StorageDamaged


class Passed(msgspec.Struct, frozen=True):
    """Of `day`, every prefix goes on behind `others`; 0 where nothing was passed over."""

    day: str = ""
    others: int = 0


# No index: `numbers_moved` stands at the head of its day or in the newest, which is read anyway.
_MOVED = """SELECT body FROM event WHERE kind = 'numbers_moved'
    AND seq > (SELECT ifnull(max(seq), 0) FROM event WHERE kind = 'day_opened')"""


def passed_in(database: Database) -> Passed:
    """What the newest day of a journal's file that is open has passed over. Raises StorageDamaged
    where that cannot be read."""
    try:
        moved = [msgspec.json.decode(body, type=Passed) for (body,) in database.run(_MOVED)]
    except (msgspec.MsgspecError, TypeError) as error:  # STRICT lets only damage put NULL there
        raise StorageDamaged(f"{database.path}: a row cannot be read ({error})") from None
    return max(moved, key=lambda one: (one.day, one.others), default=Passed())
