"""The models of DynamoDB and of its streams: operations, shapes of requests and answers.

A model is the JSON file that botocore carries, about 15 ms to read and parse; it is read at the
first use. Documentation texts are the model's, in HTML. botocore itself is never imported, since
that alone costs more than a local call may.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import UnknownOperationException

DYNAMODB = "dynamodb"
STREAMS = "dynamodbstreams"
"""How botocore and the AWS CLI name the two services."""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a structure; `idempotency_token`: clients fill it in when it is left out."""

    name: str
    shape_name: str
    required: bool
    idempotency_token: bool
    documentation: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A type of the model.

    `type` is structure, list, map, string, integer, long, double, boolean, timestamp or blob.
    `members` belong to a structure, in the model's order. `element` is the shape of a list's
    elements; `key` and `value` are those of a map. `minimum` and `maximum` limit a number's value,
    or the length of a string, list or map. `pattern` is a Java regular expression for all of a
    string.
    """

    name: str
    type: str
    members: Mapping[str, Member]
    element: str | None
    key: str | None
    value: str | None
    enum: tuple[str, ...]
    minimum: int | None
    maximum: int | None
    pattern: str | None
    documentation: str

    @property
    def required(self) -> tuple[str, ...]:
        """The names of a structure's required members."""
        return tuple(member.name for member in self.members.values() if member.required)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation: the shapes of its request and its answer, the names of its own errors."""

    name: str
    input: str
    output: str | None
    errors: tuple[str, ...]
    documentation: str


class ServiceModel:
    """Operations and shapes by name; `document` is botocore's JSON."""

    def __init__(self, document: Json) -> None:
        self._operations: Json = document["operations"]
        self._shapes: Json = document["shapes"]
        self.api_version: str = document["metadata"]["apiVersion"]
        self.target_prefix: str = document["metadata"]["targetPrefix"]
        self._built: dict[str, Shape] = {}

    @cached_property
    def operations(self) -> tuple[str, ...]:
        """The names of all operations, in alphabetical order."""
        return tuple(sorted(self._operations))

    def operation(self, name: str) -> Operation:
        """Raises UnknownOperationException."""
        entry = self._operations.get(name)
        if entry is None:
            raise UnknownOperationException(f"Unknown operation: {name}")
        return Operation(
            name=name,
            input=entry["input"]["shape"],
            output=entry["output"]["shape"] if "output" in entry else None,
            errors=tuple(error["shape"] for error in entry.get("errors", ())),
            documentation=entry.get("documentation", ""),
        )

    def input_shape(self, operation: str) -> Shape:
        """The structure of an operation's request; raises UnknownOperationException."""
        return self.shape(self.operation(operation).input)

    def shape(self, name: str) -> Shape:
        """The shape of that name, which must exist in the model."""
        shape = self._built.get(name)
        if shape is None:
            shape = self._built[name] = _shape(name, self._shapes[name])
        return shape


def _shape(name: str, entry: Json) -> Shape:
    required = frozenset(entry.get("required", ()))
    return Shape(
        name=name,
        type=entry["type"],
        members={
            member: _member(member, reference, required=member in required)
            for member, reference in entry.get("members", {}).items()
        },
        element=_reference(entry, "member"),
        key=_reference(entry, "key"),
        value=_reference(entry, "value"),
        enum=tuple(entry.get("enum", ())),
        minimum=entry.get("min"),
        maximum=entry.get("max"),
        pattern=entry.get("pattern"),
        documentation=entry.get("documentation", ""),
    )


def _member(name: str, reference: Json, *, required: bool) -> Member:
    return Member(
        name=name,
        shape_name=reference["shape"],
        required=required,
        idempotency_token=bool(reference.get("idempotencyToken")),
        documentation=reference.get("documentation", ""),
    )


def _reference(entry: Json, key: str) -> str | None:
    return entry[key]["shape"] if key in entry else None


@cache
def service_model(service: str = DYNAMODB) -> ServiceModel:
    """A service's model, read once."""
    return ServiceModel(model_document("service-2.json.gz", service))


STREAM_OPERATIONS = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
"""The operations of streams; all others are DynamoDB's own."""


def model_of(operation: str) -> ServiceModel:
    """The model of the service that an operation belongs to."""
    return service_model(STREAMS if operation in STREAM_OPERATIONS else DYNAMODB)


def model_document(name: str, service: str = DYNAMODB) -> Any:
    """One of the JSON files that botocore carries for a service, such as `paginators-1.json`."""
    spec = find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("botocore, which carries DynamoDB's service model, is missing")
    folder = Path(spec.submodule_search_locations[0], "data", service, "2012-08-10")
    content = (folder / name).read_bytes()
    return orjson.loads(gzip.decompress(content) if name.endswith(".gz") else content)
