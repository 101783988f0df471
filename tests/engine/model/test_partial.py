"""Decoding only some attributes of an item."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.partial import decoder_of
from tests.engine.expressions.samples import NAMES, Json, items, n, s


@given(items, st.frozensets(st.sampled_from((*NAMES, "absent"))))
def test_the_named_attributes_are_those_of_the_whole_item(
    item: Json, names: frozenset[str]
) -> None:
    decoded = decoder_of(names)(orjson.dumps(item))
    assert decoded == {name: value for name, value in item.items() if name in names}
    assert list(decoded) == [name for name in item if name in names]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True))
def test_any_text_is_a_name(names: list[str]) -> None:
    item = {name: n(number) for number, name in enumerate(names)}
    assert decoder_of(frozenset(names))(orjson.dumps(item)) == item
    assert decoder_of(frozenset(names[:1]))(orjson.dumps(item)) == {names[0]: n(0)}


def test_names_inside_maps_and_texts_are_not_those_of_the_item() -> None:
    inner = {"M": {"a": s("inner")}}
    item = {"x": inner, "y": s('"a":{"S":"text"}'), "z": {"L": [inner]}}
    decode = decoder_of(frozenset({"a"}))
    assert decode(orjson.dumps(item)) == {}
    assert decode(orjson.dumps({**item, "a": s("own")})) == {"a": s("own")}


@pytest.mark.parametrize("name", ["größe", "名前", "🦄"])
def test_a_name_of_which_nobody_has_made_utf_8_is_found(name: str) -> None:
    stored = b'{"id":{"S":"x"},"%s":{"N":"1"}}' % name.encode()
    fresh = "".join(map(chr, map(ord, name)))
    assert decoder_of(frozenset({fresh}))(stored) == {name: n(1)}
