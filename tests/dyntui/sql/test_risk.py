"""What is asked about before it runs."""

from __future__ import annotations

import pytest

from dyntui.core.statements.risk import risk
from dyntui.core.statements.statements import prepare
from tests.dyntui.sql.shop import Shop


def asked(shop: Shop, text: str, *, large_bytes: int = 100, refuses: bool = True) -> str | None:
    return risk(
        prepare(text, shop.table),
        (),
        shop.table,
        large_bytes=large_bytes,
        refuses_partial_keys=refuses,
    )


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM orders",
        "SELECT * FROM orders WHERE total > 1",
        "SELECT COUNT(*) FROM orders",
        "SELECT * FROM orders ORDER BY total LIMIT 1",
        "SELECT * FROM orders WHERE total > 1 LIMIT 1",
        'SELECT * FROM "orders"."by-status" WHERE total > 1',
    ],
)
def test_a_full_scan_of_a_large_table_is_asked_about(text: str, shop: Shop) -> None:
    said = asked(shop, text)
    assert said is not None
    assert said.startswith("This reads all of orders")
    assert "5 items" in said
    assert asked(shop, text, large_bytes=10_000) is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM orders WHERE customer = ?",
        "SELECT * FROM orders WHERE customer IN ('a', 'b') ORDER BY placed",
        "SELECT * FROM orders LIMIT 3",
        "SELECT * FROM nowhere",
        "INSERT INTO orders VALUE {'customer': 'a', 'placed': 1}",
        "DELETE FROM orders WHERE customer = 'a'",
    ],
)
def test_nothing_is_asked_about_the_rest(text: str, shop: Shop) -> None:
    assert asked(shop, text) is None


def test_a_write_without_a_full_key_is_asked_about_where_it_may_be_done(shop: Shop) -> None:
    said = asked(shop, "DELETE FROM orders WHERE customer = ?", refuses=False)
    assert said is not None
    assert "DELETE does not say which item: placed of the key of orders has no value" in said
    assert asked(shop, "UPDATE orders SET a = 1", refuses=False) is not None
    full = "UPDATE orders SET a = 1 WHERE placed = ? AND customer = 'a' AND a > 1"
    assert asked(shop, full, refuses=False) is None
