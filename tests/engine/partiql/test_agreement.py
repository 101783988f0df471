"""PartiQL and the classic operations do the same to the same random data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import Engine
from engine.errors import ApiError
from tests.engine.operations.tables import items_of, key, make_tables

Json = dict[str, Any]
Condition = tuple[str, list[Json]]
"""A text with {} in place of its values, which both languages write differently."""

# What a condition on keys may not be, and a filter may (P23; E077).
RULES_OF_KEYS = ("Overlapping conditions", "cannot contain an empty string value")

VALUES = st.one_of(
    st.integers(-3, 3).map(lambda number: {"N": str(number)}),
    st.text("ab", max_size=2).map(lambda text: {"S": text}),
    st.sampled_from([{"NULL": True}, {"BOOL": True}, {"SS": ["a", "b"]}, {"NS": ["1"]}]),
    st.just({"L": [{"N": "1"}, {"S": "a"}]}),
    st.just({"M": {"x": {"N": "2"}}}),
)
ORDERED = st.one_of(
    st.integers(-3, 3).map(lambda number: {"N": str(number)}),
    st.text("ab", max_size=2).map(lambda text: {"S": text}),
)
KEYS = st.tuples(st.sampled_from("ab"), st.sampled_from("0123"))
PATHS = st.sampled_from(["p", "r", "v", "w", "v[0]", "v.x", "w[1]"])
ITEMS = st.dictionaries(KEYS, st.dictionaries(st.sampled_from("vw"), VALUES), max_size=8)

TERMS: st.SearchStrategy[Condition] = st.one_of(
    st.tuples(PATHS, st.sampled_from(["<", "<=", ">", ">="]), ORDERED).map(
        lambda t: (f"{t[0]} {t[1]} {{}}", [t[2]])
    ),
    st.tuples(PATHS, st.sampled_from(["=", "<>"]), VALUES).map(
        lambda t: (f"{t[0]} {t[1]} {{}}", [t[2]])
    ),
    st.tuples(PATHS, st.lists(VALUES, min_size=1, max_size=3)).map(
        lambda t: (f"{t[0]} IN ({', '.join(['{}'] * len(t[1]))})", t[1])
    ),
    st.tuples(PATHS, st.integers(-3, 0), st.integers(0, 3)).map(
        lambda t: (f"{t[0]} BETWEEN {{}} AND {{}}", [{"N": str(t[1])}, {"N": str(t[2])}])
    ),
    st.tuples(PATHS, ORDERED).map(lambda t: (f"contains({t[0]}, {{}})", [t[1]])),
    st.tuples(PATHS, st.sampled_from(["", "a"])).map(
        lambda t: (f"begins_with({t[0]}, {{}})", [{"S": t[1]}])
    ),
    st.tuples(PATHS, st.integers(0, 2)).map(lambda t: (f"size({t[0]}) > {{}}", [{"N": str(t[1])}])),
    st.tuples(PATHS, st.sampled_from(["S", "N", "L", "M", "NULL"])).map(
        lambda t: (f"attribute_type({t[0]}, {{}})", [{"S": t[1]}])
    ),
    PATHS.map(lambda path: (f"attribute_exists({path})", [])),
    PATHS.map(lambda path: (f"attribute_not_exists({path})", [])),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        inner.map(lambda one: (f"NOT ({one[0]})", one[1])),
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda t: (f"({t[0][0]}) {t[1]} ({t[2][0]})", t[0][1] + t[2][1])
        ),
    ),
    max_leaves=4,
)


@contextmanager
def filled(items: dict[tuple[str, str], Json]) -> Iterator[Engine]:
    with make_tables(Engine.in_memory()) as engine:
        for (partition, sort), rest in items.items():
            engine.put_item(TableName="ranged", Item=key(partition, sort) | rest)
        yield engine


def statement(engine: Engine, text: str, values: list[Json]) -> Json:
    request: Json = {"Statement": text.format(*["?"] * len(values))}
    return engine.call("ExecuteStatement", request | ({"Parameters": values} if values else {}))


def placeholders(text: str, values: list[Json]) -> tuple[str, Json]:
    names = [f":v{number}" for number in range(len(values))]
    members: Json = {"ExpressionAttributeValues": dict(zip(names, values, strict=True))}
    return text.format(*names), members if values else {}


def in_order(items: list[Json]) -> list[Json]:
    return sorted(items, key=lambda item: (item["p"]["S"], item["r"]["S"]))


def outcome(engine: Engine, operation: str, request: Json) -> str:
    """The code of the error with which a write ends, or nothing."""
    try:
        engine.call(operation, request)
    except ApiError as error:
        return error.code
    return ""


@given(ITEMS, CONDITIONS)
def test_a_select_finds_what_a_scan_finds(
    items: dict[tuple[str, str], Json], condition: Condition
) -> None:
    text, values = condition
    with filled(items) as engine:
        try:
            found = statement(engine, f"SELECT * FROM ranged WHERE {text}", values)["Items"]
        except ApiError as error:
            if not any(text in error.message for text in RULES_OF_KEYS):
                raise
            return
        expression, members = placeholders(text, values)
        scanned = engine.call(
            "Scan", {"TableName": "ranged", "FilterExpression": expression} | members
        )
        assert in_order(found) == in_order(scanned["Items"])


@given(ITEMS, KEYS, st.none() | CONDITIONS)
def test_a_select_of_one_item_is_a_get(
    items: dict[tuple[str, str], Json], wanted: tuple[str, str], condition: Condition | None
) -> None:
    text, values = condition or ("", [])
    where = "p = {} AND r = {}" + (f" AND ({text})" if text else "")
    names = [{"S": wanted[0]}, {"S": wanted[1]}]
    with filled(items) as engine:
        answer = engine.call(
            "ExecuteStatement",
            {
                "Statement": f"SELECT * FROM ranged WHERE {where}".format(*"?" * (2 + len(values))),
                "Parameters": names + values,
                "ReturnConsumedCapacity": "TOTAL",
            },
        )
        got = engine.call(
            "GetItem",
            {
                "TableName": "ranged",
                "Key": key(*wanted),
                "ReturnConsumedCapacity": "TOTAL",
            },
        )
        assert answer["ConsumedCapacity"] == got["ConsumedCapacity"]
        if condition is None:
            assert answer["Items"] == ([got["Item"]] if "Item" in got else [])
        else:
            assert answer["Items"] in ([], [got.get("Item")])


@given(ITEMS, KEYS, st.none() | CONDITIONS, ORDERED, st.booleans())
def test_an_update_does_what_update_item_does(
    items: dict[tuple[str, str], Json],
    wanted: tuple[str, str],
    condition: Condition | None,
    value: Json,
    removes: bool,
) -> None:
    text, values = condition or ("attribute_exists(p)", [])
    clause, set_values = ("REMOVE w", []) if removes else ("SET w = {}", [value])
    expression, members = placeholders(
        f"{clause}|attribute_exists(p) AND ({text})", set_values + values
    )
    update, condition_text = expression.split("|")
    names = [{"S": wanted[0]}, {"S": wanted[1]}]
    with filled(items) as one, filled(items) as other:
        code = outcome(
            other,
            "UpdateItem",
            {
                "TableName": "ranged",
                "Key": key(*wanted),
                "UpdateExpression": update,
                "ConditionExpression": condition_text,
            }
            | members,
        )
        where = f"p = {{}} AND r = {{}} AND ({text})"
        marks = "?" * (len(set_values) + 2 + len(values))
        request = {
            "Statement": f"UPDATE ranged {clause} WHERE {where}".format(*marks),
            "Parameters": [*set_values, *names, *values],
        }
        assert outcome(one, "ExecuteStatement", request) == code
        assert items_of(one, "ranged") == items_of(other, "ranged")
        assert one.check() == []


@given(ITEMS, KEYS, VALUES)
def test_inserts_and_deletes_do_what_puts_and_deletes_do(
    items: dict[tuple[str, str], Json], wanted: tuple[str, str], value: Json
) -> None:
    names = [{"S": wanted[0]}, {"S": wanted[1]}]
    with filled(items) as one, filled(items) as other:
        put = {"TableName": "ranged", "Item": key(*wanted) | {"v": value}}
        refused = outcome(
            other, "PutItem", put | {"ConditionExpression": "attribute_not_exists(p)"}
        )
        insert = {
            "Statement": "INSERT INTO ranged VALUE {'p': ?, 'r': ?, 'v': ?}",
            "Parameters": [*names, value],
        }
        assert bool(outcome(one, "ExecuteStatement", insert)) == bool(refused)
        assert items_of(one, "ranged") == items_of(other, "ranged")
        other.call("DeleteItem", {"TableName": "ranged", "Key": key(*wanted)})
        delete = {"Statement": "DELETE FROM ranged WHERE r = ? AND ? = p"}
        assert outcome(one, "ExecuteStatement", delete | {"Parameters": names[::-1]}) == ""
        assert items_of(one, "ranged") == items_of(other, "ranged")
