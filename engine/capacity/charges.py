"""Charges: the capacity units that a request costs a table and each of its indexes."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.capacity.units import index_write_units, item_write_units
from engine.storage.catalog import Index
from engine.storage.items import ItemChange

TRANSACTION_FACTOR = 2
"""Every item of a transaction is processed twice: prepared and committed."""


@dataclass(slots=True)
class IndexCharge:
    """The units of one index."""

    is_global: bool
    units: float


@dataclass(slots=True)
class Charges:
    """Units of a table, and of its indexes by name; an index without units has no entry."""

    table: float = 0.0
    indexes: dict[str, IndexCharge] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """Units of the table and of all its indexes."""
        return self.table + sum(charge.units for charge in self.indexes.values())

    def add_index(self, index: Index, units: float) -> None:
        """Charge an index."""
        charge = self.indexes.setdefault(index.name, IndexCharge(index.is_global, 0.0))
        charge.units += units

    def add_change(self, change: ItemChange, factor: int = 1) -> None:
        """Charge what a change of an item costs, `factor` times."""
        self.table += factor * item_write_units(change)
        for index_change in change.indexes:
            self.add_index(index_change.index, factor * index_write_units(index_change))


def change_charges(change: ItemChange) -> Charges:
    """The charges of a single write."""
    charges = Charges()
    charges.add_change(change)
    return charges


def read_charges(index: Index | None, units: float, fetched_units: float = 0.0) -> Charges:
    """The charges of a read of a table, or of an index and what was fetched from its table."""
    if index is None:
        return Charges(units)
    charges = Charges(fetched_units)
    charges.add_index(index, units)
    return charges
