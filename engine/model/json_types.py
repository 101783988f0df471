"""What the service says when a member of a request has the wrong JSON type.

The service reads a request into Java objects before it looks at any rule; a token that does not
fit its field ends in a SerializationException whose text names the token and the Java type
(E020 to E028). Both walks over requests, that of the service's shapes and that of attribute
values, take their texts here.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Iterable
from math import isfinite
from typing import Any

from engine.errors import SerializationException

_NAMESPACE = "com.amazonaws.dynamodb.v20120810"

UNEXPECTED_STRUCTURE = "Start of structure or map found where not expected"
UNEXPECTED_FIELD = "Unexpected field type"
UNEXPECTED_VALUE = "Unexpected value type in payload"
UNEXPECTED_TOKEN = "Unexpected token received from parser"
_NOT_BASE64 = "only base-64-encoded strings are convertible to bytes"
_BASE64_LENGTH = "Base64 encoded length is expected a multiple of 4 bytes but found: {}"
_BASE64_CHARACTER = "Invalid last non-pad Base64 character dectected"
# What the service answers to a scalar where a list of lists, or of maps, has its inner collection.
_PARAMETERISED = (
    "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class "
    "java.lang.Class (sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl and "
    "java.lang.Class are in module java.base of loader 'bootstrap')"
)

INT32 = (-(2**31), 2**31 - 1)
INT64 = (-(2**63), 2**63 - 1)


def is_text(value: Any) -> bool:
    """A string, without the lone surrogates that Python can hold and UTF-8 cannot."""
    return isinstance(value, str) and (value.isascii() or _encodable(value))


def are_texts(values: Iterable[Any]) -> bool:
    """Whether every one is a text, at the price of one check for all."""
    try:
        joined = "".join(values)
    except TypeError:
        return False
    return joined.isascii() or _encodable(joined)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_whole_number(value: Any, bounds: tuple[int, int]) -> bool:
    """A whole number within the bounds; a Boolean is none."""
    return (
        isinstance(value, int) and not isinstance(value, bool) and bounds[0] <= value <= bounds[1]
    )


def is_number(value: Any) -> bool:
    """A number that Java's Long or Double holds; a Boolean is none."""
    if isinstance(value, float):
        return isfinite(value)
    return is_whole_number(value, INT64)


def token(value: Any) -> str:
    """The parser's name for a scalar of JSON, or for a Python value that JSON has no type for."""
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    if isinstance(value, int):
        return "NUMBER_VALUE"
    if isinstance(value, float):
        return "DECIMAL_VALUE"
    if isinstance(value, str):
        return "STRING_VALUE"
    return "NULL_VALUE" if value is None else "EMBEDDED_OBJECT"


def class_name(shape_name: str) -> str:
    """The Java class of a shape of the service's model."""
    return f"{_NAMESPACE}.{shape_name}"


def wrong_scalar(value: Any, java_type: str) -> SerializationException:
    """For `value` where a String, Boolean, Integer, Long, Double or Date belongs.

    A string in the place of a String is one that cannot be encoded.
    """
    if isinstance(value, dict):
        return SerializationException(UNEXPECTED_STRUCTURE)
    if isinstance(value, list):
        return SerializationException(
            f"Unrecognized collection type class java.{_package(java_type)}.{java_type}"
        )
    if isinstance(value, str) and java_type in ("Boolean", "String"):
        return SerializationException(UNEXPECTED_TOKEN)
    return SerializationException(f"{token(value)} cannot be converted to {java_type}")


def _package(java_type: str) -> str:
    return "util" if java_type == "Date" else "lang"


def wrong_list(value: Any, *, nested: bool = False) -> SerializationException:
    """For `value` where a list belongs; `nested`: inside another list or map."""
    if isinstance(value, dict):
        return SerializationException(UNEXPECTED_STRUCTURE)
    return SerializationException(_PARAMETERISED if nested else UNEXPECTED_FIELD)


def wrong_map(value: Any, values_class: str, *, nested: bool = False) -> SerializationException:
    """For `value` where a map belongs, whose values are of the Java type `values_class`."""
    if isinstance(value, list):
        return SerializationException(
            f"Unrecognized collection type java.util.Map<java.lang.String, {values_class}>"
        )
    return SerializationException(_PARAMETERISED if nested else UNEXPECTED_FIELD)


def wrong_structure(value: Any, name: str, *, nested: bool = False) -> SerializationException:
    """For `value` where the structure `name` belongs; `nested`: inside a list or map."""
    if isinstance(value, list):
        return SerializationException(f"Unrecognized collection type class {class_name(name)}")
    return SerializationException(UNEXPECTED_VALUE if nested else UNEXPECTED_FIELD)


def base64_text(value: Any) -> str:
    """The base64 text of a blob: encoded if it is bytes, checked if it is text already.

    Raises SerializationException (E025 to E028).
    """
    if isinstance(value, str):
        try:
            if b2a_base64(a2b_base64(value), newline=False) == value.encode():
                return value
        except ValueError:
            pass
        if len(value) % 4:
            raise SerializationException(_BASE64_LENGTH.format(len(value)))
        raise SerializationException(_BASE64_CHARACTER)
    if isinstance(value, bytes | bytearray | memoryview):
        return b2a_base64(bytes(value), newline=False).decode()
    if isinstance(value, dict):
        raise SerializationException(UNEXPECTED_STRUCTURE)
    if isinstance(value, list):
        raise SerializationException("Unrecognized collection type class java.nio.ByteBuffer")
    raise SerializationException(_NOT_BASE64)
