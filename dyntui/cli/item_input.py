"""Items that a person gives: as an argument, in a file, or on standard input."""

from __future__ import annotations

import base64
import codecs
import sys
from collections.abc import Iterator
from itertools import chain
from typing import Any, BinaryIO

import click
import orjson

from dyntui.cli.files import TEXT_FILE, decode, open_file
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import parse_plain
from engine.client.protocol import Json
from engine.transfer.plain_json import PlainJsonError


def read_items(argument: str, info: TableInfo, *, plain: bool) -> Iterator[Json]:
    """The items of an argument, of `file://PATH`, or of `-`, read as they are asked for.

    Text is one JSON document (an item, or a list of items) or one document a line. An item may
    stand in `{"Item": …}`, as GetItem and exports have it. Raises `UsageError`, with the line.
    """
    for document, source in _read_documents(argument, plain=plain):
        for item in document if isinstance(document, list) else [document]:
            if not isinstance(item, dict):
                raise click.UsageError(
                    f'{source}: an item is an object, such as {{"id": {{"S": "a"}}}}'
                )
            yield _with_binary_keys(item, info) if plain else _unwrapped(item, info)


def _read_documents(argument: str, *, plain: bool) -> Iterator[tuple[Any, str]]:
    """JSON documents, each with where it is."""
    if argument == "-":
        yield from _read_stream(sys.stdin.buffer, "stdin", plain)
    elif argument.startswith(TEXT_FILE):
        with open_file(argument) as stream:
            yield from _read_stream(stream, argument, plain)
    else:
        if _is_a_name(argument):
            raise click.UsageError(
                f'ITEM is JSON, such as {{"id": {{"S": "a"}}}}; a file is given as '
                f"file://{argument}, standard input as -"
            )
        yield _parse(argument, "ITEM", plain), "ITEM"


def _read_stream(stream: BinaryIO, source: str, plain: bool) -> Iterator[tuple[Any, str]]:
    numbered = ((number, line) for number, line in enumerate(stream, 1) if line.strip())
    first = next(numbered, None)
    if first is None:
        raise click.UsageError(f"{source}: there is no item in it")
    if not _is_json(first[1]):
        text = b"\n" * (first[0] - 1) + first[1] + b"".join(line for _, line in numbered)
        yield _parse(decode(text, source), source, plain), source
        return
    for number, line in chain([first], numbered):
        place = f"{source}, line {number}"
        yield _parse(decode(line, place), place, plain), place


def _is_a_name(argument: str) -> bool:
    """Whether an argument is no JSON at all, such as the name of a file."""
    begins = argument.strip()[:1]
    return begins not in ("", "{", "[") and not _is_json(argument.encode())


def _is_json(line: bytes) -> bool:
    """Whether a line is a document by itself, and not the beginning of a longer one."""
    try:
        orjson.loads(line.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError:
        return False
    return True


def _parse(text: str, source: str, plain: bool) -> Any:
    try:
        return parse_plain(text) if plain else orjson.loads(text)
    except (orjson.JSONDecodeError, PlainJsonError) as error:
        raise click.UsageError(f"{source}: not JSON: {error}") from None


def _unwrapped(item: Json, info: TableInfo) -> Json:
    """What is in `{"Item": {…}}`, unless that is an item: it would have the table's key."""
    inner = item.get("Item")
    if len(item) == 1 and isinstance(inner, dict) and info.key_names != ("Item",):
        return inner
    return item


def _with_binary_keys(item: Json, info: TableInfo) -> Json:
    """An item of plain JSON, which has no binary: key attributes of type B are base64 text."""
    for name in info.key_names:
        value = item.get(name)
        if value is not None and info.attribute_types[name] == "B" and "S" in value:
            try:
                binary = base64.b64decode(value["S"], validate=True)
            except ValueError:
                raise click.UsageError(
                    f"{name} is a binary key: give it as base64 text, not {value['S']!r}"
                ) from None
            item = item | {name: {"B": binary}}
    return item
