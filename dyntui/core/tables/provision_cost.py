"""What a change of capacity does to a table's bill: a month of its provision, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dyntui.core.tables.schema import TableInfo
from engine.capacity.prices import HOURS_PER_MONTH, ClassPrices, price_list

Json = dict[str, Any]

PROVISIONED = "PROVISIONED"
_TABLE = ""
_Units = dict[str, tuple[int, int]]
"""Read and write units of the table (by an empty name) and of each global index."""


def provision_change(info: TableInfo, requests: Sequence[Json], region: str) -> str | None:
    """What UpdateTable requests do to the monthly provision, as a sentence; None where nothing.

    Storage and requests are not in it: a change of capacity leaves them as they are.
    """
    prices = price_list(region)
    before = _monthly(info.billing_mode, _units_of(info), prices.classes[info.table_class])
    mode, table_class, units = info.billing_mode, info.table_class, _units_of(info)
    for request in requests:
        mode = request.get("BillingMode", mode)
        table_class = request.get("TableClass", table_class)
        _apply(units, request)
    after = _monthly(mode, units, prices.classes[table_class])
    if before == after:
        return None
    told = f"{before} → {after}"
    return f"A month of it: {told} (list prices of {prices.region}, {prices.as_of})"


def _units_of(info: TableInfo) -> _Units:
    units: _Units = {}
    for name, throughput in (
        (_TABLE, info.throughput),
        *((index.name, index.throughput) for index in info.global_indexes),
    ):
        if throughput is not None:
            units[name] = (throughput.read_units, throughput.write_units)
    return units


def _apply(units: _Units, request: Json) -> None:
    """Take up the units that a request carries."""
    if "ProvisionedThroughput" in request:
        units[_TABLE] = _pair(request["ProvisionedThroughput"])
    for update in request.get("GlobalSecondaryIndexUpdates", ()):
        for kind, members in update.items():
            if kind == "Delete":
                units.pop(members["IndexName"], None)
            elif "ProvisionedThroughput" in members:
                units[members["IndexName"]] = _pair(members["ProvisionedThroughput"])


def _pair(throughput: Json) -> tuple[int, int]:
    return throughput["ReadCapacityUnits"], throughput["WriteCapacityUnits"]


def _monthly(mode: str, units: _Units, prices: ClassPrices) -> str:
    """The provision of a month, or what requests cost where nothing is provisioned."""
    if mode != PROVISIONED:
        return (
            f"${prices.read_request_million:g} a million reads, "
            f"${prices.write_request_million:g} a million writes"
        )
    reads = sum(read for read, _ in units.values())
    writes = sum(write for _, write in units.values())
    hour = reads * prices.read_unit_hour + writes * prices.write_unit_hour
    return f"${hour * HOURS_PER_MONTH:,.2f}"
