"""ExecuteStatement: one PartiQL statement."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import orjson

from engine.capacity.charges import Charges, change_charges, read_charges
from engine.capacity.consumed import consumed_capacity
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import ValidationException
from engine.expressions import Condition, KeyCondition, KeyTest
from engine.operations.admission import metered_get, metered_page
from engine.operations.conflicts import refuse_conflict
from engine.operations.pages import PAGE_BYTES_MAX, PageRequest
from engine.operations.query import key_range
from engine.operations.reads import lacks_attributes, start_blob
from engine.operations.region import Region, Write
from engine.operations.schema import check_key
from engine.operations.single_action import carry_out
from engine.operations.statement_actions import (
    compiled,
    returned,
    selected,
    split_where,
    write_action,
)
from engine.partiql import ast
from engine.partiql.binding import bind
from engine.partiql.parser import parse
from engine.partiql.planner import Access, KeySchema, Plan, conjunction, equality, plan_select
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.items import ItemChange, projected_names
from engine.storage.keys import KeyRange, segment_range
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction


def statement_of(request: Json) -> ast.Statement:
    """The statement of a request, its parameters in place (P01 to P19, P32)."""
    statement, count = parse(request["Statement"])
    return bind(statement, count, request.get("Parameters") or ())


def execute_statement(region: Region, request: Json, context: Context) -> Json | Write[Any]:
    """Carry out one statement."""
    statement = statement_of(request)
    if isinstance(statement, ast.Select):
        return _read(region, request, statement, context)
    if isinstance(statement, ast.Exists):
        raise ValidationException("Function not supported: EXISTS")
    return _write(region, request, statement, context)


# Reading.


@dataclass(frozen=True, slots=True)
class _Source:
    """What a SELECT reads, and how."""

    table: Table
    index: Index | None
    schema: KeySchema
    plan: Plan

    def ranges(self) -> list[KeyRange]:
        """The ranges of keys, in their order."""
        if self.plan.accesses is None:
            return [segment_range(0, 1)]
        return [range_of(self.table, self.index, access) for access in self.plan.accesses]


def key_schema(table: Table, index: Index | None) -> KeySchema:
    """The keys of a table or index, for the planner."""
    partition = (table.hash,) if index is None else index.hash
    sort = table.keys[1:] if index is None else index.range
    return KeySchema(
        tuple((key.name, key.type) for key in partition),
        tuple((key.name, key.type) for key in sort),
    )


def range_of(table: Table, index: Index | None, access: Access) -> KeyRange:
    """The range of keys that an access reads."""
    tests = {name: KeyTest("=", (value,)) for name, value in access.partition.items()}
    keys, _ = key_range(table, index, KeyCondition(tests | access.sort))
    return keys


def source_of(region: Region, catalog: Catalog, select: ast.Select, consistent: bool) -> _Source:
    """The table and index of a SELECT, and its plan (P20, P21, P30)."""
    table = region.data_table(catalog, select.source.table)
    index = None
    if select.source.index is not None:
        if table.index(select.source.index) is None:
            raise ValidationException("The table does not have the specified index")
        index = region.readable_index(table, select.source.index)
        if len(index.hash) > 1 or len(index.range) > 1:
            raise ValidationException(
                "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or "
                "multi-attribute RANGE keys."
            )
        if index.is_global and consistent:
            raise ValidationException(
                "Strongly consistent read is not supported on Global Secondary Indexes"
            )
    schema = key_schema(table, index)
    return _Source(table, index, schema, plan_select(select, schema))


def _read(region: Region, request: Json, select: ast.Select, context: Context) -> Json:
    reading = _Reading(region, request, select, context)
    page = region.read(reading.page, reading.consistent)
    response: Json = {"Items": b"[" + b",".join(page.items) + b"]"}
    if page.token is not None:
        response["NextToken"] = page.token
        response["LastEvaluatedKey"] = page.last_key
    consumed = consumed_capacity(
        request.get("ReturnConsumedCapacity"), select.source.table, page.charges
    )
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    return response


@dataclass(slots=True)
class _Page:
    """What one call reads: items, charges, and where to go on."""

    items: list[bytes]
    charges: Charges
    token: str | None = None
    last_key: bytes | None = None


class _Reading:
    """One call of ExecuteStatement with a SELECT."""

    def __init__(self, region: Region, request: Json, select: ast.Select, context: Context) -> None:
        self.consistent = bool(request.get("ConsistentRead"))
        self._region = region
        self._request = request
        self._select = select
        self._context = context
        self._names_item = _may_name_item(request, select)
        # What names an item holds only equalities, in which nothing can be refused.
        self._condition = None if self._names_item else compiled(select.where)
        self._projection = selected(select.paths)

    def page(self, reader: Reader, catalog: Catalog) -> _Page:
        """Read the item that is named, or ranges one after another until the page is full."""
        if self._names_item:
            named = self._item(reader, catalog)
            if named is not None:
                return named
            self._condition = compiled(self._select.where)
        source = source_of(self._region, catalog, self._select, self.consistent)
        fetch = False
        if source.index is not None and source.index.projection_type != "ALL":
            _check_filtered(source.table, source.index, self._condition)
            fetch = lacks_attributes(source.table, source.index, self._projection, None)
        ranges = source.ranges()
        position, start = self._start(source, len(ranges))
        page = _Page([], Charges())
        if not ranges:
            # No value of the partition key can be meant: a read that finds nothing.
            page.charges = read_charges(source.index, read_units(0, self.consistent))
        limit: int | None = self._request.get("Limit")
        size = 0
        while position < len(ranges):
            keys = _rest(ranges[position], start, source.plan.descending)
            start = None
            found = metered_page(
                self._region,
                reader,
                PageRequest(
                    source.table,
                    source.index,
                    keys,
                    source.plan.descending,
                    limit,
                    self._condition,
                    self._projection,
                    fetch,
                ),
                self.consistent,
                self._context,
            )
            page.items += found.items
            units = read_units(found.size, self.consistent)
            charges = read_charges(source.index, units, found.fetched_units)
            page.charges.table += charges.table
            for charge in charges.indexes.values():
                assert source.index is not None
                page.charges.add_index(source.index, charge.units)
            size += found.size
            limit = None if limit is None else limit - found.scanned
            if found.last_key is not None or (position + 1 < len(ranges) and _full(limit, size)):
                page.last_key = found.last_key
                page.token = self._token(position, found.last_key)
                break
            position += 1
        return page

    def _item(self, reader: Reader, catalog: Catalog) -> _Page | None:
        """The page of a statement whose condition is a whole key; None where it is none."""
        table = self._region.data_table(catalog, self._select.source.table)
        split = split_where(self._select.where, table)
        if split is None or split[1] is not None:
            return None
        try:
            blob = check_key(table, split[0])
        except ValidationException:
            # No value of a key: a comparison as all others.
            return None
        stored = metered_get(self._region, reader, table, blob, self.consistent)
        units = read_units(0 if stored is None else stored.size, self.consistent)
        page = _Page([], read_charges(None, units))
        if stored is not None:
            projection = self._projection
            page.items.append(
                stored.raw if projection is None else orjson.dumps(projection.apply(stored.item()))
            )
        return page

    def _start(self, source: _Source, count: int) -> tuple[int, bytes | None]:
        """Where a NextToken goes on (P36)."""
        token = self._request.get("NextToken")
        if token is None:
            return 0, None
        try:
            identity, position, key = orjson.loads(urlsafe_b64decode(token))
        except (ValueError, TypeError) as error:
            raise ValidationException("NextToken does not match request") from error
        if identity != _identity(self._request) or not 0 <= position < count:
            raise ValidationException("NextToken does not match request")
        if key is None:
            return position + 1, None
        return position, start_blob(source.table, source.index, key)

    def _token(self, position: int, last_key: bytes | None) -> str:
        key = None if last_key is None else orjson.loads(last_key)
        return urlsafe_b64encode(orjson.dumps([_identity(self._request), position, key])).decode()


def _may_name_item(request: Json, select: ast.Select) -> bool:
    """Whether a read without pages has nothing but equalities of attributes in its condition."""
    if select.where is None or select.source.index is not None or select.order:
        return False
    if "Limit" in request or "NextToken" in request:
        return False
    return all(equality(term) is not None for term in conjunction(select.where))


def _check_filtered(table: Table, index: Index, condition: Condition | None) -> None:
    """A filter may only ask for what the index holds, be it a local one."""
    wanted = frozenset() if condition is None else condition.attributes
    missing = sorted(wanted - projected_names(table, index))
    if missing:
        raise ValidationException(
            f"One or more parameter values were invalid: Secondary index {index.name} does not "
            f"project one or more filter attributes: [{', '.join(missing)}]"
        )


def _full(limit: int | None, size: int) -> bool:
    return limit == 0 or size >= PAGE_BYTES_MAX


def _rest(keys: KeyRange, start: bytes | None, descending: bool) -> KeyRange:
    if start is None:
        return keys
    return KeyRange(keys.low, start) if descending else KeyRange(start + b"\x00", keys.high)


def _identity(request: Json) -> str:
    """What a NextToken is bound to: the statement and its parameters."""
    form = [request["Statement"], request.get("Parameters")]
    encoded = orjson.dumps(form, default=lambda raw: bytes(raw).hex(), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(encoded).hexdigest()[:32]


# Writing.


def _write(region: Region, request: Json, statement: ast.Statement, context: Context) -> Write[Any]:
    action = write_action(statement, request)
    refuse_conflict(region, action)

    def work(transaction: WriteTransaction) -> ItemChange:
        _, change = carry_out(region, transaction, action, context)
        return change

    def answer(change: ItemChange) -> Json:
        shown = returned(returning_of(statement), action, change.old, change.new)
        response: Json = {"Items": b"[]" if shown is None else b"[" + shown + b"]"}
        consumed = consumed_capacity(
            request.get("ReturnConsumedCapacity"), action.table_name, change_charges(change)
        )
        if consumed is not None:
            response["ConsumedCapacity"] = consumed
        return response

    return Write(work, answer)


def returning_of(statement: ast.Statement) -> ast.Returning | None:
    """RETURNING of a write; of a deletion only the whole old item."""
    if isinstance(statement, ast.Delete) and statement.returning is not None:
        if statement.returning != ast.Returning("ALL", "OLD"):
            given = f"RETURNING {statement.returning.scope} {statement.returning.image} *"
            raise ValidationException(
                f"Invalid returning clause: {given}. Only RETURNING ALL OLD * is allowed in DELETE "
                "statements."
            )
        return statement.returning
    return statement.returning if isinstance(statement, ast.Update) else None
