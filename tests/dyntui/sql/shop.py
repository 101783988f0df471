"""A small shop: tables, items, and a caller that notes what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dyntui.core.statements.session import ClientCaller
from dyntui.core.statements.statements import Run, prepare
from dyntui.core.tables.schema import TableInfo
from engine import Engine
from engine.client.protocol import Context

Json = dict[str, Any]

ORDERS = (
    ("ada", 1, "open", "12.5"),
    ("ada", 2, "sent", "3"),
    ("bob", 3, "open", "20"),
    ("bob", 4, "sent", None),
    ("eve", 5, "open", "7"),
)


class Shop:
    """An engine in memory; `requests` are those that it was asked."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.requests: list[tuple[str, Json]] = []

    def call(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Json:
        """Answer a request, and note it."""
        self.requests.append((operation, dict(request)))
        return self.engine.call(operation, request, Context(cancelled=cancelled))

    def at(self, when: str) -> ClientCaller:
        """The past of the shop, whose requests are not noted."""
        return ClientCaller(self.engine, "script").at(when)

    def asked_twice(self) -> bool:
        """Whether there were two requests: what cancels a run there."""
        return len(self.requests) >= 2

    def table(self, name: str) -> TableInfo:
        """A table's schema."""
        answer = self.engine.call("DescribeTable", {"TableName": name})
        return TableInfo.from_description(answer["Table"])

    def rows(self, text: str, *parameters: Json, **options: Any) -> list[Json]:
        """All rows of a statement."""
        return list(Run(self, prepare(text, self.table), parameters, **options))


@contextmanager
def opened_shop() -> Iterator[Shop]:
    """A shop with `orders` (customer, placed; the index by-status; odd names inside)."""
    with Engine.in_memory() as engine:
        engine.create_table(
            TableName="orders",
            KeySchema=[
                {"AttributeName": "customer", "KeyType": "HASH"},
                {"AttributeName": "placed", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "customer", "AttributeType": "S"},
                {"AttributeName": "placed", "AttributeType": "N"},
                {"AttributeName": "status", "AttributeType": "S"},
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": "by-status",
                    "KeySchema": [{"AttributeName": "status", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        for customer, placed, status, total in ORDERS:
            item: Json = {
                "customer": {"S": customer},
                "placed": {"N": str(placed)},
                "status": {"S": status},
                "place": {"M": {"city": {"S": "Cádiz"}, "odd name": {"N": "1"}}},
            }
            if total is not None:
                item["total"] = {"N": total}
            engine.put_item(TableName="orders", Item=item)
        yield Shop(engine)
