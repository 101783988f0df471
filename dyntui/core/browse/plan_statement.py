"""A filled-in query form as a PartiQL statement."""

from __future__ import annotations

import re

from dyntui.core.browse.plan import FILTER_FIELD, PlanError, key_value, make_plan
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.tables.literals import LiteralError, Token, tokens
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Json
from engine.partiql.text import name_text
from engine.partiql.values import literal, quoted_name

NO_BINARY = "PartiQL has no literal for binary values"
_NAME = re.compile(r"#?[A-Za-z_]\w*")
"""A name, or what stands for one, in a projection expression."""
_CONSTANTS = ("true", "false", "null")


def plan_statement(info: TableInfo, fields: QueryFields, as_of: str | None = None) -> str:
    """The statement that reads what the form says; raises PlanError where it cannot be told.

    It reads `as_of` a time as people write it, or else what is there now. A consistent read is no
    part of a statement, but of its request.
    """
    plan = make_plan(info, fields, page_rows=1)
    target = info.index(fields.index) if fields.index else info
    columns = _columns(plan.request.members)
    source = quoted_name(info.name)
    if fields.index:
        source += f".{quoted_name(fields.index)}"
    text = f"SELECT {columns}\nFROM {source}"
    if as_of is not None:
        text += f" AS OF '{as_of}'"
    keys = [name for name in (*target.partition_keys, *target.sort_keys) if name in fields.keys]
    terms = [_term(info, name, fields.keys[name]) for name in keys if fields.keys[name].given]
    if fields.filter.strip():
        written = _written(fields.filter, FILTER_FIELD)
        terms.append(f"({written})" if terms else written)
    if terms:
        text += "\nWHERE " + "\n  AND ".join(terms)
    if plan.operation == "Query" and fields.descending and target.sort_keys:
        text += "\nORDER BY " + ", ".join(f"{name_text(name)} DESC" for name in target.sort_keys)
    return text


def _columns(members: Json) -> str:
    """What the request reads of each item: with a projection the key, too."""
    names = members.get("ExpressionAttributeNames", {})
    paths = members.get("ProjectionExpression", "*")
    return _NAME.sub(lambda found: name_text(names.get(found[0], found[0])), paths)


def _term(info: TableInfo, name: str, term: KeyTerm) -> str:
    path, value = name_text(name), _literal(info, name, term.text)
    if term.operator == "between":
        return f"{path} BETWEEN {value} AND {_literal(info, name, term.upper)}"
    if term.operator == "begins with":
        return f"begins_with({path}, {value})"
    return f"{path} {term.operator} {value}"


def _literal(info: TableInfo, name: str, text: str) -> str:
    try:
        return literal(key_value(info, name, text))
    except ValueError as error:
        if isinstance(error, PlanError):
            raise
        raise PlanError(NO_BINARY, name) from None


def _written(text: str, field: str) -> str:
    """An expression of the form in PartiQL's words: names are quoted where they must be."""
    try:
        pieces = tokens(text.strip())
    except LiteralError as error:
        raise PlanError(error.message, field) from None
    if any(piece.kind == "binary" for piece in pieces):
        raise PlanError(NO_BINARY, field)
    return "".join(_piece(pieces, place) for place in range(len(pieces)))


def _piece(pieces: list[Token], place: int) -> str:
    piece = pieces[place]
    if piece.kind != "word":
        return piece.text
    after = next((one.text for one in pieces[place + 1 :] if one.kind != "space"), "")
    before = next((one.text for one in reversed(pieces[:place]) if one.kind != "space"), "")
    known = piece.text.upper() in ("AND", "OR", "NOT", "BETWEEN", "IN")
    if before != "." and (known or after == "(" or piece.text.lower() in _CONSTANTS):
        return piece.text
    return name_text(piece.text)
