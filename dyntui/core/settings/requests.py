"""The requests that change one setting of a table; none where nothing is to change.

What UpdateTable takes for capacity, classes and indexes is made in `dyntui.core.tables.definition`.
"""

from __future__ import annotations

from typing import Any

from dyntui.core.security.overview import switch_request
from dyntui.core.tables.definition import (
    NotationError,
    Settings,
    index_units_request,
    settings_requests,
)
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import BillingMode, TableInfo
from dyntui.core.tables.table_keys import AWS_MANAGED, AWS_OWNED

Json = dict[str, Any]
Pair = tuple[int | None, int | None]
"""Of reads and of writes; None where nothing is said."""

MAXIMA = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
WARM = ("ReadUnitsPerSecond", "WriteUnitsPerSecond")
RECOVERY_DAYS_MAX = 35
NO_MAXIMUM = -1
"""What takes a maximum away."""


def update_table(info: TableInfo, **members: Any) -> Request:
    """An UpdateTable request."""
    return Request("UpdateTable", {"TableName": info.name, **members})


# Capacity.


def maxima_of(described: Json) -> Pair:
    """The on-demand maxima in a description of a table or index; None where there is none."""
    given = described.get("OnDemandThroughput") or {}
    read, write = (given.get(member, NO_MAXIMUM) for member in MAXIMA)
    return None if read == NO_MAXIMUM else read, None if write == NO_MAXIMUM else write


def warm_of(described: Json) -> Pair:
    """The warm throughput in a description of a table or index; None where it is not told."""
    given = described.get("WarmThroughput") or {}
    return given.get(WARM[0]), given.get(WARM[1])


def capacity_requests(
    info: TableInfo, mode: BillingMode, units: Pair, maxima: Pair
) -> list[Request]:
    """Give a table another mode, and other units or maxima of it; raises `NotationError`.

    `units` count where it is to be provisioned, `maxima` where it is to be on demand.
    """
    now = info.throughput
    read, write = units if mode == "PROVISIONED" else (None, None)
    settings = Settings(
        billing_mode=None if mode == info.billing_mode else mode,
        read_units=None if now is not None and read == now.read_units else read,
        write_units=None if now is not None and write == now.write_units else write,
    )
    requests = settings_requests(info, settings)
    wanted = _changed_maxima(info.description, maxima) if mode == "PAY_PER_REQUEST" else {}
    if wanted:
        # A change of the mode may carry the maxima, and nothing else may.
        [members] = requests or [{"TableName": info.name}]
        requests = [members | {"OnDemandThroughput": wanted}]
    return [Request("UpdateTable", members) for members in requests]


def index_capacity_requests(info: TableInfo, name: str, units: Pair, maxima: Pair) -> list[Request]:
    """Give a global index other units, or other maxima where its table is on demand."""
    if info.billing_mode == "PROVISIONED":
        members = index_units_request(info, name, *units)
        return [] if members is None else [Request("UpdateTable", members)]
    wanted = _changed_maxima(index_description(info, name), maxima)
    return [_index_update(info, name, OnDemandThroughput=wanted)] if wanted else []


def warm_requests(info: TableInfo, index: str | None, wanted: Pair) -> list[Request]:
    """Raise the warm throughput of a table, or of a global index."""
    now = warm_of(info.description if index is None else index_description(info, index))
    members = {
        member: value
        for member, value, before in zip(WARM, wanted, now, strict=True)
        if value is not None and value != before
    }
    if not members:
        return []
    if index is None:
        return [update_table(info, WarmThroughput=members)]
    return [_index_update(info, index, WarmThroughput=members)]


def index_description(info: TableInfo, name: str) -> Json:
    """What DescribeTable tells of a global index."""
    described: list[Json] = info.description.get("GlobalSecondaryIndexes") or []
    return next(one for one in described if one["IndexName"] == name)


def _changed_maxima(described: Json, wanted: Pair) -> Json:
    """The members of an OnDemandThroughput that changes; one that is not named any more is -1."""
    return {
        member: NO_MAXIMUM if value is None else value
        for member, value, before in zip(MAXIMA, wanted, maxima_of(described), strict=True)
        if value != before
    }


def _index_update(info: TableInfo, name: str, **members: Json) -> Request:
    update = {"Update": {"IndexName": name, **members}}
    return update_table(info, GlobalSecondaryIndexUpdates=[update])


# What else UpdateTable changes, one a request.


def table_class_requests(info: TableInfo, table_class: str) -> list[Request]:
    """Another table class."""
    changed = table_class != info.table_class
    return [update_table(info, TableClass=table_class)] if changed else []


def protection_requests(info: TableInfo, protected: bool) -> list[Request]:
    """Deletion protection on or off."""
    changed = protected != info.deletion_protection
    return [update_table(info, DeletionProtectionEnabled=protected)] if changed else []


def encryption_requests(info: TableInfo, key: str) -> list[Request]:
    """Another key, named as `sse_specification` takes it.

    Raises `NotationError`.
    """
    if not key:
        raise NotationError("Which key? Its ARN, its id or an alias names it.")
    now: Json = info.description.get("SSEDescription") or {}
    if key in (key_kind(now), now.get("KMSMasterKeyArn")):
        return []
    return [switch_request(info.name, key)]


def key_kind(encryption: Json) -> str:
    """Which kind of key an SSEDescription has: `AWS_OWNED`, `AWS_MANAGED` or "customer".

    The service does not tell whether a KMS key is the one that AWS manages unless it names the
    alias.
    """
    arn = str(encryption.get("KMSMasterKeyArn", ""))
    if not arn:
        return AWS_OWNED
    return AWS_MANAGED if arn.endswith("alias/aws/dynamodb") else "customer"


def stream_requests(info: TableInfo, view: str | None) -> list[Request]:
    """The stream on with a view, or off."""
    if view is None:
        return [update_table(info, StreamSpecification={"StreamEnabled": False})]
    specification = {"StreamEnabled": True, "StreamViewType": view}
    return [update_table(info, StreamSpecification=specification)]


# What has operations of its own.


def expiry_requests(info: TableInfo, attribute: str, enabled: bool) -> list[Request]:
    """Time to Live on or off; raises `NotationError`."""
    if not attribute:
        raise NotationError("Which attribute says when an item expires?")
    specification = {"AttributeName": attribute, "Enabled": enabled}
    members = {"TableName": info.name, "TimeToLiveSpecification": specification}
    return [Request("UpdateTimeToLive", members)]


def recovery_requests(info: TableInfo, enabled: bool, days: str) -> list[Request]:
    """Point-in-time recovery on, so many days back, or off; raises `NotationError`."""
    specification: Json = {"PointInTimeRecoveryEnabled": enabled}
    if enabled:
        if not (days.isascii() and days.isdecimal() and 1 <= int(days) <= RECOVERY_DAYS_MAX):
            raise NotationError(f"Give a number of days from 1 to {RECOVERY_DAYS_MAX}.")
        specification["RecoveryPeriodInDays"] = int(days)
    members = {"TableName": info.name, "PointInTimeRecoverySpecification": specification}
    return [Request("UpdateContinuousBackups", members)]


def tag_requests(
    info: TableInfo, before: tuple[str, str] | None, key: str, value: str
) -> list[Request]:
    """Add a tag, or change the one that was `before`: another key takes the old one away."""
    if not key:
        raise NotationError("A tag needs a key.")
    if before == (key, value):
        return []
    tags = [{"Key": key, "Value": value}]
    requests = [Request("TagResource", {"ResourceArn": info.arn, "Tags": tags})]
    if before is not None and before[0] != key:
        requests += untag_requests(info, before[0])
    return requests


def untag_requests(info: TableInfo, key: str) -> list[Request]:
    """Take a tag away."""
    return [Request("UntagResource", {"ResourceArn": info.arn, "TagKeys": [key]})]
