"""What each API operation does: one module per family, one function per operation.

An operation gives its answer, or a `Write` where one write transaction and then the answer is all
that is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.client.protocol import Context, Json
from engine.operations import (
    batch,
    items,
    limits,
    query,
    scan,
    statement_groups,
    statements,
    tables,
    tags,
    transactions,
    ttl,
    updates,
)
from engine.operations.region import Region, Write

Operation = Callable[[Region, Json, Context], Json | Write[Any]]

OPERATIONS: dict[str, Operation] = {
    "BatchExecuteStatement": statement_groups.batch_execute_statement,
    "BatchGetItem": batch.batch_get_item,
    "BatchWriteItem": batch.batch_write_item,
    "CreateTable": tables.create_table,
    "DeleteItem": items.delete_item,
    "DeleteTable": tables.delete_table,
    "DescribeEndpoints": limits.describe_endpoints,
    "DescribeLimits": limits.describe_limits,
    "DescribeTable": tables.describe_table,
    "DescribeTimeToLive": ttl.describe_time_to_live,
    "ExecuteStatement": statements.execute_statement,
    "ExecuteTransaction": statement_groups.execute_transaction,
    "GetItem": items.get_item,
    "ListTables": tables.list_tables,
    "ListTagsOfResource": tags.list_tags_of_resource,
    "PutItem": items.put_item,
    "Query": query.query,
    "Scan": scan.scan,
    "TagResource": tags.tag_resource,
    "TransactGetItems": transactions.transact_get_items,
    "TransactWriteItems": transactions.transact_write_items,
    "UntagResource": tags.untag_resource,
    "UpdateItem": items.update_item,
    "UpdateTable": updates.update_table,
    "UpdateTimeToLive": ttl.update_time_to_live,
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
