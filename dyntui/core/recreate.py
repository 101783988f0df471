"""The request that makes a table like one that exists."""

from __future__ import annotations

from typing import Any

from dyntui.core.requests import Request
from dyntui.core.schema import TableInfo, Throughput

Json = dict[str, Any]


def create_request(info: TableInfo) -> Request:
    """CreateTable with the keys, indexes and settings of a table."""
    description = info.description
    members: Json = {
        "TableName": info.name,
        "AttributeDefinitions": description["AttributeDefinitions"],
        "KeySchema": description["KeySchema"],
        "BillingMode": info.billing_mode,
    }
    provisioned = info.billing_mode == "PROVISIONED"
    if provisioned and info.throughput is not None:
        members["ProvisionedThroughput"] = info.throughput.member()
    if info.local_indexes:
        members["LocalSecondaryIndexes"] = [
            _index(member, None) for member in description["LocalSecondaryIndexes"]
        ]
    if info.global_indexes:
        throughputs = {index.name: index.throughput for index in info.global_indexes}
        members["GlobalSecondaryIndexes"] = [
            _index(member, throughputs[member["IndexName"]] if provisioned else None)
            for member in description["GlobalSecondaryIndexes"]
        ]
    if info.table_class != "STANDARD":
        members["TableClass"] = info.table_class
    if info.deletion_protection:
        members["DeletionProtectionEnabled"] = True
    if info.stream_view is not None:
        members["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": info.stream_view,
        }
    return Request("CreateTable", members)


def _index(member: Json, throughput: Throughput | None) -> Json:
    index = {name: member[name] for name in ("IndexName", "KeySchema", "Projection")}
    if throughput is not None:
        index["ProvisionedThroughput"] = throughput.member()
    return index
