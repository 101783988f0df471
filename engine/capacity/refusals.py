"""Refusals: why a request was throttled, as the API tells it and in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from engine.errors import (
    ApiError,
    ProvisionedThroughputExceededException,
    ThrottlingException,
)

_TABLE = (
    "The level of configured provisioned throughput for the table was exceeded. Consider increasing"
    " your provisioning level with the UpdateTable API."
)
_INDEX = (
    "The level of configured provisioned throughput for one or more global secondary indexes of the"
    " table was exceeded. Consider increasing your provisioning level for the under-provisioned"
    " global secondary indexes with the UpdateTable API."
)
_ON_DEMAND = (
    "Throughput exceeds the current capacity of your table or index. DynamoDB is automatically "
    "scaling your table or index so please try again shortly. If exceptions persist, check if you "
    "have a hot key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
    "bp-partition-key-design.html."
)


class Kind(StrEnum):
    """What units are of."""

    READ = "Read"
    WRITE = "Write"

    # An enumeration's own is written in Python, and costs most of a lookup.
    __hash__ = str.__hash__


# Python 3.11 looks members up by code of its own, which takes longer than all that one is for.
READ, WRITE = Kind.READ, Kind.WRITE


class Limit(StrEnum):
    """Which limit was reached, in the API's words."""

    PROVISIONED = "ProvisionedThroughputExceeded"
    KEY_RANGE = "KeyRangeThroughputExceeded"
    MAXIMUM = "MaxOnDemandThroughputExceeded"


class Throttled(NamedTuple):
    """What was asked too much: a partition (by its place), or all of a resource.

    `rate`: the units a second that the resource gives.
    """

    kind: Kind
    limit: Limit
    on_demand: bool
    place: int | None
    rate: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that was throttled; `index` is None where it was the table's own limit.

    `words`: what happened and why, for people.
    """

    kind: Kind
    limit: Limit
    index: str | None
    on_demand: bool
    words: str

    @property
    def reason(self) -> str:
        """One of the API's sixteen reasons."""
        return f"{'Table' if self.index is None else 'Index'}{self.kind}{self.limit}"

    def error(self, table_arn: str) -> ApiError:
        """The exception with which the request is refused."""
        resource = table_arn if self.index is None else f"{table_arn}/index/{self.index}"
        reasons = [{"reason": self.reason, "resource": resource}]
        if self.on_demand:
            return ThrottlingException(_ON_DEMAND, throttlingReasons=reasons)
        text = _TABLE if self.index is None else _INDEX
        return ProvisionedThroughputExceededException(text, ThrottlingReasons=reasons)
