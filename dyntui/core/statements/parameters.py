"""Parameters of statements: how their values are written, and `:name` in place of `?`.

    12  -3.5  'text'  true  NULL  [1, 'a']  {'a': 1}  <<1, 2>>     literals of PartiQL
    b'3q2+7w=='                                                    binary, as base64 text
    {"N": "12"}                                                    DynamoDB JSON
    anything else                                                  is text as it stands

Names are not PartiQL's: `WHERE customer = :who` is sent as `WHERE customer = ?`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson

from dyntui.core.statements.script import SILENT
from dyntui.core.text.item_text import ItemTextError, parse_item
from engine.errors import ApiError
from engine.model.values import normalise_value
from engine.partiql.conditions import ConditionParser
from engine.partiql.faults import StatementError
from engine.partiql.lexer import Token, tokens
from engine.partiql.values import canonical

Json = dict[str, Any]

_BINARY = re.compile(r"[bB]'([^']*)'")
# For the most part there are none, which need not cost reading all tokens.
_MAY_HAVE_PARAMETERS = re.compile(r"\?|:[A-Za-z_$]")
_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"})


class InputError(ValueError):
    """Something that is written around statements and cannot be; the message is one line."""


class ParameterError(InputError):
    """A value that is none, or a parameter without a value."""


def read_value(text: str) -> Json:
    """The attribute value that a text says; raises `ParameterError`."""
    text = text.strip()
    binary = _BINARY.fullmatch(text)
    if binary is not None:
        try:
            return {"B": base64.b64decode(binary[1], validate=True)}
        except ValueError:
            raise ParameterError(f"{text}: b'…' holds base64 text") from None
    if _is_dynamodb_json(text):
        try:
            value: Json = parse_item(f'{{"value": {text}}}')["value"]
            normalise_value(value)
        except (ItemTextError, ApiError) as error:
            raise ParameterError(f"{text}: {error}") from None
        return value
    try:
        return _literal(text)
    except StatementError:
        return {"S": text}
    except ApiError as error:
        raise ParameterError(f"{text}: {error.message}") from None


def _is_dynamodb_json(text: str) -> bool:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(value, dict) and len(value) == 1 and not _TYPES.isdisjoint(value)


def _literal(text: str) -> Json:
    parser = ConditionParser(text)
    value = parser.literal()
    if parser.token.kind != "end" or parser.parameter_count:
        raise StatementError("more than a literal", parser.token.start)
    return canonical(value)


def with_parameters(
    text: str, named: Mapping[str, Json], positional: Iterator[Json]
) -> tuple[str, list[Json]]:
    """A statement with a `?` for each `:name`, and its parameters in their order.

    A `?` that is written takes the next value of `positional`; where there is none, the service
    refuses the statement. Raises `ParameterError` for a name without a value.
    """
    if not _MAY_HAVE_PARAMETERS.search(text):
        return text, []
    parameters: list[Json] = []
    for name in _parameter_names(text):
        if name == "?":
            parameters.extend(islice(positional, 1))
        elif name in named:
            parameters.append(named[name])
        else:
            raise ParameterError(f"the parameter :{name} has no value")
    return question_marks(text), parameters


def question_marks(text: str) -> str:
    """A statement with a `?` for each `:name`; everything else stays at its offset."""
    found = list(tokens(text))
    parts = [token.text for token in found]
    for place in range(len(found)):
        if starts_named(found, place):
            parts[place] = "?" + " " * len(parts[place + 1])
            parts[place + 1] = ""
    return "".join(parts)


def _parameter_names(text: str) -> Iterator[str]:
    """The names of the parameters in their order; `?` of those that have none."""
    found = list(tokens(text))
    for place, token in enumerate(found):
        if token.kind == "parameter":
            yield "?"
        elif starts_named(found, place):
            yield found[place + 1].text


def starts_named(found: Sequence[Token], place: int) -> bool:
    """Whether `:name` begins at a place among all tokens of a text.

    The colon of a tuple's member follows a string, a parameter's colon never does.
    """
    if found[place].kind != "symbol" or found[place].text != ":":
        return False
    if place + 1 >= len(found) or found[place + 1].kind not in ("name", "keyword"):
        return False
    before = next((t for t in reversed(found[:place]) if t.kind not in SILENT), None)
    return before is None or before.kind not in ("string", "quoted")
