"""Worked examples of units: traffic as courses give it, made for one second and measured."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import NamedTuple

from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import sized

KB = 1024
TABLE = "examples"
KEY: Json = {"id": {"S": "a"}}
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}


def _put(item: Json) -> tuple[str, Json]:
    return "PutItem", {"TableName": TABLE, "Item": item}


def _put_in_transaction(item: Json) -> tuple[str, Json]:
    return "TransactWriteItems", {"TransactItems": [{"Put": {"TableName": TABLE, "Item": item}}]}


def _get(_item: Json) -> tuple[str, Json]:
    return "GetItem", {"TableName": TABLE, "Key": KEY}


def _get_strongly(_item: Json) -> tuple[str, Json]:
    return "GetItem", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True}


def _get_in_transaction(_item: Json) -> tuple[str, Json]:
    return "TransactGetItems", {"TransactItems": [{"Get": {"TableName": TABLE, "Key": KEY}}]}


class Example(NamedTuple):
    """So many requests a second on items of a size; `step_kb` and `factor` make the rule."""

    title: str
    request: Callable[[Json], tuple[str, Json]]
    a_second: int
    size_kb: float
    step_kb: int
    factor: float

    @property
    def reckoned(self) -> float:
        """The units a second, by the rule."""
        return self.a_second * ceil(self.size_kb / self.step_kb) * self.factor


EXAMPLES = (
    Example("10 writes a second of 2 KB", _put, 10, 2, 1, 1),
    Example("6 writes a second of 4.5 KB", _put, 6, 4.5, 1, 1),
    Example("120 writes a minute of 2 KB", _put, 2, 2, 1, 1),
    Example("3 writes of 5 KB in transactions", _put_in_transaction, 3, 5, 1, 2),
    Example("10 strong reads a second of 4 KB", _get_strongly, 10, 4, 4, 1),
    Example("10 strong reads a second of 6 KB", _get_strongly, 10, 6, 4, 1),
    Example("16 eventual reads a second of 12 KB", _get, 16, 12, 4, 0.5),
    Example("5 reads of 5 KB in transactions", _get_in_transaction, 5, 5, 4, 2),
)


def measured(page: Page, example: Example) -> float:
    """The units that one second of an example takes."""
    item = sized(KEY, round(example.size_kb * KB))
    page.box.load(TABLE, [item])
    operation, request = example.request(item)
    answers = [page.box.engine.call(operation, request | TOLD) for _ in range(example.a_second)]
    return sum(map(units_of, answers))


def tell_examples(page: Page) -> None:
    """All examples, reckoned and measured."""
    page.step(
        "Worked examples",
        "How many units a table needs is the units of a request times the requests a second. Here "
        "one second of each example is made, and what the answers say is added up.",
    )
    page.box.create(TABLE, "id")
    rows = [(one.title, one.reckoned, measured(page, one)) for one in EXAMPLES]
    page.table(("traffic", "reckoned", "measured"), rows)
    page.claim(
        f"All {len(rows)} take what was reckoned.",
        all(reckoned == units for _, reckoned, units in rows),
        examples=[units for _, _, units in rows],
    )
    page.hint("CLI", "dyntui load-test orders --write-rate 10 --item-size 2048 --duration 10s")
