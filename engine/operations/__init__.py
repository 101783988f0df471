"""What each API operation does: one module per family, one function per operation.

An operation gives its answer, or a `Write` where one write transaction and then the answer is all
that is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.client.protocol import Context, Json
from engine.late import late
from engine.operations.region import Region, Write

Operation = Callable[[Region, Json, Context], Json | Write[Any]]


OPERATIONS: dict[str, Operation] = {
    "BatchExecuteStatement": late("engine.operations.statement_groups", "batch_execute_statement"),
    "BatchGetItem": late("engine.operations.batch", "batch_get_item"),
    "BatchWriteItem": late("engine.operations.batch", "batch_write_item"),
    "CreateBackup": late("engine.operations.backups", "create_backup"),
    "CreateTable": late("engine.operations.tables", "create_table"),
    "DeleteBackup": late("engine.operations.backups", "delete_backup"),
    "DeleteItem": late("engine.operations.items", "delete_item"),
    "DeleteTable": late("engine.operations.tables", "delete_table"),
    "DescribeBackup": late("engine.operations.backups", "describe_backup"),
    "DescribeContinuousBackups": late(
        "engine.operations.continuous_backups", "describe_continuous_backups"
    ),
    "DescribeEndpoints": late("engine.operations.limits", "describe_endpoints"),
    "DescribeLimits": late("engine.operations.limits", "describe_limits"),
    "DescribeStream": late("engine.operations.streams", "describe_stream"),
    "DescribeTable": late("engine.operations.tables", "describe_table"),
    "DescribeTimeToLive": late("engine.operations.ttl", "describe_time_to_live"),
    "ExecuteStatement": late("engine.operations.statements", "execute_statement"),
    "ExecuteTransaction": late("engine.operations.statement_groups", "execute_transaction"),
    "DescribeExport": late("engine.operations.exports", "describe_export"),
    "DescribeImport": late("engine.operations.imports", "describe_import"),
    "ExportTableToPointInTime": late("engine.operations.exports", "export_table"),
    "ImportTable": late("engine.operations.imports", "import_table"),
    "ListExports": late("engine.operations.exports", "list_exports"),
    "ListImports": late("engine.operations.imports", "list_imports"),
    "GetItem": late("engine.operations.items", "get_item"),
    "ListBackups": late("engine.operations.backups", "list_backups"),
    "GetRecords": late("engine.operations.stream_records", "get_records"),
    "GetShardIterator": late("engine.operations.stream_records", "get_shard_iterator"),
    "ListStreams": late("engine.operations.streams", "list_streams"),
    "ListTables": late("engine.operations.tables", "list_tables"),
    "ListTagsOfResource": late("engine.operations.tags", "list_tags_of_resource"),
    "PutItem": late("engine.operations.items", "put_item"),
    "Query": late("engine.operations.query", "query"),
    "RestoreTableFromBackup": late("engine.operations.restores", "restore_from_backup"),
    "RestoreTableToPointInTime": late("engine.operations.restores", "restore_to_point_in_time"),
    "Scan": late("engine.operations.scan", "scan"),
    "TagResource": late("engine.operations.tags", "tag_resource"),
    "TransactGetItems": late("engine.operations.transactions", "transact_get_items"),
    "TransactWriteItems": late("engine.operations.transactions", "transact_write_items"),
    "UntagResource": late("engine.operations.tags", "untag_resource"),
    "UpdateContinuousBackups": late(
        "engine.operations.continuous_backups", "update_continuous_backups"
    ),
    "UpdateItem": late("engine.operations.items", "update_item"),
    "UpdateTable": late("engine.operations.updates", "update_table"),
    "UpdateTimeToLive": late("engine.operations.ttl", "update_time_to_live"),
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
