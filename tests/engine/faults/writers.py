"""Processes that write until they are done, or killed: `python -m tests.engine.faults.writers`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from engine import Engine

ACCOUNTS = 4


def transfer(folder: Path, count: int) -> None:
    """Move one unit between two accounts, again and again, each move in one transaction.

    A line says how many moves are acknowledged.
    """
    with Engine.open(folder, throttling="off") as engine:
        for number in range(count):
            amounts = {number % ACCOUNTS: "-1", (number + 1) % ACCOUNTS: "1"}
            engine.transact_write_items(
                TransactItems=[
                    {"Update": _add("hash", str(account), amount)}
                    for account, amount in amounts.items()
                ]
                + [{"Update": _add("ranged", "moves", "1", r="total")}]
            )
            print(number + 1, flush=True)


def count_up(folder: Path, count: int) -> None:
    """Add one to a counter, again and again."""
    with Engine.open(folder, throttling="off") as engine:
        for _ in range(count):
            engine.update_item(**_add("hash", "counter", "1"))


def _add(table: str, partition: str, amount: str, **sort: str) -> dict[str, Any]:
    return {
        "TableName": table,
        "Key": {"p": {"S": partition}} | {name: {"S": value} for name, value in sort.items()},
        "UpdateExpression": "ADD amount :a",
        "ExpressionAttributeValues": {":a": {"N": amount}},
    }


if __name__ == "__main__":
    work = {"transfer": transfer, "count_up": count_up}[sys.argv[1]]
    work(Path(sys.argv[2]), int(sys.argv[3]))
