"""Attribute values: their rules, their canonical form, their sizes."""

from __future__ import annotations

import copy
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ApiError, SerializationException, ValidationException
from engine.model import values

IPV = "One or more parameter values were invalid: "
E001 = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
E002 = (
    "Supplied AttributeValue has more than one datatypes set, "
    "must contain exactly one of the supported datatypes"
)
E003 = IPV + "Null attribute value types must have the value of true"
E004 = IPV + "An string set  may not be empty"
E005 = IPV + "An number set  may not be empty"
E006 = IPV + "Binary sets should not be empty"
E011 = IPV + "Input collection [a, b, a] contains duplicates."
E012 = "Input collection contains duplicates"
E013 = IPV + "Input collection [Yg==, Yg==]of type BS contains duplicates."
E014 = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)
E021 = "Start of structure or map found where not expected"
E022 = "Unexpected field type"
E023 = "Unexpected value type in payload"
E024 = "Unexpected token received from parser"
E026 = "only base-64-encoded strings are convertible to bytes"
E028 = "Invalid last non-pad Base64 character dectected"


def wrapped(value: dict[str, Any], times: int, kind: str) -> dict[str, Any]:
    for _ in range(times):
        value = {"L": [value]} if kind == "L" else {"M": {"a": value}}
    return value


texts = st.text(st.characters(codec="utf-8"), max_size=8)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
number_texts = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.builds("{}.{}e{}".format, st.integers(-99, 99), st.integers(0, 10**6), st.integers(-9, 9)),
)
binaries = st.binary(max_size=8)
scalars: st.SearchStrategy[dict[str, Any]] = st.one_of(
    texts.map(lambda text: {"S": text}),
    number_texts.map(lambda text: {"N": text}),
    binaries.map(lambda raw: {"B": raw}),
    binaries.map(lambda raw: {"B": b64encode(raw).decode()}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.builds(lambda: {"NULL": True}),
    st.lists(texts, min_size=1, max_size=4, unique=True).map(lambda members: {"SS": members}),
    st.lists(st.integers(-(10**37), 10**37), min_size=1, max_size=4, unique=True).map(
        lambda members: {"NS": [f"{member}.0" for member in members]}
    ),
    st.lists(binaries, min_size=1, max_size=4, unique=True).map(lambda members: {"BS": members}),
)
attribute_values: st.SearchStrategy[dict[str, Any]] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: {"L": elements}),
        st.dictionaries(names, inner, max_size=3).map(lambda attributes: {"M": attributes}),
    ),
    max_leaves=8,
)
items = st.dictionaries(names, attribute_values, max_size=4)
# Anything that JSON, or a careless caller, could bring.
junk: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=4)),
        st.text(max_size=4),
        attribute_values,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL", "X"])
            | st.text(max_size=2)
            | st.integers(),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "canonical", "size"),
    [
        ({"S": ""}, {"S": ""}, 0),
        ({"S": "abc"}, {"S": "abc"}, 3),
        ({"S": "é"}, {"S": "é"}, 2),
        ({"S": "🚀"}, {"S": "🚀"}, 4),
        ({"S": "a\0b"}, {"S": "a\0b"}, 3),
        ({"N": "1e2"}, {"N": "100"}, 2),
        ({"N": "-42"}, {"N": "-42"}, 3),
        ({"B": b""}, {"B": ""}, 0),
        ({"B": b"\0\1\2"}, {"B": "AAEC"}, 3),
        ({"B": bytearray(b"\0\1")}, {"B": "AAE="}, 2),
        ({"B": memoryview(b"\0")}, {"B": "AA=="}, 1),
        ({"B": "AA=="}, {"B": "AA=="}, 1),
        ({"BOOL": False}, {"BOOL": False}, 1),
        ({"NULL": True}, {"NULL": True}, 1),
        ({"SS": ["b", "a", "é"]}, {"SS": ["b", "a", "é"]}, 4),
        ({"SS": [""]}, {"SS": [""]}, 0),
        ({"NS": ["2.0", "1"]}, {"NS": ["2", "1"]}, 4),
        ({"BS": [b"b", "YQ=="]}, {"BS": ["Yg==", "YQ=="]}, 2),
        ({"L": []}, {"L": []}, 3),
        ({"M": {}}, {"M": {}}, 3),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, {"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 3 + 3),
        ({"M": {"né": {"S": "ab"}}}, {"M": {"né": {"S": "ab"}}}, 3 + 1 + 3 + 2),
        ({"L": [{"L": []}]}, {"L": [{"L": []}]}, 3 + 1 + 3),
        ({"S": "a", "N": None, "X": 1}, {"S": "a"}, 1),
        ({"N": "1.0", "Unknown": {"S": "b"}}, {"N": "1"}, 2),
    ],
)
def test_canonical_form_and_size(
    value: dict[str, Any], canonical: dict[str, Any], size: int
) -> None:
    assert values.normalise_value(value) == (canonical, size)
    assert values.value_size(canonical) == size
    assert values.normalise_item({"näme": value}) == ({"näme": canonical}, size + 5)
    assert values.item_size({"näme": canonical}) == size + 5


@pytest.mark.parametrize(
    ("value", "message"),
    [
        *(({}, E001), ({"X": 1}, E001), ({"S": None}, E001), (None, E001)),
        *(({"L": [None]}, E001), ({"M": {"a": {}}}, E001)),
        *(({"S": "a", "N": "1"}, E002), ({"BOOL": True, "NULL": True}, E002)),
        *(({"NULL": False}, E003), ({"SS": []}, E004), ({"NS": []}, E005), ({"BS": []}, E006)),
        ({"N": "x"}, "The parameter cannot be converted to a numeric value: x"),
        ({"N": ""}, "The parameter cannot be converted to a numeric value"),
        (
            {"NS": ["1", "9" * 39]},
            "Attempting to store more than 38 significant digits in a Number",
        ),
        ({"SS": ["a", "b", "a"]}, E011),
        ({"NS": ["1", "1.0"]}, E012),
        ({"BS": ["Yg==", b"b"]}, E013),
        ({"SS": ["a", None]}, IPV + "An string set may not have a null string as a member"),
        ({"NS": ["1", None]}, IPV + "An number set may not have a null string as a member"),
        ({"BS": ["Yg==", None]}, IPV + "Binary sets may not contain null values"),
        ({"M": {"": {"S": "a"}}}, "Empty attribute name"),
        *((wrapped({"S": "a"}, 32, kind), E014) for kind in ("L", "M")),
        *((wrapped({"N": "1"}, 5_000, kind), E014) for kind in ("L", "M")),
    ],
)
def test_rules(value: Any, message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        values.normalise_value(value)
    assert caught.value.message == message
    with pytest.raises(ValidationException) as caught:
        values.normalise_item({"a": value})
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("value", "message"),
    [
        *((scalar, E023) for scalar in ("S", 5, 1.5, True, b"S")),
        ([], "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue"),
        *(({kind: 5}, "NUMBER_VALUE cannot be converted to String") for kind in "SN"),
        ({"S": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"S": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": False}, "FALSE_VALUE cannot be converted to String"),
        ({"S": []}, "Unrecognized collection type class java.lang.String"),
        ({"S": {}}, E021),
        ({"S": "\ud800"}, E024),
        ({"BOOL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"BOOL": 0.5}, "DECIMAL_VALUE cannot be converted to Boolean"),
        ({"BOOL": "true"}, E024),
        ({"NULL": []}, "Unrecognized collection type class java.lang.Boolean"),
        *(({"B": scalar}, E026) for scalar in (True, 23, 34.56)),
        ({"B": []}, "Unrecognized collection type class java.nio.ByteBuffer"),
        ({"B": {}}, E021),
        ({"B": "23456"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
        *(({"B": text}, E028) for text in ("=+/=", "+/+=", "AB$=", "AAAé", "A===", "AA==AA==")),
        *(({kind: "a"}, E022) for kind in ("SS", "NS", "BS", "L", "M")),
        *(({kind: {}}, E021) for kind in ("SS", "NS", "BS", "L")),
        ({"SS": [5]}, "NUMBER_VALUE cannot be converted to String"),
        ({"SS": ["\ud800", "\ud800"]}, E024),
        ({"BS": [5]}, E026),
        ({"L": ["a"]}, E023),
        ({"M": {"a": "a"}}, E023),
        ({"M": {5: {"S": "a"}}}, E024),
        ({"M": {"\ud800": {"S": "a"}}}, E024),
        (
            {"M": []},
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>",
        ),
    ],
)
def test_wrong_json_types(value: Any, message: str) -> None:
    with pytest.raises(SerializationException) as caught:
        values.normalise_value(value)
    assert caught.value.message == message


@pytest.mark.parametrize("kind", ["L", "M"])
def test_31_wrappings_are_accepted(kind: str) -> None:
    deep = wrapped({"S": "a"}, 31, kind)
    assert values.normalise_value(deep)[0] == deep
    empty = wrapped({kind: [] if kind == "L" else {}}, 31, kind)
    assert values.normalise_value(empty)[0] == empty


def test_the_longest_attribute_name() -> None:
    longest = "é" * 32_767 + "a"
    assert values.normalise_item({longest: {"S": ""}, "b": {"S": ""}})[1] == 65_536
    with pytest.raises(ValidationException, match="65535"):
        values.normalise_item({longest + "a": {"S": ""}})


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("text", E022),
        (
            [],
            "Unrecognized collection type java.util.Map<java.lang.String, "
            "com.amazonaws.dynamodb.v20120810.AttributeValue>",
        ),
    ],
)
def test_an_item_has_to_be_a_map(item: Any, message: str) -> None:
    with pytest.raises(SerializationException) as caught:
        values.normalise_item(item)
    assert caught.value.message == message


@given(items)
def test_normalising_is_stable_and_sizes_agree(item: dict[str, Any]) -> None:
    before = copy.deepcopy(item)
    canonical, size = values.normalise_item(item)
    assert item == before
    assert values.item_size(canonical) == size
    assert values.normalise_item(canonical) == (canonical, size)


@given(items)
def test_nothing_of_the_argument_is_shared(item: dict[str, Any]) -> None:
    canonical, _ = values.normalise_item(item)
    before = copy.deepcopy(canonical)
    _spoil(item)
    assert canonical == before


def _spoil(container: Any) -> None:
    """Empty every map and list inside."""
    inner = container.values() if isinstance(container, dict) else container
    for content in list(inner):
        if isinstance(content, dict | list):
            _spoil(content)
    container.clear()


@given(items)
def test_to_python_gives_the_bytes_back(item: dict[str, Any]) -> None:
    canonical, size = values.normalise_item(item)
    python = values.to_python(copy.deepcopy(canonical))
    _expect_bytes(canonical, python)
    assert values.normalise_item(python) == (canonical, size)


def _expect_bytes(canonical: Any, python: Any) -> None:
    """Compare attribute maps, the second of which has bytes where the first has base64 text."""
    assert canonical.keys() == python.keys()
    for name, value in canonical.items():
        [(kind, content)] = value.items()
        [(python_kind, python_content)] = python[name].items()
        assert python_kind == kind
        if kind == "B":
            assert python_content == b64decode(content)
        elif kind == "BS":
            assert python_content == [b64decode(member) for member in content]
        elif kind == "M":
            _expect_bytes(content, python_content)
        elif kind == "L":
            _expect_bytes(dict(enumerate(content)), dict(enumerate(python_content)))
        else:
            assert python_content == content


@settings(max_examples=300)
@given(junk)
def test_only_api_errors_escape(value: Any) -> None:
    for normalise in (values.normalise_item, values.normalise_value):
        result = attempt(normalise, value)
        if isinstance(result, ApiError):
            assert result.message.encode()
        else:
            assert normalise(result[0]) == result


def attempt(
    normalise: Callable[[Any], tuple[dict[str, Any], int]], value: Any
) -> tuple[dict[str, Any], int] | ApiError:
    try:
        return normalise(value)
    except (SerializationException, ValidationException) as error:
        return error
