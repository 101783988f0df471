"""The request that makes a table like one that exists."""

from __future__ import annotations

from dyntui.core.requests import Request
from dyntui.core.schema import TableInfo
from engine.client.recreate import create_request as create_members


def create_request(info: TableInfo) -> Request:
    """CreateTable with the keys, indexes and settings of a table."""
    return Request("CreateTable", create_members(info.description))
