"""The request that the flags of an operation make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import click
import orjson

from dyntui.cli.api.binding import Binder
from dyntui.cli.api.flags import INPUT_JSON, Flag, operation_flags
from dyntui.cli.api.values import ValueReader
from dyntui.cli.command import given
from dyntui.cli.files import text_of
from engine.client.protocol import Json
from engine.model.service import ServiceModel, model_of


def operation_request(context: click.Context, operation: str, arguments: Mapping[str, Any]) -> Json:
    """The request of the flags' values, which replace what `--cli-input-json` has.

    `arguments` are named as the members are. Raises `UsageError`.
    """
    model = model_of(operation)
    flags = operation_flags(model, operation)
    members = _members(model, flags, arguments)
    if arguments[INPUT_JSON] is not None:
        members = _input_document(arguments[INPUT_JSON]) | members
    else:
        missing = [
            flag.name
            for name, flag in flags.items()
            if flag.member.required and name not in members
        ]
        if missing:
            raise click.UsageError(
                f"the following arguments are required: {', '.join(missing)}", context
            )
    for name, flag in flags.items():
        if flag.member.idempotency_token and name not in members:
            members[name] = str(uuid4())
    raw = given(context, "cli_binary_format") == "raw-in-base64-out"
    return Binder(model, raw=raw).request(model.input_shape(operation), members)


def _members(model: ServiceModel, flags: Mapping[str, Flag], arguments: Mapping[str, Any]) -> Json:
    members: Json = {}
    for name, flag in flags.items():
        value = arguments[name]
        if isinstance(value, bool):
            members[name] = value
        elif value is not None and value != ():
            texts: Sequence[str] = value if flag.is_list else [value]
            members[name] = ValueReader(model, flag.name).read(flag.shape, texts)
    return members


def _input_document(argument: str) -> Json:
    try:
        document = orjson.loads(text_of(argument))
    except orjson.JSONDecodeError as error:
        raise click.UsageError(
            f"Error parsing parameter '--cli-input-json': Invalid JSON: {error}"
        ) from None
    if not isinstance(document, dict):
        raise click.UsageError("--cli-input-json: the request has to be an object, as in {…}")
    return document
