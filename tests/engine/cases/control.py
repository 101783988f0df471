"""Tables, tags and Time to Live (E158 to E198, E200 to E203).

`CASES` need the tables of `tables.py`, `SPECIAL_CASES` those of `make_special_tables` beside them.
"""

from __future__ import annotations

from typing import Any

from engine.client.protocol import Client
from tests.engine.cases import ErrorCase, Json
from tests.engine.cases.tables import MISSING

_VALIDATION = "ValidationException"
_LIMIT = "LimitExceededException"
_INVALID = "One or more parameter values were invalid: "
_ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}


def defined(**types: str) -> list[Json]:
    """AttributeDefinitions."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def schema(*pairs: str) -> list[Json]:
    """A KeySchema of texts such as `p HASH`."""
    keys = [pair.split() for pair in pairs]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def index(name: str, *pairs: str, **members: Any) -> Json:
    """An index that projects all, unless `members` say otherwise."""
    projection = {"ProjectionType": "ALL"}
    return {"IndexName": name, "KeySchema": schema(*pairs), "Projection": projection, **members}


_PLAIN: Json = {
    "TableName": "new",
    "AttributeDefinitions": defined(p="S"),
    "KeySchema": schema("p HASH"),
    "BillingMode": "PAY_PER_REQUEST",
}
_PAIR: Json = {
    **_PLAIN,
    "AttributeDefinitions": defined(p="S", r="N", x="S"),
    "KeySchema": schema("p HASH", "r RANGE"),
}


def _create(label: str, message: str, base: Json = _PLAIN, **members: Any) -> ErrorCase:
    return ErrorCase(label, "CreateTable", {**base, **members}, _VALIDATION, message)


def _keyed(label: str, message: str, attributes: list[Json], *pairs: str) -> ErrorCase:
    return _create(label, message, AttributeDefinitions=attributes, KeySchema=schema(*pairs))


def _local(label: str, message: str, *indexes: Json) -> ErrorCase:
    return _create(label, message, _PAIR, LocalSecondaryIndexes=list(indexes))


def _global(label: str, message: str, *indexes: Json, **members: Any) -> ErrorCase:
    return _create(label, message, _PAIR, GlobalSecondaryIndexes=list(indexes), **members)


_NAMES = (
    ErrorCase(
        "E158",
        "CreateTable",
        {},
        _VALIDATION,
        "The parameter 'TableName' is required but was not present in the request",
    ),
    ErrorCase(
        "E159",
        "DescribeTable",
        {"TableName": "ab"},
        _VALIDATION,
        "TableName must be at least 3 characters long and at most 255 characters long",
    ),
)
_SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
_FIRST = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
_SECOND = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
_UNDEFINED = f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. "
_TWO = defined(p="S", r="S")
_SCHEMAS = (
    ErrorCase(
        "E029-keys",
        "CreateTable",
        {"TableName": "new", "AttributeDefinitions": defined(p="S")},
        _VALIDATION,
        "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: "
        "Member must not be null",
    ),
    _keyed(
        "E160",
        "Invalid KeySchema: Some index key attribute have no definition",
        defined(r="S"),
        "p HASH",
        "r RANGE",
    ),
    _keyed("E161", _FIRST, _TWO, "p RANGE", "r HASH"),
    _keyed("E161-two", _FIRST, _TWO, "p RANGE", "r RANGE"),
    _keyed("E162", _SECOND, _TWO, "p HASH", "r HASH"),
    _keyed("E163", _SAME_NAME, _TWO, "p HASH", "p RANGE"),
    _keyed("E164", f"{_UNDEFINED}Keys: [p], AttributeDefinitions: [r]", defined(r="S"), "p HASH"),
    _global(
        "E164-index",
        f"{_UNDEFINED}Keys: [x, y], AttributeDefinitions: [p, r, x]",
        index("idx", "x HASH", "y RANGE"),
    ),
    _keyed(
        "E165",
        f"{_INVALID}Number of attributes in KeySchema does not exactly match number of attributes "
        "defined in AttributeDefinitions",
        _TWO,
        "p HASH",
    ),
    _global(
        "E166",
        f"{_INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [p, r, x], "
        "keys used: [p, r]",
        index("idx", "r HASH"),
    ),
    _create(
        "E163-definitions",
        "Attribute Name is duplicated: p",
        AttributeDefinitions=[*defined(p="S"), *defined(p="N")],
    ),
)
_BILLING = (
    _create(
        "E167",
        f"{_INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when "
        "BillingMode is PROVISIONED",
        BillingMode="PROVISIONED",
    ),
    _create(
        "E168",
        f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
        "BillingMode is PAY_PER_REQUEST",
        ProvisionedThroughput=UNITS,
    ),
    _global(
        "E169",
        f"{_INVALID}ProvisionedThroughput should not be specified for index: idx when BillingMode "
        "is PAY_PER_REQUEST",
        index("idx", "x HASH", ProvisionedThroughput=UNITS),
    ),
    _create(
        "E170",
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 10**12 + 1, "WriteCapacityUnits": 1},
    ),
    ErrorCase(
        "E170-quota",
        "CreateTable",
        {
            **_PLAIN,
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 40_001},
        },
        _LIMIT,
        "The requested WriteCapacityUnits, 40001, is above the per table maximum for the account "
        "in us-east-1. Per table maximum: 40000. Refer to the Amazon DynamoDB Developer Guide for "
        "current limits and how to request higher limits.",
    ),
)
_INDEXES = (
    _local("E171", f"{_INVALID}List of LocalSecondaryIndexes is empty"),
    _global("E171-global", f"{_INVALID}List of GlobalSecondaryIndexes is empty"),
    _create(
        "E172",
        f"{_INVALID}Table KeySchema does not have a range key, which is required when specifying "
        "a LocalSecondaryIndex",
        LocalSecondaryIndexes=[index("idx", "p HASH", "q RANGE")],
    ),
    _local(
        "E173",
        f"{_INVALID}Index KeySchema does not have a range key for index: idx",
        index("idx", "x HASH"),
    ),
    _local(
        "E174",
        f"{_INVALID}Index KeySchema does not have the same leading hash key as table KeySchema "
        "for index: idx. index hash key: x, table hash key: p",
        index("idx", "x HASH", "r RANGE"),
    ),
    _global("E161-index", _FIRST, index("idx", "x RANGE", "p HASH")),
    _global("E163-index", _SAME_NAME, index("idx", "x HASH", "x RANGE")),
    _local(
        "E175",
        f"{_INVALID}Unknown ProjectionType: null",
        index("idx", "p HASH", "x RANGE", Projection={}),
    ),
    *(
        _global(
            f"E176-{kind}",
            f"{_INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified",
            index("idx", "x HASH", Projection={"ProjectionType": kind, "NonKeyAttributes": ["a"]}),
        )
        for kind in ("ALL", "KEYS_ONLY")
    ),
    _global(
        "E177",
        f"{_INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        index("idx", "x HASH", Projection={"ProjectionType": "INCLUDE"}),
    ),
    _global(
        "E178",
        f"{_INVALID}Duplicate index name: idx",
        index("idx", "x HASH"),
        index("idx", "x HASH", "p RANGE"),
    ),
    _create(
        "E178-kinds",
        f"{_INVALID}Duplicate index name: idx",
        _PAIR,
        LocalSecondaryIndexes=[index("idx", "p HASH", "x RANGE")],
        GlobalSecondaryIndexes=[index("idx", "x HASH")],
    ),
    _local(
        "E179",
        f"{_INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5",
        *(index(f"idx{number}", "p HASH", "x RANGE") for number in range(6)),
    ),
    _global(
        "E180",
        f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20",
        *(index(f"idx{number}", "x HASH") for number in range(21)),
    ),
    _global(
        "E181",
        f"{_INVALID}Number of NonKeyAttributes exceeds the limit of 100 over all indexes",
        *(
            index(
                f"idx{number}",
                "x HASH",
                Projection={
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": [f"a{number}-{count}" for count in range(20)],
                },
            )
            for number in range(5)
        ),
        index(
            "idx5",
            "x HASH",
            Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a0-0"]},
        ),
    ),
    ErrorCase(
        "E182",
        "CreateTable",
        {**_PLAIN, "TableName": "hash"},
        "ResourceInUseException",
        "Table already exists: hash",
    ),
)


def _update(
    label: str, message: str, code: str = _VALIDATION, table: str = "indexed", **members: Any
) -> ErrorCase:
    return ErrorCase(label, "UpdateTable", {"TableName": table, **members}, code, message)


def _moved(
    label: str,
    message: str,
    *updates: Json,
    code: str = _VALIDATION,
    table: str = "indexed",
    **members: Any,
) -> ErrorCase:
    """An UpdateTable with GlobalSecondaryIndexUpdates."""
    members["GlobalSecondaryIndexUpdates"] = list(updates)
    return _update(label, message, code, table, **members)


_NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
    "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"
)
_ONE_ONLINE = (
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per "
    "table"
)
_ALONE: tuple[tuple[str, Any, str], ...] = (
    ("SSESpecification", {"Enabled": True}, "Server-Side Encryption modification"),
    ("TableClass", "STANDARD", "TableClass modification"),
    ("DeletionProtectionEnabled", True, "DeletionProtection modification"),
    ("WarmThroughput", {"ReadUnitsPerSecond": 99_000}, "WarmThroughput"),
)


def _alone(member: str, value: Any, subject: str) -> ErrorCase:
    """A change that cannot stand beside another."""
    members: Json = {"BillingMode": "PAY_PER_REQUEST", member: value}
    message = f"{_INVALID}{subject} must be the only operation in the request"
    return _update(f"E185-alone-{member}", message, **members)


_UPDATES = (
    _update("E185", _NOTHING),
    _moved("E185-empty", _NOTHING),
    _update("E185-definitions", _NOTHING, AttributeDefinitions=defined(p="S")),
    _update("E185-before-lookup", _NOTHING, table=MISSING["TableName"]),
    _moved(
        "E186",
        f"{_INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        "GlobalSecondaryIndexUpdate.Delete must not be null",
        {},
    ),
    _moved(
        "E187",
        f"{_INVALID}Only one global secondary index update per index is allowed simultaneously. "
        "Index: keys",
        {"Delete": {"IndexName": "keys"}},
        {"Create": index("keys", "k HASH")},
    ),
    _moved(
        "E188",
        f"{_INVALID}ProvisionedThroughput must be specified for index: keys,several",
        {"Update": {"IndexName": "global", "ProvisionedThroughput": UNITS}},
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
    ),
    _update(
        "E189",
        f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        BillingMode="PROVISIONED",
    ),
    _update(
        "E168-update",
        f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
        "BillingMode is PAY_PER_REQUEST",
        ProvisionedThroughput=UNITS,
    ),
    _moved(
        "E190",
        f"{_INVALID}Attributes cannot be redefined. Please check that your attribute has the same "
        "type as previously defined. "
        "Existing schema: Schema:[SchemaElement: key{g:S:HASH}] "
        "New schema: Schema:[SchemaElement: key{g:N:HASH}]",
        {"Create": index("new", "g HASH")},
        AttributeDefinitions=defined(g="N"),
    ),
    _moved(
        "E190-name",
        "Attempting to create an index which already exists",
        {"Create": index("local", "x HASH")},
        AttributeDefinitions=defined(x="S"),
    ),
    _moved(
        "E164-update",
        f"{_UNDEFINED}Keys: [p], AttributeDefinitions: [x]",
        {"Create": index("new", "p HASH")},
        AttributeDefinitions=defined(x="S"),
    ),
    _moved(
        "E191",
        _ONE_ONLINE,
        {"Delete": {"IndexName": "keys"}},
        {"Create": index("new", "x HASH")},
        code=_LIMIT,
        AttributeDefinitions=defined(x="S"),
    ),
    _moved(
        "E088-index",
        "Requested resource not found: Index nowhere for table indexed",
        {"Delete": {"IndexName": "nowhere"}},
        code="ResourceNotFoundException",
    ),
    *(_alone(member, value, subject) for member, value, subject in _ALONE),
    _update(
        "E185-maxima",
        f"{_INVALID}OnDemandThroughput can only be combined with BillingMode in an UpdateTable "
        "request",
        OnDemandThroughput={"MaxReadRequestUnits": 5},
        StreamSpecification=STREAM,
    ),
    _update(
        "E185-stream",
        f"{_INVALID}You cannot modify stream status while updating table IOPS",
        ProvisionedThroughput=UNITS,
        StreamSpecification=STREAM,
    ),
    _moved(
        "E185-index",
        f"{_INVALID}You cannot create or delete index while updating table IOPS",
        {"Delete": {"IndexName": "global"}},
        ProvisionedThroughput=UNITS,
    ),
    _moved(
        "E185-index-stream",
        f"{_INVALID}You cannot create or delete index while changing stream status",
        {"Delete": {"IndexName": "global"}},
        StreamSpecification=STREAM,
    ),
    _update(
        "E195",
        "Table has no stream to disable: TableName: indexed",
        StreamSpecification={"StreamEnabled": False},
    ),
)


def _tag(label: str, arn: str, message: str, code: str = _VALIDATION) -> ErrorCase:
    request = {"ResourceArn": arn, "Tags": [{"Key": "k", "Value": "v"}]}
    return ErrorCase(label, "TagResource", request, code, message)


def _tag_text(label: str, message: str, tag: Json) -> ErrorCase:
    request = {"ResourceArn": f"{_ARN}hash", "Tags": [tag]}
    return ErrorCase(f"E201-{label}", "TagResource", request, _VALIDATION, message)


_TAG_KEY = "The Tag Key provided is invalid, Key: "
_TAG_VALUE = "The Tag Value provided is invalid, Value: "
_ELSEWHERE = "arn:aws:dynamodb:eu-west-1:000000000000:table/hash"
_TAGS = (
    ErrorCase(
        "E200",
        "GetItem",
        {"TableName": _ELSEWHERE, "Key": {"p": {"S": "a"}}},
        _VALIDATION,
        f"Invalid TableArn: Invalid ResourceArn provided as input {_ELSEWHERE}",
    ),
    _tag(
        "E200-tag",
        _ELSEWHERE,
        f"Invalid TableArn: Invalid ResourceArn provided as input {_ELSEWHERE}",
    ),
    ErrorCase(
        "E201",
        "TagResource",
        {"ResourceArn": f"{_ARN}hash", "Tags": []},
        _VALIDATION,
        "Atleast one Tag needs to be provided as Input.",
    ),
    ErrorCase(
        "E202",
        "UntagResource",
        {"ResourceArn": f"{_ARN}hash", "TagKeys": []},
        _VALIDATION,
        "Atleast one Tag Key needs to be provided as Input.",
    ),
    _tag_text("no-key", f"{_TAG_KEY}null", {"Value": "a"}),
    _tag_text("empty-key", _TAG_KEY, {"Key": "", "Value": "a"}),
    _tag_text("long-key", _TAG_KEY + "k" * 129, {"Key": "k" * 129, "Value": "a"}),
    _tag_text("sign-in-key", f"{_TAG_KEY}a#b", {"Key": "a#b", "Value": "a"}),
    _tag_text("no-value", f"{_TAG_VALUE}null", {"Key": "a"}),
    _tag_text("long-value", _TAG_VALUE + "v" * 257, {"Key": "a", "Value": "v" * 257}),
    _tag_text("sign-in-value", f"{_TAG_VALUE}100%", {"Key": "a", "Value": "100%"}),
    _tag(
        "E203",
        f"{_ARN}missing",
        f"Requested resource not found: ResourcArn: {_ARN}missing not found",
        "ResourceNotFoundException",
    ),
)


CASES: tuple[ErrorCase, ...] = (
    *_NAMES,
    *_SCHEMAS,
    *_BILLING,
    *_INDEXES,
    *_UPDATES,
    *_TAGS,
)


def make_special_tables(client: Client) -> None:
    """A table `provisioned` with an index `idx`, and a table `kept`.

    The latter is protected, and has a stream and Time to Live by the attribute `t`.
    """
    client.call(
        "CreateTable",
        {
            "TableName": "provisioned",
            "AttributeDefinitions": defined(p="S", x="S"),
            "KeySchema": schema("p HASH"),
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexes": [index("idx", "x HASH", ProvisionedThroughput=UNITS)],
        },
    )
    client.call(
        "CreateTable",
        {
            **_PLAIN,
            "TableName": "kept",
            "DeletionProtectionEnabled": True,
            "StreamSpecification": STREAM,
        },
    )
    client.call("UpdateTimeToLive", _ttl("kept", "t", enabled=True))


def _ttl(table: str, attribute: str, *, enabled: bool) -> Json:
    """An UpdateTimeToLive."""
    wanted = {"AttributeName": attribute, "Enabled": enabled}
    return {"TableName": table, "TimeToLiveSpecification": wanted}


def _unchanged(subject: str, whose: str) -> str:
    return (
        f"The provisioned throughput for {subject} will not change. The requested value equals "
        f"the current value. Current ReadCapacityUnits provisioned for {whose}: 5. Requested "
        f"ReadCapacityUnits: 5. Current WriteCapacityUnits provisioned for {whose}: 5. Requested "
        "WriteCapacityUnits: 5. Refer to the Amazon DynamoDB Developer Guide for current limits "
        "and how to request higher limits."
    )


SPECIAL_CASES: tuple[ErrorCase, ...] = (
    _update(
        "E184",
        _unchanged("the table", "the table"),
        table="provisioned",
        ProvisionedThroughput=UNITS,
    ),
    _moved(
        "E184-index",
        _unchanged("the index idx", "index idx"),
        {"Update": {"IndexName": "idx", "ProvisionedThroughput": UNITS}},
        table="provisioned",
    ),
    ErrorCase(
        "E193",
        "DeleteTable",
        {"TableName": "kept"},
        _VALIDATION,
        "Resource cannot be deleted as it is currently protected against deletion. Disable "
        "deletion protection first.",
    ),
    _update(
        "E194",
        "Table already has an enabled stream: TableName: kept",
        table="kept",
        StreamSpecification=STREAM,
    ),
    ErrorCase(
        "E196",
        "UpdateTimeToLive",
        _ttl("kept", "t", enabled=True),
        _VALIDATION,
        "TimeToLive is already enabled",
    ),
    ErrorCase(
        "E197",
        "UpdateTimeToLive",
        _ttl("provisioned", "t", enabled=False),
        _VALIDATION,
        "TimeToLive is already disabled",
    ),
    ErrorCase(
        "E198",
        "UpdateTimeToLive",
        _ttl("kept", "u", enabled=True),
        _VALIDATION,
        "TimeToLive is active on a different AttributeName: current AttributeName is t",
    ),
)
