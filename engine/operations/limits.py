"""DescribeLimits, DescribeEndpoints: what an account may use, and where it is served."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.operations.quotas import ACCOUNT_UNITS_MAX
from engine.operations.region import Region
from engine.operations.throughput import UNITS_MAX

_CACHE_MINUTES = 1_440


def describe_limits(_region: Region, _request: Json, _context: Context) -> Json:
    """The quotas of provisioned units, of an account in a Region and of a table."""
    return {
        "AccountMaxReadCapacityUnits": ACCOUNT_UNITS_MAX,
        "AccountMaxWriteCapacityUnits": ACCOUNT_UNITS_MAX,
        "TableMaxReadCapacityUnits": UNITS_MAX,
        "TableMaxWriteCapacityUnits": UNITS_MAX,
    }


def describe_endpoints(region: Region, _request: Json, _context: Context) -> Json:
    """The Region's endpoint and for how many minutes a client may remember it."""
    address = f"dynamodb.{region.name}.amazonaws.com"
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": _CACHE_MINUTES}]}
