"""Attribute values: their check, their canonical form and their size.

An attribute value is a map of one entry, from its type to its content. The canonical form is what
the engine stores and compares:

    {"S": str}  {"N": canonical number}  {"B": base64 text}  {"BOOL": bool}  {"NULL": true}
    {"SS": [str]}  {"NS": [canonical number]}  {"BS": [base64 text]}
    {"L": [attribute value]}  {"M": {name: attribute value}}

Sizes are bytes by DynamoDB's rules for item sizes: UTF-8 of names and text, decoded binary, three
bytes for a list or map and one for each of its elements.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import SerializationException, ValidationException
from engine.model import json_types, numbers

MAX_ITEM_BYTES = 409_600
MAX_NAME_BYTES = 65_535
MAX_NESTING = 32
CONTAINER_BYTES = 3
ELEMENT_BYTES = 1

INVALID = "One or more parameter values were invalid: "
_EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
_SEVERAL_TYPES = (
    "Supplied AttributeValue has more than one datatypes set, "
    "must contain exactly one of the supported datatypes"
)
_TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)
_FALSE_NULL = INVALID + "Null attribute value types must have the value of true"
_EMPTY_NAME = "Empty attribute name"
_LONG_NAME = INVALID + f"Attribute name is too large, must be at most {MAX_NAME_BYTES} bytes"

_Normalised = tuple[Json, int]


def normalise_item(item: Any) -> tuple[Json, int]:
    """The canonical copy of an attribute map, and its size in bytes.

    The first thing wrong raises: SerializationException (a wrong JSON type), or ValidationException
    (E001 to E014, E017, E019). The limit of an item's size is not checked: it depends on the
    request. The argument stays as it is.
    """
    try:
        return _attributes(item, 1)
    except UnicodeEncodeError:
        raise SerializationException(json_types.UNEXPECTED_TOKEN) from None
    except ValidationException as error:
        # An empty name inside a value is noticed only after values that go too deep.
        if error.message == _EMPTY_NAME and "" not in item and _goes_too_deep(item, 1):
            raise ValidationException(_TOO_DEEP) from error
        raise


def normalise_value(value: Any) -> tuple[Json, int]:
    """The canonical copy of one attribute value, and its size; raises as `normalise_item` does."""
    try:
        return _value(value, 1)
    except UnicodeEncodeError:
        raise SerializationException(json_types.UNEXPECTED_TOKEN) from None


def _attributes(item: Any, depth: int) -> _Normalised:
    """Canonical attributes, and the sum of the sizes of names and values."""
    if not isinstance(item, dict):
        raise json_types.wrong_map(item, json_types.class_name("AttributeValue"))
    try:
        names = "".join(item)
    except TypeError:
        raise SerializationException(json_types.UNEXPECTED_TOKEN) from None
    size = len(names) if names.isascii() else len(names.encode())
    if size > MAX_NAME_BYTES or "" in item:
        _check_names(item)
    result = {}
    for name, value in item.items():
        # Text and numbers are the most frequent types: these branches save them two calls.
        if value.__class__ is dict and len(value) == 1:
            if "S" in value:
                content = value["S"]
                if content.__class__ is str:
                    result[name] = {"S": content}
                    size += len(content) if content.isascii() else len(content.encode())
                    continue
            elif "N" in value:
                content = value["N"]
                if content.__class__ is str:
                    text = numbers.canonical(content)
                    result[name] = {"N": text}
                    size += numbers.size(text)
                    continue
        result[name], value_bytes = _value(value, depth)
        size += value_bytes
    return result, size


def _goes_too_deep(attributes: Any, depth: int) -> bool:
    """Whether a value of an attribute map, not checked yet, goes beyond the limit of nesting."""
    if not isinstance(attributes, dict):
        return False
    for value in attributes.values():
        if not isinstance(value, dict):
            continue
        elements = value.get("L")
        inner = dict(enumerate(elements)) if isinstance(elements, list) else value.get("M")
        if inner and (depth >= MAX_NESTING or _goes_too_deep(inner, depth + 1)):
            return True
    return False


def _check_names(item: Json) -> None:
    for name in item:
        if not name:
            raise ValidationException(_EMPTY_NAME)
        if len(name.encode()) > MAX_NAME_BYTES:
            raise ValidationException(_LONG_NAME)


def _value(value: Any, depth: int) -> _Normalised:
    if not isinstance(value, dict):
        if value is None:
            raise ValidationException(_EMPTY)
        raise json_types.wrong_structure(value, "AttributeValue", nested=True)
    if len(value) != 1:
        value = _without_absent(value)
    [kind] = value
    content = value[kind]
    normalise = _NORMALISERS.get(kind)
    if normalise is None or content is None:
        raise ValidationException(_EMPTY)
    return normalise(content, depth)


def _without_absent(value: Json) -> Json:
    """The one entry that counts: null members and members unknown to the API do not."""
    present = {
        kind: content
        for kind, content in value.items()
        if content is not None and kind in _NORMALISERS
    }
    if len(present) != 1:
        raise ValidationException(_SEVERAL_TYPES if present else _EMPTY)
    return present


def _string(content: Any, _: int) -> _Normalised:
    if not isinstance(content, str):
        raise json_types.wrong_scalar(content, "String")
    return {"S": content}, _text_size(content)


def _number(content: Any, _: int) -> _Normalised:
    if not isinstance(content, str):
        raise json_types.wrong_scalar(content, "String")
    text = numbers.canonical(content)
    return {"N": text}, numbers.size(text)


def _binary(content: Any, _: int) -> _Normalised:
    text = json_types.base64_text(content)
    return {"B": text}, _binary_size(text)


def _boolean(content: Any, _: int) -> _Normalised:
    if not isinstance(content, bool):
        raise json_types.wrong_scalar(content, "Boolean")
    return {"BOOL": content}, 1


def _null(content: Any, _: int) -> _Normalised:
    if not isinstance(content, bool):
        raise json_types.wrong_scalar(content, "Boolean")
    if not content:
        raise ValidationException(_FALSE_NULL)
    return {"NULL": True}, 1


def _string_set(content: Any, _: int) -> _Normalised:
    members = _text_members(content, "string")
    if not members:
        raise ValidationException(INVALID + "An string set  may not be empty")
    size = _text_size("".join(members))
    if len(set(members)) < len(members):
        listed = ", ".join(f'"{member}"' for member in _up_to_repeat(members, str.encode))
        raise ValidationException(
            f"{INVALID}Input collection [{', '.join(members)}] contains duplicates.",
            newer=f"{INVALID}Input collection [{listed}] contains duplicates.",
        )
    return {"SS": members}, size


def _number_set(content: Any, _: int) -> _Normalised:
    members = _text_members(content, "number")
    if not members:
        raise ValidationException(INVALID + "An number set  may not be empty")
    members = [numbers.canonical(member) for member in members]
    if len(set(members)) < len(members):
        text = "Input collection contains duplicates"
        raise ValidationException(text, newer=f"{INVALID}{text}.")
    return {"NS": members}, sum(map(numbers.size, members))


def _binary_set(content: Any, _: int) -> _Normalised:
    if not isinstance(content, list):
        raise json_types.wrong_list(content)
    if not content:
        raise ValidationException(INVALID + "Binary sets should not be empty")
    if None in content:
        raise ValidationException(INVALID + "Binary sets may not contain null values")
    members = [json_types.base64_text(member) for member in content]
    if len(set(members)) < len(members):
        listed = ",".join(f'"{member}"' for member in _up_to_repeat(members, a2b_base64))
        raise ValidationException(
            f"{INVALID}Input collection [{', '.join(members)}]of type BS contains duplicates.",
            newer=f"{INVALID}Input collection [{listed}]of type BS contains duplicates.",
        )
    return {"BS": members}, sum(map(_binary_size, members))


def _up_to_repeat(members: list[str], order: Callable[[str], bytes]) -> list[str]:
    """A set's members as the newer wording lists them: in order up to the first that repeats."""
    repeat = next(place for place, member in enumerate(members) if member in members[:place])
    return sorted(members[:repeat], key=order) + members[repeat:]


def _text_members(content: Any, kind: str) -> list[str]:
    """A copy of a set's members, all of them text."""
    if not isinstance(content, list):
        raise json_types.wrong_list(content)
    for member in content:
        if member is None:
            raise ValidationException(
                f"{INVALID}An {kind} set may not have a null string as a member"
            )
        if not isinstance(member, str):
            raise json_types.wrong_scalar(member, "String")
    return content.copy()


def _list(content: Any, depth: int) -> _Normalised:
    if not isinstance(content, list):
        raise json_types.wrong_list(content)
    if depth >= MAX_NESTING and content:
        raise ValidationException(_TOO_DEEP)
    size = CONTAINER_BYTES + ELEMENT_BYTES * len(content)
    elements = []
    for element in content:
        canonical, element_bytes = _value(element, depth + 1)
        elements.append(canonical)
        size += element_bytes
    return {"L": elements}, size


def _map(content: Any, depth: int) -> _Normalised:
    if depth >= MAX_NESTING and content:
        raise ValidationException(_TOO_DEEP)
    attributes, size = _attributes(content, depth + 1)
    return {"M": attributes}, CONTAINER_BYTES + ELEMENT_BYTES * len(attributes) + size


_NORMALISERS: dict[str, Callable[[Any, int], _Normalised]] = {
    "S": _string,
    "N": _number,
    "B": _binary,
    "BOOL": _boolean,
    "NULL": _null,
    "SS": _string_set,
    "NS": _number_set,
    "BS": _binary_set,
    "L": _list,
    "M": _map,
}


def item_size(item: Json) -> int:
    """The size in bytes of a canonical attribute map: its names and its values."""
    names = "".join(item)
    size = len(names) if names.isascii() else len(names.encode())
    for value in item.values():
        # Text is the most frequent type: this branch saves it two calls.
        if "S" in value:
            content = value["S"]
            size += len(content) if content.isascii() else len(content.encode())
        else:
            size += value_size(value)
    return size


def value_size(value: Json) -> int:
    """The size in bytes of one canonical attribute value."""
    [(kind, content)] = value.items()
    return _SIZES[kind](content)


def _text_size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _binary_size(base64: str) -> int:
    """The length of what the base64 text encodes."""
    return len(base64) // 4 * 3 - base64.count("=", -2)


def _one_byte(_: bool) -> int:
    return 1


def _sum_of(size_of: Callable[[str], int]) -> Callable[[Iterable[str]], int]:
    return lambda members: sum(map(size_of, members))


def _list_size(elements: list[Json]) -> int:
    return CONTAINER_BYTES + ELEMENT_BYTES * len(elements) + sum(map(value_size, elements))


def _map_size(attributes: Json) -> int:
    return CONTAINER_BYTES + ELEMENT_BYTES * len(attributes) + item_size(attributes)


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _text_size,
    "N": numbers.size,
    "B": _binary_size,
    "BOOL": _one_byte,
    "NULL": _one_byte,
    "SS": _sum_of(_text_size),
    "NS": _sum_of(numbers.size),
    "BS": _sum_of(_binary_size),
    "L": _list_size,
    "M": _map_size,
}


def check_nesting(value: Json, depth: int) -> None:
    """Refuse a canonical value at a depth (1 for an attribute's) that goes too deep (E014)."""
    [(kind, content)] = value.items()
    if kind not in ("L", "M") or not content:
        return
    if depth >= MAX_NESTING:
        raise ValidationException(_TOO_DEEP)
    for inner in content if kind == "L" else content.values():
        check_nesting(inner, depth + 1)


def to_python(item: Json) -> Json:
    """Turn the base64 text of B and BS into bytes, in place, at every depth; gives `item` back."""
    for value in item.values():
        _value_to_python(value)
    return item


def _value_to_python(value: Json) -> None:
    [kind] = value
    if kind == "L":
        for element in value["L"]:
            _value_to_python(element)
    elif kind == "M":
        to_python(value["M"])
    elif kind == "B":
        value["B"] = a2b_base64(value["B"])
    elif kind == "BS":
        value["BS"] = [a2b_base64(member) for member in value["BS"]]


def to_json(item: Json) -> bytes:
    """The JSON of a canonical attribute map, for keeping: orjson's own bytes hold 8 KiB each."""
    return bytes(memoryview(orjson.dumps(item)))


# Finds where a B or BS value begins in canonical JSON: if nothing, `to_python` changes nothing. One
# pattern is searched several times as fast as a text for each of the types.
looks_binary = re.compile(rb'\{"BS?":').search
