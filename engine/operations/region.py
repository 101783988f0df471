"""What operations work on: one Region's storage, its clock, its name and its settings."""

from __future__ import annotations

from dataclasses import dataclass

from engine.clock import Clock
from engine.errors import ResourceNotFoundException, ValidationException
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.database import Database

ACCOUNT_ID = "000000000000"


@dataclass(frozen=True, slots=True)
class Region:
    """One Region of an account; `table_delay_s` is how long a table takes to be made or changed."""

    name: str
    database: Database
    clock: Clock
    table_delay_s: float = 0.0

    def table_arn(self, table_name: str) -> str:
        """The ARN of a table of this Region."""
        return f"arn:aws:dynamodb:{self.name}:{ACCOUNT_ID}:table/{table_name}"

    def table_name(self, name_or_arn: str) -> str:
        """The name that a TableName parameter means; an ARN is accepted too."""
        if not name_or_arn.startswith("arn:"):
            return name_or_arn
        prefix = self.table_arn("")
        if not name_or_arn.startswith(prefix):
            raise ValidationException(
                f"Invalid TableArn: Invalid ResourceArn provided as input {name_or_arn}"
            )
        return name_or_arn.removeprefix(prefix)

    def data_table(self, catalog: Catalog, name_or_arn: str) -> Table:
        """The table that a data request names; one in creation or deletion counts as missing."""
        table = catalog.tables.get(name_or_arn)
        if table is None:
            table = catalog.tables.get(self.table_name(name_or_arn))
        if table is None or (
            table.changing in ("CREATING", "DELETING")
            and (table.changing == "DELETING" or table.status(self.clock.now_us()) == "CREATING")
        ):
            raise ResourceNotFoundException("Requested resource not found")  # E087
        return table

    def known_table(self, catalog: Catalog, name_or_arn: str) -> Table:
        """The table that a control request names."""
        name = self.table_name(name_or_arn)
        table = catalog.tables.get(name)
        if table is None or table.is_gone(self.clock.now_us()):
            raise ResourceNotFoundException(  # E088
                f"Requested resource not found: Table: {name} not found"
            )
        return table

    def readable_index(self, table: Table, name: str) -> Index:
        """The index that a read names."""
        index = table.index(name)
        if index is None:
            raise ValidationException(f"The table does not have the specified index: {name}")
        if index.status(self.clock.now_us()) == "CREATING":
            raise ValidationException(
                f"Cannot read from backfilling global secondary index: {name}"
            )
        return index
