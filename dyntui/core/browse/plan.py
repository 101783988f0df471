"""What a query form means: GetItem, Query or Scan, on which index, at what cost.

The whole primary key of the table, with no filter, is a GetItem. A value for every partition key
attribute is a Query. Anything else is a Scan, in which values of key attributes become part of the
filter. Costs are estimates from the counts and sizes that DescribeTable tells.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
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
Operation = Literal["GetItem", "Query", "Scan"]

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

    operation: Operation
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


@dataclass(frozen=True, slots=True)
class _Form:
    """A form that is made into a request; `terms` are the keys of which it says something."""

    info: TableInfo
    index: IndexInfo | None
    target: _Target
    fields: QueryFields
    terms: Mapping[str, KeyTerm]
    placeholders: Placeholders

    @property
    def partial(self) -> bool:
        """Whether rows may lack attributes of their items."""
        by_index = self.index is not None and self.index.projection != "ALL"
        return by_index or bool(self.fields.projection.strip())

    def key_value(self, name: str) -> Json:
        """The value that is given for a key attribute."""
        return key_value(self.info, name, self.terms[name].text)


def make_plan(info: TableInfo, fields: QueryFields, page_rows: int) -> Plan:
    """The plan for a form, `page_rows` items a page; raises PlanError."""
    index = info.index(fields.index) if fields.index else None
    target = _target(info, index)
    terms = fields.said.keys
    form = _Form(info, index, target, fields, terms, Placeholders())
    queried = all(name in terms for name in target.hashes)
    whole_key = queried and all(
        name in terms and terms[name].operator == "=" for name in target.ranges
    )
    if index is None and whole_key and not fields.filter.strip():
        return _get_item(form)
    return _query(form, page_rows) if queried else _scan(form, page_rows)


def _target(info: TableInfo, index: IndexInfo | None) -> _Target:
    read = index or info
    name = read.name
    label = name if len(name) <= LABEL_LENGTH_MAX else f"{name[: LABEL_LENGTH_MAX - 1]}…"
    return _Target(label, read.partition_keys, read.sort_keys, read.item_count, read.size_bytes)


def _get_item(form: _Form) -> Plan:
    target = form.target
    key = {name: form.key_value(name) for name in (*target.hashes, *target.ranges)}
    units = read_units(target.item_bytes, form.fields.consistent)
    return Plan(
        "GetItem",
        _request(form, "GetItem", {"Key": key}),
        f"GetItem · {target.label} · about {units_text(units)} RCU · 1 item at most",
        units,
        units,
        form.partial,
    )


def _query(form: _Form, page_rows: int) -> Plan:
    target, fields, placeholders = form.target, form.fields, form.placeholders
    conditions = [
        f"{placeholders.name(name)} = {placeholders.value(form.key_value(name))}"
        for name in target.hashes
    ]
    conditions += _range_conditions(form)
    which = {"KeyConditionExpression": " AND ".join(conditions)} | _filter(form, target)
    units = page_read_units(target.item_bytes * page_rows, fields.consistent)
    order = "key" if not target.ranges else ", ".join(target.ranges)
    direction = "descending" if fields.descending else "ascending"
    return Plan(
        "Query",
        _request(form, "Query", which),
        f"Query · {target.label} · about {units_text(units)} RCU a page of {page_rows}"
        f" · by {order} {direction}",
        units,
        None,
        form.partial,
    )


def _scan(form: _Form, page_rows: int) -> Plan:
    target, fields = form.target, form.fields
    which = _filter(form, None, [_term(form, name) for name in form.terms])
    rows = min(page_rows, target.item_count)
    page = page_read_units(target.item_bytes * rows, fields.consistent)
    whole = _whole_scan_units(target.size_bytes, fields.consistent)
    reads = (
        f"a filter still reads every item: {units_text(whole)} RCU for all {target.item_count:,}"
        if which
        else _scan_reads(target, page_rows, page, whole)
    )
    return Plan(
        "Scan",
        _request(form, "Scan", which),
        f"Scan · {target.label} · {reads}",
        page,
        whole,
        form.partial,
        heavy=target.size_bytes > PAGE_BYTES,
        advice=_advice(form),
    )


def _request(form: _Form, operation: Operation, which: Json) -> Request:
    """The request; `which` are the members that say which items are read."""
    members: Json = {"TableName": form.info.name}
    if form.index is not None:
        members["IndexName"] = form.index.name
    members |= which | _projection(form)
    if operation == "Query" and form.fields.descending:
        members["ScanIndexForward"] = False
    if form.fields.consistent:
        members["ConsistentRead"] = True
    return Request(operation, members | form.placeholders.members())


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


def _range_conditions(form: _Form) -> list[str]:
    """The conditions on the sort key: equality on its first attributes, then one range."""
    conditions: list[str] = []
    blocker = ""
    for name in form.target.ranges:
        if name not in form.terms:
            blocker = blocker or f"{name} is needed first: the sort key is used from its beginning"
            continue
        if blocker:
            raise PlanError(blocker, name)
        conditions.append(_term(form, name))
        if form.terms[name].operator != "=":
            blocker = f"nothing can follow a range on {name}"
    return conditions


def _term(form: _Form, name: str) -> str:
    """The condition on a key attribute that the form gives."""
    info, term, placeholders = form.info, form.terms[name], form.placeholders
    path = placeholders.name(name)
    value = placeholders.value(form.key_value(name))
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


def _filter(form: _Form, queried: _Target | None, key_terms: Sequence[str] = ()) -> Json:
    """The filter, and the conditions on keys that a Scan has in it; none is no member."""
    parts = list(key_terms)
    text = form.fields.filter
    if text.strip():
        try:
            written = condition(text, form.placeholders)
        except LiteralError as error:
            raise _unreadable(error, FILTER_FIELD) from None
        if queried is not None:
            _refuse_keys(text, queried)
        parts.append(f"({written})" if parts else written)
    return {"FilterExpression": " AND ".join(parts)} if parts else {}


def _refuse_keys(text: str, target: _Target) -> None:
    for name in equalities(text):
        if name in (*target.hashes, *target.ranges):
            raise PlanError(f"{name} is a key: give it in its own field", FILTER_FIELD)


def _projection(form: _Form) -> Json:
    """The projection, with the table's key added so that a row's item can be opened."""
    text, placeholders = form.fields.projection, form.placeholders
    if not text.strip():
        return {}
    try:
        paths = projection(text, placeholders)
    except LiteralError as error:
        raise _unreadable(error, PROJECTION_FIELD) from None
    keys = [placeholders.name(name) for name in form.info.key_names]
    return {"ProjectionExpression": ", ".join(dict.fromkeys((*keys, *paths)))}


def _unreadable(error: LiteralError, field_name: str) -> PlanError:
    return PlanError(f"{error.message} (at character {error.position + 1})", field_name)


def _advice(form: _Form) -> str:
    """Which index would answer with a Query what this Scan is to filter."""
    known = {name for name, term in form.terms.items() if term.operator == "="}
    known.update(equalities(form.fields.filter) if form.fields.filter.strip() else ())
    for candidate in (None, *form.info.indexes):
        if candidate is form.index:
            continue
        keys = (candidate or form.info).partition_keys
        if all(name in known for name in keys):
            where = f"index {candidate.name}" if candidate else "the table itself"
            return f"{where} answers {' and '.join(keys)} = … with a Query"
    return ""
