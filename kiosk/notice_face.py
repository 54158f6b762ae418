"""What a notice says: one thing that happened, what is safe, what to do."""

import msgspec


class NoticeFace(msgspec.Struct, frozen=True):
    """What happened, what is safe, what to do; `button` leads home, and is empty where nothing is
    to be done; `start` takes a number all the same, and is empty where there are none; `back` leads
    one step back (the code as it was typed, the choice of services), and is empty where there is
    none; `lookup` and `procedures` lead to what can be had without a number, and are empty where it
    cannot; `no_card` is for who has no identity card, and is empty where none is asked for."""

    sign: str = "info"
    """"info", "warn", "good", "closed", "card" or "emergency"."""
    title: str = ""
    safe: str = ""
    advice: str = ""
    button: str = ""
    start: str = ""
    back: str = ""
    lookup: str = ""
    procedures: str = ""
    no_card: str = ""
