"""Prices: what a table's traffic would cost a month on the service, in each mode and class.

The list is dated and stands beside this module, per Region where it is known; elsewhere that of
us-east-1 is taken, and told so. It is a setting, not a truth: the service's own page leads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import ceil

import orjson

from engine.client.protocol import Json

HOURS_PER_MONTH = 730
_HOME_REGION = "us-east-1"
_GB = 1024**3
ENTRY_OVERHEAD_BYTES = 100
"""What the service adds to each item, and each index entry, when it bills storage."""


@dataclass(frozen=True, slots=True)
class ClassPrices:
    """What a table class costs, in dollars."""

    write_request_million: float
    read_request_million: float
    write_unit_hour: float
    read_unit_hour: float
    storage_gb_month: float
    free_storage_gb: float


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of a Region by table class; `region` is whose they are."""

    region: str
    as_of: str
    classes: dict[str, ClassPrices]
    course_factor: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """Traffic of one hour: units in all, and of the busiest second; bytes that are stored."""

    read_units: float
    write_units: float
    read_units_s_max: float
    write_units_s_max: float
    stored_bytes: int = 0
    entries: int = 0


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """What the traffic of an hour, going on for a month, costs in one mode and class, in dollars.

    `provisioned` units (read, write) are what the busiest second takes at the target utilisation;
    None on demand.
    """

    table_class: str
    mode: str
    reads: float
    writes: float
    storage: float
    provisioned: tuple[int, int] | None = None

    @property
    def total(self) -> float:
        """All of it."""
        return self.reads + self.writes + self.storage


@cache
def _document() -> Json:
    document: Json = orjson.loads(files("engine.capacity").joinpath("prices.json").read_bytes())
    return document


def price_list(region: str) -> PriceList:
    """The prices of a Region, or of us-east-1 where they are not known."""
    document = _document()
    known = document["regions"]
    used = region if region in known else _HOME_REGION
    classes = {name: ClassPrices(**prices) for name, prices in known[used].items()}
    return PriceList(used, document["as_of"], classes, document["course_on_demand_factor"])


def monthly_costs(prices: PriceList, traffic: Traffic, utilisation: float) -> list[MonthlyCost]:
    """Each mode and class, the cheapest first; `utilisation` (0 to 1) is that of a provision."""
    found = []
    for table_class, of_class in prices.classes.items():
        storage = _storage(of_class, traffic)
        found.append(
            MonthlyCost(
                table_class,
                "PAY_PER_REQUEST",
                traffic.read_units * HOURS_PER_MONTH / 1e6 * of_class.read_request_million,
                traffic.write_units * HOURS_PER_MONTH / 1e6 * of_class.write_request_million,
                storage,
            )
        )
        reads = provision_for(traffic.read_units_s_max, utilisation)
        writes = provision_for(traffic.write_units_s_max, utilisation)
        found.append(
            MonthlyCost(
                table_class,
                "PROVISIONED",
                reads * HOURS_PER_MONTH * of_class.read_unit_hour,
                writes * HOURS_PER_MONTH * of_class.write_unit_hour,
                storage,
                (reads, writes),
            )
        )
    return sorted(found, key=lambda cost: cost.total)


def provision_for(units_s: float, utilisation: float) -> int:
    """Units to provision so that so many a second use that part of them; the API's minimum is 1."""
    return max(1, ceil(units_s / utilisation))


def break_even(prices: ClassPrices) -> float:
    """From which utilisation (0 to 1) on provisioned writes are cheaper than those on demand."""
    return prices.write_unit_hour / (3_600 / 1e6 * prices.write_request_million)


def _storage(prices: ClassPrices, traffic: Traffic) -> float:
    billed = traffic.stored_bytes + traffic.entries * ENTRY_OVERHEAD_BYTES
    return max(0.0, billed / _GB - prices.free_storage_gb) * prices.storage_gb_month
