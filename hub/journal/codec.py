"""Events as rows of the journal, and back."""

from typing import get_args

import msgspec

from hub.engine.events import Event
from shared.errors import SetupError, StorageDamaged
from shared.model import Instant, Seq

_encode = msgspec.json.Encoder().encode
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)
_KINDS = frozenset(one.__struct_config__.tag for one in get_args(Event))
_HEAD = len('{"kind":""')


def pack(event: Event) -> tuple[str, str]:
    """An event's kind, and the JSON of the rest."""
    kind = str(event.__struct_config__.tag)
    text = _encode(event).decode()
    rest = text[_HEAD + len(kind) :]
    return kind, "{" + rest.removeprefix(",")


def unpack(kind: str, body: str, seq: Seq, at: Instant) -> Event:
    """The event of such a row. Raises StorageDamaged, naming the row, if it is none; SetupError for
    one of a kind that only a newer version knows: that journal is sound, and not for this one."""
    head = '{"kind":"' + kind + '"'
    try:
        return _decoder.decode(head + ("," + body[1:] if body != "{}" else "}"))
    except msgspec.DecodeError as error:
        if kind not in _KINDS:
            raise SetupError(
                f"journal: row {seq} is of a kind that this version does not know ({kind}); install"
                " the version that wrote it or, if there is none, go back to a backup with"
                " `motcua-hub restore --replace`"
            ) from None
        raise StorageDamaged(f"journal: row {seq} ({kind}) cannot be read: {error}") from None
