"""Member constraints: texts, paths, and the agreement of the fast check with the exact one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ApiError, SerializationException, ValidationException
from engine.model import validation
from engine.model.fast_check import compile_structure
from engine.model.service import ServiceModel, Shape, service_model
from engine.model.type_check import check_value_types
from engine.model.violations import violations

MODEL = service_model()
NULL = "failed to satisfy constraint: Member must not be null"
C = "failed to satisfy constraint: "
NAME_PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
KEY = {"pk": {"S": "a"}}
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"

RIGHT: list[tuple[str, dict[str, Any]]] = [
    ("ListTables", {}),
    ("DescribeLimits", {}),
    ("GetItem", {"TableName": "a" * 255, "Key": KEY}),
    ("GetItem", {"TableName": ARN, "Key": {}}),
    ("GetItem", {"TableName": "arn:" + "a" * 1020, "Key": KEY}),
    ("GetItem", {"TableName": "abc", "Key": KEY, "ConsistentRead": None, "Nonsense": 5}),
    ("DescribeTable", {"TableName": "a.b"}),
    ("DescribeTable", {"TableName": ARN}),
    ("Query", {"TableName": "abc", "Limit": 1, "Select": "COUNT", "IndexName": "by-date"}),
    ("Scan", {"TableName": "abc", "Segment": 0, "TotalSegments": 1_000_000}),
    ("BatchGetItem", {"RequestItems": {"abc": {"Keys": [KEY]}, ARN: {"Keys": [KEY]}}}),
    ("BatchWriteItem", {"RequestItems": {"abc": [{"DeleteRequest": {"Key": KEY}}, {}]}}),
    ("ListBackups", {"TimeRangeLowerBound": 1.5, "TimeRangeUpperBound": 2}),
    ("ListBackups", {"TimeRangeLowerBound": datetime(2024, 1, 1, tzinfo=UTC)}),
    ("CreateTable", {"TableName": "abc", "Tags": [{"Key": "k", "Value": ""}]}),
]


@pytest.mark.parametrize(("operation", "request_"), RIGHT)
def test_right_requests_pass(operation: str, request_: dict[str, Any]) -> None:
    validation.validate(operation, request_)


WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("GetItem", {"Key": KEY}, [f"Value null at 'tableName' {NULL}"]),
    ("GetItem", {}, [f"Value null at 'tableName' {NULL}", f"Value null at 'key' {NULL}"]),
    ("PutItem", {"TableName": "abc", "Item": None}, [f"Value null at 'item' {NULL}"]),
    (
        "GetItem",
        {"TableName": "", "Key": KEY},
        [f"Value '' at 'tableName' {C}Member must have length greater than or equal to 1"],
    ),
    (
        "GetItem",
        {"TableName": "a" * 1025, "Key": KEY},
        [
            f"Value '{'a' * 1025}' at 'tableName' "
            f"{C}Member must have length less than or equal to 1024"
        ],
    ),
    (
        "GetItem",
        {"TableName": "a" * 256, "Key": KEY},
        [
            f"Value '{'a' * 256}' at 'tableName' "
            f"{C}Member must have length less than or equal to 255"
        ],
    ),
    (
        "GetItem",
        {"TableName": "aa", "Key": KEY},
        [f"Value 'aa' at 'tableName' {C}Member must have length greater than or equal to 3"],
    ),
    (
        "GetItem",
        {"TableName": "abc;", "Key": KEY},
        [f"Value 'abc;' at 'tableName' {C}{NAME_PATTERN}"],
    ),
    ("CreateTable", {"TableName": "abc;"}, [f"Value 'abc;' at 'tableName' {C}{NAME_PATTERN}"]),
    (
        "GetItem",
        {"TableName": "abc", "Key": KEY, "ReturnConsumedCapacity": "hi", "AttributesToGet": []},
        [
            f"Value '[]' at 'attributesToGet' {C}"
            "Member must have length greater than or equal to 1",
            f"Value 'hi' at 'returnConsumedCapacity' {C}"
            "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]",
        ],
    ),
    (
        "PutItem",
        {
            "TableName": "abc",
            "Item": {},
            "ReturnValues": "hi",
            "ReturnItemCollectionMetrics": "hi",
            "ConditionalOperator": "hi",
            "Expected": {"a": {"ComparisonOperator": "hi"}},
        },
        [
            f"Value 'hi' at 'expected.a.member.comparisonOperator' {C}"
            "Member must satisfy enum value set: [IN, NULL, BETWEEN, LT, NOT_CONTAINS, EQ, GT, "
            "NOT_NULL, NE, LE, BEGINS_WITH, GE, CONTAINS]",
            f"Value 'hi' at 'returnValues' {C}Member must satisfy enum value set: "
            "[ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]",
            f"Value 'hi' at 'returnItemCollectionMetrics' {C}"
            "Member must satisfy enum value set: [SIZE, NONE]",
            f"Value 'hi' at 'conditionalOperator' {C}Member must satisfy enum value set: [OR, AND]",
        ],
    ),
    (
        "Query",
        {"TableName": "abc", "Limit": 0, "Select": "hi", "IndexName": "a;"},
        [
            f"Value 'a;' at 'indexName' {C}Member must have length greater than or equal to 3",
            f"Value 'a;' at 'indexName' {C}{NAME_PATTERN}",
            f"Value 'hi' at 'select' {C}Member must satisfy enum value set: "
            "[SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES]",
            f"Value '0' at 'limit' {C}Member must have value greater than or equal to 1",
        ],
    ),
    (
        "Scan",
        {"TableName": "abc", "TotalSegments": 1_000_001, "Segment": -1},
        [
            f"Value '1000001' at 'totalSegments' {C}"
            "Member must have value less than or equal to 1000000",
            f"Value '-1' at 'segment' {C}Member must have value greater than or equal to 0",
        ],
    ),
    (
        "CreateTable",
        {
            "TableName": "abc",
            "KeySchema": [{"KeyType": "HASH"}, {"AttributeName": "", "KeyType": "hi"}],
            "AttributeDefinitions": [{}, {"AttributeName": "a", "AttributeType": "hi"}],
            "BillingMode": "hi",
            "ProvisionedThroughput": {"ReadCapacityUnits": 0},
            "LocalSecondaryIndexes": [{"Projection": {"ProjectionType": "hi"}}],
        },
        [
            f"Value null at 'attributeDefinitions.1.member.attributeName' {NULL}",
            f"Value null at 'attributeDefinitions.1.member.attributeType' {NULL}",
            f"Value 'hi' at 'attributeDefinitions.2.member.attributeType' {C}"
            "Member must satisfy enum value set: [B, N, S]",
            f"Value null at 'keySchema.1.member.attributeName' {NULL}",
            f"Value '' at 'keySchema.2.member.attributeName' {C}"
            "Member must have length greater than or equal to 1",
            f"Value 'hi' at 'keySchema.2.member.keyType' {C}"
            "Member must satisfy enum value set: [HASH, RANGE]",
            f"Value null at 'localSecondaryIndexes.1.member.indexName' {NULL}",
            f"Value null at 'localSecondaryIndexes.1.member.keySchema' {NULL}",
            f"Value 'hi' at 'localSecondaryIndexes.1.member.projection.projectionType' {C}"
            "Member must satisfy enum value set: [ALL, INCLUDE, KEYS_ONLY]",
            f"Value 'hi' at 'billingMode' {C}"
            "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
        ],
    ),
    (
        "CreateTable",
        {"TableName": "abc", "KeySchema": []},
        [f"Value '[]' at 'keySchema' {C}Member must have length greater than or equal to 1"],
    ),
    (
        "BatchWriteItem",
        {"RequestItems": {"ab": [{}], "abc": [{"PutRequest": {}}]}},
        [
            f"Value null at 'requestItems.abc.member.1.member.putRequest.item' {NULL}",
        ],
    ),
    (
        "BatchWriteItem",
        {"RequestItems": {"abc": []}},
        [
            f"Value '{{abc=[]}}' at 'requestItems' {C}Map value must satisfy constraint: "
            "[Member must have length less than or equal to 25, "
            "Member must have length greater than or equal to 1]"
        ],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"abc": {"Keys": []}}},
        [
            f"Value '[]' at 'requestItems.abc.member.keys' {C}"
            "Member must have length greater than or equal to 1"
        ],
    ),
    (
        "BatchGetItem",
        {"RequestItems": {"abc": None}},
        [
            f"Value '{{abc=null}}' at 'requestItems' {C}"
            "Map value must satisfy constraint: [Member must not be null]"
        ],
    ),
    (
        "TransactWriteItems",
        {"TransactItems": [], "ClientRequestToken": ""},
        [
            f"Value '[]' at 'transactItems' {C}Member must have length greater than or equal to 1",
            f"Value '' at 'clientRequestToken' {C}"
            "Member must have length greater than or equal to 1",
        ],
    ),
    (
        "TransactWriteItems",
        {"TransactItems": [{}, {"ConditionCheck": {"Key": KEY, "TableName": "abc"}}]},
        [f"Value null at 'transactItems.2.member.conditionCheck.conditionExpression' {NULL}"],
    ),
    (
        "GetItem",
        {"TableName": "abc", "Key": KEY, "AttributesToGet": ["a", None]},
        [
            f"Value '[a, null]' at 'attributesToGet' {C}Member must satisfy constraint: "
            "[Member must have length less than or equal to 65535, Member must not be null]"
        ],
    ),
    (
        "GetItem",
        {"TableName": "abc", "Key": KEY, "ExpressionAttributeNames": {"#a": None}},
        [
            f"Value '{{#a=null}}' at 'expressionAttributeNames' {C}"
            "Map value must satisfy constraint: "
            "[Member must have length less than or equal to 65535, Member must not be null]"
        ],
    ),
    (
        "UpdateTimeToLive",
        {"TableName": "abc", "TimeToLiveSpecification": {"AttributeName": ""}},
        [
            f"Value null at 'timeToLiveSpecification.enabled' {NULL}",
            f"Value '' at 'timeToLiveSpecification.attributeName' {C}"
            "Member must have length greater than or equal to 1",
        ],
    ),
]


@pytest.mark.parametrize(("operation", "request_", "expected"), WRONG)
def test_violations(operation: str, request_: dict[str, Any], expected: list[str]) -> None:
    with pytest.raises(ValidationException) as caught:
        validation.validate(operation, request_)
    plural = "" if len(expected) == 1 else "s"
    start = f"{len(expected)} validation error{plural} detected: "
    assert caught.value.message.startswith(start)
    assert sorted(caught.value.message.removeprefix(start).split("; ")) == sorted(expected)


E158 = "The parameter 'TableName' is required but was not present in the request"
E159 = "TableName must be at least 3 characters long and at most 255 characters long"


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        *((operation, {}, E158) for operation in ("CreateTable", "DeleteTable", "UpdateTable")),
        ("DescribeTable", {"TableName": None}, E158),
        ("DescribeTimeToLive", {}, E158),
        *(("CreateTable", {"TableName": name}, E159) for name in ("", "a;", "a" * 256)),
        ("UpdateTable", {"TableName": "ab", "BillingMode": "hi"}, E159),
        ("BatchGetItem", {"RequestItems": {}}, "The requestItems parameter is required for {}"),
        ("BatchWriteItem", {"RequestItems": {}}, "The requestItems parameter is required for {}"),
    ],
)
def test_parameters_with_texts_of_their_own(
    operation: str, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationException) as caught:
        validation.validate(operation, request_)
    assert caught.value.message == message.format(operation)


def test_at_most_ten_violations_are_reported() -> None:
    request = {"TableName": "abc", "AttributeDefinitions": [{}] * 20}
    with pytest.raises(ValidationException) as caught:
        validation.validate("CreateTable", request)
    assert caught.value.message.startswith("10 validation errors detected: ")
    assert caught.value.message.count("Value null at ") == 10


def test_a_long_collection_is_cut() -> None:
    puts = [{"PutRequest": {"Item": {"pk": {"S": "x" * 100_000}}}}] * 26
    with pytest.raises(ValidationException) as caught:
        validation.validate("BatchWriteItem", {"RequestItems": {"abc": puts}})
    assert len(caught.value.message) < 2_000


def test_a_deep_collection_is_cut() -> None:
    value: dict[str, Any] = {"S": "a"}
    for _ in range(20_000):
        value = {"L": [value]}
    statements = [{"Statement": "S", "Parameters": [value]}] * 26
    with pytest.raises(ValidationException, match=r"\(l=\[\.\.\.\]\)"):
        validation.validate("BatchExecuteStatement", {"Statements": statements})


def test_dumps_show_values_as_java_prints_them() -> None:
    schema = {"AttributeName": "pk", "KeyType": "HASH"}
    request = {"TableName": "abc", "KeySchema": [schema], "AttributeDefinitions": [{}]}
    with pytest.raises(ValidationException, match=r"null at 'attributeDefinitions.1.member.attri"):
        validation.validate("CreateTable", request)
    statements = {"Statement": "S", "Parameters": [{"S": "a"}, {"BOOL": True}], "Limit": 5}
    with pytest.raises(ValidationException) as caught:
        validation.validate("BatchExecuteStatement", {"Statements": [statements] * 26})
    assert (
        "[BatchStatementRequest(statement=S, "
        "parameters=[AttributeValue(s=a), AttributeValue(bOOL=true)])"
    ) in caught.value.message
    index = {"IndexName": "abc", "KeySchema": [schema], "Projection": {}}
    update = {"GlobalSecondaryIndexOverride": [index, None], "TargetTableName": "abc"}
    with pytest.raises(ValidationException) as caught:
        validation.validate("RestoreTableFromBackup", update)
    assert "keySchema=[KeySchemaElement(attributeName=pk, keyType=HASH)]" in caught.value.message


# A shape of every kind, since the service's requests hold no blob outside attribute values.
SMALL = ServiceModel(
    {
        "metadata": {"apiVersion": "1", "targetPrefix": "Small"},
        "operations": {"Do": {"input": {"shape": "Input"}}},
        "shapes": {
            "Input": {
                "type": "structure",
                "members": {
                    "Blob": {"shape": "Blob"},
                    "Ratio": {"shape": "Ratio"},
                    "Printed": {"shape": "Printed"},
                    "Wide": {"shape": "Wide"},
                },
            },
            "Blob": {"type": "blob"},
            "Ratio": {"type": "double", "min": 0, "max": 1},
            "Printed": {"type": "string", "pattern": r"\p{Print}+"},
            "Wide": {"type": "string", "pattern": r"[a\uD800\uDC00-\uDBFF\uDFFF]*"},
        },
    }
)


RARE: list[tuple[str, list[Any], list[Any]]] = [
    ("Blob", [b"a", bytearray(b"a"), "YQ==", ""], ["a", "YR==", 5, []]),
    ("Ratio", [0, 0.5, 1], [-0.1, 2, float("nan"), True, "1"]),
    ("Printed", ["a b", "~"], ["", "é", "a\n"]),
    ("Wide", ["", "a🚀"], ["b", "\ud83d"]),
]


@pytest.mark.parametrize(
    ("member", "value", "right"),
    [
        (member, value, values is right)
        for member, right, wrong in RARE
        for values in (right, wrong)
        for value in values
    ],
)
def test_rare_shapes(member: str, value: Any, right: bool) -> None:
    shape = SMALL.input_shape("Do")
    request = {member: value}
    assert bool(compile_structure(SMALL, shape)(request)) is right
    assert _is_right_by_the_exact_check(SMALL, shape, request) is right


def _is_right_by_the_exact_check(model: ServiceModel, shape: Shape, request: Any) -> bool:
    try:
        check_value_types(model, shape, request, nested=True)
    except SerializationException:
        return False
    return not list(violations(model, shape, request))


# Requests drawn from the model: mostly right, with wrong values strewn in.

JUNK = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.integers(-1, 101), st.floats()),
    *(st.just(""), st.text(max_size=4), st.just([]), st.just({}), st.just([None])),
    st.just({"a": None}),
)
ATTRIBUTE_VALUES = st.sampled_from(
    [{"S": "a"}, {"N": "1"}, {"B": b"a"}, {"L": [{"NULL": True}]}, {"M": {"a": {"SS": ["a"]}}}]
)


def _right_scalar(draw: st.DrawFn, shape: Shape) -> Any:
    if shape.enum:
        return draw(st.sampled_from(shape.enum))
    if shape.type == "string":
        shortest = shape.minimum or 0
        length = draw(st.integers(shortest, min(shape.maximum or 40, shortest + 40)))
        return draw(st.sampled_from("a0.")) * length
    if shape.type == "boolean":
        return draw(st.booleans())
    return draw(st.integers(shape.minimum or 0, shape.maximum or 2**31 - 1))


def _value(draw: st.DrawFn, shape: Shape) -> Any:
    if shape.name == "AttributeValue":
        return draw(ATTRIBUTE_VALUES)
    if draw(st.integers(0, 24)) == 0:
        return draw(JUNK)
    if shape.type == "structure":
        return _structure(draw, shape)
    length = draw(st.integers(min(shape.minimum or 0, 2), 2))
    if shape.type == "list":
        element = MODEL.shape(str(shape.element))
        return [_value(draw, element) for _ in range(length)]
    if shape.type == "map":
        content = MODEL.shape(str(shape.value))
        keys = draw(
            st.lists(
                st.sampled_from(["abc", "#ab", "a", ARN]),
                min_size=length,
                max_size=length,
                unique=True,
            )
        )
        return {key: _value(draw, content) for key in keys}
    return _right_scalar(draw, shape)


def _structure(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    optional = [name for name in shape.members if name not in shape.required]
    chosen = draw(st.lists(st.sampled_from(optional), max_size=3)) if optional else []
    members = {
        name: _value(draw, MODEL.shape(shape.members[name].shape_name))
        for name in (*shape.required, *chosen)
    }
    if members and draw(st.integers(0, 24)) == 0:
        del members[draw(st.sampled_from(sorted(members)))]
    return members


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, Any]:
    operation = draw(st.sampled_from(MODEL.operations))
    return operation, _value(draw, MODEL.input_shape(operation))


@settings(max_examples=600)
@given(requests())
def test_the_fast_check_agrees_with_the_exact_one(drawn: tuple[str, Any]) -> None:
    operation, request = drawn
    shape = MODEL.input_shape(operation)
    right = bool(compile_structure(MODEL, shape)(request))
    assert right == (request is not None and _is_right_by_the_exact_check(MODEL, shape, request))


@settings(max_examples=300)
@given(requests())
def test_only_api_errors_escape(drawn: tuple[str, Any]) -> None:
    operation, request = drawn
    error = refusal(operation, request)
    shape = MODEL.input_shape(operation)
    assert (error is None) or error.message
    assert error is not None or _is_right_by_the_exact_check(MODEL, shape, request)


def refusal(operation: str, request: Any) -> ApiError | None:
    try:
        validation.validate(operation, request)
    except (SerializationException, ValidationException) as error:
        return error
    return None
