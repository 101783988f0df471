"""Statements run: the service's, and those that are finished here."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.statements.explain import explain, explanation_lines
from dyntui.core.statements.statements import (
    Run,
    StatementCancelledError,
    fault_place,
    outcome_text,
    prepare,
    request_of,
)
from engine.errors import ApiError
from engine.partiql.faults import StatementError
from tests.dyntui.sql.shop import Shop, opened_shop

Json = dict[str, Any]


def column(rows: list[Json], name: str) -> list[Any]:
    return [next(iter(row[name].values())) if name in row else None for row in rows]


def test_rows_and_what_they_cost(shop: Shop) -> None:
    statement = prepare("SELECT placed FROM orders WHERE customer = ?", shop.table)
    ticks = count()
    run = Run(shop, statement, [{"S": "ada"}], page_items=1, clock=lambda: next(ticks))
    assert column(list(run), "placed") == ["1", "2"]
    assert (run.outcome.rows, run.outcome.pages, run.outcome.units) == (2, 3, 1.5)
    assert run.outcome.seconds == 3.0
    assert outcome_text(run.outcome, is_read=True) == "2 rows, 3 pages, 1.5 RCU"


def test_what_indexes_cost_is_told_apart(shop: Shop) -> None:
    statement = prepare(
        "INSERT INTO orders VALUE {'customer': 'x', 'placed': 1, 'status': 'new'}", shop.table
    )
    run = Run(shop, statement)
    assert list(run) == []
    assert outcome_text(run.outcome, is_read=False) == "2 WCU (table 1, by-status 1)"
    assert outcome_text(run.outcome, is_read=False, capacity="TOTAL") == "2 WCU"


def test_consistent_is_for_reads_only(shop: Shop) -> None:
    read = prepare("SELECT * FROM orders WHERE customer = 'ada'", shop.table)
    assert request_of(read, (), consistent=True)["ConsistentRead"] is True
    write = prepare("DELETE FROM orders WHERE customer = 'ada' AND placed = 1", shop.table)
    assert "ConsistentRead" not in request_of(write, (), consistent=True)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("SELECT COUNT(*) FROM orders", [{"COUNT(*)": {"N": "5"}}]),
        ("SELECT COUNT(total) FROM orders", [{"COUNT(total)": {"N": "4"}}]),
        (
            "SELECT SUM(total), avg(total), MIN(total), MAX(customer) FROM orders",
            [
                {
                    "SUM(total)": {"N": "42.5"},
                    "AVG(total)": {"N": "10.625"},
                    "MIN(total)": {"N": "3"},
                    "MAX(customer)": {"S": "eve"},
                }
            ],
        ),
        (
            "SELECT status, COUNT(*) FROM orders GROUP BY status ORDER BY COUNT(*) DESC",
            [
                {"status": {"S": "open"}, "COUNT(*)": {"N": "3"}},
                {"status": {"S": "sent"}, "COUNT(*)": {"N": "2"}},
            ],
        ),
        (
            "SELECT status FROM orders GROUP BY status ORDER BY SUM(total) LIMIT 1",
            [{"status": {"S": "sent"}}],
        ),
        (
            "SELECT place.city, MAX(placed) FROM orders GROUP BY place.city",
            [{"city": {"S": "Cádiz"}, "MAX(placed)": {"N": "5"}}],
        ),
        (
            "SELECT placed FROM orders ORDER BY total DESC",
            [{"placed": {"N": n}} for n in ("3", "1", "5", "2", "4")],
        ),
        (
            "SELECT placed FROM orders WHERE customer = 'ada' ORDER BY placed DESC LIMIT 1",
            [{"placed": {"N": "2"}}],
        ),
        ("SELECT placed FROM orders ORDER BY place.city, placed LIMIT 1", [{"placed": {"N": "1"}}]),
        (
            "SELECT COUNT(*), SUM(total) FROM orders WHERE customer = 'no'",
            [{"COUNT(*)": {"N": "0"}}],
        ),
        ("SELECT COUNT(*) FROM orders WHERE customer = 'no' GROUP BY status", []),
        ("SELECT placed FROM orders LIMIT 0", []),
    ],
)
def test_what_is_done_here(text: str, rows: list[Json], shop: Shop) -> None:
    assert shop.rows(text) == rows


def test_sums_keep_all_digits(shop: Shop) -> None:
    for placed, total in ((8, "1" + "0" * 37), (9, "0.1"), (10, "-1" + "0" * 37)):
        shop.engine.put_item(
            TableName="orders",
            Item={"customer": {"S": "big"}, "placed": {"N": str(placed)}, "total": {"N": total}},
        )
    assert shop.rows("SELECT SUM(total) FROM orders WHERE customer = 'big'") == [
        {"SUM(total)": {"N": "0.1"}}
    ]


def test_an_order_that_the_service_has_is_left_to_it(shop: Shop) -> None:
    text = "SELECT * FROM orders WHERE customer = 'ada' ORDER BY placed DESC"
    assert prepare(text, shop.table).extended is None
    limited = prepare(f"{text} LIMIT 1", shop.table)
    assert limited.done_here == ("LIMIT",)
    assert limited.text == ("SELECT * FROM \"orders\" WHERE customer = 'ada' ORDER BY placed DESC")
    assert prepare("SELECT * FROM orders ORDER BY placed", shop.table).done_here == ("ORDER BY",)


def test_a_limit_examines_no_more_than_it_shows(shop: Shop) -> None:
    assert len(shop.rows("SELECT * FROM orders LIMIT 2")) == 2
    assert [request["Limit"] for _, request in shop.requests] == [2]


def test_a_limit_that_its_first_page_does_not_reach_reads_on_in_large_pages(shop: Shop) -> None:
    where = "WHERE customer IN ('ada', 'bob', 'eve')"
    assert len(shop.rows(f"SELECT * FROM orders {where} LIMIT 2")) == 2
    assert len(shop.rows(f"SELECT * FROM orders {where} AND total > 15 LIMIT 1")) == 1
    limits = [request.get("Limit") for _, request in shop.requests]
    assert limits == [2, 1, None]


def test_only_what_is_needed_is_read(shop: Shop) -> None:
    statement = prepare(
        "SELECT status, SUM(place.tax) FROM orders WHERE total > 1 GROUP BY status", shop.table
    )
    assert statement.text == 'SELECT status, place FROM "orders" WHERE total > 1'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT * FROM orders GROUP BY status", "* cannot stand beside aggregates or GROUP BY"),
        ("SELECT total, COUNT(*) FROM orders", "total is neither grouped by nor inside"),
        ("SELECT total FROM orders ORDER BY COUNT(*)", "total is neither grouped by nor inside"),
        (
            "SELECT * FROM orders AS OF 'some time' WHERE total > 1",
            "'some time' is no point of time",
        ),
        ("SELECT * FROM orders AS OF total", "Unexpected term"),
        ("SELECT * FROM orders AS OF", "Unexpected end of statement"),
        ("SELECT * FROM orders AS o", "Aliasing is not supported"),
        ("SELECT COUNT(*) FROM orders GROUP", "Unexpected end of statement"),
        ("SELECT * FROM orders LIMIT x", "Unexpected term"),
        ("SELECT DISTINCT a FROM orders", "Unexpected keyword"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str, shop: Shop) -> None:
    with pytest.raises(StatementError) as caught:
        prepare(text, shop.table)
    assert said in caught.value.message


def test_the_place_of_a_mistake(shop: Shop) -> None:
    text = "SELECT *\nFROM orders WHERE total => 1"
    with pytest.raises(StatementError) as caught:
        prepare(text, shop.table)
    assert fault_place(text, caught.value) == "line 2, column 26"


def test_the_service_refuses_in_its_own_words(shop: Shop) -> None:
    with pytest.raises(ApiError, match="Requested resource not found"):
        shop.rows("SELECT * FROM nowhere")
    with pytest.raises(ApiError, match="The table does not have the specified index"):
        shop.rows('SELECT * FROM "orders"."nowhere" ORDER BY total')
    with pytest.raises(ApiError, match="Function not supported"):
        shop.rows("EXISTS(SELECT * FROM orders WHERE customer = 'ada' AND placed = 1)")


@pytest.mark.parametrize(
    "text", ["SELECT * FROM orders", "SELECT COUNT(*) FROM orders", "SELECT * FROM orders LIMIT 9"]
)
def test_a_cancelled_run_reads_at_most_one_more_page(text: str, shop: Shop) -> None:
    run = Run(shop, prepare(text, shop.table), page_items=1, cancelled=shop.asked_twice)
    with pytest.raises(StatementCancelledError):
        list(run)
    assert len(shop.requests) <= 3


def test_explanations(shop: Shop) -> None:
    def lines(text: str) -> list[str]:
        statement = prepare(text, shop.table)
        found = explain(shop.engine, statement, table_of=shop.table)
        return list(explanation_lines(found, statement))

    assert lines(
        'SELECT * FROM "orders"."by-status" WHERE status = \'open\' AND total > 1 LIMIT 2'
    ) == [
        "Query  orders, index by-status",
        "key     status = 'open'",
        "filter  total > 1",
        "here    LIMIT: beyond the service, done while rows stream",
        "reads   3 items, 0.5 RCU",
    ]
    assert lines("SELECT * FROM orders WHERE status = ?") == [
        "Scan  orders  (full scan)",
        "filter  status = '?'",
        "reads   5 items, 0.5 RCU",
        "better  index by-status answers this with a Query",
    ]
    assert lines("DELETE FROM orders WHERE customer = 'a' AND placed = 1")[:2] == [
        "DeleteItem  orders",
        "key     customer = 'a' AND placed = 1",
    ]


VALUES = st.one_of(
    st.none(),
    st.integers(-20, 20).map(lambda n: {"N": str(n)}),
    st.text("abc", max_size=2).map(lambda text: {"S": text}),
)


@given(st.lists(st.tuples(st.sampled_from(["x", "y", "z"]), VALUES), max_size=12))
def test_groups_are_what_python_makes_of_the_items(pairs: list[tuple[str, Json | None]]) -> None:
    with opened_shop() as shop:
        expected: dict[str, list[Json]] = {}
        for number, (group, value) in enumerate(pairs):
            item: Json = {"customer": {"S": "g"}, "placed": {"N": str(number)}, "g": {"S": group}}
            expected.setdefault(group, []).append(item if value is None else item | {"v": value})
            shop.engine.put_item(TableName="orders", Item=expected[group][-1])
        rows = shop.rows(
            "SELECT g, COUNT(*), SUM(v), MIN(v) FROM orders WHERE customer = 'g' GROUP BY g"
        )
        found = {row["g"]["S"]: row for row in rows}
        assert found.keys() == expected.keys()
        for group, items in expected.items():
            numbers = [Decimal(i["v"]["N"]) for i in items if "N" in i.get("v", ())]
            texts = [i["v"]["S"] for i in items if "S" in i.get("v", ())]
            least = {"N": str(min(numbers))} if numbers else {"S": min(texts)} if texts else None
            assert found[group]["COUNT(*)"] == {"N": str(len(items))}
            assert found[group].get("SUM(v)") == ({"N": str(sum(numbers))} if numbers else None)
            assert found[group].get("MIN(v)") == least


@given(st.lists(VALUES, max_size=12), st.booleans(), st.none() | st.integers(0, 5))
def test_any_order_is_stable_and_missing_values_stand_last(
    values: list[Json | None], descending: bool, limit: int | None
) -> None:
    with opened_shop() as shop:
        for number, value in enumerate(values):
            item: Json = {"customer": {"S": "g"}, "placed": {"N": str(number)}}
            shop.engine.put_item(
                TableName="orders", Item=item if value is None else item | {"v": value}
            )
        text = "SELECT v FROM orders WHERE customer = 'g' ORDER BY v"
        text += " DESC" if descending else ""
        rows = shop.rows(text if limit is None else f"{text} LIMIT {limit}")
        numbers = sorted(Decimal(v["N"]) for v in values if v and "N" in v)
        texts = sorted(v["S"] for v in values if v and "S" in v)
        ordered: list[Any] = [*map(str, numbers), *texts]
        if descending:
            ordered.reverse()
        ordered += [None] * (len(values) - len(ordered))
        assert column(rows, "v") == ordered[:limit]
