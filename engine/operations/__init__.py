"""What each API operation does: one module per family, one function per operation.

An operation gives its answer, or a `Write` where one write transaction and then the answer is all
that is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from engine.client.protocol import Context, Json
from engine.operations.region import Region, Write

Operation = Callable[[Region, Json, Context], Json | Write[Any]]


def _late(module_name: str, function_name: str) -> Operation:
    """An operation whose module is imported when it is first asked for.

    All of them together would be half of the time that a command takes to start.
    """

    function: Operation | None = None

    def operation(region: Region, request: Json, context: Context) -> Json | Write[Any]:
        nonlocal function
        if function is None:
            function = getattr(import_module(f"{__name__}.{module_name}"), function_name)
        return function(region, request, context)

    return operation


OPERATIONS: dict[str, Operation] = {
    "BatchExecuteStatement": _late("statement_groups", "batch_execute_statement"),
    "BatchGetItem": _late("batch", "batch_get_item"),
    "BatchWriteItem": _late("batch", "batch_write_item"),
    "CreateTable": _late("tables", "create_table"),
    "DeleteItem": _late("items", "delete_item"),
    "DeleteTable": _late("tables", "delete_table"),
    "DescribeEndpoints": _late("limits", "describe_endpoints"),
    "DescribeLimits": _late("limits", "describe_limits"),
    "DescribeTable": _late("tables", "describe_table"),
    "DescribeTimeToLive": _late("ttl", "describe_time_to_live"),
    "ExecuteStatement": _late("statements", "execute_statement"),
    "ExecuteTransaction": _late("statement_groups", "execute_transaction"),
    "GetItem": _late("items", "get_item"),
    "ListTables": _late("tables", "list_tables"),
    "ListTagsOfResource": _late("tags", "list_tags_of_resource"),
    "PutItem": _late("items", "put_item"),
    "Query": _late("query", "query"),
    "Scan": _late("scan", "scan"),
    "TagResource": _late("tags", "tag_resource"),
    "TransactGetItems": _late("transactions", "transact_get_items"),
    "TransactWriteItems": _late("transactions", "transact_write_items"),
    "UntagResource": _late("tags", "untag_resource"),
    "UpdateItem": _late("items", "update_item"),
    "UpdateTable": _late("updates", "update_table"),
    "UpdateTimeToLive": _late("ttl", "update_time_to_live"),
}

# Operations that hold up an event loop only shortly: a read of few items, or preparing a `Write`.
# All others may take long, or wait for several transactions, and need a thread.
SHORT_OPERATIONS = frozenset(
    {
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
