"""One attribute set, or removed, in many items: the writes, a look at them, the same in PartiQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from dyntui.core.browse.bulk import Call
from dyntui.core.browse.marks import Key, key_of
from dyntui.core.browse.plan import Plan
from dyntui.core.browse.plan_statement import NO_BINARY
from dyntui.core.browse.writes import Write, change_item
from dyntui.core.connection.in_flight import send_each
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.change_text import key_text
from dyntui.core.text.formats import cell_text
from engine.client.paging import answers
from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.partiql.text import name_text
from engine.partiql.values import literal, quoted_name

ITEMS_MAX = 10_000
"""So many items are changed at once: they are held in memory, and undone together."""
LOOKED_AT = 3


@dataclass(frozen=True, slots=True)
class Edit:
    """An attribute, and the value that it is to have; None removes it."""

    name: str
    value: Json | None

    def of(self, item: Json) -> Json:
        """An item with that done to it."""
        others = {name: value for name, value in item.items() if name != self.name}
        if self.value is None:
            return others
        return {**item, self.name: self.value}

    def changes(self, item: Json) -> bool:
        """Whether it does something to an item."""
        return item.get(self.name) != self.value


def check_edit(info: TableInfo, edit: Edit) -> None:
    """Raises `ValidationException` for an attribute of the table's key, as DynamoDB does (E084)."""
    if edit.name in info.key_names:
        raise ValidationException(
            "One or more parameter values were invalid: "
            f"Cannot update attribute {edit.name}. This attribute is part of the key"
        )


def edit_writes(info: TableInfo, items: Iterable[Json], edit: Edit) -> Iterator[Write]:
    """The writes of the items that it changes, each refused if the item is not as it was read.

    Raises `engine.errors.ApiError`.
    """
    check_edit(info, edit)
    return (change_item(info, item, edit.of(item)) for item in items if edit.changes(item))


def look(info: TableInfo, items: Sequence[Json], edit: Edit) -> list[str]:
    """How many items there are, and the first that it changes, before and after."""
    changing = islice((item for item in items if edit.changes(item)), LOOKED_AT)
    lines = [
        f"{key_text({name: item[name] for name in info.key_names})}   "
        f"{_short(item.get(edit.name))} → {_short(edit.value)}"
        for item in changing
    ]
    if not lines:
        return ["All of them are so already."]
    return [f"The first {len(lines)}, before and after:" if len(items) > 1 else "", *lines]


def _short(value: Json | None) -> str:
    return "(absent)" if value is None else cell_text(value)


def update_statement(info: TableInfo, write: Write, edit: Edit) -> str:
    """The first write of an edit as a statement of PartiQL; raises `ValueError` for binary values,
    which it has no literals for."""
    item, path = write.old or {}, name_text(edit.name)
    old = item.get(edit.name)
    terms = [f"{name_text(name)} = {_literal(item[name])}" for name in info.key_names]
    terms.append(f"{path} IS MISSING" if old is None else f"{path} = {_literal(old)}")
    act = f"REMOVE {path}" if edit.value is None else f"SET {path} = {_literal(edit.value)}"
    return f"UPDATE {quoted_name(info.name)}\n{act}\nWHERE " + "\n  AND ".join(terms)


def _literal(value: Json) -> str:
    try:
        return literal(value)
    except ValueError:
        raise ValueError(NO_BINARY) from None


# Which items.


def matching(call: Call, plan: Plan, cancelled: Callable[[], bool]) -> list[Json]:
    """The items that a query finds, as it gives them; one more than `ITEMS_MAX` at most.

    Raises `engine.errors.ApiError`.
    """

    def found() -> Iterator[Json]:
        def ask(operation: str, request: Json) -> Json:
            return call(operation, request, cancelled)

        for answer in answers(ask, plan.operation, plan.request.members):
            if cancelled():
                return
            yield from answer.get("Items") or ([answer["Item"]] if "Item" in answer else [])

    return list(islice(found(), ITEMS_MAX + 1))


def whole_items(
    call: Call, info: TableInfo, items: Sequence[Json], cancelled: Callable[[], bool]
) -> list[Json]:
    """Items with all their attributes, read by their keys as they are now; raises `ApiError`."""
    found: dict[Key, Json] = {}

    def read(item: Json) -> None:
        key = {name: item[name] for name in info.key_names}
        request = {"TableName": info.name, "Key": key, "ConsistentRead": True}
        answer = call("GetItem", request, cancelled)
        if "Item" in answer:
            found[key_of(item, info.key_names)] = answer["Item"]

    send_each(read, items, cancelled)
    keys = (key_of(item, info.key_names) for item in items)
    return [found[key] for key in keys if key in found]
