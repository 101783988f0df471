"""Two faults in one request: the check that the service makes first gives the error."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import pytest

from engine import ApiError, Engine
from tests.engine.cases import Json
from tests.engine.cases.tables import HASH_KEY, INDEXED_KEY, make_tables


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine with the tables of the cases."""
    with Engine.in_memory() as opened:
        make_tables(opened)
        yield opened


def _message(engine: Engine, operation: str, request: Json) -> str:
    with pytest.raises(ApiError) as caught:
        engine.call(operation, request)
    return caught.value.message


# Faults of one condition each, in the order of the checks, with the beginning of the text.
CONDITIONS = (
    ("a = = b", "Syntax error"),
    ("((a = b))", "The expression has redundant parentheses"),
    ("f(a)", "Invalid function name; function: f"),
    ("size(a)", "The function is not allowed to be used this way"),
    ("name = b", "Attribute name is a reserved keyword"),
    ("#x = b", "An expression attribute name used in the document path is not defined"),
)


@pytest.mark.parametrize(("early", "late"), combinations(CONDITIONS, 2))
def test_in_a_condition_the_kind_of_fault_counts_and_not_its_place(
    engine: Engine, early: tuple[str, str], late: tuple[str, str]
) -> None:
    for text in (f"{late[0]} OR {early[0]}", f"{early[0]} OR {late[0]}"):
        request = {"TableName": "hash", "Item": HASH_KEY, "ConditionExpression": text}
        assert _message(engine, "PutItem", request).startswith(
            f"Invalid ConditionExpression: {early[1]}"
        )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # Placeholders, then numbers of operands, then distinct operands, then types.
        ("begins_with(#x)", "An expression attribute name"),
        ("contains(a, b, :x)", "An expression attribute value"),
        ("a IN (a, :x)", "An expression attribute value"),
        ("begins_with(:n, :x)", "An expression attribute value"),
        (":x = #x", "An expression attribute value"),
        ("#x = :x", "An expression attribute name"),
        ("contains(a, a, b)", "Incorrect number of operands"),
        ("begins_with(:n)", "Incorrect number of operands"),
        ("begins_with(:n, size(a, b))", "Incorrect number of operands"),
        ("attribute_exists(size(:n, b))", "Incorrect number of operands"),
        ("attribute_type(a, a)", "The first operand must be distinct"),
        ("a BETWEEN a AND :bool", "The first operand must be distinct"),
        ("attribute_exists(size(:n))", "Incorrect operand type"),
        ("a BETWEEN :bool AND :n", "Incorrect operand type"),
    ],
)
def test_within_one_comparison_or_function(engine: Engine, text: str, message: str) -> None:
    request = {
        "TableName": "hash",
        "Item": HASH_KEY,
        "ConditionExpression": text,
        "ExpressionAttributeValues": {":n": {"N": "1"}, ":bool": {"BOOL": True}},
    }
    assert _message(engine, "PutItem", request).startswith(
        f"Invalid ConditionExpression: {message}"
    )


def test_one_comparison_is_checked_to_the_end_before_the_next_one(engine: Engine) -> None:
    text = "begins_with(a, :n) AND #x = :x"
    request = {
        "TableName": "hash",
        "FilterExpression": text,
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    assert "Incorrect operand type" in _message(engine, "Scan", request)


# Faults of an update in the order of the checks: a section, its clauses, the beginning of the text.
UPDATES = (
    ("SET", "a1 = = b", "Syntax error"),
    ("SET", "name = b", "Attribute name is a reserved keyword"),
    ("SET", "a2 = f(b)", "Invalid function name"),
    ("SET", "a3 = list_append(list_append(b, c), d)", "The function is not allowed"),
    ("SET", "a4 = b SET a5 = b", 'The "SET" section can only be used once'),
    ("SET", "#x = b", "An expression attribute name"),
    ("SET", "a6 = :x", "An expression attribute value"),
    ("SET", "o.p = b, o = b", "Two document paths overlap"),
    ("SET", "c.a = b, c[0] = b", "Two document paths conflict"),
    ("ADD", "a7 :s", "Incorrect operand type for operator or function; operator: ADD"),
    ("SET", "a8 = if_not_exists(b)", "Incorrect number of operands"),
)


@pytest.mark.parametrize(("early", "late"), combinations(UPDATES, 2))
def test_in_an_update_the_kind_of_fault_counts_and_not_its_place(
    engine: Engine, early: tuple[str, str, str], late: tuple[str, str, str]
) -> None:
    clauses: dict[str, list[str]] = {}
    # A repeated section stands last, or the clauses behind it would be its.
    for section, text, _ in sorted((late, early), key=lambda fault: "SET" in fault[1]):
        clauses.setdefault(section, []).append(text)
    text = " ".join(f"{section} {', '.join(texts)}" for section, texts in clauses.items())
    request = {
        "TableName": "hash",
        "Key": HASH_KEY,
        "UpdateExpression": text,
        "ExpressionAttributeValues": {":s": {"S": "a"}},
    }
    message = _message(engine, "UpdateItem", request)
    assert message.startswith(f"Invalid UpdateExpression: {early[2]}"), text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a, name, #x", "Attribute name is a reserved keyword"),
        ("a, a, #x", "An expression attribute name"),
        ("a.b, a[1], c, c", "Two document paths overlap"),
    ],
)
def test_in_a_projection(engine: Engine, text: str, message: str) -> None:
    request = {"TableName": "hash", "Key": HASH_KEY, "ProjectionExpression": text}
    assert _message(engine, "GetItem", request).startswith(
        f"Invalid ProjectionExpression: {message}"
    )


# Parts of a PutItem that are refused, in the order of the checks; the last two need the table.
PUTS: tuple[tuple[str, Json, str], ...] = (
    ("mixing", {"Expected": {"a": {"Exists": False}}}, "Can not use both expression"),
    ("item", {"Item": {"p": {"S": "a"}, "a": {"SS": []}}}, "One or more parameter values were inv"),
    ("return", {"ReturnValues": "ALL_NEW"}, "ReturnValues can only be"),
    ("names", {"ExpressionAttributeNames": {"n": "n"}}, "ExpressionAttributeNames contains"),
    ("values", {"ExpressionAttributeValues": {"v": {}}}, "ExpressionAttributeValues contains"),
    ("text", {"ConditionExpression": ""}, "Invalid ConditionExpression"),
    ("table", {"TableName": "missing"}, "Requested resource not found"),
    ("key", {"Item": {"p": {"N": "1"}}}, "One or more parameter values were invalid: Type mis"),
    ("failing", {"ConditionExpression": "attribute_exists(zz)"}, "The conditional request failed"),
)
_ITEM = {"TableName": "hash", "Item": HASH_KEY, "ConditionExpression": "attribute_exists(p)"}


@pytest.mark.parametrize(("early", "late"), combinations(PUTS, 2))
def test_the_parts_of_a_put_are_checked_in_order(
    engine: Engine, early: tuple[str, Json, str], late: tuple[str, Json, str]
) -> None:
    if early[1].keys() == late[1].keys():
        late = ("nothing", {}, "")
    message = _message(engine, "PutItem", {**_ITEM, **late[1], **early[1]})
    assert message.startswith(early[2])


@pytest.mark.parametrize(
    "member", [{"ExpressionAttributeNames": {}}, {"ExpressionAttributeValues": {}}]
)
def test_names_and_values_without_an_expression_come_before_the_item_and_the_key(
    engine: Engine, member: Json
) -> None:
    wrong: Json = {"p": {"SS": []}}
    for operation, request in (
        ("PutItem", {"TableName": "hash", "Item": wrong}),
        ("DeleteItem", {"TableName": "hash", "Key": wrong}),
        ("UpdateItem", {"TableName": "hash", "Key": wrong}),
    ):
        message = _message(engine, operation, {**request, **member})
        assert "can only be specified when using expressions" in message


def test_names_come_before_values(engine: Engine) -> None:
    request = {**_ITEM, "ExpressionAttributeNames": {}, "ExpressionAttributeValues": {}}
    assert "Names must not be empty" in _message(engine, "PutItem", request)


def test_all_keys_of_values_come_before_the_values(engine: Engine) -> None:
    values = {":a": {"N": "x"}, "b": {"S": "b"}}
    message = _message(engine, "PutItem", {**_ITEM, "ExpressionAttributeValues": values})
    assert 'invalid key: Syntax error; key: "b"' in message


def test_the_update_comes_before_the_condition_and_unused_names_after_both(engine: Engine) -> None:
    request = {
        "TableName": "hash",
        "Key": HASH_KEY,
        "UpdateExpression": "SET a = f(b)",
        "ConditionExpression": "",
        "ExpressionAttributeNames": {"#n": "n"},
    }
    assert _message(engine, "UpdateItem", request).startswith("Invalid UpdateExpression")
    request["UpdateExpression"] = "SET a = b"
    assert _message(engine, "UpdateItem", request).startswith("Invalid ConditionExpression")
    request["ConditionExpression"] = "a = b"
    assert "ExpressionAttributeNames unused" in _message(engine, "UpdateItem", request)


def test_unused_names_come_before_unused_values_and_both_before_the_table(engine: Engine) -> None:
    request = {
        "TableName": "missing",
        "Item": HASH_KEY,
        "ConditionExpression": "a = b",
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":v": {"S": "v"}},
    }
    assert "ExpressionAttributeNames unused" in _message(engine, "PutItem", request)
    del request["ExpressionAttributeNames"]
    assert "ExpressionAttributeValues unused" in _message(engine, "PutItem", request)


# Parts of a Query that are refused, in the order of the checks.
QUERIES: tuple[tuple[Json, str], ...] = (
    ({"KeyConditionExpression": ""}, "Invalid KeyConditionExpression"),
    ({"FilterExpression": ""}, "Invalid FilterExpression"),
    ({"ProjectionExpression": ""}, "Invalid ProjectionExpression"),
    ({"ExpressionAttributeNames": {"#x": "x"}}, "Value provided in ExpressionAttributeNames"),
    ({"KeyConditionExpression": "p = :v OR p = :v"}, "Invalid operator used in KeyCondition"),
    ({"TableName": "missing"}, "Requested resource not found"),
    ({"KeyConditionExpression": "q = :v"}, "Query condition missed key schema element: p"),
    ({"FilterExpression": "attribute_exists(p)"}, "Filter Expression can only contain"),
)


@pytest.mark.parametrize(("early", "late"), combinations(QUERIES, 2))
def test_the_parts_of_a_query_are_checked_in_order(
    engine: Engine, early: tuple[Json, str], late: tuple[Json, str]
) -> None:
    request = {
        "TableName": "hash",
        "KeyConditionExpression": "p = :v",
        "ExpressionAttributeValues": {":v": {"S": "here"}},
    }
    message = _message(engine, "Query", {**request, **late[0], **early[0]})
    assert message.startswith(early[1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # The first condition that does not fit a range counts.
        ("a.d > b AND (p = :v OR p = :v)", "KeyConditionExpressions cannot have conditions on"),
        ("p <> :v AND a.d > b", "Invalid operator used in KeyConditionExpression: <>"),
        ("p > :v AND p < :v AND NOT p = :v", "KeyConditionExpressions must only contain one"),
        # Within one, from left to right.
        ("a > b.c", "Invalid condition in KeyConditionExpression: Multiple attribute names"),
        ("a.b > c", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("size(a) > b.c", "KeyConditionExpressions cannot contain nested operations"),
        ("a.b > size(c)", "KeyConditionExpressions cannot have conditions on nested attributes"),
        (":v BETWEEN a.b AND c", "Invalid condition in KeyConditionExpression: BETWEEN operator"),
    ],
)
def test_in_a_key_condition(engine: Engine, text: str, message: str) -> None:
    request = {
        "TableName": "hash",
        "KeyConditionExpression": text,
        "ExpressionAttributeValues": {":v": {"S": "here"}} if ":v" in text else None,
    }
    assert _message(engine, "Query", request).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # Right sides before left ones, then clause by clause.
        ("SET zz.a = s, a = zz", "The provided expression refers to an attribute that does not"),
        ("SET zz.a = s, a = n + s", "An operand in the update expression has an incorrect"),
        ("SET a = zz, b = n + s", "The provided expression refers to an attribute that does not"),
        ("SET a = n + s, b = zz", "An operand in the update expression has an incorrect"),
        ("SET zz.a = s ADD s :n", "The document path provided in the update expression"),
        ("ADD s :n SET zz.a = s", "An operand in the update expression has an incorrect"),
    ],
)
def test_what_the_item_does_not_allow(engine: Engine, text: str, message: str) -> None:
    request = {
        "TableName": "hash",
        "Key": HASH_KEY,
        "UpdateExpression": text,
        "ExpressionAttributeValues": {":n": {"N": "1"}} if ":n" in text else None,
    }
    assert _message(engine, "UpdateItem", request).startswith(message)


# Parts of an UpdateItem on a table with indexes, in the order of the checks.
UPDATE_ITEMS: tuple[tuple[Json, str], ...] = (
    ({"TableName": "missing"}, "Requested resource not found"),
    ({"Key": {"p": {"S": "here"}}}, "The provided key element does not match the schema"),
    ({"UpdateExpression": "SET r = f, g = :n"}, "One or more parameter values were invalid: Cann"),
    ({"UpdateExpression": "SET a1 = g.x, g = :n"}, "One or more parameter values were invalid: T"),
    ({"UpdateExpression": "SET zz.a = g.x"}, "Key attributes must be scalars"),
    ({"ConditionExpression": "attribute_exists(zz)"}, "The conditional request failed"),
    ({"UpdateExpression": "SET zz.a = s, g = n"}, "The document path provided"),
    ({"UpdateExpression": "SET g = n"}, "The update expression attempted to update the secondary"),
)


@pytest.mark.parametrize(("early", "late"), combinations(UPDATE_ITEMS, 2))
def test_the_parts_of_an_update_are_checked_in_order(
    engine: Engine, early: tuple[Json, str], late: tuple[Json, str]
) -> None:
    request = {
        "TableName": "indexed",
        "Key": INDEXED_KEY,
        "UpdateExpression": "SET a1 = s",
        "ConditionExpression": "attribute_exists(p) OR s = :n",
        "ExpressionAttributeValues": {":n": {"N": "1"}},
    }
    merged = {**request, **late[0], **early[0]}
    if ":n" not in merged["UpdateExpression"] + merged["ConditionExpression"]:
        del merged["ExpressionAttributeValues"]
    assert _message(engine, "UpdateItem", merged).startswith(early[1])
