"""CreateTable and DescribeTable: what is made, and how it is shown."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine import ApiError, Engine, VirtualClock
from tests.engine.operations.definitions import (
    UNITS,
    Json,
    described,
    described_index,
    index,
    key_schema,
    table,
)
from tests.engine.operations.tables import n, refused, s

NOW_S = 1_700_000_000.0
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
NO_UNITS = {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
WARM = {"ReadUnitsPerSecond": 12_000, "WriteUnitsPerSecond": 4_000, "Status": "ACTIVE"}


def test_a_table_on_demand_is_described(engine: Engine) -> None:
    engine.create_table(**table("films", "title:S", "year:N"))
    description = described(engine, "films")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", description.pop("TableId"))
    assert description == {
        "AttributeDefinitions": [
            {"AttributeName": "title", "AttributeType": "S"},
            {"AttributeName": "year", "AttributeType": "N"},
        ],
        "TableName": "films",
        "KeySchema": key_schema("title:S", "year:N"),
        "TableStatus": "ACTIVE",
        "CreationDateTime": NOW_S,
        "ProvisionedThroughput": NO_UNITS,
        "TableSizeBytes": 0,
        "ItemCount": 0,
        "TableArn": f"{ARN}films",
        "BillingModeSummary": {
            "BillingMode": "PAY_PER_REQUEST",
            "LastUpdateToPayPerRequestDateTime": NOW_S,
        },
        "WarmThroughput": WARM,
        "DeletionProtectionEnabled": False,
    }


def test_a_provisioned_table_has_no_summary_of_its_billing_mode(engine: Engine) -> None:
    engine.create_table(**table("films", ProvisionedThroughput=UNITS))
    description = described(engine, "films")
    assert description["ProvisionedThroughput"] == {**UNITS, "NumberOfDecreasesToday": 0}
    assert description["WarmThroughput"] == {
        "ReadUnitsPerSecond": 5,
        "WriteUnitsPerSecond": 5,
        "Status": "ACTIVE",
    }
    assert "BillingModeSummary" not in description


def test_the_answer_shows_the_table_in_creation(engine: Engine) -> None:
    forms = [index("by-g", "g:S")]
    description = engine.create_table(**table("films", indexes=forms))["TableDescription"]
    assert description["TableStatus"] == "CREATING"
    assert description["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert description["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    assert "Backfilling" not in description["GlobalSecondaryIndexes"][0]
    assert described(engine, "films")["TableStatus"] == "ACTIVE"
    assert described_index(engine, "films", "by-g")["IndexStatus"] == "ACTIVE"


def test_indexes_are_described(engine: Engine) -> None:
    request = table(
        "films",
        "p:S",
        "r:N",
        local=[index("local", "p:S", "l:B", "KEYS_ONLY")],
        indexes=[index("late", "z:S", "", ["b", "a"]), index("early", "a:N", "r:N")],
    )
    engine.create_table(**request)
    description = described(engine, "films")
    assert description["LocalSecondaryIndexes"] == [
        {
            "IndexName": "local",
            "KeySchema": key_schema("p:S", "l:B"),
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "IndexArn": f"{ARN}films/index/local",
        }
    ]
    late, early = description["GlobalSecondaryIndexes"]
    assert late == {
        "IndexName": "late",
        "KeySchema": key_schema("z:S"),
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["b", "a"]},
        "IndexStatus": "ACTIVE",
        "ProvisionedThroughput": NO_UNITS,
        "WarmThroughput": WARM,
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": f"{ARN}films/index/late",
    }
    assert early["KeySchema"] == key_schema("a:N", "r:N")
    types = {d["AttributeName"]: d["AttributeType"] for d in description["AttributeDefinitions"]}
    assert types == {"p": "S", "r": "N", "l": "B", "z": "S", "a": "N"}


def test_counts_and_sizes_are_true(engine: Engine) -> None:
    engine.create_table(**table("films", indexes=[index("by-g", "g:S", "", "KEYS_ONLY")]))
    engine.put_item(TableName="films", Item={"p": s("a"), "g": s("xyz"), "v": s("1234567")})
    engine.put_item(TableName="films", Item={"p": s("b"), "v": n(12)})
    description = described(engine, "films")
    assert (description["ItemCount"], description["TableSizeBytes"]) == (2, 14 + 5)
    by_g = described_index(engine, "films", "by-g")
    assert (by_g["ItemCount"], by_g["IndexSizeBytes"]) == (1, 6)
    engine.delete_item(TableName="films", Key={"p": s("a")})
    assert described(engine, "films")["TableSizeBytes"] == 5
    assert described_index(engine, "films", "by-g")["ItemCount"] == 0


def test_settings_are_kept_and_described(engine: Engine) -> None:
    request = table(
        "films",
        OnDemandThroughput={"MaxReadRequestUnits": 50},
        WarmThroughput={"ReadUnitsPerSecond": 13_000},
        DeletionProtectionEnabled=True,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"},
        Tags=[{"Key": "owner", "Value": "ada"}],
    )
    engine.create_table(**request)
    description = described(engine, "films")
    assert description["OnDemandThroughput"] == {"MaxReadRequestUnits": 50}
    assert description["WarmThroughput"] == {**WARM, "ReadUnitsPerSecond": 13_000}
    assert description["DeletionProtectionEnabled"] is True
    assert description["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert description["SSEDescription"] == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": engine.keys.describe("alias/aws/dynamodb").arn,
    }
    assert description["StreamSpecification"] == request["StreamSpecification"]
    assert description["LatestStreamLabel"] == "2023-11-14T22:13:20.000"
    assert description["LatestStreamArn"] == f"{ARN}films/stream/2023-11-14T22:13:20.000"
    tags = engine.list_tags_of_resource(ResourceArn=f"{ARN}films")
    assert tags == {"Tags": [{"Key": "owner", "Value": "ada"}]}


def test_settings_that_change_nothing_are_not_shown(engine: Engine) -> None:
    request = table(
        "films",
        SSESpecification={"Enabled": False},
        StreamSpecification={"StreamEnabled": False},
        DeletionProtectionEnabled=False,
    )
    engine.create_table(**request)
    shown = set(described(engine, "films"))
    assert not shown & {"SSEDescription", "StreamSpecification", "LatestStreamArn"}


def test_a_table_can_be_made_and_described_by_its_arn(engine: Engine) -> None:
    engine.create_table(**table(f"{ARN}films"))
    assert described(engine, "films")["TableName"] == "films"
    assert described(engine, f"{ARN}films")["TableName"] == "films"


def test_neither_the_request_nor_an_answer_is_tied_to_the_table(engine: Engine) -> None:
    units = dict(UNITS)
    engine.create_table(**table("films", ProvisionedThroughput=units))
    units["ReadCapacityUnits"] = 7
    described(engine, "films")["ProvisionedThroughput"]["WriteCapacityUnits"] = 8
    described(engine, "films")["WarmThroughput"]["ReadUnitsPerSecond"] = 9
    assert described(engine, "films")["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
    engine.update_table(TableName="films", ProvisionedThroughput=units)
    assert described(engine, "films")["ProvisionedThroughput"]["ReadCapacityUnits"] == 7


def test_names_that_a_deleted_table_had_are_free(engine: Engine) -> None:
    engine.create_table(**table("films"))
    engine.put_item(TableName="films", Item={"p": s("a")})
    before = described(engine, "films")["TableId"]
    engine.delete_table(TableName="films")
    engine.create_table(**table("films"))
    assert described(engine, "films")["TableId"] != before
    assert engine.scan(TableName="films")["Count"] == 0


UPPER = [
    table("films", "p:S", "r:S", local=[index(f"local{i}", "p:S", f"l{i}:S") for i in range(5)]),
    table("films", indexes=[index(f"global{i}", f"g{i}:S") for i in range(20)]),
    table("films", indexes=[index("wide", "a:S b:N c:B d:S", "e:S f:N g:B h:S")]),
    table("f" * 255),
    table(
        "films",
        "p:S",
        "r:S",
        local=[index("same", "p:S", "r:S")],
        indexes=[index("films", "p:S", "r:S")],
    ),
    table(
        "films",
        indexes=[index(f"idx{i}", "g:S", "", [f"a{i}-{j}" for j in range(20)]) for i in range(5)],
    ),
    table("films", "p" * 255 + ":S"),
    table("films", Tags=[]),
    table("films", ProvisionedThroughput={"ReadCapacityUnits": 40_000, "WriteCapacityUnits": 1}),
]


@pytest.mark.parametrize("request_", UPPER, ids=lambda request: request["TableName"][:9])
def test_tables_at_their_limits(engine: Engine, request_: Json) -> None:
    engine.create_table(**request_)
    name = request_["TableName"]
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        shown = described(engine, name).get(member, [])
        assert [form["IndexName"] for form in shown] == [
            form["IndexName"] for form in request_.get(member, [])
        ]


ON_DEMAND = "One or more parameter values were invalid: Requested "


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"WarmThroughput": {"ReadUnitsPerSecond": 11_999}},
            f"{ON_DEMAND}ReadUnitsPerSecond for WarmThroughput for table is lower than initial "
            "throughput for OnDemand",
        ),
        (
            {"OnDemandThroughput": {"MaxWriteRequestUnits": -1}},
            f"{ON_DEMAND}MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid "
            "range",
        ),
        (
            {"ProvisionedThroughput": UNITS, "WarmThroughput": {"WriteUnitsPerSecond": 4}},
            f"{ON_DEMAND}WriteUnitsPerSecond for WarmThroughput for table is lower than "
            "WriteCapacityUnits of ProvisionedThroughput",
        ),
        (
            {"ProvisionedThroughput": UNITS, "OnDemandThroughput": {"MaxReadRequestUnits": 5}},
            "One or more parameter values were invalid: MaxReadRequestUnits for OnDemandThroughput "
            "cannot be specified when the table BillingMode is PROVISIONED",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": True}},
            "One or more parameter values were invalid: Table is being created with a stream "
            "enabled, UpdateViewType is required",
        ),
        (
            {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}},
            "One or more parameter values were invalid: Table is being created with a stream "
            "disabled, UpdateViewType should not be specified",
        ),
        (
            {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
            "One or more parameter values were invalid: SSEType can not be specified if Enabled is "
            "false",
        ),
        (
            {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "alias/mine"}},
            "One or more parameter values were invalid: SSEType KMS is required if KMSMasterKeyId "
            "is specified",
        ),
        (
            {"SSESpecification": {"Enabled": True, "SSEType": "AES256"}},
            "One or more parameter values were invalid: SSEType AES256 is not supported",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]},
            "Duplicate Tag Keys provided as input: Duplicate Tag Key found a",
        ),
        (
            {"Tags": [{"Key": str(i), "Value": ""} for i in range(51)]},
            "Number of Tags exceed the current limit for the provided ResourceArn",
        ),
    ],
)
def test_settings_that_cannot_be(engine: Engine, members: dict[str, Any], message: str) -> None:
    with refused("ValidationException", message):
        engine.create_table(**table("films", **members))
    assert "films" not in engine.list_tables()["TableNames"]


KEYS = "One or more parameter values were invalid: "


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (
            key_schema("a:S b:S c:S d:S e:S"),
            f"{KEYS}The KeySchema exceeds the maximum allowed number of HASH key attributes",
        ),
        (
            key_schema("a:S", "b:S c:S d:S e:S f:S"),
            f"{KEYS}The KeySchema exceeds the maximum allowed number of RANGE key attributes",
        ),
        (
            [*key_schema("a:S", "b:S"), *key_schema("c:S")],
            f"{KEYS}All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ),
        (
            [*key_schema("a:S"), *key_schema("a:S")],
            "The KeySchema contains multiple key attributes with the same name",
        ),
        (
            key_schema("", "a:S b:S c:S"),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
    ],
)
def test_keys_of_global_indexes_that_cannot_be(
    engine: Engine, schema: list[Json], message: str
) -> None:
    names = " ".join(f"{element['AttributeName']}:S" for element in schema)
    form = {**index("idx", names), "KeySchema": schema}
    with refused("ValidationException", message):
        engine.create_table(**table("films", indexes=[form]))


@pytest.mark.parametrize("member", ["KeySchema", "LocalSecondaryIndexes"])
def test_only_global_indexes_have_keys_of_several_attributes(engine: Engine, member: str) -> None:
    wide = key_schema("p:S", "r:S x:S")
    request = table("films", "p:S", "r:S", local=[index("local", "p:S", "x:S")])
    if member == "KeySchema":
        request["KeySchema"] = wide
    else:
        request[member][0]["KeySchema"] = wide
    with pytest.raises(ApiError, match="Member must have length less than or equal to 2"):
        engine.create_table(**request)


def test_a_projection_names_an_attribute_once(engine: Engine) -> None:
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Duplicate element in NonKeyAttributes: a",
    ):
        engine.create_table(**table("films", indexes=[index("idx", "g:S", "", ["a", "b", "a"])]))


def test_throughput_belongs_to_the_index_of_a_provisioned_table(engine: Engine) -> None:
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: ProvisionedThroughput is not specified for "
        "index: idx",
    ):
        request = table("films", indexes=[index("idx", "g:S")], ProvisionedThroughput=UNITS)
        engine.create_table(**request)


def test_a_quota_holds_for_each_index(engine: Engine) -> None:
    above = {"ReadCapacityUnits": 40_001, "WriteCapacityUnits": 1}
    form = index("idx", "g:S", ProvisionedThroughput=above)
    with refused(
        "LimitExceededException",
        "The requested ReadCapacityUnits for index idx, 40001, is above the per index maximum for "
        "the account in us-east-1. Per table maximum: 40000. Refer to the Amazon DynamoDB "
        "Developer Guide for current limits and how to request higher limits.",
    ):
        engine.create_table(**table("films", indexes=[form], ProvisionedThroughput=UNITS))


@pytest.mark.parametrize(
    "members", [{"ResourcePolicy": "{}"}, {"GlobalTableSourceArn": f"{ARN}other"}]
)
def test_what_is_not_built_is_refused(engine: Engine, members: Json) -> None:
    (name,) = members
    with refused("UnknownOperationException", f"CreateTable: {name} is not available here"):
        engine.create_table(**table("films", **members))


def test_times_are_those_of_the_clock(clock: VirtualClock, engine: Engine) -> None:
    clock.advance(12.345678)
    engine.create_table(**table("films"))
    description = described(engine, "films")
    assert description["CreationDateTime"] == pytest.approx(NOW_S + 12.345678, abs=1e-6)
    summary = description["BillingModeSummary"]
    assert summary["LastUpdateToPayPerRequestDateTime"] == description["CreationDateTime"]
