"""Where a value leads: tables and indexes whose partition key it may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dyntui.core.browse.plan import PlanError, make_plan
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.item_text import value_text
from engine.client.protocol import Json


@dataclass(frozen=True, slots=True)
class Place:
    """A table (`index` is None) or an index, its partition key, and why the value may be one."""

    table: str
    index: str | None
    key: str
    reason: str
    fields: QueryFields
    request: Request


def places(infos: Iterable[TableInfo], origin: str, name: str, value: Json) -> list[Place]:
    """Where a value of the attribute `name` of the table `origin` may lead, the likeliest first.

    A key of the same name comes first, in the value's own table before others; then a key that is
    named like the other table's in the singular, or of which the name is a part; then those of the
    same type in other tables. Keys of several attributes are left out: one value is not enough.
    """
    kind = next(iter(value))
    found: list[tuple[int, Place]] = []
    for info in infos:
        for index in (None, *info.indexes):
            keys = (index or info).partition_keys
            if len(keys) != 1 or info.attribute_types[keys[0]] != kind:
                continue
            rank, reason = _reason(info, origin, name, keys[0])
            try:
                fields = QueryFields(index.name if index else None, {keys[0]: _term(value)})
                request = make_plan(info, fields, page_rows=1).request
            except PlanError:
                continue
            place = Place(info.name, fields.index, keys[0], reason, fields, request)
            found.append((rank, place))
    return [place for _, place in sorted(found, key=lambda entry: entry[0])]


def key_fields(info: TableInfo, index: str | None, item: Json) -> QueryFields | None:
    """What queries an item's key of a table, or of an index; None without its partition key."""
    of = info if index is None else info.index(index)
    if not all(name in item for name in of.partition_keys):
        return None
    return QueryFields(index, {name: _term(item[name]) for name in of.key_names if name in item})


def _term(value: Json) -> KeyTerm:
    return KeyTerm(value_text(value))


def _reason(info: TableInfo, origin: str, name: str, key: str) -> tuple[int, str]:
    own = info.name == origin
    plain, wanted = _plain(name), _plain(key)
    if plain == wanted:
        return (0 if own else 1), f"the key has the name {key}"
    if _plain(info.name).rstrip("s") in plain or wanted in plain or plain in wanted:
        return (2 if own else 3), f"{name} and {key} of {info.name} are named alike"
    return (4 if own else 5), "the key has the same type"


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
