"""Keys and values typed on the command line, by the types that the schema gives them."""

from __future__ import annotations

from collections.abc import Sequence

import click
import orjson

from dyntui.core.browse.plan import PlanError, key_value
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json


def primary_key(info: TableInfo, texts: Sequence[str]) -> Json:
    """The Key of the values of the primary key, in its order; raises `UsageError`."""
    names = info.key_names
    if len(texts) != len(names):
        wanted = " and ".join(f"{name} ({info.attribute_types[name]})" for name in names)
        raise click.UsageError(f"the key of {info.name} is {wanted}: give {_values(len(names))}")
    try:
        return {name: key_value(info, name, text) for name, text in zip(names, texts, strict=True)}
    except PlanError as error:
        raise click.UsageError(f"{error.message}") from None


def _values(count: int) -> str:
    return "one value" if count == 1 else f"{count} values"


def expression_value(text: str) -> tuple[str, Json]:
    """`:name=value`: a placeholder with its value.

    The value is DynamoDB JSON (`{"SS": ["a"]}`), or plain: a number is N, true and false BOOL,
    null NULL, JSON text in double quotes and everything else S. Raises `UsageError`.
    """
    name, equals, value = text.partition("=")
    if not equals or len(name) < 2 or not name.startswith(":"):
        raise click.UsageError(f"--value {text!r}: write a placeholder and its value, as :v=5")
    return name, _typed(value)


def expression_name(text: str) -> tuple[str, str]:
    """`#name=attribute`: a placeholder with the attribute's name; raises `UsageError`."""
    name, equals, attribute = text.partition("=")
    if not equals or len(name) < 2 or not name.startswith("#"):
        raise click.UsageError(f"--name {text!r}: write a placeholder and a name, as #y=year")
    return name, attribute


def _typed(text: str) -> Json:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {"S": text}
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | float():
            return {"N": text.strip()}
        case dict():
            return value
    raise click.UsageError(f'--value: {text!r} needs a type, as in {{"SS": ["a", "b"]}}')
