"""Attribute values, paths and items for tests, fixed ones and strategies.

Values are canonical, as the engine stores them: binary as base64 text.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from hypothesis import strategies as st

from engine.model.numbers import canonical

Json = dict[str, Any]
BoundPath = tuple[str | int, ...]


def binary(content: bytes) -> str:
    """Binary content as it is stored."""
    return b64encode(content).decode()


def s(text: str) -> Json:
    """A string value."""
    return {"S": text}


def n(number: object) -> Json:
    """A number value."""
    return {"N": canonical(str(number))}


def b(content: bytes) -> Json:
    """A binary value."""
    return {"B": binary(content)}


# At least one value of every type, with neighbours in order and look-alikes of other types.
SAMPLES: tuple[Json, ...] = (
    s(""),
    s("1"),
    s("a"),
    s("ab"),
    s("\ud7ff"),
    s("\uffff"),
    s("\U00010000"),
    n(-10),
    n(0),
    n(1),
    n("1.5"),
    n(9),
    n(10),
    n("1e100"),
    b(b""),
    b(b"1"),
    b(b"a"),
    b(b"a\x00"),
    b(b"\x7f"),
    b(b"\x80"),
    {"BOOL": True},
    {"BOOL": False},
    {"NULL": True},
    {"SS": ["a", "b"]},
    {"SS": ["b", "a"]},
    {"SS": ["a"]},
    {"SS": ["1"]},
    {"NS": ["1", "2"]},
    {"NS": ["2", "1"]},
    {"BS": [binary(b"a")]},
    {"BS": [binary(b"1"), binary(b"a")]},
    {"L": []},
    {"L": [s("a"), n(1)]},
    {"L": [n(1), s("a")]},
    {"L": [{"SS": ["b", "a"]}, {"BOOL": True}, {"NULL": True}]},
    {"M": {}},
    {"M": {"x": n(1), "y": s("a")}},
    {"M": {"y": s("a"), "x": n(1)}},
    {"M": {"x": {"L": [{"NS": ["2", "1"]}]}}},
)

NAMES = ("a", "bb", "C3", "d_4", "odd name")

# Drawing has to be cheap: thousands of values make one property test.
_texts = ("", "a", "b", "ab", "ba", "1", "é", "𝄞", " a")
_numbers = ("-20", "-1", "0", "1", "2", "10", "0.5", "-0.25", "1e100", "1e-100", "9" * 38)
_bytes = (b"", b"a", b"ab", b"1", b"\x00", b"\xff")
scalars: st.SearchStrategy[Json] = st.sampled_from(
    (
        *(s(text) for text in _texts),
        *(n(number) for number in _numbers),
        *(b(content) for content in _bytes),
        {"BOOL": True},
        {"BOOL": False},
        {"NULL": True},
    )
)


def _set(kind: str, members: tuple[str, ...]) -> st.SearchStrategy[Json]:
    drawn = st.lists(st.sampled_from(members), min_size=1, max_size=3, unique=True)
    return drawn.map(lambda all_: {kind: all_})


sets: st.SearchStrategy[Json] = st.one_of(
    _set("SS", _texts),
    _set("NS", tuple(map(canonical, _numbers))),
    _set("BS", tuple(map(binary, _bytes))),
)


def _containers(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    return st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: {"L": elements}),
        st.dictionaries(st.sampled_from(NAMES), inner, max_size=3).map(lambda m: {"M": m}),
    )


_flat = st.one_of(st.sampled_from(SAMPLES), scalars)
_deep = _containers(st.one_of(_flat, _containers(_flat)))
values: st.SearchStrategy[Json] = st.one_of(st.sampled_from(SAMPLES), scalars, sets, _deep)
items: st.SearchStrategy[Json] = st.dictionaries(st.sampled_from(NAMES), values, max_size=5)
_steps: tuple[str | int, ...] = (*NAMES, 0, 1, 2)
paths: st.SearchStrategy[BoundPath] = st.sampled_from(
    [
        *((name,) for name in NAMES),
        *((name, step) for name in NAMES for step in _steps),
        *((name, step, last) for name in NAMES for step in _steps for last in _steps),
    ]
)
