"""Literals: how values are written in statements, and how values are put into text."""

from __future__ import annotations

from collections.abc import Sequence

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.model.values import normalise_value
from engine.partiql.ast import BAG, PARAMETER

_SET_TYPES = {"S": "SS", "N": "NS", "B": "BS"}


def has_parameters(value: Json) -> bool:
    """Whether a literal waits for parameters."""
    ((kind, content),) = value.items()
    if kind in (PARAMETER, BAG):
        return True
    if kind == "L":
        return any(map(has_parameters, content))
    return kind == "M" and any(map(has_parameters, content.values()))


def bag(members: Sequence[Json]) -> Json:
    """A set literal; one with parameters is resolved when they are there."""
    if not members:
        raise ValidationException("Empty bags are not supported")
    if any(map(has_parameters, members)):
        return {BAG: list(members)}
    return _set_of(members)


def _set_of(members: Sequence[Json]) -> Json:
    kinds = {next(iter(member)) for member in members}
    kind = kinds.pop()
    if kinds or kind not in _SET_TYPES:
        raise ValidationException(
            "Statement wasn't well formed, can't be processed: Unsupported members of a bag"
        )
    return {_SET_TYPES[kind]: [member[kind] for member in members]}


def fill(value: Json, parameters: Sequence[Json]) -> Json:
    """The literal with its parameters in place."""
    ((kind, content),) = value.items()
    if kind == PARAMETER:
        return parameters[content]
    if kind == BAG:
        return _set_of([fill(member, parameters) for member in content])
    if kind == "L":
        return {"L": [fill(element, parameters) for element in content]}
    if kind == "M":
        return {"M": {name: fill(member, parameters) for name, member in content.items()}}
    return value


def canonical(value: Json, where: str = "") -> Json:
    """The canonical form of a literal without parameters; `where` ends the text of a refusal."""
    if not where:
        return normalise_value(value)[0]
    ((kind, content),) = value.items()
    if kind == "L":
        return {"L": [canonical(v, f"{where}[{i}]") for i, v in enumerate(content)]}
    if kind == "M":
        return {"M": {name: canonical(v, f"{where}.{name}") for name, v in content.items()}}
    try:
        return normalise_value(value)[0]
    except ValidationException as error:
        if kind != "N":
            raise
        raise ValidationException(f"{error.message} under {where}") from error


def quoted_name(name: str) -> str:
    """A name as it is written in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """A text as it is written in single quotes."""
    return "'" + text.replace("'", "''") + "'"


def literal(value: Json) -> str:
    """A value as text; raises `ValueError` for binary values, for which there is no literal."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return quoted_text(content)
        case "N":
            return str(content)
        case "BOOL":
            return "true" if content else "false"
        case "NULL":
            return "NULL"
        case "SS":
            return f"<<{', '.join(map(quoted_text, content))}>>"
        case "NS":
            return f"<<{', '.join(content)}>>"
        case "L":
            return f"[{', '.join(map(literal, content))}]"
        case "M":
            members = (f"{quoted_text(name)}: {literal(v)}" for name, v in content.items())
            return f"{{{', '.join(members)}}}"
        case _ if kind == PARAMETER:
            return "?"
        case _ if kind == BAG:
            return f"<<{', '.join(map(literal, content))}>>"
    raise ValueError(f"a value of type {kind} cannot be written into a statement")
