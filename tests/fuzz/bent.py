"""Sound inputs bent out of shape by Hypothesis: values of another kind, cuts, junk.

`python -m tests.fuzz.bent TARGET COUNT SEED` writes COUNT of them to stdout, each behind its length
in four bytes.
"""

import json
import sys
from collections.abc import Iterator
from typing import Any

from hypothesis import (
    HealthCheck,
    Phase,
    Verbosity,
    given,
    seed as seeded,
    settings,
    strategies as st,
)

BATCH = 1_000
"""Inputs of one search: Hypothesis remembers all of it."""

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([2**63, -(2**64), 10**30, 10**400])
    | st.floats()
    | st.text(max_size=20)
    | st.from_regex(r"[0-9]{0,16}", fullmatch=True),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
LITERALS = st.sampled_from(
    ["0", "-1", "1", "99999999999999999999", "9" * 4400, "1e308", "nan", "inf", "true", '""', "[]",
     "{}", "[[]]", '[{ a = 1 }]', "07:32:00", "1979-05-27", "1979-05-27T07:32:00Z", "'x'",
     "[" * 1200,
     '"\\u0000"', '"' + "ă" * 300 + '"', '["vi", "en"]', "[1, 2]", '{ vi = "a" }']
)  # fmt: skip
JUNK = st.binary(max_size=12) | st.sampled_from([b"\x00", b"\xff", b"\xed\xa0\x80", b"[" * 3000])


@st.composite
def bent(draw: st.DrawFn, seeds: tuple[bytes, ...]) -> bytes:
    """One of `seeds` with some faults, or junk."""
    seed = draw(st.sampled_from(seeds))
    way = draw(st.sampled_from(["value", "value", "value", "bytes", "junk"]))
    if way == "junk":
        return draw(st.binary(max_size=300))
    if way == "value":
        at = seed.find(b"{")
        if 0 <= at <= 1:
            seed = seed[:at] + draw(_bent_json(seed[at:]))
        elif b" = " in seed:
            seed = draw(_bent_toml(seed))
        else:
            way = "bytes"
    if way == "bytes" or draw(st.integers(0, 9)) == 0:
        seed = draw(_bent_bytes(seed))
    return seed


@st.composite
def _bent_json(draw: st.DrawFn, text: bytes) -> bytes:
    whole: Any = {"": json.loads(text)}
    for _fault in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(_places(whole))))
        fault = draw(st.sampled_from(["other", "other", "gone", "more"]))
        if fault == "gone" and key != "":
            del holder[key]
        elif fault == "more" and isinstance(holder, dict):
            holder[draw(st.text(max_size=8))] = draw(JSON)
        else:
            holder[key] = draw(JSON)
    return json.dumps(whole[""], ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(pairs):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _places(inner)


@st.composite
def _bent_toml(draw: st.DrawFn, text: bytes) -> bytes:
    lines = text.split(b"\n")
    for _fault in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(lines) - 1))
        name, sign, _value = lines[place].partition(b" = ")
        fault = draw(st.sampled_from(["other", "other", "other", "gone", "twice"]))
        if fault == "other" and sign:
            literal = draw(LITERALS | st.text(max_size=20).map(json.dumps) | JSON.map(json.dumps))
            lines[place] = name + sign + literal.encode("utf-8", "surrogatepass")
        elif fault == "twice":
            lines.insert(place, lines[place])
        elif len(lines) > 1:
            del lines[place]
    return b"\n".join(lines)


@st.composite
def _bent_bytes(draw: st.DrawFn, text: bytes) -> bytes:
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, min(len(text), start + 12)))
    return text[:start] + draw(JUNK) + text[end:]


def _write(name: str, count: int, seed: int) -> None:
    from tests.fuzz.targets import TARGETS

    inputs = bent(TARGETS[name].seeds)
    left = count
    while left:

        @seeded(seed + left)
        @settings(
            max_examples=min(BATCH, left),
            database=None,
            deadline=None,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        @given(inputs)
        def search(data: bytes) -> None:
            nonlocal left
            if left:
                sys.stdout.buffer.write(len(data).to_bytes(4) + data)
                left -= 1

        search()
    sys.stdout.flush()


if __name__ == "__main__":
    _write(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
