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

from engine.client.capacity import MonthlyCost
from engine.client.protocol import Json

HOURS_PER_MONTH = 730
HOUR_S = 3_600
ENTRY_OVERHEAD_BYTES = 100
"""What the service adds to each item, and each index entry, when it bills storage."""

_HOME_REGION = "us-east-1"
_GB = 1024**3


@dataclass(frozen=True, slots=True)
class ClassPrices:
    """What a table class costs, in dollars."""

    write_request_million: float
    read_request_million: float
    write_unit_hour: float
    read_unit_hour: float
    storage_gb_month: float
    free_storage_gb: float

    @property
    def on_demand_ratio(self) -> float:
        """How often a unit on demand costs what one costs of a provision that is used up."""
        return HOUR_S / 1e6 * self.write_request_million / self.write_unit_hour

    @property
    def break_even(self) -> float:
        """From which utilisation (0 to 1) on a provision is cheaper than on demand."""
        return 1 / self.on_demand_ratio


@dataclass(frozen=True, slots=True)
class PriceList:
    """The prices of a Region by table class; `region` is whose they are.

    `course_ratio`: the `on_demand_ratio` that courses still teach.
    """

    region: str
    as_of: str
    classes: dict[str, ClassPrices]
    course_ratio: float


@dataclass(frozen=True, slots=True)
class Traffic:
    """Traffic of some time: units in all; what is provisioned for it; what is stored.

    `provisioned` units (read, write), of the table and its global indexes together.
    """

    seconds: float
    read_units: float
    write_units: float
    provisioned: tuple[int, int]
    stored_bytes: int = 0
    entries: int = 0


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
    return PriceList(used, document["as_of"], classes, document["course_on_demand_ratio"])


def monthly_costs(prices: PriceList, traffic: Traffic) -> list[MonthlyCost]:
    """Each mode and class, the cheapest first."""
    months = traffic.seconds / HOUR_S / HOURS_PER_MONTH
    million_reads = traffic.read_units / months / 1e6
    million_writes = traffic.write_units / months / 1e6
    reads, writes = traffic.provisioned
    found = []
    for table_class, of_class in prices.classes.items():
        storage = _storage(of_class, traffic)
        found.append(
            MonthlyCost(
                table_class,
                "PAY_PER_REQUEST",
                million_reads * of_class.read_request_million,
                million_writes * of_class.write_request_million,
                storage,
            )
        )
        found.append(
            MonthlyCost(
                table_class,
                "PROVISIONED",
                reads * HOURS_PER_MONTH * of_class.read_unit_hour,
                writes * HOURS_PER_MONTH * of_class.write_unit_hour,
                storage,
                traffic.provisioned,
            )
        )
    return sorted(found, key=lambda cost: cost.total)


def provision_for(units_s: float) -> int:
    """Units to provision for so many a second; the API's minimum is 1."""
    return max(1, ceil(units_s))


def _storage(prices: ClassPrices, traffic: Traffic) -> float:
    billed = traffic.stored_bytes + traffic.entries * ENTRY_OVERHEAD_BYTES
    return max(0.0, billed / _GB - prices.free_storage_gb) * prices.storage_gb_month
