"""docs/protocol.md says what shared/messages.py says, and nothing else.

Every `### `name`` of the document is one struct, enum or tag; the table below it has a row a field.
"""

import json
import re
import unicodedata
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from hub.engine.rights import ALLOWED
from shared import messages as m
from shared.dossiers import DossierState
from shared.model import CounterState, Layout, Role, TicketState

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")

Rows = list[list[str]]

SPEAKERS = (
    "engine/*.py",
    "realtime.py",
    "conversation.py",
    "questions.py",
    "hall.py",
    "admission.py",
    "enrolment.py",
    "fence.py",
    "dossiers/*.py",
)
"""Where in hub/ the refusals of this protocol are made."""


def sections(text: str, mark: str) -> dict[str, str]:
    """The text under each heading of one level; code fences hold no headings here."""
    parts = re.split(rf"^{mark} (.+)$", text, flags=re.MULTILINE)
    return dict(zip((name.strip("`") for name in parts[1::2]), parts[2::2], strict=True))


def table(text: str) -> Rows:
    """The rows of the first table in `text`, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


CHAPTERS = sections(DOC, "##")


def chapter(name: str) -> dict[str, str]:
    return sections(CHAPTERS[name], "###")


def tag(struct: type) -> str:
    found = msgspec.inspect.type_info(struct)
    assert isinstance(found, msgspec.inspect.StructType)
    return str(found.tag)


def type_words(kind: msgspec.inspect.Type, field: str) -> str:
    """A field's type as the document writes it."""
    match kind:
        case msgspec.inspect.UnionType(types=types):
            some = [one for one in types if not isinstance(one, msgspec.inspect.NoneType)]
            words = type_words(some[0], field) if len(some) == 1 else f"`{field.capitalize()}`"
            return words if len(some) == len(types) else f"{words} or null"
        case msgspec.inspect.EnumType(cls=cls) | msgspec.inspect.StructType(cls=cls):
            return f"`{cls.__name__}`"
        case msgspec.inspect.VarTupleType(item_type=item):
            return f"array of {type_words(item, field)}"
        case msgspec.inspect.DictType(value_type=value):
            return f"object of {type_words(value, field)}"
        case msgspec.inspect.RawType():
            return f"`{field.capitalize()}`"
    plain: dict[type, str] = {
        msgspec.inspect.StrType: "text",
        msgspec.inspect.IntType: "integer",
        msgspec.inspect.BoolType: "boolean",
    }
    return plain[type(kind)]


def fields(struct: type, *, from_client: bool = False) -> list[tuple[str, str]]:
    found = msgspec.inspect.type_info(struct)
    assert isinstance(found, msgspec.inspect.StructType)
    return [
        (
            field.name,
            type_words(field.type, field.name)
            + (", optional" if from_client and not field.required else ""),
        )
        for field in found.fields
    ]


def documented(text: str) -> list[tuple[str, str]]:
    return [(row[0].strip("`"), row[1]) for row in table(text)]


def parts() -> dict[str, type]:
    """Every struct inside a frame, value or view, by name."""
    found: dict[str, type] = {}

    def look(kind: object) -> None:
        if isinstance(kind, msgspec.inspect.StructType):
            if kind.cls.__name__ in found:
                return
            found[kind.cls.__name__] = kind.cls
        if isinstance(kind, msgspec.inspect.Type | msgspec.inspect.Field):
            for inside in msgspec.structs.asdict(kind).values():
                for one in inside if isinstance(inside, tuple) else (inside,):
                    look(one)

    tops = (
        *get_args(m.HubFrame),
        *get_args(m.Value),
        *get_args(m.View),
        *get_args(m.Finding),
    )
    for top in tops:
        look(msgspec.inspect.type_info(top))
    return {name: struct for name, struct in found.items() if struct not in tops}


CASES: list[tuple[str, dict[str, type], bool]] = [
    ("Frames of the client", {tag(one): one for one in get_args(m.ClientFrame)}, True),
    ("Frames of the hub", {tag(one): one for one in get_args(m.HubFrame)}, False),
    ("Commands", {tag(one): one for one in get_args(m.Command)}, True),
    ("Values", {one.__name__: one for one in get_args(m.Value)}, False),
    ("Questions", {tag(one): one for one in get_args(m.Question)}, True),
    ("Findings", {tag(one): one for one in get_args(m.Finding)}, False),
    ("Views", {one.__name__: one for one in get_args(m.View)}, False),
    ("Parts", parts(), False),
]


@pytest.mark.parametrize(("name", "structs", "from_client"), CASES, ids=[case[0] for case in CASES])
def test_every_struct_is_documented_field_by_field_and_no_other(
    name: str, structs: dict[str, type], from_client: bool
) -> None:
    written = chapter(name)
    assert set(written) == set(structs)
    for heading, struct in structs.items():
        assert documented(written[heading]) == fields(struct, from_client=from_client), heading
        assert all(row[2] for row in table(written[heading])), heading


@pytest.mark.parametrize(
    "enum",
    [
        *(Role, TicketState, CounterState, DossierState, Layout),
        *(m.Shut, m.ScreenFault, m.Sound, m.PaperState, m.PrinterState),
    ],
)
def test_every_word_is_documented(enum: type[Enum]) -> None:
    rows = table(chapter("Words")[enum.__name__])
    assert [row[0].strip("`") for row in rows] == [str(one.value) for one in enum]


def test_every_command_names_who_may_send_it_and_its_value() -> None:
    values = {one.__name__ for one in get_args(m.Value)}
    for name, text in chapter("Commands").items():
        found = re.search(r"^Roles: ([a-z, ]+)\. Value: `(\w+)`\.$", text, re.MULTILINE)
        assert found is not None, name
        kind = next(one for one in get_args(m.Command) if tag(one) == name)
        assert found[1].split(", ") == [role.value for role in Role if kind in ALLOWED[role]], name
        assert found[2] in values


def test_the_refusal_codes_are_those_the_hub_gives() -> None:
    written = [
        row[0].strip("`") for text in chapter("Refusal codes").values() for row in table(text)
    ]
    assert len(written) == len(set(written))
    sources = [path for pattern in SPEAKERS for path in (ROOT / "hub").glob(pattern)]
    given = {
        code
        for path in sources
        for code in re.findall(r"Refusal\(\s*\"([a-z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert set(written) == given


def test_every_code_named_in_the_text_is_explained() -> None:
    explained = {
        row[0].strip("`") for text in chapter("Refusal codes").values() for row in table(text)
    }
    commands = CHAPTERS["Commands"] + CHAPTERS["Questions"]
    named = {
        code
        for sentence in re.findall(r"[Rr]efused:? [^.]*\.", commands.replace("\n", " "))
        for code in re.findall(r"`([a-z]+_[a-z_]+)`", sentence)
    }
    kinds = {tag(one) for one in get_args(m.Command)}
    assert named - kinds <= explained
    assert len(named) > 15


def test_the_numbers_in_the_text_are_those_of_the_code() -> None:
    for words in (
        f"protocol, version {m.VERSION}",
        f"at most {m.MAX_FRAME} bytes",
        f"within {m.HELLO_WITHIN_S:.0f} s of connecting",
        f"`beat` every {m.BEAT_EVERY_S:.0f} s",
        f"no frame for {m.STALE_AFTER_S:.0f} s",
    ):
        assert words in DOC
    written = {int(code) for code in re.findall(r"close ([14]\d{3})", DOC)}
    assert written == {value for name, value in vars(m.Close).items() if name.isupper()}


EXAMPLES = re.findall(r"^```json\n(.+?)\n```$", DOC, re.MULTILINE | re.DOTALL)


def strict(kind: Any, raw: bytes) -> None:
    """Decode, and find every field of the example again: no example says more than the code."""
    value = msgspec.json.decode(raw, type=kind)
    again = json.loads(msgspec.json.encode(value))
    assert {key: again[key] for key in json.loads(raw)} == json.loads(raw)


def fits_one(kinds: tuple[Any, ...], raw: msgspec.Raw) -> bool:
    for kind in kinds:
        try:
            strict(kind, bytes(raw))
        except (msgspec.ValidationError, KeyError, AssertionError):
            continue
        return True
    return False


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_examples_decode(text: str) -> None:
    raw = text.encode()
    if json.loads(raw)["type"] in {tag(one) for one in get_args(m.ClientFrame)}:
        msgspec.json.decode(raw, type=m.ClientFrame)  # which refuses unknown fields by itself
        return
    strict(m.HubFrame, raw)
    frame = msgspec.json.decode(raw, type=m.HubFrame)
    if isinstance(frame, m.Welcome | m.ViewFrame):
        assert fits_one(get_args(m.View), frame.view)
    if isinstance(frame, m.AnswerFrame):
        assert fits_one(get_args(m.Finding), frame.finding)
    if isinstance(frame, m.Result):
        assert fits_one(get_args(m.Value), frame.value)


def test_every_frame_has_an_example() -> None:
    frames = {tag(one) for one in (*get_args(m.ClientFrame), *get_args(m.HubFrame))}
    assert {json.loads(text)["type"] for text in EXAMPLES} == frames


def test_the_document_is_nfc() -> None:
    assert unicodedata.is_normalized("NFC", DOC)
