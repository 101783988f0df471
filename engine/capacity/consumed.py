"""ConsumedCapacity: the member by which an answer tells what the request cost."""

from __future__ import annotations

from collections.abc import Mapping

from engine.capacity.charges import Charges
from engine.client.protocol import Json


def consumed_capacity(
    requested: str | None, table_name: str, charges: Charges, kind: str | None = None
) -> Json | None:
    """The member in the form that ReturnConsumedCapacity asks for; None for NONE.

    `kind`: transactions tell the units as ReadCapacityUnits or WriteCapacityUnits too.
    """
    if requested is None or requested == "NONE":
        return None
    answer: Json = {"TableName": table_name} | _units(charges.total, kind)
    if requested == "INDEXES":
        answer["Table"] = _units(charges.table, kind)
        for name, charge in charges.indexes.items():
            member = "GlobalSecondaryIndexes" if charge.is_global else "LocalSecondaryIndexes"
            answer.setdefault(member, {})[name] = _units(charge.units, kind)
    return answer


def consumed_by_table(
    requested: str | None, charges: Mapping[str, Charges], kind: str | None = None
) -> list[Json] | None:
    """The member of a request on several tables: an entry a table; None for NONE."""
    if requested is None or requested == "NONE":
        return None
    entries = (consumed_capacity(requested, name, of, kind) for name, of in charges.items())
    return [entry for entry in entries if entry is not None]


def _units(units: float, kind: str | None) -> Json:
    answer: Json = {"CapacityUnits": units}
    if kind is not None:
        answer[f"{kind}CapacityUnits"] = units
    return answer
