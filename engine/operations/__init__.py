"""What each API operation does: one module per family, one function per operation."""

from __future__ import annotations

from collections.abc import Callable

from engine.client.protocol import Context, Json
from engine.operations import items, query, scan, tables, tags, updates
from engine.operations.region import Region

Operation = Callable[[Region, Json, Context], Json]

OPERATIONS: dict[str, Operation] = {
    "CreateTable": tables.create_table,
    "DeleteItem": items.delete_item,
    "DeleteTable": tables.delete_table,
    "DescribeTable": tables.describe_table,
    "GetItem": items.get_item,
    "ListTables": tables.list_tables,
    "ListTagsOfResource": tags.list_tags_of_resource,
    "PutItem": items.put_item,
    "Query": query.query,
    "Scan": scan.scan,
    "TagResource": tags.tag_resource,
    "UntagResource": tags.untag_resource,
    "UpdateItem": items.update_item,
    "UpdateTable": updates.update_table,
}
