"""What the tables of an account may be provisioned with together, in one Region."""

from __future__ import annotations

from engine.errors import LimitExceededException
from engine.operations.throughput import MORE, UNITS
from engine.storage.catalog import Catalog, Table

ACCOUNT_UNITS_MAX = 80_000


def check_account(catalog: Catalog, table: Table, region_name: str) -> None:
    """Refuse a new or changed table with which the account would have more than its quota.

    Tables and indexes on demand do not count. A change that asks for no more is never refused.
    """
    before = catalog.tables.get(table.name)
    others = [other for name, other in catalog.tables.items() if name != table.name]
    for member in UNITS:
        asked = _units(table, member)
        if before is not None and asked <= _units(before, member):
            continue
        if asked + sum(_units(other, member) for other in others) > ACCOUNT_UNITS_MAX:
            raise LimitExceededException(
                f"The requested {member}, {asked}, of the table {table.name} and its indexes is "
                f"above what is left of the maximum for the account in {region_name}. "
                f"Per account maximum: {ACCOUNT_UNITS_MAX}. {MORE}"
            )


def _units(table: Table, member: str) -> int:
    settings = [table.settings, *(index.settings for index in table.global_indexes)]
    throughputs = [of_owner.get("ProvisionedThroughput") for of_owner in settings]
    return sum(throughput[member] for throughput in throughputs if throughput is not None)
