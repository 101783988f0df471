"""The request that makes a table like one that is described."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_UNITS = ("ReadCapacityUnits", "WriteCapacityUnits")
_INDEX = ("IndexName", "KeySchema", "Projection")


def create_request(description: Json) -> Json:
    """CreateTable with the keys, indexes and settings of a TableDescription."""
    mode = description.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    request: Json = {
        "TableName": description["TableName"],
        "AttributeDefinitions": description["AttributeDefinitions"],
        "KeySchema": description["KeySchema"],
        "BillingMode": mode,
    } | _throughput(description, mode)
    if description.get("LocalSecondaryIndexes"):
        request["LocalSecondaryIndexes"] = [
            _index(index) for index in description["LocalSecondaryIndexes"]
        ]
    if description.get("GlobalSecondaryIndexes"):
        request["GlobalSecondaryIndexes"] = [
            _index(index) | _throughput(index, mode)
            for index in description["GlobalSecondaryIndexes"]
        ]
    table_class = description.get("TableClassSummary", {}).get("TableClass", "STANDARD")
    if table_class != "STANDARD":
        request["TableClass"] = table_class
    if description.get("DeletionProtectionEnabled"):
        request["DeletionProtectionEnabled"] = True
    if description.get("StreamSpecification", {}).get("StreamEnabled"):
        request["StreamSpecification"] = description["StreamSpecification"]
    return request


def _index(index: Json) -> Json:
    return {member: index[member] for member in _INDEX}


def _throughput(described: Json, mode: str) -> Json:
    if mode != "PROVISIONED":
        return {}
    units = described["ProvisionedThroughput"]
    return {"ProvisionedThroughput": {member: units[member] for member in _UNITS}}
