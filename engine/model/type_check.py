"""The exact check of a request's JSON types, which names the first wrong one.

The service meets a wrong type while it reads the request, so the first one in the order of the
request is the one that it reports (E020 to E028). Members that the model does not know are passed
over, and a null counts as absent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from engine.errors import SerializationException
from engine.model import json_types
from engine.model.service import ServiceModel, Shape

# Attribute values are the only shape that holds itself. What lies deeper than any value may
# nest is refused for its depth, so its types are of no interest.
_MAX_DEPTH = 100


def check_value_types(
    model: ServiceModel, shape: Shape, value: Any, *, nested: bool = False, depth: int = 0
) -> None:
    """Raise SerializationException for the first value of a wrong type.

    `nested`: the value is an element of a list or a value of a map, not a member of a structure.
    """
    if value is None or depth > _MAX_DEPTH:
        return
    match shape.type:
        case "structure":
            _check_structure(model, shape, value, nested, depth)
        case "list":
            _check_list(model, shape, value, nested, depth)
        case "map":
            _check_map(model, shape, value, nested, depth)
        case "blob":
            json_types.base64_text(value)
        case scalar:
            java_type, is_right = _SCALARS[scalar]
            if not is_right(value):
                raise json_types.wrong_scalar(value, java_type)


def _check_structure(
    model: ServiceModel, shape: Shape, value: Any, nested: bool, depth: int
) -> None:
    if not isinstance(value, dict):
        raise json_types.wrong_structure(value, shape.name, nested=nested)
    for name, content in value.items():
        member = shape.members.get(name)
        if member is not None:
            check_value_types(model, model.shape(member.shape_name), content, depth=depth + 1)


def _check_list(model: ServiceModel, shape: Shape, value: Any, nested: bool, depth: int) -> None:
    if not isinstance(value, list):
        raise json_types.wrong_list(value, nested=nested)
    element_shape = model.shape(str(shape.element))
    for element in value:
        check_value_types(model, element_shape, element, nested=True, depth=depth + 1)


def _check_map(model: ServiceModel, shape: Shape, value: Any, nested: bool, depth: int) -> None:
    value_shape = model.shape(str(shape.value))
    if not isinstance(value, dict):
        raise json_types.wrong_map(value, _java_class(value_shape), nested=nested)
    if not json_types.are_texts(value):
        raise SerializationException(json_types.UNEXPECTED_TOKEN)
    for content in value.values():
        check_value_types(model, value_shape, content, nested=True, depth=depth + 1)


def _java_class(shape: Shape) -> str:
    if shape.type == "string":
        return "java.lang.String"
    if shape.type == "list":
        return f"java.util.List<{json_types.class_name(str(shape.element))}>"
    return json_types.class_name(shape.name)


_SCALARS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("String", json_types.is_text),
    "integer": ("Integer", lambda value: json_types.is_whole_number(value, json_types.INT32)),
    "long": ("Long", lambda value: json_types.is_whole_number(value, json_types.INT64)),
    "double": ("Double", json_types.is_number),
    "boolean": ("Boolean", lambda value: isinstance(value, bool)),
    "timestamp": (
        "Date",
        lambda value: isinstance(value, datetime) or json_types.is_number(value),
    ),
}
