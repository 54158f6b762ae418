"""The keypad for a dossier's code: it knows the code's shape."""

import msgspec


class Key(msgspec.Struct, frozen=True):
    """A key: what it types ("erase" and "clear" type nothing), and whether it leads on to a code."""

    key: str
    on: bool = True
