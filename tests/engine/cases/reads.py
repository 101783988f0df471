"""Query and Scan (E091 to E099, E102 to E112, E121 to E124)."""

from __future__ import annotations

import re

from tests.engine.cases import ErrorCase, Json

_VALIDATION = "ValidationException"
_INVALID = "One or more parameter values were invalid: "
_SCHEMA = "The provided key element does not match the schema"
_START = "The provided starting key is invalid"
_MISSED = "Query condition missed key schema element: "
_VALUES: Json = {
    ":a": {"S": "a"},
    ":n": {"N": "1"},
    ":b": {"B": b"a"},
    ":e": {"S": ""},
    ":x": {"B": b""},
    ":long": {"S": "x" * 2_049},
}


def _query(label: str, text: str, message: str, **members: object) -> ErrorCase:
    """A Query of `ranged` unless another table is named, with the placeholders that it uses."""
    named: Json = {"TableName": "ranged", **members}
    values = {name: _VALUES[name] for name in re.findall(r":\w+", text)}
    request = {**named, "KeyConditionExpression": text, "ExpressionAttributeValues": values}
    return ErrorCase(label, "Query", request, _VALIDATION, message)


def _of_index(label: str, index: str, text: str, message: str, **members: object) -> ErrorCase:
    return _query(label, text, message, TableName="indexed", IndexName=index, **members)


def _scan(label: str, message: str, **members: object) -> ErrorCase:
    request: Json = {"TableName": "ranged", **members}
    return ErrorCase(label, "Scan", request, _VALIDATION, message)


_EMPTY = "The AttributeValue for a key attribute cannot contain an empty %s value."
_NOT_VALID = "One or more parameter values are not valid. "
_CONDITIONS = (
    ErrorCase(
        "E091",
        "Query",
        {"TableName": "hash"},
        _VALIDATION,
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
        "request.",
    ),
    _query("E092", "r = :n", f"{_MISSED}p"),
    _query("E092-other", "z = :a", f"{_MISSED}p"),
    _query("E092-sort", "p = :a AND z = :n", f"{_MISSED}r"),
    _of_index("E092-local", "local", "p = :a AND r = :a", f"{_MISSED}l"),
    _of_index("E092-several", "several", "a = :a AND c = :n", f"{_MISSED}b"),
    _of_index("E092-stranger", "several", "a = :a AND b = :a AND z = :n", f"{_MISSED}c"),
    _query("E093", "p > :a", "Query key condition not supported"),
    _query("E093-begins", "begins_with(p, :a)", "Query key condition not supported"),
    _query("E093-two", "p = :a AND r = :n", "Query key condition not supported", TableName="hash"),
    _of_index("E093-several", "several", "a = :a AND b < :a", "Query key condition not supported"),
    _query("E094", "p = :n", f"{_INVALID}Condition parameter type does not match schema type"),
    _query(
        "E094-sort",
        "p = :a AND r = :a",
        f"{_INVALID}Condition parameter type does not match schema type",
    ),
    _query("E095", "p = :a AND r = :n AND z = :n", "Conditions can be of length 1 or 2 only"),
    _query("E077-query", "p = :e", f"{_NOT_VALID}{_EMPTY % 'string'} Key: p"),
    _query(
        "E077-query-sort",
        "p = :a AND begins_with(r, :e)",
        f"{_NOT_VALID}{_EMPTY % 'string'} Key: r",
        TableName="indexed",
    ),
    _of_index(
        "E078-query",
        "keys",
        "k = :x",
        f"{_NOT_VALID}A value specified for a secondary index key is not supported. "
        f"{_EMPTY % 'binary'} IndexName: keys, IndexKey: k",
    ),
    _query(
        "E082-query",
        "p = :long",
        f"{_INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
    ),
    _of_index("E096", "nowhere", "p = :a", "The table does not have the specified index: nowhere"),
    _of_index(
        "E097",
        "global",
        "g = :a",
        "Consistent reads are not supported on global secondary indexes",
        ConsistentRead=True,
    ),
    _of_index(
        "E098",
        "keys",
        "k = :b",
        f"{_INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index keys "
        "because its projection type is not ALL",
        Select="ALL_ATTRIBUTES",
    ),
    _of_index(
        "E099",
        "keys",
        "k = :b",
        f"{_INVALID}Global secondary index keys does not project [s, n]",
        ProjectionExpression="s, n, p",
    ),
    _scan(
        "E096-scan",
        "The table does not have the specified index: nowhere",
        IndexName="nowhere",
        ExclusiveStartKey={},
    ),
    _scan(
        "E097-scan",
        "Consistent reads are not supported on global secondary indexes",
        TableName="indexed",
        IndexName="keys",
        ConsistentRead=True,
    ),
)


def _start(**kinds: str) -> Json:
    """A start key with a value of each kind."""
    values = {"S": "a", "N": "1", "B": b"a"}
    return {name: {kind: values[kind]} for name, kind in kinds.items()}


_GLOBAL = _start(p="S", r="S", g="S", h="N")
_OUTSIDE = "The provided starting key is outside query boundaries based on provided conditions"
_PREDICATE = "The provided starting key does not match the range key predicate"
_ONE_ROW = "The query can return at most one row and cannot be restarted"
_STARTS = (
    _query("E102-none", "p = :a", _START, ExclusiveStartKey={}),
    _query("E102-fewer", "p = :a", _START, ExclusiveStartKey=_start(p="S")),
    _query("E102-more", "p = :a", _START, ExclusiveStartKey=_start(p="S", r="N", z="S")),
    _query("E102-other", "p = :a", _START, ExclusiveStartKey=_start(p="S", z="N")),
    _of_index("E102-local", "local", "p = :a", _START, ExclusiveStartKey=_start(p="S", r="S")),
    _of_index("E102-global", "global", "g = :a", _START, ExclusiveStartKey=_start(p="S", r="S")),
    _query("E073-start", "p = :a", _SCHEMA, ExclusiveStartKey=_start(p="S", r="S")),
    _of_index(
        "E073-start-index",
        "global",
        "g = :a",
        _SCHEMA,
        ExclusiveStartKey=_start(p="S", r="S", g="S", h="S"),
    ),
    _of_index(
        "E103",
        "global",
        "g = :a",
        f"{_START}: {_SCHEMA}",
        ExclusiveStartKey=_start(p="S", r="N", g="S", h="N"),
    ),
    _of_index(
        "E103-other",
        "global",
        "g = :a",
        f"{_START}: {_SCHEMA}",
        ExclusiveStartKey=_start(x="S", y="S", g="S", h="N"),
    ),
    _scan("E103-scan", f"{_START}: {_SCHEMA}", ExclusiveStartKey=_start(p="S")),
    _scan("E103-scan-type", f"{_START}: {_SCHEMA}", ExclusiveStartKey=_start(p="S", r="S")),
    _scan(
        "E102-scan-index",
        _START,
        TableName="indexed",
        IndexName="keys",
        ExclusiveStartKey=_start(p="S", r="S"),
    ),
    _query(
        "E104",
        "p = :a",
        f"{_START}: The parameter cannot be converted to a numeric value: x",
        ExclusiveStartKey={"p": {"S": "a"}, "r": {"N": "x"}},
    ),
    _scan(
        "E104-scan",
        f"{_START}: Supplied AttributeValue is empty, must contain exactly one of the supported "
        "datatypes",
        ExclusiveStartKey={"p": {}},
    ),
    _query(
        "E105",
        "p = :a",
        "The provided exclusive start key is invalid: ExclusiveStartKey: {p=AttributeValue: {S:a}}",
        TableName="hash",
        ExclusiveStartKey=_start(p="S"),
    ),
    _query(
        "E106",
        "p = :a",
        _OUTSIDE,
        ExclusiveStartKey={"p": {"S": "b"}, "r": {"N": "1"}},
    ),
    _of_index(
        "E106-global",
        "global",
        "g = :a",
        _OUTSIDE,
        ExclusiveStartKey={**_GLOBAL, "g": {"S": "b"}},
    ),
    _query("E107", "p = :a AND r > :n", _PREDICATE, ExclusiveStartKey=_start(p="S", r="N")),
    _query(
        "E107-descending",
        "p = :a AND r < :n",
        _PREDICATE,
        ScanIndexForward=False,
        ExclusiveStartKey=_start(p="S", r="N"),
    ),
    _query(
        "E107-first",
        "p = :a AND r > :n",
        _PREDICATE,
        ExclusiveStartKey={"p": {"S": "b"}, "r": {"N": "1"}},
    ),
    _of_index(
        "E107-global",
        "global",
        "g = :a AND h BETWEEN :n AND :n",
        _PREDICATE,
        ExclusiveStartKey={**_GLOBAL, "h": {"N": "2"}},
    ),
    _query(
        "E108",
        "p = :a AND r >= :n",
        _ONE_ROW,
        ExclusiveStartKey={"p": {"S": "b"}, "r": {"N": "1"}},
    ),
    _of_index(
        "E108-global",
        "global",
        "g = :a AND h = :n",
        _ONE_ROW,
        ExclusiveStartKey={**_GLOBAL, "g": {"S": "b"}},
    ),
)


_OTHER_SEGMENT = (
    f"{_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
    "TotalSegments: 2 Segment: "
)
_SEGMENTS = (
    _scan(
        "E109",
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
        "Segment: 2 is not less than TotalSegments: 2",
        Segment=2,
        TotalSegments=2,
    ),
    # The hash of `here` lies in the lower half.
    _scan(
        "E110",
        f"{_OTHER_SEGMENT}1",
        TableName="hash",
        Segment=1,
        TotalSegments=2,
        ExclusiveStartKey={"p": {"S": "here"}},
    ),
    _scan(
        "E111",
        "The TotalSegments parameter is required but was not present in the request when Segment "
        "parameter is present",
        Segment=0,
    ),
    _scan(
        "E112",
        "The Segment parameter is required but was not present in the request when parameter "
        "TotalSegments is present",
        TotalSegments=2,
    ),
)


_CANNOT = "Cannot specify the ProjectionExpression when choosing to get "
_SELECTS = (
    _query(
        "E121",
        "p = :a",
        "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
        "SPECIFIC_ATTRIBUTES",
        Select="SPECIFIC_ATTRIBUTES",
    ),
    _query(
        "E122-all",
        "p = :a",
        f"{_CANNOT}ALL_ATTRIBUTES",
        Select="ALL_ATTRIBUTES",
        ProjectionExpression="s",
    ),
    _scan(
        "E122-projected",
        f"{_CANNOT}ALL_PROJECTED_ATTRIBUTES",
        Select="ALL_PROJECTED_ATTRIBUTES",
        ProjectionExpression="s",
    ),
    _scan("E122-count", f"{_CANNOT}only the Count", Select="COUNT", ProjectionExpression="s"),
    _query(
        "E124",
        "p = :a",
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        Select="ALL_PROJECTED_ATTRIBUTES",
    ),
    _scan(
        "E124-scan",
        "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
        Select="ALL_PROJECTED_ATTRIBUTES",
    ),
)


CASES: tuple[ErrorCase, ...] = (*_CONDITIONS, *_STARTS, *_SEGMENTS, *_SELECTS)
