"""ExecuteStatement: reading and writing with PartiQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine
from tests.engine.operations.tables import items_of, key, make_tables, n, refused, s

Json = dict[str, Any]


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Tables with a few items: in `ranged` p = a with r from 0 to 4, p = b with r = 0."""
    with Engine.in_memory() as opened:
        make_tables(opened)
        for number in range(5):
            item = key("a", str(number)) | {
                "v": n(number),
                "g": n(number % 2),
                "m": {"M": {"list": {"L": [s("x"), n(number)]}}},
            }
            opened.put_item(TableName="ranged", Item=item)
        opened.put_item(TableName="ranged", Item=key("b", "0") | {"tags": {"SS": ["x"]}})
        opened.put_item(TableName="local", Item=key("a", "0") | {"l": s("z"), "v": n(1)})
        yield opened
        assert opened.check() == []


def run(engine: Engine, statement: str, *parameters: Json, **more: Any) -> Json:
    request: Json = {"Statement": statement} | more
    if parameters:
        request["Parameters"] = list(parameters)
    return engine.call("ExecuteStatement", request)


def sort_keys(answer: Json) -> str:
    return "".join(item["r"]["S"] for item in answer["Items"])


@pytest.mark.parametrize(
    ("where", "found", "units"),
    [
        ("p = 'a'", "01234", 0.5),
        ("'a' = p AND r > '1'", "234", 0.5),
        ("p = 'a' AND r = '1'", "1", 0.5),
        ("p = 'a' AND r BETWEEN '1' AND '3'", "123", 0.5),
        ("p = 'a' AND begins_with(r, '4')", "4", 0.5),
        ("p = 'a' AND v >= 3", "34", 0.5),
        ("p = 'a' AND (v = 0 OR v = 4)", "04", 0.5),
        ("p = 'a' AND v IN (1, 2)", "12", 0.5),
        ("p = 'a' AND NOT v < 3", "34", 0.5),
        ("p = 'a' AND v + 1 = 3", "2", 0.5),
        ("p = 'a' AND m.list[1] = 2", "2", 0.5),
        ("p = 'a' AND tags IS MISSING", "01234", 0.5),
        ("p = 'b' AND tags IS NOT MISSING", "0", 0.5),
        ("p = 'b' AND size(tags) = 1", "0", 0.5),
        ("p IN ('b', 'a') AND r = '0'", "00", 1.0),
        ("(p = 'a' AND r = '1') OR (p = 'b' AND r = '0')", "10", 1.0),
        ("(p = 'a' AND r = '1') OR (p = 'a' AND r = '3')", "13", 1.0),
        ("p = 'nobody'", "", 0.5),
        ("p = 1", "", 0.5),
        ("v = 3", "3", 0.5),
        ("p > 'a'", "0", 0.5),
        ("p = 'b' OR v = 4", "40", 0.5),
    ],
)
def test_where(engine: Engine, where: str, found: str, units: float) -> None:
    answer = run(engine, f"SELECT * FROM ranged WHERE {where}", ReturnConsumedCapacity="TOTAL")
    assert sorted(sort_keys(answer)) == sorted(found)
    assert answer["ConsumedCapacity"] == {"TableName": "ranged", "CapacityUnits": units}


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("r", "012340"),
        ("r DESC", "432100"),
        ("p DESC", "001234"),
        ("p, r DESC", "432100"),
        ("p DESC, r DESC", "043210"),
    ],
)
def test_order(engine: Engine, order: str, found: str) -> None:
    statement = f"SELECT * FROM ranged WHERE p IN ['a', 'b'] ORDER BY {order}"
    assert sort_keys(run(engine, statement)) == found


@pytest.mark.parametrize(
    ("rest", "message"),
    [
        ("ORDER BY r", "Must have WHERE clause in the statement when using ORDER BY clause."),
        (
            "WHERE v = 1 ORDER BY r",
            "Must have at least one non-optional hash key condition in WHERE clause when using "
            "ORDER BY clause.",
        ),
        (
            "WHERE p = 'a' ORDER BY v",
            "Variable reference v in ORDER BY clause must be part of the primary key",
        ),
        (
            "WHERE (p = 'a' AND r > '1') OR (p = 'a' AND r < '3')",
            "Overlapping conditions with range keys are not supported in where clause",
        ),
        (
            "WHERE p = 'a' AND v < [1]",
            "Incorrect operand type for operator or function; operator or function: <, "
            "operand type: L",
        ),
        (
            "WHERE attribute_exists('x')",
            "Operator or function requires a document path; operator or function: attribute_exists",
        ),
        (
            "WHERE contains(v)",
            "Incorrect number of operands for operator or function; operator or function: "
            "contains, number of operands: 1",
        ),
    ],
)
def test_reads_that_are_refused(engine: Engine, rest: str, message: str) -> None:
    with refused("ValidationException", message):
        run(engine, f"SELECT * FROM ranged {rest}")


def test_paths_are_shown_from_their_last_name_on(engine: Engine) -> None:
    answer = run(engine, "SELECT r, m.list[1], m.list, none.x FROM ranged WHERE p='a' AND r='2'")
    assert answer["Items"] == [{"r": s("2"), "list[1]": n(2), "list": {"L": [s("x"), n(2)]}}]


def test_indexes(engine: Engine) -> None:
    answer = run(
        engine,
        'SELECT * FROM "ranged"."by-g" WHERE g = 1',
        ReturnConsumedCapacity="INDEXES",
    )
    assert sort_keys(answer) == "13"
    assert set(answer["Items"][0]) == {"p", "r", "g"}
    assert answer["ConsumedCapacity"]["GlobalSecondaryIndexes"] == {"by-g": {"CapacityUnits": 0.5}}
    assert run(engine, "SELECT v FROM local.\"by-l\" WHERE p='a' AND l='z'")["Items"] == [
        {"v": n(1)}
    ]
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Global secondary index by-g does not project "
        "[v]",
    ):
        run(engine, 'SELECT v FROM "ranged"."by-g" WHERE g = 1')
    with refused("ValidationException", "The table does not have the specified index"):
        run(engine, 'SELECT v FROM "ranged"."none" WHERE g = 1')
    with refused(
        "ValidationException",
        "Strongly consistent read is not supported on Global Secondary Indexes",
    ):
        run(engine, 'SELECT p FROM "ranged"."by-g" WHERE g = 1', ConsistentRead=True)


def test_pages_go_on_where_they_stopped_over_several_partitions(engine: Engine) -> None:
    statement = "SELECT * FROM ranged WHERE p IN ['a', 'b'] AND v <> 2"
    found = ""
    more: Json = {}
    counts = []
    while True:
        answer = run(engine, statement, Limit=2, **more)
        found += sort_keys(answer)
        counts.append(len(answer["Items"]))
        if "NextToken" not in answer:
            break
        more = {"NextToken": answer["NextToken"]}
    assert found == "01340"
    assert max(counts) == 2


def test_a_token_is_bound_to_its_statement(engine: Engine) -> None:
    token = run(engine, "SELECT * FROM ranged WHERE p = ?", s("a"), Limit=2)["NextToken"]
    for statement, parameter in (
        ("SELECT * FROM ranged WHERE ? = p", s("a")),
        ("SELECT * FROM ranged WHERE p = ?", s("b")),
    ):
        with refused("ValidationException", "NextToken does not match request"):
            run(engine, statement, parameter, NextToken=token)
    with refused("ValidationException", "NextToken does not match request"):
        run(engine, "SELECT * FROM ranged WHERE p = ?", s("a"), NextToken="x")


def test_the_number_of_parameters_must_match(engine: Engine) -> None:
    with refused(
        "ValidationException", "Number of parameters in request and statement don't match."
    ):
        run(engine, "SELECT * FROM ranged WHERE p = ? AND r = ?", s("a"))


def test_insert(engine: Engine) -> None:
    statement = "INSERT INTO hash VALUE {'p': ?, 'data': ?, 'set': <<1, 2>>, 'list': [NULL, true]}"
    answer = run(engine, statement, s("a"), {"B": b"\0"}, ReturnConsumedCapacity="TOTAL")
    assert answer == {
        "Items": [],
        "ConsumedCapacity": {"TableName": "hash", "CapacityUnits": 1.0},
    }
    (item,) = items_of(engine, "hash")
    assert item["data"] == {"B": b"\0"}
    assert item["list"] == {"L": [{"NULL": True}, {"BOOL": True}]}
    with refused("DuplicateItemException", "Duplicate primary key exists in table"):
        run(engine, statement, s("a"), {"B": b"\0"})
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Missing the key p in the item",
    ):
        run(engine, "INSERT INTO hash VALUE {'q': 1}")
    with refused(
        "ValidationException",
        "Attempting to store more than 38 significant digits in a Number under root[1]",
    ):
        run(engine, f"INSERT INTO hash VALUE {{'p': 'b', 'n': [1, {'1' * 39}]}}")


@pytest.mark.parametrize(
    ("clauses", "after"),
    [
        ("SET v = 9", {"v": n(9)}),
        ("SET v = v + 1 SET w = v - ?", {"v": n(2), "w": n(-1)}),
        ("SET v = ?, w = 'x' REMOVE m", {"v": n(2), "w": s("x"), "m": None}),
        ("SET m.list[1] = 'y'", {"m": {"M": {"list": {"L": [s("x"), s("y")]}}}}),
        (
            "SET m.list = list_append(m.list, ['z'])",
            {"m": {"M": {"list": {"L": [s("x"), n(1), s("z")]}}}},
        ),
        ("SET tags = set_add(tags, <<'y'>>)", {"tags": {"SS": ["y"]}}),
        ("REMOVE g REMOVE m.list[0]", {"g": None, "m": {"M": {"list": {"L": [n(1)]}}}}),
    ],
)
def test_update(engine: Engine, clauses: str, after: Json) -> None:
    before = run(engine, "SELECT * FROM ranged WHERE p = 'a' AND r = '1'")["Items"][0]
    parameters = [n(2)] if "?" in clauses else []
    answer = run(
        engine,
        f"UPDATE ranged {clauses} WHERE p = 'a' AND r = '1' RETURNING ALL NEW *",
        *parameters,
    )
    expected = {name: value for name, value in (before | after).items() if value is not None}
    assert answer["Items"] == [expected]


def test_an_update_needs_an_item_and_its_condition(engine: Engine) -> None:
    failed = ("ConditionalCheckFailedException", "The conditional request failed")
    with refused(*failed):
        run(engine, "UPDATE ranged SET v = 1 WHERE p = 'no' AND r = '1'")
    with refused(*failed) as members:
        run(
            engine,
            "UPDATE ranged SET v = 1 WHERE p = 'a' AND r = '1' AND v = 5",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert members["Item"]["v"] == n(1)
    with refused(
        "ValidationException",
        "Where clause does not contain a mandatory equality on all key attributes",
    ):
        run(engine, "UPDATE ranged SET v = 1 WHERE p = 'a'")
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Cannot update attribute r. "
        "This attribute is part of the key",
    ):
        run(engine, "UPDATE ranged SET r = 1 WHERE p = 'a' AND r = '1'")


@pytest.mark.parametrize(
    ("returning", "shown"),
    [
        ("ALL OLD", {"v": n(1), "w": None}),
        ("ALL NEW", {"v": n(2), "w": n(3)}),
        ("MODIFIED OLD", {"v": n(1)}),
        ("MODIFIED NEW", {"v": n(2), "w": n(3)}),
    ],
)
def test_returning(engine: Engine, returning: str, shown: Json) -> None:
    statement = "UPDATE ranged SET v = 2 SET w = 3 WHERE p = 'a' AND r = '1' RETURNING"
    (item,) = run(engine, f"{statement} {returning} *")["Items"]
    assert {name: item.get(name) for name in shown} == shown
    assert ("p" in item) == returning.startswith("ALL")


def test_delete(engine: Engine) -> None:
    where = "p = 'a' AND r = '1'"
    with refused("ConditionalCheckFailedException"):
        run(engine, f"DELETE FROM ranged WHERE {where} AND v > 1")
    (old,) = run(engine, f"DELETE FROM ranged WHERE {where} RETURNING ALL OLD *")["Items"]
    assert old["v"] == n(1)
    assert run(engine, f"DELETE FROM ranged WHERE {where} AND v > 1") == {"Items": []}


def test_batches(engine: Engine) -> None:
    one = "SELECT v FROM ranged WHERE p = 'a' AND r = '1'"
    answer = engine.batch_execute_statement(
        Statements=[
            {"Statement": one},
            {"Statement": "SELECT * FROM ranged WHERE p = 'a'"},
            {"Statement": "SELECT * FROM absent WHERE p = 'a'"},
            {"Statement": "SELECT * FROM hash WHERE p = 'a'"},
            {"Statement": "SELECT"},
        ],
        ReturnConsumedCapacity="TOTAL",
    )
    first, second, third, fourth, fifth = answer["Responses"]
    assert first == {"TableName": "ranged", "Item": {"v": n(1)}}
    assert second["Error"] == {
        "Code": "ValidationError",
        "Message": "Select statements within BatchExecuteStatement must specify the primary key in "
        "the where clause.",
    }
    assert third["Error"]["Code"] == "ResourceNotFound"
    assert fourth == {"TableName": "hash"}
    assert fifth["Error"]["Code"] == "ValidationError"
    written = engine.batch_execute_statement(
        Statements=[
            {"Statement": "INSERT INTO hash VALUE {'p': 'a', 'data': ?}", "Parameters": [s("x")]},
            {
                "Statement": "UPDATE hash SET v = 1 WHERE p = 'a' AND v = 2",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
            {"Statement": "DELETE FROM hash WHERE p = 'a' RETURNING ALL OLD *"},
        ]
    )
    assert [entry.get("Error", {}).get("Code") for entry in written["Responses"]] == [
        None,
        "ConditionalCheckFailed",
        None,
    ]
    assert written["Responses"][1]["Error"]["Item"] == {"p": s("a"), "data": s("x")}
    with refused("ValidationException"):
        engine.batch_execute_statement(
            Statements=[{"Statement": one}, {"Statement": "INSERT INTO hash VALUE {'p': 'a'}"}]
        )


@pytest.mark.parametrize(
    ("excluding", "found"),
    [
        ("NOT r = '1'", "23"),
        ("r <> '1'", "23"),
        ("NOT begins_with(r, 'x')", "123"),
        ("NOT r IN ['1', '3']", "2"),
        ("NOT r > '5'", "123"),
        ("NOT (r = '1')", "23"),
        ("NOT (r = '1' OR r = '3')", "2"),
    ],
)
def test_a_branch_that_excludes_sort_keys_may_overlap_another(
    engine: Engine, excluding: str, found: str
) -> None:
    for r in "123":
        engine.put_item(TableName="ranged", Item={"p": s("three"), "r": s(r)})
    where = f"p = 'three' AND {excluding} OR p = 'three' AND r = '2'"
    assert sort_keys(run(engine, f"SELECT * FROM ranged WHERE {where}")) == found


def test_a_parameter_that_is_no_value_is_refused_without_its_position(engine: Engine) -> None:
    statement = "UPDATE ranged SET v = ? WHERE p = 'a' AND r = '1'"
    message = "The parameter cannot be converted to a numeric value: x"
    with refused("ValidationException", message):
        engine.execute_transaction(
            TransactStatements=[{"Statement": statement, "Parameters": [{"N": "x"}]}]
        )


BY_KEY = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where "
    "clause."
)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM ranged WHERE p = 'a'",
        "SELECT * FROM ranged WHERE p = 'a' AND r = '1' AND v = 1",
        "SELECT * FROM ranged WHERE p = 'a' AND r = '1' AND p = 'b'",
        "SELECT * FROM local.\"by-l\" WHERE p = 'a' AND r = '1'",
    ],
)
def test_a_batch_reads_by_the_key_and_nothing_more(engine: Engine, statement: str) -> None:
    one = "SELECT * FROM ranged WHERE p = 'a' AND r = '1' AND p = 'a'"
    answer = engine.batch_execute_statement(
        Statements=[{"Statement": one}, {"Statement": statement}]
    )
    kept, failed = answer["Responses"]
    assert kept["Item"]["r"] == s("1")
    assert failed["Error"] == {"Code": "ValidationError", "Message": BY_KEY}


def test_a_filter_asks_only_for_what_the_index_holds(engine: Engine) -> None:
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Secondary index by-g does not project one or "
        "more filter attributes: [zzz]",
    ):
        run(engine, "SELECT * FROM ranged.\"by-g\" WHERE g = 'a' AND zzz = 1")


@pytest.mark.parametrize("form", ["MODIFIED OLD", "ALL NEW", "MODIFIED NEW"])
def test_a_deletion_returns_only_the_whole_old_item(engine: Engine, form: str) -> None:
    with refused(
        "ValidationException",
        f"Invalid returning clause: RETURNING {form} *. Only RETURNING ALL OLD * is allowed in "
        "DELETE statements.",
    ):
        run(engine, f"DELETE FROM hash WHERE p = 'a' RETURNING {form} *")


def transact(engine: Engine, *statements: str, **more: Any) -> Json:
    entries = [{"Statement": statement} for statement in statements]
    return engine.call("ExecuteTransaction", {"TransactStatements": entries} | more)


def test_transactions(engine: Engine) -> None:
    exists = "EXISTS(SELECT * FROM ranged WHERE p = 'a' AND r = '1' AND v = {})"
    insert = "INSERT INTO hash VALUE {'p': 'a'}"
    update = "UPDATE ranged SET v = 7 WHERE p = 'a' AND r = '2'"
    assert transact(engine, insert, update, exists.format(1)) == {"Responses": []}
    with refused("TransactionCanceledException") as members:
        transact(engine, insert, update, exists.format(2))
    assert [reason["Code"] for reason in members["CancellationReasons"]] == [
        "DuplicateItem",
        "None",
        "ConditionalCheckFailed",
    ]
    read = transact(
        engine,
        "SELECT v FROM ranged WHERE p = 'a' AND r = '2'",
        "SELECT * FROM hash WHERE p = 'none'",
        ReturnConsumedCapacity="TOTAL",
    )
    assert read["Responses"] == [{"Item": {"v": n(7)}}, {}]
    assert [entry["CapacityUnits"] for entry in read["ConsumedCapacity"]] == [2.0, 2.0]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (
            "SELECT * FROM ranged WHERE p = 'a'",
            "Select statements within ExecuteTransaction must specify the primary key in the "
            "where clause.",
        ),
        (
            "EXISTS(SELECT * FROM ranged WHERE p = 'a' AND r = '1')",
            "EXISTS() must contain a single item read with additional condition",
        ),
        (
            "UPDATE ranged SET v = 1 WHERE p = 'a'",
            "Where clause does not contain a mandatory equality on all key attributes",
        ),
        ("SELECT a AS b FROM t", "Aliasing is not supported"),
        (
            "SELECT * FROM ranged WHERE p = 'a' AND r = '1' AND v = 1",
            "Select statements within ExecuteTransaction must specify the primary key in the "
            "where clause.",
        ),
        (
            "SELECT * FROM local.\"by-l\" WHERE p = 'a'",
            "Reads on indices are not supported within transactions.",
        ),
        (
            "UPDATE ranged SET v = 1 WHERE p = 'a' AND r = '1' RETURNING ALL NEW *",
            "RETURNING clause is not supported in ExecuteTransaction.",
        ),
    ],
)
def test_transactions_that_are_refused(engine: Engine, statement: str, message: str) -> None:
    with refused("ValidationException", f"Validation failed in TransactStatements[0]: {message}"):
        transact(engine, statement)


NUMBERS = st.integers(0, 6)


@given(
    st.sampled_from(["=", "<", "<=", ">", ">=", "<>"]),
    NUMBERS,
    st.sampled_from(["=", "<", ">=", "<>"]),
    NUMBERS,
    st.booleans(),
    st.integers(1, 7),
)
def test_a_select_finds_what_a_query_finds(
    sort_operator: str, sort: int, operator: str, value: int, descending: bool, limit: int
) -> None:
    engine = SHARED
    direction = "DESC" if descending else "ASC"
    filtered = sort_operator == "<>"
    statement = (
        f"SELECT * FROM ranged WHERE p = 'a' AND r {sort_operator} ? AND v {operator} ? "
        f"ORDER BY r {direction}"
    )
    request: Json = {
        "TableName": "ranged",
        "KeyConditionExpression": "p = :p" if filtered else f"p = :p AND r {sort_operator} :r",
        "FilterExpression": f"v {operator} :v",
        "ExpressionAttributeValues": {":p": s("a"), ":v": n(value)},
        "ScanIndexForward": not descending,
        "Limit": limit,
    }
    if not filtered:
        request["ExpressionAttributeValues"][":r"] = s(str(sort))
    found = engine.call("Query", request)["Items"]
    if filtered:
        found = [item for item in found if item["r"] != s(str(sort))]
    assert run(engine, statement, s(str(sort)), n(value), Limit=limit)["Items"] == found


SHARED = make_tables(Engine.in_memory())
for _number in range(6):
    SHARED.put_item(TableName="ranged", Item=key("a", str(_number)) | {"v": n(_number * 3 % 6)})
