"""Answers as the AWS CLI shows them: binary values in base64, times in ISO 8601, and `--query`."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from dyntui.cli.exits import FAILED, Failure
from engine.client.protocol import Json
from engine.model.service import ServiceModel, Shape

Select = Callable[[Any], Any]


def readable(model: ServiceModel, shape: Shape, answer: Json) -> Json:
    """The answer of a shape with text in place of binary values and of times, changed in place.

    Times stand in the local time zone, as the AWS CLI has them.
    """
    for name, member in answer.items():
        if name in shape.members:
            answer[name] = _value(model, model.shape(shape.members[name].shape_name), member)
    return answer


def _value(model: ServiceModel, shape: Shape, value: Any) -> Any:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, dict):
        if shape.type == "structure":
            return readable(model, shape, value)
        inner = model.shape(str(shape.value))
        for name, member in value.items():
            value[name] = _value(model, inner, member)
    elif isinstance(value, list):
        inner = model.shape(str(shape.element))
        for place, member in enumerate(value):
            value[place] = _value(model, inner, member)
    elif shape.type == "timestamp":
        return datetime.fromtimestamp(value, UTC).astimezone().isoformat()
    return value


def selection(expression: str | None) -> Select:
    """What `--query` makes of an answer.

    Raises `UsageError` for what is no expression; what it gives raises `Failure` for an answer that
    the expression cannot be applied to, as then the request has been made.
    """
    if expression is None:
        return lambda answer: answer

    import jmespath
    from jmespath.exceptions import JMESPathError

    try:
        compiled = jmespath.compile(expression)
    except JMESPathError as error:
        raise click.UsageError(f"Bad value for --query {expression}: {_reason(error)}") from None

    def select(answer: Any) -> Any:
        try:
            return compiled.search(answer)
        except JMESPathError as error:
            raise Failure(f"--query {expression}: {_reason(error)}", FAILED) from None

    return select


def _reason(error: Exception) -> str:
    """The first line; the others show the place with blanks, which one line cannot."""
    return str(error).splitlines()[0].rstrip(":")
