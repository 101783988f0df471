"""Actions on one item: Put, Delete, Update and ConditionCheck, alone or in a transaction.

An action is prepared from its request before the table is known; what can be refused without the
table is refused then. In the storage transaction it says which item it is about, whether its
condition holds, and what becomes of the item.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from engine.client.protocol import Json
from engine.errors import ApiError, ConditionalCheckFailedException, ValidationException
from engine.expressions import (
    NO_PLACEHOLDERS,
    Condition,
    Update,
    attribute_updates,
    compile_condition,
    compile_update,
    expected_condition,
)
from engine.model.values import MAX_ITEM_BYTES
from engine.operations.parameters import (
    attribute_map,
    check_maps,
    check_mixing,
    is_plain,
    old_image_wanted,
    placeholders,
)
from engine.operations.schema import (
    check_item,
    check_key,
    check_local_sizes,
    check_nested_paths,
    check_update_targets,
    check_update_types,
    check_updated_index_keys,
)
from engine.storage.catalog import Table
from engine.storage.items import ItemChange, StoredItem, plan_change

CONDITION_FAILED = "The conditional request failed"  # E086
_TOO_LARGE = "Item size has exceeded the maximum allowed size"  # E015
_UPDATED_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"  # E016
_EMPTY = StoredItem(b"{}", 0)
_OF_WRITE = ("ConditionExpression",)
_OF_UPDATE = ("UpdateExpression", "ConditionExpression")


class Action(ABC):
    """What a request does to one item.

    `attributes` holds at least the item's key, `attributes_bytes` is their size.
    """

    too_large: ClassVar[str] = _TOO_LARGE
    condition: Condition | None = None
    bound = NO_PLACEHOLDERS

    def __init__(self, request: Json, attributes: Json, attributes_bytes: int) -> None:
        self.table_name: str = request["TableName"]
        self.attributes = attributes
        self.attributes_bytes = attributes_bytes
        self._shows_old = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"

    @property
    def payload_bytes(self) -> int:
        """The size of all attribute values that the request carries for this action."""
        return self.attributes_bytes + self.bound.values_bytes

    def bind_condition(self, request: Json) -> None:
        """Compile the ConditionExpression, the last expression of a write, or Expected."""
        text, expected = request.get("ConditionExpression"), request.get("Expected")
        if text is not None:
            self.condition = compile_condition(text, self.bound)
        elif expected is not None:
            operator = request.get("ConditionalOperator")
            self.condition = expected_condition(expected, operator)
        self.bound.check_all_used()

    def key(self, table: Table) -> bytes:
        """The key of the item (E071 to E084)."""
        return check_key(table, self.attributes)

    @abstractmethod
    def image(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """What becomes of the item; None if it is gone afterwards."""

    def key_values(self, table: Table) -> Json:
        """Attributes with those of the item's key among them; they may still be wrong."""
        del table
        return self.attributes

    def failure(self, table: Table, old: StoredItem | None) -> ApiError | None:
        """The error of a condition that is false of the item; None where it is true."""
        condition = self.condition
        if condition is None:
            return None
        check_nested_paths(table, condition.paths)
        if condition.matches((old or _EMPTY).item()):
            return None
        return self.failed(old)

    def failed(self, old: StoredItem | None) -> ConditionalCheckFailedException:
        """The error of a false condition, with the item if that was asked for."""
        members = {"Item": old.item()} if old is not None and self._shows_old else {}
        return ConditionalCheckFailedException(CONDITION_FAILED, **members)

    def change(self, table: Table, key: bytes, old: StoredItem | None) -> ItemChange:
        """The change of the item and its index entries; nothing is written yet."""
        change = plan_change(table, key, old, self.image(table, old))
        check_local_sizes(change, self.too_large)
        return change


class Put(Action):
    """Create an item, or replace it."""

    returns_old = False

    def __init__(self, request: Json, attributes: Json, attributes_bytes: int) -> None:
        super().__init__(request, attributes, attributes_bytes)
        self._image = StoredItem.of(attributes, attributes_bytes)

    def key(self, table: Table) -> bytes:
        """See `Action.key`."""
        return check_item(table, self.attributes)

    def image(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """See `Action.image`."""
        del table, old
        return self._image


class Delete(Action):
    """Delete an item; there need not be one."""

    returns_old = False

    def image(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """See `Action.image`."""
        del table, old
        return None


class ConditionCheck(Action):
    """Leave an item as it is."""

    def image(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """See `Action.image`."""
        del table
        return old


class UpdateAttributes(Action):
    """Change attributes of an item, or create it; without an update only the latter."""

    too_large = _UPDATED_TOO_LARGE
    update: Update | None = None

    def key(self, table: Table) -> bytes:
        """See `Action.key`."""
        key = check_key(table, self.attributes)
        if self.update is not None:
            check_update_targets(table, self.update.attributes)
            check_update_types(table, self.update.types)
            check_nested_paths(table, self.update.paths)
        return key

    def image(self, table: Table, old: StoredItem | None) -> StoredItem | None:
        """See `Action.image`; where an update that only removes finds no item, there is none."""
        if self.update is None:
            return StoredItem.of(self.attributes) if old is None else old
        item = self.update.apply(None if old is None else old.item(), self.attributes)
        if item is None:
            return None
        check_updated_index_keys(table, item, self.update.attributes)
        new = StoredItem.of(item)
        if new.size > MAX_ITEM_BYTES:
            raise ValidationException(self.too_large)
        return new


def put(request: Json) -> Put:
    """Prepare a Put: of PutItem, of a batch or of a transaction."""
    plain = is_plain(request)
    if not plain:
        check_mixing(request)
        check_maps(request, _OF_WRITE)
    item, size = attribute_map(request, "Item")
    action = Put(request, item, size)
    action.returns_old = old_image_wanted(request)
    if size > MAX_ITEM_BYTES:
        raise ValidationException(_TOO_LARGE)
    if not plain:
        action.bound = placeholders(request, _OF_WRITE)
        action.bind_condition(request)
    return action


def delete(request: Json) -> Delete:
    """Prepare a Delete."""
    check_mixing(request)
    check_maps(request, _OF_WRITE)
    action = Delete(request, *attribute_map(request, "Key"))
    action.returns_old = old_image_wanted(request)
    action.bound = placeholders(request, _OF_WRITE)
    action.bind_condition(request)
    return action


def condition_check(request: Json) -> ConditionCheck:
    """Prepare a ConditionCheck."""
    check_maps(request, _OF_WRITE)
    action = ConditionCheck(request, *attribute_map(request, "Key"))
    action.bound = placeholders(request, _OF_WRITE)
    action.bind_condition(request)
    return action


def update(request: Json) -> UpdateAttributes:
    """Prepare an Update."""
    check_mixing(request)
    check_maps(request, _OF_UPDATE)
    action = UpdateAttributes(request, *attribute_map(request, "Key"))
    action.bound = placeholders(request, _OF_UPDATE)
    text, updates = request.get("UpdateExpression"), request.get("AttributeUpdates")
    if text is not None:
        action.update = compile_update(text, action.bound)
    elif updates is not None:
        action.update = attribute_updates(updates)
    action.bind_condition(request)
    return action
