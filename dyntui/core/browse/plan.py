"""What a query form means: GetItem, Query or Scan, on which index, at what cost.

The whole primary key of the table, with no filter, is a GetItem. A value for every partition key
attribute is a Query. Anything else is a Scan, in which values of key attributes become part of the
filter. Costs are estimates from the counts and sizes that DescribeTable tells.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.tables.cost import page_read_units, read_units, units_text
from dyntui.core.tables.literals import (
    LiteralError,
    Placeholders,
    condition,
    equalities,
    projection,
)
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import IndexInfo, TableInfo
from dyntui.core.text.amounts import counted

Json = dict[str, Any]

PAGE_BYTES = 1024 * 1024
LABEL_LENGTH_MAX = 40
"""So that the cost beside a name of up to 255 characters is seen."""


class PlanError(ValueError):
    """A field of the form cannot be used; `field` is an attribute's name, or `filter`, or
    `projection` as a member of `FIELDS`."""

    def __init__(self, message: str, field_name: str) -> None:
        super().__init__(message)
        self.message = message
        self.field = field_name


FILTER_FIELD = "(filter)"
PROJECTION_FIELD = "(projection)"


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done. Units are RCU.

    `page_units` is what the first page costs, `whole_units` what reading all of it would, where
    that is known. `partial` says that the rows may lack attributes of their items. `heavy` is a
    Scan over more than one page of 1 MB. `advice` names a better way, or is empty.
    """

    operation: Literal["GetItem", "Query", "Scan"]
    request: Request
    explanation: str
    page_units: float
    whole_units: float | None
    partial: bool = False
    heavy: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True)
class _Target:
    """The table or index that is read."""

    label: str
    hashes: tuple[str, ...]
    ranges: tuple[str, ...]
    item_count: int
    size_bytes: int

    @property
    def item_bytes(self) -> float:
        """The average size of an item."""
        return self.size_bytes / self.item_count if self.item_count else 0.0


def make_plan(info: TableInfo, fields: QueryFields, page_rows: int) -> Plan:
    """The plan for a form, `page_rows` items a page; raises PlanError."""
    index = info.index(fields.index) if fields.index else None
    target = _target(info, index)
    placeholders = Placeholders()
    terms = {name: term for name, term in fields.keys.items() if term.given}
    queried = all(name in terms for name in target.hashes)
    whole_key = queried and all(
        name in terms and terms[name].operator == "=" for name in target.ranges
    )
    if index is None and whole_key and not fields.filter.strip():
        return _get_item(info, target, fields, terms, placeholders)
    if queried:
        return _query(info, index, target, fields, terms, placeholders, page_rows)
    return _scan(info, index, target, fields, terms, placeholders, page_rows)


def _target(info: TableInfo, index: IndexInfo | None) -> _Target:
    read = index or info
    name = read.name
    label = name if len(name) <= LABEL_LENGTH_MAX else f"{name[: LABEL_LENGTH_MAX - 1]}…"
    return _Target(label, read.partition_keys, read.sort_keys, read.item_count, read.size_bytes)


def _get_item(
    info: TableInfo,
    target: _Target,
    fields: QueryFields,
    terms: Mapping[str, KeyTerm],
    placeholders: Placeholders,
) -> Plan:
    key = {
        name: key_value(info, name, terms[name].text) for name in (*target.hashes, *target.ranges)
    }
    members: Json = {"TableName": info.name, "Key": key}
    partial = _add_projection(members, info, None, fields, placeholders)
    _add_consistency(members, fields)
    members |= placeholders.members()
    units = read_units(target.item_bytes, fields.consistent)
    return Plan(
        "GetItem",
        Request("GetItem", members),
        f"GetItem · {target.label} · about {units_text(units)} RCU · 1 item at most",
        units,
        units,
        partial,
    )


def _query(
    info: TableInfo,
    index: IndexInfo | None,
    target: _Target,
    fields: QueryFields,
    terms: Mapping[str, KeyTerm],
    placeholders: Placeholders,
    page_rows: int,
) -> Plan:
    conditions = [
        f"{placeholders.name(name)} = {placeholders.value(key_value(info, name, terms[name].text))}"
        for name in target.hashes
    ]
    conditions += _range_conditions(info, target, terms, placeholders)
    members: Json = {"TableName": info.name}
    if index is not None:
        members["IndexName"] = index.name
    members["KeyConditionExpression"] = " AND ".join(conditions)
    _add_filter(members, fields, placeholders, target)
    partial = _add_projection(members, info, index, fields, placeholders)
    if fields.descending:
        members["ScanIndexForward"] = False
    _add_consistency(members, fields)
    members |= placeholders.members()
    units = page_read_units(target.item_bytes * page_rows, fields.consistent)
    order = "key" if not target.ranges else ", ".join(target.ranges)
    direction = "descending" if fields.descending else "ascending"
    return Plan(
        "Query",
        Request("Query", members),
        f"Query · {target.label} · about {units_text(units)} RCU a page of {page_rows}"
        f" · by {order} {direction}",
        units,
        None,
        partial,
    )


def _scan(
    info: TableInfo,
    index: IndexInfo | None,
    target: _Target,
    fields: QueryFields,
    terms: Mapping[str, KeyTerm],
    placeholders: Placeholders,
    page_rows: int,
) -> Plan:
    members: Json = {"TableName": info.name}
    if index is not None:
        members["IndexName"] = index.name
    key_terms = [_term(info, name, term, placeholders) for name, term in terms.items()]
    _add_filter(members, fields, placeholders, None, key_terms)
    partial = _add_projection(members, info, index, fields, placeholders)
    _add_consistency(members, fields)
    members |= placeholders.members()
    rows = min(page_rows, target.item_count)
    page = page_read_units(target.item_bytes * rows, fields.consistent)
    whole = _whole_scan_units(target.size_bytes, fields.consistent)
    filtered = "FilterExpression" in members
    reads = (
        f"a filter still reads every item: {units_text(whole)} RCU for all {target.item_count:,}"
        if filtered
        else _scan_reads(target, page_rows, page, whole)
    )
    return Plan(
        "Scan",
        Request("Scan", members),
        f"Scan · {target.label} · {reads}",
        page,
        whole,
        partial,
        heavy=target.size_bytes > PAGE_BYTES,
        advice=_advice(info, index, fields, terms),
    )


def _scan_reads(target: _Target, page_rows: int, page: float, whole: float) -> str:
    items = counted(target.item_count, "item")
    all_of_it = f"{units_text(whole)} RCU for {'all ' if target.item_count != 1 else ''}{items}"
    if target.item_count <= page_rows:
        return all_of_it
    return f"{units_text(page)} RCU a page of {page_rows}, {all_of_it}"


def _whole_scan_units(size_bytes: int, consistent: bool) -> float:
    """Every page of 1 MB is rounded up by itself."""
    pages, rest = divmod(size_bytes, PAGE_BYTES)
    units = pages * page_read_units(PAGE_BYTES, consistent)
    return units + (page_read_units(rest, consistent) if rest or not pages else 0)


def _range_conditions(
    info: TableInfo,
    target: _Target,
    terms: Mapping[str, KeyTerm],
    placeholders: Placeholders,
) -> list[str]:
    """The conditions on the sort key: equality on its first attributes, then one range."""
    conditions: list[str] = []
    blocker = ""
    for name in target.ranges:
        term = terms.get(name)
        if term is None:
            blocker = blocker or f"{name} is needed first: the sort key is used from its beginning"
            continue
        if blocker:
            raise PlanError(blocker, name)
        conditions.append(_term(info, name, term, placeholders))
        if term.operator != "=":
            blocker = f"nothing can follow a range on {name}"
    return conditions


def _term(info: TableInfo, name: str, term: KeyTerm, placeholders: Placeholders) -> str:
    path = placeholders.name(name)
    value = placeholders.value(key_value(info, name, term.text))
    if term.operator == "between":
        if not term.upper:
            raise PlanError(f"between needs a second value for {name}", name)
        return f"{path} BETWEEN {value} AND {placeholders.value(key_value(info, name, term.upper))}"
    if term.operator == "begins with":
        if info.attribute_types[name] == "N":
            raise PlanError(f"{name} is a number: begins with is for text and binary", name)
        return f"begins_with({path}, {value})"
    return f"{path} {term.operator} {value}"


def key_value(info: TableInfo, name: str, text: str) -> Json:
    """The attribute value that a text stands for, by the key attribute's type; raises PlanError."""
    kind = info.attribute_types[name]
    if kind == "S":
        return {"S": text}
    if kind == "N":
        try:
            float(text)
        except ValueError:
            raise PlanError(f"{name} is a number", name) from None
        return {"N": text.strip()}
    try:
        return {"B": base64.b64decode(text, validate=True)}
    except ValueError:
        raise PlanError(f"{name} is binary: give it as base64 text", name) from None


def _add_filter(
    members: Json,
    fields: QueryFields,
    placeholders: Placeholders,
    queried: _Target | None,
    key_terms: list[str] | None = None,
) -> None:
    """The filter, and the conditions on keys that a Scan has in it."""
    parts = list(key_terms or ())
    if fields.filter.strip():
        try:
            written = condition(fields.filter, placeholders)
        except LiteralError as error:
            raise PlanError(
                f"{error.message} (at character {error.position + 1})", FILTER_FIELD
            ) from None
        if queried is not None:
            _refuse_keys(fields.filter, queried)
        parts.append(f"({written})" if parts else written)
    if parts:
        members["FilterExpression"] = " AND ".join(parts)


def _refuse_keys(text: str, target: _Target) -> None:
    for name in equalities(text):
        if name in (*target.hashes, *target.ranges):
            raise PlanError(f"{name} is a key: give it in its own field", FILTER_FIELD)


def _add_projection(
    members: Json,
    info: TableInfo,
    index: IndexInfo | None,
    fields: QueryFields,
    placeholders: Placeholders,
) -> bool:
    """The projection, with the table's key added so that a row's item can be opened."""
    if not fields.projection.strip():
        return index is not None and index.projection != "ALL"
    try:
        paths = projection(fields.projection, placeholders)
    except LiteralError as error:
        raise PlanError(
            f"{error.message} (at character {error.position + 1})", PROJECTION_FIELD
        ) from None
    keys = [placeholders.name(name) for name in info.key_names]
    members["ProjectionExpression"] = ", ".join(dict.fromkeys((*keys, *paths)))
    return True


def _add_consistency(members: Json, fields: QueryFields) -> None:
    if fields.consistent:
        members["ConsistentRead"] = True


def _advice(
    info: TableInfo, index: IndexInfo | None, fields: QueryFields, terms: Mapping[str, KeyTerm]
) -> str:
    """Which index would answer with a Query what this Scan is to filter."""
    known = {name for name, term in terms.items() if term.operator == "="}
    known.update(equalities(fields.filter) if fields.filter.strip() else ())
    for candidate in (None, *info.indexes):
        if candidate is index:
            continue
        keys = (candidate or info).partition_keys
        if all(name in known for name in keys):
            where = f"index {candidate.name}" if candidate else "the table itself"
            return f"{where} answers {' and '.join(keys)} = … with a Query"
    return ""
