"""The request that makes a table like one that exists."""

from __future__ import annotations

from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.tables.table_keys import same_key
from engine.client.recreate import create_request as create_members


def create_request(info: TableInfo) -> Request:
    """CreateTable with the keys, indexes and settings of a table, under the same KMS key."""
    members = create_members(info.description)
    return Request("CreateTable", members | same_key(info.description))
