"""What is offered at a place of a statement; `|` is the cursor."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.statements.completion import Completion, StatementNames, completions
from tests.dyntui.sql.shop import Shop, opened_shop


def offered(shop: Shop, text: str) -> list[Completion]:
    offset = text.index("|")
    return completions(text.replace("|", ""), offset, StatementNames(shop))


def texts(shop: Shop, text: str) -> list[str]:
    return [one.text for one in offered(shop, text)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("|", ["SELECT", "INSERT INTO", "UPDATE"]),
        ("SELECT * FROM orders; se|", ["select"]),
        ("S|", ["SELECT"]),
        ("SELECT * F|", ["FROM"]),
        ("SELECT * FROM |", ["orders"]),
        ("SELECT * FROM o|", ["orders"]),
        ('SELECT * FROM "o|', ['"orders"']),
        ('SELECT * FROM orders."|', ['"by-status"']),
        ("SELECT * FROM orders.|", ['"by-status"']),
        ("SELECT * FROM orders WHERE |", ["customer", "placed", "status", "place"]),
        ("SELECT * FROM orders WHERE pla|", ["placed", "place"]),
        ("SELECT * FROM orders WHERE place.|", ["city", '"odd name"']),
        ("SELECT tot| FROM orders", ["total"]),
        ("SELECT cou| FROM orders", ["COUNT("]),
        ("SELECT * FROM orders WHERE customer = 'a' A|", ["ASC", "AND"]),
        ("SELECT * FROM orders A|", ["AS OF"]),
        ("SELECT * FROM orders WHERE beg|", ["begins_with("]),
        ('SELECT * FROM "orders"."by-status" WHERE |', ["status", "customer"]),
        ("UPDATE orders SET total = set|", ["set_add(", "set_delete("]),
        ("UPDATE orders SET t|", ["total"]),
        ("UPDATE o|", ["orders"]),
        ("DELETE FROM orders WHERE c|", ["customer"]),
        ("INSERT INTO o|", ["orders"]),
        ("SELECT * FROM orders ORDER BY to|", ["total"]),
        ("SELECT * FROM orders WHERE customer = 'fro|", []),
        ("SELECT * FROM orders -- fro|", []),
        ("SELECT * FROM nowhere WHERE cust|", []),
        ("SELECT * FROM nowhere.|", []),
    ],
)
def test_what_is_offered(text: str, first: list[str], shop: Shop) -> None:
    found = texts(shop, text)
    assert found[: len(first)] == first
    assert bool(found) == bool(first)


def test_the_typed_part_is_replaced_and_keys_are_told_from_the_rest(shop: Shop) -> None:
    customer = offered(shop, "SELECT * FROM orders WHERE cus|")[0]
    assert customer == Completion("customer", 27, "attribute", "S, key")
    total = offered(shop, "SELECT * FROM orders WHERE tot|")[0]
    assert total == Completion("total", 27, "attribute", "N")


def test_items_are_sampled_once_and_only_when_needed(shop: Shop) -> None:
    names = StatementNames(shop)
    completions("SELECT * FROM ", 14, names)
    assert [operation for operation, _ in shop.requests] == ["ListTables"]
    for _ in range(2):
        completions("SELECT * FROM orders WHERE ", 27, names)
    assert [operation for operation, _ in shop.requests] == ["ListTables", "DescribeTable", "Scan"]
    names.forget()
    completions("SELECT * FROM ", 14, names)
    assert len(shop.requests) == 4


STATEMENTS = ('SELECT a.b, COUNT(*) FROM "orders"."by-status" WHERE a = \'x\' AND b[0] IN (?, :p)',)


@given(st.sampled_from(STATEMENTS), st.data())
def test_no_place_of_any_text_crashes(statement: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(statement)))
    end = data.draw(st.integers(start, min(len(statement), start + 4)))
    text = statement[:start] + data.draw(st.text("'\"; .,({*-/", max_size=3)) + statement[end:]
    offset = data.draw(st.integers(0, len(text)))
    with opened_shop() as shop:
        for one in completions(text, offset, StatementNames(shop)):
            assert one.start <= offset
