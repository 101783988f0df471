"""Statements on one item as the actions and gets of everything else.

Which terms of WHERE name the item is known once its table is; all other terms are its condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from engine.client.protocol import Json
from engine.errors import ApiError, DuplicateItemException, ValidationException
from engine.expressions import NO_PLACEHOLDERS, Condition, Projection
from engine.expressions.ast import And, Literal, Path
from engine.expressions.ast import Condition as Tree
from engine.expressions.ast import Update as UpdateTree
from engine.expressions.checks import check_bound
from engine.expressions.conditions import bind_condition
from engine.expressions.paths import getter
from engine.expressions.updates import bind_update
from engine.model.values import MAX_ITEM_BYTES, item_size
from engine.operations.actions import Action, ConditionCheck, Delete, Put, UpdateAttributes
from engine.operations.transactions import Get
from engine.partiql import ast
from engine.partiql.planner import conjunction, equality
from engine.partiql.text import shown_name
from engine.storage.catalog import Table
from engine.storage.items import StoredItem

_KIND = "WHERE"
_TOO_LARGE = "Item size has exceeded the maximum allowed size"  # E015
_KEY_NEEDED = "Where clause does not contain a mandatory equality on all key attributes"  # P27


@dataclass(frozen=True, slots=True)
class SelectedPaths(Projection):
    """The paths of SELECT, each under its text from the last named step on."""

    def apply(self, item: Json) -> Json:
        """See `Projection.apply`; where two paths have one name, the last is shown."""
        shown: Json = {}
        for path in self.paths:
            value = getter(path)(item)
            if value is not None:
                shown[shown_name(path)] = value
        return shown


def selected(paths: Sequence[Path] | None) -> SelectedPaths | None:
    """The projection of a SELECT; None for `*`."""
    if paths is None:
        return None
    bound = tuple(NO_PLACEHOLDERS.path(path, "SELECT") for path in paths)
    return SelectedPaths(bound, {})


def compiled(where: Tree | None) -> Condition | None:
    """The function of a condition (P12 to P14)."""
    if where is None:
        return None
    try:
        check_bound(where, NO_PLACEHOLDERS, _KIND)
    except ValidationException as error:
        raise ValidationException(error.message.removeprefix(f"Invalid {_KIND}: ")) from error
    return bind_condition(where, NO_PLACEHOLDERS, _KIND)


def split_where(where: Tree | None, table: Table) -> tuple[Json, Tree | None] | None:
    """The key that WHERE names and its other terms; None if it does not name one item."""
    terms = [] if where is None else conjunction(where)
    key: Json = {}
    rest: Tree | None = None
    for term in terms:
        named = equality(term)
        if (
            named is not None
            and named[0] in table.key_names
            and key.get(named[0], named[1]) == named[1]
        ):
            key[named[0]] = named[1]
        else:
            rest = term if rest is None else And(rest, term)
    return (key, rest) if len(key) == len(table.keys) else None


class _Where:
    """What statements with WHERE share: the key comes out of it."""

    where: Tree | None
    condition: Condition | None
    key_needed = _KEY_NEEDED

    def key_values(self, table: Table) -> Json:
        """The key attributes; raises `ValidationException` where one is missing (P27)."""
        split = split_where(self.where, table)
        if split is None:
            raise ValidationException(self.key_needed)
        attributes, rest = split
        self.condition = compiled(rest)
        return attributes


class _ActionWhere(_Where, Action):
    """An action whose key is found once its table is known."""

    def key(self, table: Table) -> bytes:
        """See `Action.key`."""
        self.attributes = self.key_values(table)
        return super().key(table)


class InsertItem(Put):
    """INSERT: a Put that finds no item (P28)."""

    def failure(self, table: Table, old: StoredItem | None) -> ApiError | None:
        """See `Action.failure`."""
        del table
        if old is None:
            return None
        shown = self.failed(old).members
        return DuplicateItemException("Duplicate primary key exists in table", **shown)


class UpdateWhere(_ActionWhere, UpdateAttributes):
    """UPDATE: an update that finds an item."""

    def failure(self, table: Table, old: StoredItem | None) -> ApiError | None:
        """See `Action.failure`."""
        return self.failed(None) if old is None else UpdateAttributes.failure(self, table, old)


class DeleteWhere(_ActionWhere, Delete):
    """DELETE: nothing happens where there is no item."""

    def failure(self, table: Table, old: StoredItem | None) -> ApiError | None:
        """See `Action.failure`."""
        return None if old is None else Delete.failure(self, table, old)


class ExistsWhere(_ActionWhere, ConditionCheck):
    """EXISTS: a condition check."""

    key_needed = "EXISTS() must contain a single item read with additional condition"  # P25

    def key_values(self, table: Table) -> Json:
        """See `_Where.key_values`; there has to be a further term."""
        attributes = _Where.key_values(self, table)
        if self.condition is None:
            raise ValidationException(self.key_needed)
        return attributes

    def failure(self, table: Table, old: StoredItem | None) -> ApiError | None:
        """See `Action.failure`."""
        return self.failed(None) if old is None else ConditionCheck.failure(self, table, old)


class GetWhere(_Where, Get):
    """SELECT of one item, in a batch or a transaction: by its key and nothing more."""

    def key_values(self, table: Table) -> Json:
        """See `_Where.key_values`; another term is refused as a missing one is (P24, P26)."""
        attributes = _Where.key_values(self, table)
        if self.condition is not None:
            raise ValidationException(self.key_needed)
        return attributes


WriteStatement = InsertItem | UpdateWhere | DeleteWhere | ExistsWhere


def write_action(statement: ast.Statement, request: Json) -> WriteStatement:
    """The action of a writing statement; `request` tells what a failure shows."""
    assert not isinstance(statement, ast.Select)
    if isinstance(statement, ast.Exists):
        exists = ExistsWhere(_named(statement.select.source, request), {}, 0)
        exists.where = statement.select.where
        return exists
    named = _named(statement.source, request)
    if isinstance(statement, ast.Insert):
        size = item_size(statement.item)
        if size > MAX_ITEM_BYTES:
            raise ValidationException(_TOO_LARGE)
        return InsertItem(named, statement.item, size)
    if isinstance(statement, ast.Delete):
        delete = DeleteWhere(named, {}, 0)
        delete.where = statement.where
        return delete
    update = UpdateWhere(named, {}, _values_bytes(statement))
    update.update = bind_update(UpdateTree(statement.actions), NO_PLACEHOLDERS)
    update.where = statement.where
    return update


def _named(source: ast.Source, request: Json) -> Json:
    if source.index is not None:
        raise ValidationException("Index is not supported for this statement")
    wanted = request.get("ReturnValuesOnConditionCheckFailure")
    return {"TableName": source.table, "ReturnValuesOnConditionCheckFailure": wanted}


def _values_bytes(statement: ast.Update) -> int:
    literals = {
        str(position): action.value.value
        for position, action in enumerate(statement.actions)
        if isinstance(action.value, Literal)
    }
    return item_size(literals)


def get_action(select: ast.Select, key_needed: str) -> GetWhere:
    """The Get of a SELECT that has to name one item; `key_needed` is said where it does not."""
    get = GetWhere(select.source.table, {}, selected(select.paths))
    get.where = select.where
    get.key_needed = key_needed
    return get


def returned(
    returning: ast.Returning | None,
    action: WriteStatement,
    old: StoredItem | None,
    new: StoredItem | None,
) -> bytes | None:
    """The item that RETURNING shows; None where there is none."""
    if returning is None:
        return None
    side = old if returning.image == "OLD" else new
    if side is None:
        return None
    if returning.scope == "ALL":
        return side.raw
    assert isinstance(action, UpdateWhere)
    assert action.update is not None
    update, item = action.update, side.item()
    touched = update.updated_old(item) if returning.image == "OLD" else update.updated_new(item)
    return orjson.dumps(touched) if touched else None
