"""What requests consumed: capacity units, in all and by table and index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Bill:
    """Capacity units of several answers; `parts` has them of the table and of each index."""

    units: float = 0.0
    parts: dict[str, float] = field(default_factory=dict)

    def add(self, consumed: Json) -> None:
        """Add one ConsumedCapacity; its parts are there where INDEXES was asked for."""
        self.units += consumed.get("CapacityUnits", 0.0)
        parts = {"table": consumed.get("Table")} | {
            name: index
            for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
            for name, index in (consumed.get(member) or {}).items()
        }
        for name, part in parts.items():
            if part is not None:
                self.parts[name] = self.parts.get(name, 0.0) + part["CapacityUnits"]

    def text(self, unit: str, *, parts: bool = True) -> str:
        """The bill on one line: `3.5 RCU (table 0, by-status 3.5)`."""
        listed = ", ".join(f"{name} {units:g}" for name, units in self.parts.items())
        shown = f" ({listed})" if parts and len(self.parts) > 1 else ""
        return f"{self.units:g} {unit}{shown}"
