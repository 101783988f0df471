"""Items as text to be edited, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.text.item_text import ItemTextError, item_text, parse_item

_SCALARS = (
    st.builds(lambda text: {"S": text}, st.text(max_size=20))
    | st.builds(lambda number: {"N": str(number)}, st.integers())
    | st.builds(lambda content: {"B": content}, st.binary(max_size=12))
    | st.builds(lambda flag: {"BOOL": flag}, st.booleans())
    | st.just({"NULL": True})
    | st.builds(lambda texts: {"SS": texts}, st.lists(st.text(max_size=5), min_size=1, max_size=3))
    | st.builds(
        lambda parts: {"BS": parts}, st.lists(st.binary(max_size=5), min_size=1, max_size=3)
    )
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.builds(
            lambda members: {"M": members}, st.dictionaries(st.text(max_size=30), inner, max_size=4)
        )
        | st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=4))
    ),
    max_leaves=15,
)


@given(st.dictionaries(st.text(max_size=9), _VALUES, max_size=5))
def test_nothing_is_lost(item: dict[str, Any]) -> None:
    assert parse_item(item_text(item)) == item


def test_one_attribute_a_line() -> None:
    item = {"id": {"S": "a"}, "ratings": {"M": {"imdb": {"N": "8.7"}}}}
    assert item_text(item) == (
        '{\n  "id": {"S": "a"},\n  "ratings": {"M": {"imdb": {"N": "8.7"}}}\n}'
    )


def test_long_values_take_several_lines() -> None:
    item = {"list": {"L": [{"S": "x" * 50}, {"M": {"a": {"S": "y" * 50}, "b": {"S": "z" * 50}}}]}}
    assert item_text(item).count("\n") == 8


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ('{\n"id": {"S": "a"\n', 3, "delimiter"),
        ("[]", 0, "object"),
        ('{"id": "a"}', 0, "one type and value"),
        ('{"id": {"S": "a", "N": "1"}}', 0, "one type and value"),
        ('{"id": {"S": "a"}, "id": {"S": "b"}}', 0, "twice"),
        ('{"id": {"M": {"a": {"S": "x"}, "a": {"S": "y"}}}}', 0, "twice"),
        ('{"id": {"B": "?"}}', 0, "base64"),
        ('{"id": {"L": [{"B": 3}]}}', 0, "base64"),
    ],
)
def test_what_is_no_item_says_why(text: str, line: int, part: str) -> None:
    with pytest.raises(ItemTextError, match=part) as caught:
        parse_item(text)
    assert caught.value.line == line


def test_too_deep_nesting_is_no_crash() -> None:
    with pytest.raises(ItemTextError):
        parse_item('{"a":' * 100_000)
