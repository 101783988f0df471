"""One request, written in the ways in which it can be used elsewhere.

JSON is the API's own body (with the operation's name), AWS CLI a shell command, boto3 a Python
snippet with the low-level client. Binary values are base64 text in the first two and bytes in the
third.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Any

from dyntui.core.text.fitted_json import LINE_LENGTH, fitted_json, flat_json

Json = dict[str, Any]

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Request:
    """An operation by its API name and the members of its request."""

    operation: str
    members: Json


def as_json(request: Request, width: int = LINE_LENGTH) -> str:
    """The request's body, laid out for reading in `width` cells; binary values are base64 text."""
    return fitted_json(request.members, width=width)


def as_aws_cli(request: Request, region: str) -> str:
    """The AWS CLI's command, one flag a line."""
    lines = [f"aws dynamodb {kebab(request.operation)}"]
    lines += [_flag(name, value) for name, value in request.members.items()]
    lines.append(f"--region {shlex.quote(region)}")
    return " \\\n  ".join(lines)


def as_boto3(request: Request, region: str) -> str:
    """A Python snippet with boto3's low-level client."""
    arguments = "".join(
        f"    {name}={_python(value, 4)},\n" for name, value in request.members.items()
    )
    call = f"(\n{arguments})" if arguments else "()"
    return (
        "import boto3\n\n"
        f"client = boto3.client({_text('dynamodb')}, region_name={_text(region)})\n"
        f"response = client.{kebab(request.operation).replace('-', '_')}{call}\n"
    )


def kebab(name: str) -> str:
    """The AWS CLI's spelling of an operation's or a member's name: TableName is table-name."""
    return _WORD_STARTS.sub("-", name).lower()


def _flag(name: str, value: Any) -> str:
    flag = "--" + kebab(name)
    if isinstance(value, bool):
        return flag if value else "--no-" + kebab(name)
    if isinstance(value, int | float):
        return f"{flag} {value}"
    if isinstance(value, str):
        return f"{flag} {shlex.quote(value)}"
    return f"{flag} {shlex.quote(flat_json(value))}"


def _python(value: Any, indent: int) -> str:
    """The value as Python source, on one line where it fits, else one member a line."""
    flat = _python_flat(value)
    if len(flat) + indent <= LINE_LENGTH or not isinstance(value, dict | list | tuple):
        return flat
    inner = " " * (indent + 4)
    if isinstance(value, dict):
        lines = [
            f"{inner}{_text(name)}: {_python(member, indent + 4)},\n"
            for name, member in value.items()
        ]
        return "{\n" + "".join(lines) + " " * indent + "}"
    lines = [f"{inner}{_python(member, indent + 4)},\n" for member in value]
    return "[\n" + "".join(lines) + " " * indent + "]"


def _python_flat(value: Any) -> str:
    if isinstance(value, dict):
        members = (f"{_text(name)}: {_python_flat(member)}" for name, member in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_python_flat(member) for member in value) + "]"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    """A Python text literal in double quotes."""
    return (
        '"' + repr("'" + value)[2:-1].replace('"', '\\"') + '"' if '"' not in value else repr(value)
    )
