"""What a PartiQL statement will do: its way to the data, and what that costs. Nothing is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.capacity.units import read_units, write_units
from engine.client.protocol import Explanation, Json
from engine.errors import ValidationException
from engine.operations.reads import lacks_attributes
from engine.operations.region import Region
from engine.operations.statement_actions import compiled, selected, split_where
from engine.operations.statements import key_schema, range_of, source_of
from engine.partiql import ast
from engine.partiql.binding import bind
from engine.partiql.explaining import access_text, equal_names, filter_text
from engine.partiql.parser import parse
from engine.partiql.planner import Access, plan_select
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.reader import Reader

# So many keys are counted; beyond it the table's average stands for the rest.
COUNTED_ROWS_MAX = 10_000


def explain(
    region: Region, statement: str, parameters: Sequence[Json], consistent: bool = False
) -> Explanation:
    """Explain a statement; raises what carrying it out would refuse before reading anything.

    Parameters that are missing are taken as the text `?`, so that a statement can be explained
    before its values are known.
    """
    tree, count = parse(statement)
    filled = [*parameters, *[{"S": "?"}] * (count - len(parameters))]
    bound = bind(tree, count, filled[:count])
    if isinstance(bound, ast.Exists):
        bound = bound.select

    def read(reader: Reader, catalog: Catalog) -> Explanation:
        if isinstance(bound, ast.Select):
            return _Select(region, reader, catalog, bound, consistent).explain()
        return _explain_write(region, reader, catalog, bound)

    return region.database.read(read)


@dataclass(frozen=True, slots=True)
class _Measured:
    """How much ranges of keys hold: counted, or judged by the table's average."""

    items: int
    bytes: int
    exact: bool


class _Select:
    """The explanation of one SELECT."""

    def __init__(
        self,
        region: Region,
        reader: Reader,
        catalog: Catalog,
        select: ast.Select,
        consistent: bool,
    ) -> None:
        self._reader = reader
        self._select = select
        self._consistent = consistent
        self._source = source_of(region, catalog, select, consistent)
        condition = compiled(select.where)
        index = self._source.index
        if index is not None and index.projection_type != "ALL":
            # Refuses what a global index does not hold.
            lacks_attributes(self._source.table, index, selected(select.paths), condition)

    def explain(self) -> Explanation:
        source, select = self._source, self._select
        accesses = source.plan.accesses
        storage_id = (source.table if source.index is None else source.index).storage_id
        if accesses is None:
            items, size = self._reader.counts(storage_id)
            measured = _Measured(items, size, exact=True)
            units = read_units(size, self._consistent)
        else:
            parts = [
                _measure(self._reader, source.table, source.index, access) for access in accesses
            ]
            units = sum(read_units(part.bytes, self._consistent) for part in parts)
            measured = _Measured(
                sum(part.items for part in parts),
                sum(part.bytes for part in parts),
                all(part.exact for part in parts),
            )
        return Explanation(
            operation=source.plan.operation(source.schema, of_index=source.index is not None),
            table=source.table.name,
            index=select.source.index,
            keys=() if accesses is None else tuple(map(access_text, accesses)),
            filter=filter_text(select.where, accesses),
            descending=source.plan.descending,
            items=measured.items,
            exact=measured.exact,
            units=units,
            full_scan=accesses is None,
            better=tuple(self._better()) if accesses is None else (),
        )

    def _better(self) -> Iterator[str]:
        """Tables and indexes that would answer a full scan with a Query."""
        where = self._select.where
        if where is None:
            return
        table = self._source.table
        found = False
        for index in (None, *table.indexes):
            if index is self._source.index:
                continue
            try:
                plan = plan_select(
                    ast.Select(self._select.source, None, where), key_schema(table, index)
                )
            except ValidationException:
                continue
            if plan.accesses is not None:
                found = True
                name = "the table itself" if index is None else f"index {index.name}"
                yield f"{name} answers this with a Query"
        if not found:
            names = equal_names(where)
            if names:
                yield f"an index with the partition key {names[0]} would make this a Query"


def _measure(reader: Reader, table: Table, index: Index | None, access: Access) -> _Measured:
    """Count a range as far as it is short; a longer one is judged by what was counted."""
    storage = (table if index is None else index).storage
    keys = range_of(table, index, access)
    items, size = reader.measure(storage, keys, COUNTED_ROWS_MAX)
    return _Measured(items, size, items < COUNTED_ROWS_MAX)


def _explain_write(
    region: Region, reader: Reader, catalog: Catalog, statement: ast.Statement
) -> Explanation:
    assert isinstance(statement, ast.Insert | ast.Update | ast.Delete)
    table = region.data_table(catalog, statement.source.table)
    items, size = reader.counts(table.storage_id)
    average = size // items if items else 0
    keys: tuple[str, ...] = ()
    rest: str | None = None
    if isinstance(statement, ast.Insert):
        operation = "PutItem"
    else:
        operation = "UpdateItem" if isinstance(statement, ast.Update) else "DeleteItem"
        split = split_where(statement.where, table)
        if split is None:
            raise ValidationException(
                "Where clause does not contain a mandatory equality on all key attributes"
            )
        keys = (access_text(Access(split[0])),)
        rest = filter_text(split[1], None)
    units = write_units(average, 0) * (1 + len(table.indexes))
    return Explanation.of_write(operation, table.name, keys, rest, units)
