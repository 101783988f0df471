"""What a request is made of, checked against the service model before anything is called.

A client of the API looks at names and types of all members, and puts binary values and times into
the form of the wire; everything else the service refuses, with its own texts.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from dyntui.cli.api.values import FRACTIONS, WHOLE_NUMBERS
from dyntui.core.text.formats import dynamodb_json
from engine.client.protocol import Json
from engine.model.service import ServiceModel, Shape

MAX_DEPTH = 200
"""So deep may a request be nested; an item may be 32 levels deep, with two levels of JSON each."""


class Binder:
    """Checks and converts the members of a request.

    Text for a binary value is base64, or the bytes themselves where it is `raw`.
    """

    def __init__(self, model: ServiceModel, *, raw: bool = False) -> None:
        self._model = model
        self._raw = raw

    def request(self, shape: Shape, members: Any) -> Json:
        """The request of the structure `shape`; raises `UsageError`."""
        if not isinstance(members, dict):
            raise _error("the request", "a structure, as in {…}", members)
        request: Json = self._value(shape, members, "", 0)
        return request

    def _value(self, shape: Shape, value: Any, path: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise click.UsageError(
                f"Parameter validation failed: nested deeper than {MAX_DEPTH} levels"
            )
        match shape.type:
            case "structure":
                return self._structure(shape, value, path, depth)
            case "map":
                _check(path, "a map, as in {…}", value, dict)
                inner = self._model.shape(str(shape.value))
                return {
                    name: self._value(inner, member, f"{path}.{name}", depth + 1)
                    for name, member in value.items()
                }
            case "list":
                _check(path, "a list, as in […]", value, list)
                inner = self._model.shape(str(shape.element))
                return [
                    self._value(inner, member, f"{path}[{place}]", depth + 1)
                    for place, member in enumerate(value)
                ]
            case "blob":
                return self._blob(value, path)
            case "timestamp":
                return _timestamp(value, path)
        wanted, fits = _SCALARS[shape.type]
        if not fits(value):
            raise _error(path, wanted, value)
        return value

    def _structure(self, shape: Shape, value: Any, path: str, depth: int) -> Json:
        _check(path, "a structure, as in {…}", value, dict)
        place = path or "the request"
        missing = [name for name in shape.required if name not in value]
        if missing:
            raise click.UsageError(
                f"Parameter validation failed: {place} lacks {', '.join(missing)}"
            )
        bound = {}
        for name, member in value.items():
            if name not in shape.members:
                raise click.UsageError(
                    f"Parameter validation failed: {place} has no member {name!r}; there are "
                    f"{', '.join(shape.members)}"
                )
            inner = self._model.shape(shape.members[name].shape_name)
            bound[name] = self._value(inner, member, f"{path}.{name}" if path else name, depth + 1)
        return bound

    def _blob(self, value: Any, path: str) -> bytes:
        if isinstance(value, bytes):
            return value
        _check(path, "base64 text", value, str)
        if self._raw:
            return str(value).encode(errors="surrogateescape")
        try:
            return base64.b64decode(value, validate=True)
        except ValueError:
            raise click.UsageError(f"{path}: Invalid base64: {value!r}") from None


def _timestamp(value: Any, path: str) -> float:
    """Seconds since the epoch, of a number or of ISO 8601 text (UTC where it has no offset)."""
    if _is_number(value):
        return float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        pass
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _error(path, "a time, as in 2026-11-23T18:00:00Z", value) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_SCALARS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "string": ("text", lambda value: isinstance(value, str)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    **dict.fromkeys(WHOLE_NUMBERS, ("a whole number", _is_whole_number)),
    **dict.fromkeys(FRACTIONS, ("a number", _is_number)),
}


def _check(path: str, wanted: str, value: Any, kind: type) -> None:
    if not isinstance(value, kind):
        raise _error(path, wanted, value)


def _error(path: str, wanted: str, value: Any) -> click.UsageError:
    shown = dynamodb_json(value, indent=False)
    if len(shown) > 60:
        shown = shown[:60] + "…"
    return click.UsageError(f"Parameter validation failed: {path} has to be {wanted}, not {shown}")
