"""Whether what a remote answers is an answer of DynamoDB: members that are there, of their types.

Servers, and proxies before them, answer with all kinds of JSON. Every face relies on an answer's
form, so it is looked at once, where it comes in. Shapes are those of botocore's model, which is
what reads the answer next and takes its form for granted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from engine.client.protocol import Json

Fault = Callable[[Any], str | None]
"""Says which member of a value is not what it must be, "" for the value itself; None: all are."""

_ATTRIBUTE_VALUE = "AttributeValue"
# Closed sets, that tell how a table's keys are read; other words may be newer than the model.
_CLOSED = frozenset({"KeyType", "ScalarAttributeType"})
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}", re.ASCII)
# What a value may nest in DynamoDB is 32 levels; what is read recursively must end.
_DEPTH_MAX = 100

# A table without a key would have no items.
_FILLED = frozenset({"KeySchema"})

_checks: dict[str, Fault] = {}

_DESCRIPTION = ("TableDescription",)
_COUNTS = ("Count", "ScannedCount")
# What the service gives in every answer, though its model requires nothing. A member inside of
# another is needed where that is there, and in each element of a list.
_NEEDED: dict[str, tuple[str, ...]] = {
    "BatchExecuteStatement": ("Responses",),
    "BatchGetItem": ("Responses",),
    "CreateBackup": ("BackupDetails", "BackupDetails.BackupArn"),
    "CreateTable": _DESCRIPTION,
    "DeleteBackup": ("BackupDescription",),
    "DeleteTable": _DESCRIPTION,
    "DescribeBackup": (
        "BackupDescription",
        "BackupDescription.BackupDetails",
        "BackupDescription.BackupDetails.BackupStatus",
    ),
    "DescribeContinuousBackups": ("ContinuousBackupsDescription",),
    "DescribeExport": ("ExportDescription",),
    "DescribeImport": ("ImportTableDescription",),
    "DescribeStream": (
        "StreamDescription",
        "StreamDescription.StreamArn",
        "StreamDescription.StreamStatus",
        "StreamDescription.Shards",
        "StreamDescription.Shards.ShardId",
    ),
    "DescribeTable": (
        "Table",
        "Table.TableName",
        "Table.TableStatus",
        "Table.TableArn",
        "Table.CreationDateTime",
        "Table.KeySchema",
        "Table.AttributeDefinitions",
        "Table.GlobalSecondaryIndexes.IndexName",
        "Table.GlobalSecondaryIndexes.KeySchema",
        "Table.GlobalSecondaryIndexes.Projection",
        "Table.GlobalSecondaryIndexes.Projection.ProjectionType",
        "Table.LocalSecondaryIndexes.IndexName",
        "Table.LocalSecondaryIndexes.KeySchema",
        "Table.LocalSecondaryIndexes.Projection",
        "Table.LocalSecondaryIndexes.Projection.ProjectionType",
    ),
    "DescribeTimeToLive": ("TimeToLiveDescription", "TimeToLiveDescription.TimeToLiveStatus"),
    "ExportTableToPointInTime": ("ExportDescription", "ExportDescription.ExportArn"),
    "GetRecords": ("Records",),
    "GetShardIterator": ("ShardIterator",),
    "ImportTable": ("ImportTableDescription", "ImportTableDescription.ImportArn"),
    "ListBackups": ("BackupSummaries",),
    "ListExports": ("ExportSummaries",),
    "ListImports": ("ImportSummaryList",),
    "ListStreams": ("Streams", "Streams.StreamArn"),
    "ListTables": ("TableNames",),
    "Query": _COUNTS,
    "RestoreTableFromBackup": _DESCRIPTION,
    "RestoreTableToPointInTime": _DESCRIPTION,
    "Scan": _COUNTS,
    "TransactGetItems": ("Responses",),
    "UpdateContinuousBackups": ("ContinuousBackupsDescription",),
    "UpdateTable": _DESCRIPTION,
    "UpdateTimeToLive": ("TimeToLiveSpecification",),
}
_INDEXES = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
# What reads answers with all items, or with their number only.
_ITEM_READS = frozenset({"Query", "Scan"})


def answer_fault(operation: Any, answer: Any) -> str | None:
    """What is not right with an answer, in a few words; None where it has its form.

    `operation` is botocore's model of the operation.
    """
    shape = operation.output_shape
    if shape is None:
        return None
    if isinstance(answer, dict) and answer and not answer.keys() & shape.members.keys():
        return f"it has no member of an answer to {operation.name}"
    wrong = _check(shape)(answer)
    if wrong is not None:
        return f"its {wrong or 'answer'} is not of the right type"
    missing = next((path for path in _needed(answer, operation.name) if path), None)
    if missing is None and operation.name == "DescribeTable":
        missing = _undefined_key(answer["Table"])
    return None if missing is None else f"its answer to {operation.name} has no {missing}"


def error_fault(shape: Any, answer: Json) -> str | None:
    """As `answer_fault`, for the members of an error; `shape` None is an error without members."""
    return None if shape is None else _check(shape)(answer)


def _needed(answer: Json, operation: str) -> list[str]:
    """The paths of members that are needed and not there."""
    paths = _NEEDED.get(operation, ())
    return [path for path in paths if not _is_there(answer, path.split("."))]


def _undefined_key(table: Json) -> str | None:
    """The definition that is missing of a key attribute of a table or an index, if one is."""
    defined = {definition["AttributeName"] for definition in table["AttributeDefinitions"]}
    indexes = [index for kind in _INDEXES for index in table.get(kind) or ()]
    keys = [element["AttributeName"] for one in (table, *indexes) for element in one["KeySchema"]]
    missing = next((name for name in keys if name not in defined), None)
    return None if missing is None else f"AttributeDefinition of the key attribute {missing!r}"


def _is_there(value: Any, steps: list[str]) -> bool:
    if isinstance(value, list):
        return all(_is_there(element, steps) for element in value)
    first, *rest = steps
    member = value.get(first)
    if not rest:
        return member is not None
    return member is None or _is_there(member, rest)


def items_missing(operation: str, request: Json, answer: Json) -> bool:
    """Whether a read of items, and not only of their number, was answered without them."""
    return operation in _ITEM_READS and request.get("Select") != "COUNT" and "Items" not in answer


def _check(shape: Any) -> Fault:
    """The check of an answer's or an error's shape, made once."""
    check = _checks.get(shape.name)
    if check is None:
        check = _checks[shape.name] = _fault_of(shape)
    return check


def _fault_of(shape: Any) -> Fault:
    if shape.name == _ATTRIBUTE_VALUE:
        return _value_fault
    match shape.type_name:
        case "structure":
            return _structure(shape)
        case "list":
            return _list(shape)
        case "map":
            return _map(shape)
        case "string" if shape.name in _CLOSED:
            allowed = frozenset(shape.enum)
            return lambda value: None if value in allowed else ""
    return _SCALARS[shape.type_name]


def _structure(shape: Any) -> Fault:
    faults = {name: _fault_of(member) for name, member in shape.members.items()}
    required = shape.required_members
    fault_of = faults.get

    def fault(value: Any) -> str | None:
        if not isinstance(value, dict):
            return ""
        for name, content in value.items():
            check = fault_of(name)
            if content is not None and check is not None:
                wrong = check(content)
                if wrong is not None:
                    return _inside(name, wrong)
        return next((name for name in required if value.get(name) is None), None)

    return fault


def _list(shape: Any) -> Fault:
    check = _fault_of(shape.member)
    may_be_empty = shape.name not in _FILLED

    def fault(value: Any) -> str | None:
        if not isinstance(value, list) or not (value or may_be_empty):
            return ""
        for place, element in enumerate(value):
            wrong = check(element)
            if wrong is not None:
                return f"[{place}]" + (f".{wrong}" if wrong else "")
        return None

    return fault


def _map(shape: Any) -> Fault:
    check = _fault_of(shape.value)

    def fault(value: Any) -> str | None:
        if not isinstance(value, dict):
            return ""
        for name, content in value.items():
            wrong = check(content)
            if wrong is not None:
                return _inside(name, wrong)
        return None

    return fault


def _inside(name: str, wrong: str) -> str:
    return name + ("" if not wrong or wrong.startswith("[") else ".") + wrong


def _value_fault(value: Any) -> str | None:
    return None if _is_value(value, 0) else ""


def _is_value(value: Any, depth: int) -> bool:
    """Whether this is an attribute value."""
    if not isinstance(value, dict) or len(value) != 1 or depth > _DEPTH_MAX:
        return False
    ((kind, content),) = value.items()
    check = _VALUES.get(kind)
    if check is not None:
        return check(content)
    match kind:
        case "M":
            return isinstance(content, dict) and all(
                _is_value(member, depth + 1) for member in content.values()
            )
        case "L":
            return isinstance(content, list) and all(
                _is_value(element, depth + 1) for element in content
            )
        case "SS" | "NS" | "BS":
            return isinstance(content, list) and all(map(_VALUES[kind[0]], content))
    return False


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _is_base64(value: Any) -> bool:
    return isinstance(value, str) and len(value) % 4 == 0 and bool(_BASE64.fullmatch(value))


_VALUES: dict[str, Callable[[Any], bool]] = {
    "S": lambda value: isinstance(value, str),
    "N": lambda value: isinstance(value, str) and bool(_NUMBER.fullmatch(value)),
    "B": _is_base64,
    "BOOL": lambda value: isinstance(value, bool),
    "NULL": lambda value: isinstance(value, bool),
}


def _scalar(is_right: Callable[[Any], bool]) -> Fault:
    return lambda value: None if is_right(value) else ""


_SCALARS: dict[str, Fault] = {
    "string": _scalar(lambda value: isinstance(value, str)),
    "integer": _scalar(_is_number),
    "long": _scalar(_is_number),
    "double": _scalar(_is_number),
    "timestamp": _scalar(_is_number),
    "boolean": _scalar(lambda value: isinstance(value, bool)),
    "blob": _scalar(_is_base64),
}
