"""DeleteTable, ListTables, names and ARNs, tags."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.engine.operations.definitions import Json, described, index, table
from tests.engine.operations.tables import refused, s

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
MISSING = "Requested resource not found: Table: films not found"


def test_a_deleted_table_is_gone(engine: Engine) -> None:
    engine.create_table(**table("films", indexes=[index("idx", "g:S")]))
    engine.put_item(TableName="films", Item={"p": s("a"), "g": s("b")})
    description = engine.delete_table(TableName="films")["TableDescription"]
    assert description == {
        "TableName": "films",
        "TableStatus": "DELETING",
        "ProvisionedThroughput": {
            "NumberOfDecreasesToday": 0,
            "ReadCapacityUnits": 0,
            "WriteCapacityUnits": 0,
        },
        "TableSizeBytes": 0,
        "ItemCount": 0,
        "TableArn": f"{ARN}films",
        "TableId": description["TableId"],
        "BillingModeSummary": description["BillingModeSummary"],
        "DeletionProtectionEnabled": False,
    }
    with refused("ResourceNotFoundException", MISSING):
        described(engine, "films")
    with refused("ResourceNotFoundException", MISSING):
        engine.delete_table(TableName="films")
    with refused("ResourceNotFoundException", "Requested resource not found"):
        engine.get_item(TableName="films", Key={"p": s("a")})


def test_a_table_is_deleted_by_its_arn(engine: Engine) -> None:
    engine.create_table(**table("films"))
    engine.delete_table(TableName=f"{ARN}films")
    assert "films" not in engine.list_tables()["TableNames"]


@pytest.mark.parametrize(
    "arn", [f"{ARN}films/index/idx", "arn:aws:dynamodb:us-east-1:111111111111:table/films", "arn:"]
)
def test_an_arn_of_something_else_names_no_table(engine: Engine, arn: str) -> None:
    engine.create_table(**table("films"))
    code = "ResourceNotFoundException" if arn.startswith(ARN) else "ValidationException"
    with refused(code):
        engine.scan(TableName=arn)


NAMES = ["Zebra", "a-b", "a.b", "a_b", "aaa", "hash", "local", "ranged"]


@pytest.fixture
def listed(engine: Engine) -> Engine:
    """An engine with more tables than a page of three holds."""
    for name in ("a_b", "aaa", "Zebra", "a.b", "a-b"):
        engine.create_table(**table(name))
    return engine


def test_tables_are_listed_in_the_order_of_their_names(listed: Engine) -> None:
    assert listed.list_tables() == {"TableNames": NAMES}


def test_tables_are_listed_page_by_page(listed: Engine) -> None:
    first = listed.list_tables(Limit=3)
    assert first == {"TableNames": NAMES[:3], "LastEvaluatedTableName": NAMES[2]}
    second = listed.list_tables(Limit=5, ExclusiveStartTableName=NAMES[2])
    assert second == {"TableNames": NAMES[3:]}


def test_a_page_of_tables_may_start_at_a_name_that_is_none(listed: Engine) -> None:
    assert listed.list_tables(ExclusiveStartTableName="aaaa")["TableNames"] == NAMES[5:]
    assert listed.list_tables(ExclusiveStartTableName="zzz") == {"TableNames": []}


def test_a_page_of_tables_holds_a_hundred() -> None:
    with Engine.in_memory() as engine:
        for number in range(101):
            engine.create_table(**table(f"table{number:03}"))
        first = engine.list_tables()
        assert len(first["TableNames"]) == 100
        last = engine.list_tables(ExclusiveStartTableName=first["LastEvaluatedTableName"])
        assert last == {"TableNames": ["table100"]}


# Tags.


def tags_of(engine: Engine, **members: str) -> Json:
    answer: Json = engine.list_tags_of_resource(ResourceArn=f"{ARN}hash", **members)
    return answer


def tag(engine: Engine, **tags: str) -> None:
    given = [{"Key": key, "Value": value} for key, value in tags.items()]
    assert engine.tag_resource(ResourceArn=f"{ARN}hash", Tags=given) == {}


def test_tags_are_added_replaced_and_removed(engine: Engine) -> None:
    assert tags_of(engine) == {"Tags": []}
    tag(engine, b="1", a="2")
    tag(engine, b="3", c="")
    assert tags_of(engine)["Tags"] == [
        {"Key": "a", "Value": "2"},
        {"Key": "b", "Value": "3"},
        {"Key": "c", "Value": ""},
    ]
    answer = engine.untag_resource(ResourceArn=f"{ARN}hash", TagKeys=["a", "b", "z"])
    assert answer == {}
    assert tags_of(engine)["Tags"] == [{"Key": "c", "Value": ""}]


def test_tags_are_listed_page_by_page(engine: Engine) -> None:
    tag(engine, **{f"k{number:02}": "" for number in range(25)})
    keys: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = tags_of(engine, **token)
        keys += [entry["Key"] for entry in page["Tags"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert keys == [f"k{number:02}" for number in range(25)]


def test_a_table_has_at_most_fifty_tags(engine: Engine) -> None:
    tag(engine, **{f"k{number}": "" for number in range(50)})
    with refused(
        "ValidationException",
        "Number of Tags exceed the current limit for the provided ResourceArn",
    ):
        tag(engine, more="")
    tag(engine, k7="new")


def test_tags_stay_with_their_table(engine: Engine) -> None:
    tag(engine, a="1")
    engine.update_table(TableName="hash", DeletionProtectionEnabled=True)
    assert tags_of(engine)["Tags"] == [{"Key": "a", "Value": "1"}]
    assert "Tags" not in described(engine, "hash")


@pytest.mark.parametrize(
    ("arn", "message"),
    [
        ("hash", "One or more parameter values were invalid: ARNs must start with 'arn:': hash"),
        (
            f"{ARN}hash/index/idx",
            "One or more parameter values were invalid: Invalid resource arn provided, only table "
            f"or stream is accepted. Provided resource arn: {ARN}hash/index/idx",
        ),
    ],
)
def test_only_tables_have_tags(engine: Engine, arn: str, message: str) -> None:
    with refused("ValidationException", message):
        engine.list_tags_of_resource(ResourceArn=arn)


def test_tags_of_the_service_are_refused(engine: Engine) -> None:
    with refused("ValidationException", "Tag Key cannot be prefixed with aws:, Key: aws:mine"):
        tag(engine, **{"aws:mine": ""})


@pytest.mark.parametrize(
    "text", ["ключ", "café", "表", "a\u00a0b", "a\u3000b", "a+b-c=d.e_f:g/h@i"]
)
def test_tags_are_letters_digits_and_spaces_of_any_script(engine: Engine, text: str) -> None:
    tag(engine, **{text: text})
    assert tags_of(engine) == {"Tags": [{"Key": text, "Value": text}]}


@pytest.mark.parametrize("text", ["🔑", "a,b", "it's", "(x)", "a&b", "a*b", "a;b", "a|b", "~a"])
def test_other_signs_are_refused_in_tags(engine: Engine, text: str) -> None:
    with refused("ValidationException", f"The Tag Value provided is invalid, Value: {text}"):
        tag(engine, good="a", bad=text)
    with refused("ValidationException", f"The Tag Key provided is invalid, Key: {text}"):
        engine.untag_resource(ResourceArn=f"{ARN}hash", TagKeys=[text])
    assert tags_of(engine) == {"Tags": []}


def test_no_more_keys_are_removed_than_a_table_can_have(engine: Engine) -> None:
    keys = [str(number) for number in range(51)]
    message = "Number of Tags exceed the current limit for the provided ResourceArn"
    with refused("ValidationException", message):
        engine.untag_resource(ResourceArn=f"{ARN}hash", TagKeys=keys)
