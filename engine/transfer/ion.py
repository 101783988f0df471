"""Ion: a line `$ion_1_0 {Item: {…}}` an item, as the service's exports are written.

Numbers are decimals with all their digits, binary values blobs, sets lists with the annotations
`$dynamodb_SS`, `$dynamodb_NS` and `$dynamodb_BS`. Text is written here, straight from what is
stored, and read, as binary Ion is too, by amazon.ion.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, BinaryIO

import orjson

from engine.client.protocol import Json
from engine.transfer.records import Record, lines_of, too_long
from engine.transfer.streams import looked_into

_BINARY_MARK = b"\xe0\x01\x00\xea"
_VERSION = "$ion_1_0 "
_SETS = {"$dynamodb_SS": "SS", "$dynamodb_NS": "NS", "$dynamodb_BS": "BS"}
_is_symbol = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII).fullmatch
# Names that Ion would read as something else, and symbols by number, which `$` and digits are.
_WORDS = frozenset({"null", "true", "false", "nan"})
_by_number = re.compile(r"\$[0-9]+|\$ion(_.*)?").fullmatch


# Writing.


def line(raw: bytes) -> bytes:
    """The line of an item as it is stored."""
    return f"{_VERSION}{{Item:{text_of(orjson.loads(raw))}}}\n".encode()


def text_of(item: Json) -> str:
    """The struct of an item, on one line; binary values may be base64 text or bytes."""
    members = ",".join(f"{_name(name)}:{_value(value)}" for name, value in item.items())
    return f"{{{members}}}"


def _value(value: Json) -> str:
    [(kind, content)] = value.items()
    return _WRITERS[kind](content)


def _string(text: str) -> str:
    # JSON's escapes are Ion's too; of surrogates, which are not, there are none.
    return orjson.dumps(text).decode()


def _name(name: str) -> str:
    if _is_symbol(name) and name not in _WORDS and not _by_number(name):
        return name
    quoted = _string(name)[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{quoted}'"


def number_text(text: str) -> str:
    """A canonical number as an Ion decimal: `103.`, `0.5`, and `6d2` for 600."""
    if "." in text:
        return text
    digits = text.rstrip("0")
    zeros = len(text) - len(digits)
    return f"{digits}d{zeros}" if zeros and digits not in ("", "-") else f"{text}."


def _blob(content: str | bytes) -> str:
    text = content if isinstance(content, str) else base64.b64encode(content).decode()
    return f"{{{{{text}}}}}"


def _set_of(kind: str, write: Callable[[Any], str]) -> Callable[[list[Any]], str]:
    return lambda members: f"$dynamodb_{kind}::[{','.join(map(write, members))}]"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "S": _string,
    "N": number_text,
    "B": _blob,
    "BOOL": lambda content: "true" if content else "false",
    "NULL": lambda _: "null",
    "SS": _set_of("SS", _string),
    "NS": _set_of("NS", number_text),
    "BS": _set_of("BS", _blob),
    "L": lambda elements: f"[{','.join(map(_value, elements))}]",
    "M": text_of,
}


# Reading.


def read(stream: BinaryIO) -> Iterator[Record]:
    """The items of a file of Ion, text or binary.

    Text is read line by line, so that a bad line costs itself only; of binary Ion all that follows
    the first damage is lost. The `line` of binary Ion is the number of the value.
    """
    head, joined = looked_into(stream, len(_BINARY_MARK))
    if head == _BINARY_MARK:
        yield from _read_binary(joined)
        return
    for number, text, whole in lines_of(joined):
        yield _text_record(number, text) if whole else too_long(number, text)


def _text_record(number: int, text: bytes) -> Record:
    value, fault = parsed_line(number, text)
    return _record(number, value, text) if fault is None else fault


def parsed_line(number: int, text: bytes) -> tuple[Any, Record | None]:
    """The one value of a line of text, or the record that says what is wrong with it."""
    from amazon.ion.exceptions import IonException
    from amazon.ion.simpleion import loads

    try:
        values = loads(text.decode(), single_value=False)
    except UnicodeDecodeError:
        return None, Record.rejected(number, "not UTF-8", text)
    except (IonException, ValueError, ArithmeticError, RecursionError) as error:
        return None, Record.rejected(number, f"not Ion: {_first_line(error)}", text)
    if len(values) != 1:
        return None, Record.rejected(number, "a line holds one value of Ion, {Item: {…}}", text)
    return values[0], None


def _read_binary(stream: BinaryIO) -> Iterator[Record]:
    from amazon.ion.exceptions import IonException
    from amazon.ion.simpleion import load

    number = 0
    try:
        for value in load(stream, single_value=False, parse_eagerly=False):
            number += 1
            yield _record(number, value, b"")
    except (IonException, ValueError, ArithmeticError, RecursionError) as error:
        yield Record.rejected(number + 1, f"not Ion: {_first_line(error)}", b"")


def _record(number: int, value: Any, text: bytes) -> Record:
    inner = value.get("Item") if isinstance(value, Mapping) else None
    if not isinstance(inner, Mapping):
        return Record.rejected(number, "the value is no {Item: {…}}", text)
    try:
        return Record(number, {name: from_ion(member) for name, member in inner.items()})
    except ValueError as error:
        return Record.rejected(number, str(error), text)


def from_ion(value: Any) -> Json:
    """An attribute value of a value of Ion; raises `ValueError` for types that DynamoDB lacks."""
    read = _readers().get(type(value))
    if read is None:
        kind = getattr(value, "ion_type", None)
        raise ValueError(f"Ion's {kind.name.lower() if kind else 'value'} is no type of DynamoDB")
    return read(value)


@cache
def _readers() -> dict[type, Callable[[Any], Json]]:
    """What reads a value, by the class that amazon.ion gives it."""
    from amazon.ion import simple_types as types

    return {
        types.IonPyText: lambda value: {"S": str(value)},
        str: lambda value: {"S": value},
        types.IonPyDecimal: lambda value: {"N": format(value, "f")},
        types.IonPyInt: lambda value: {"N": str(int(value))},
        int: lambda value: {"N": str(value)},
        types.IonPyBool: lambda value: {"BOOL": bool(value)},
        bool: lambda value: {"BOOL": value},
        types.IonPyBytes: lambda value: {"B": base64.b64encode(value).decode()},
        bytes: lambda value: {"B": base64.b64encode(value).decode()},
        types.IonPyNull: lambda _: {"NULL": True},
        type(None): lambda _: {"NULL": True},
        types.IonPyList: _list,
        list: _list,
        types.IonPyDict: _map,
        dict: _map,
    }


def _map(value: Any) -> Json:
    return {"M": {name: from_ion(member) for name, member in value.items()}}


def _list(value: Any) -> Json:
    for annotation in getattr(value, "ion_annotations", ()):
        kind = _SETS.get(annotation.text)
        if kind is not None:
            return {kind: [next(iter(from_ion(member).values())) for member in value]}
    return {"L": [from_ion(element) for element in value]}


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["malformed"])[0]
