"""One write, worked out before it is sent: its request, what changes, its lock, its cost.

Every write carries a condition, so that it is refused if somebody else wrote meanwhile: a new item
must not exist yet, a changed or deleted one must still be as it was read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from dyntui.core.tables.cost import item_size, write_units
from dyntui.core.tables.literals import Placeholders
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo

Json = dict[str, Any]
Path = tuple[str | int, ...]

MAX_EXPRESSION_BYTES = 4096
MAX_CHECKED_PATHS = 100
"""DynamoDB takes 300 operators in an expression; a check has an operator and an AND."""


@dataclass(frozen=True, slots=True)
class Change:
    """An attribute, or something inside one, before and after; None is absent."""

    path: Path
    old: Json | None
    new: Json | None


@dataclass(frozen=True, slots=True)
class Write:
    """A write that is ready to be sent. Sizes in bytes; `units` are WCU by table and index.

    `lock` says in words what the condition protects; `old` and `new` are whole items.
    """

    kind: Literal["create", "change", "delete"]
    request: Request
    changes: tuple[Change, ...]
    old: Json | None
    new: Json | None
    lock: str
    old_size: int
    new_size: int
    units: dict[str, int]


def create_item(info: TableInfo, item: Json) -> Write:
    """Put an item that must not exist yet; raises `engine.errors.ApiError` for a bad value."""
    placeholders = Placeholders()
    key = placeholders.name(info.key_names[0])
    members = {
        "TableName": info.name,
        "Item": item,
        "ConditionExpression": f"attribute_not_exists({key})",
    } | placeholders.members()
    return _write(
        info, "create", Request("PutItem", members), None, item, "no item has this key yet"
    )


def delete_item(info: TableInfo, item: Json) -> Write:
    """Delete an item that must be as it was read."""
    key = {name: item[name] for name in info.key_names}
    others = tuple(Change((name,), value, None) for name, value in item.items() if name not in key)
    placeholders = Placeholders()
    checked, lock = _lock(info, others, placeholders)
    members = {
        "TableName": info.name,
        "Key": key,
        "ConditionExpression": checked,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    } | placeholders.members()
    return _write(info, "delete", Request("DeleteItem", members), item, None, lock)


def change_item(info: TableInfo, old: Json, new: Json) -> Write:
    """Turn an item into another with the same key, by the smallest update.

    Where the update would be longer than an expression may be, the whole item is put.
    """
    changes = tuple(differences(old, new))
    placeholders = Placeholders()
    update = _update_expression(changes, placeholders)
    checked, lock = _lock(info, changes, placeholders)
    key = {name: old[name] for name in info.key_names}
    if len(update.encode()) > MAX_EXPRESSION_BYTES or len(changes) > MAX_CHECKED_PATHS:
        placeholders = Placeholders()
        checked, lock = _lock(info, changes, placeholders)
        members: Json = {"TableName": info.name, "Item": new}
        operation = "PutItem"
    else:
        members = {"TableName": info.name, "Key": key, "UpdateExpression": update}
        operation = "UpdateItem"
    members |= {
        "ConditionExpression": checked,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    members |= placeholders.members()
    return _write(info, "change", Request(operation, members), old, new, lock)


def same_key(info: TableInfo, first: Json, second: Json) -> bool:
    """Whether two items have the same primary key."""
    return all(first.get(name) == second.get(name) for name in info.key_names)


def differences(old: Json, new: Json, path: Path = ()) -> Iterator[Change]:
    """What differs between two attribute maps, as deep inside as both sides have the same shape."""
    for name in dict.fromkeys((*old, *new)):
        yield from _value_differences(old.get(name), new.get(name), (*path, name))


def applied(item: Json, changes: tuple[Change, ...]) -> Json:
    """A copy of an item with changes put on it, where their place still exists."""
    for change in changes:
        item = _applied_value({"M": item}, change.path, change.new)["M"]
    return item


def value_at(item: Json, path: Path) -> Json | None:
    """The value at a path, or None where there is none."""
    value: Json | None = {"M": item}
    for step in path:
        if value is None:
            return None
        if isinstance(step, str):
            value = value.get("M", {}).get(step)
        else:
            elements = value.get("L", [])
            value = elements[step] if step < len(elements) else None
    return value


def path_text(path: Path, placeholders: Placeholders | None = None) -> str:
    """A path as expressions write it; without placeholders, as people read it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            name = placeholders.name(step) if placeholders else step
            text += f".{name}" if text else name
    return text


def _value_differences(old: Json | None, new: Json | None, path: Path) -> Iterator[Change]:
    if old == new:
        return
    if old is not None and new is not None:
        if "M" in old and "M" in new and old["M"] and new["M"]:
            yield from differences(old["M"], new["M"], path)
            return
        if "L" in old and "L" in new and len(old["L"]) == len(new["L"]):
            for place, (before, after) in enumerate(zip(old["L"], new["L"], strict=True)):
                yield from _value_differences(before, after, (*path, place))
            return
    yield Change(path, old, new)


def _update_expression(changes: tuple[Change, ...], placeholders: Placeholders) -> str:
    sets = [
        f"{path_text(change.path, placeholders)} = {placeholders.value(change.new)}"
        for change in changes
        if change.new is not None
    ]
    removes = [path_text(change.path, placeholders) for change in changes if change.new is None]
    parts = []
    if sets:
        parts.append("SET " + ", ".join(sets))
    if removes:
        parts.append("REMOVE " + ", ".join(removes))
    return " ".join(parts)


def _lock(
    info: TableInfo, changes: tuple[Change, ...], placeholders: Placeholders
) -> tuple[str, str]:
    """A condition that all of `changes` still find what they found, and that in words."""
    exists = f"attribute_exists({placeholders.name(info.key_names[0])})"
    if len(changes) > MAX_CHECKED_PATHS:
        return exists, "the item still exists (too many changes to check each)"
    trial = Placeholders(dict(placeholders.names), dict(placeholders.values))
    checks = [
        f"{path_text(change.path, trial)} = {trial.value(change.old)}"
        if change.old is not None
        else f"attribute_not_exists({path_text(change.path, trial)})"
        for change in changes
    ]
    if not any(change.old is not None for change in changes):
        checks.insert(0, exists)
    text = " AND ".join(checks)
    if len(text.encode()) > MAX_EXPRESSION_BYTES:
        return exists, "the item still exists (too many changes to check each)"
    placeholders.names, placeholders.values = trial.names, trial.values
    return text, "nobody changed it meanwhile (optimistic lock)"


def _write(
    info: TableInfo,
    kind: Literal["create", "change", "delete"],
    request: Request,
    old: Json | None,
    new: Json | None,
    lock: str,
) -> Write:
    return Write(
        kind,
        request,
        tuple(differences(old or {}, new or {})),
        old,
        new,
        lock,
        item_size(old) if old is not None else 0,
        item_size(new) if new is not None else 0,
        write_units(info, old, new),
    )


def _applied_value(value: Json, path: Path, new: Json | None) -> Json:
    step, rest = path[0], path[1:]
    if isinstance(step, str) and "M" in value:
        members = dict(value["M"])
        if rest:
            if step in members:
                members[step] = _applied_value(members[step], rest, new)
        elif new is None:
            members.pop(step, None)
        else:
            members[step] = new
        return {"M": members}
    if isinstance(step, int) and "L" in value and step < len(value["L"]):
        elements = list(value["L"])
        if rest:
            elements[step] = _applied_value(elements[step], rest, new)
        elif new is not None:
            elements[step] = new
        return {"L": elements}
    return value
