"""Keys and items against a table's schema: the checks that need the table."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.model.values import MAX_ITEM_BYTES
from engine.storage.catalog import (
    PARTITION_KEY_BYTES_MAX,
    SORT_KEY_BYTES_MAX,
    Index,
    InvalidKeyError,
    KeyAttribute,
    Table,
)
from engine.storage.items import ItemChange
from engine.storage.keys import value_bytes

_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_NO_MATCH = "The provided key element does not match the schema"
_KINDS = {"S": "string", "B": "binary"}


def check_key(table: Table, key: Json) -> bytes:
    """Check a Key parameter; gives the key under which the item is stored (E073, E077)."""
    if len(key) == len(table.keys):
        try:
            return table.key_blob(key)
        except InvalidKeyError:
            for attribute in table.keys:
                value = key.get(attribute.name)
                if value is None or attribute.type not in value:
                    break
            else:
                raise _key_value_error(table, key, _INVALID) from None
    raise ValidationException(_NO_MATCH)


def check_key_types(table: Table, attributes: Json) -> None:
    """Refuse attributes that lack one of the key, or have it of another type (E073)."""
    if any(key.type not in attributes.get(key.name, ()) for key in table.keys):
        raise ValidationException(_NO_MATCH)


def check_item(table: Table, item: Json) -> bytes:
    """Check an item to be put; gives the key under which it is stored (E074 to E078)."""
    try:
        blob = table.key_blob(item)
    except InvalidKeyError:
        raise _item_key_error(table, item) from None
    for index in table.indexes:
        _check_index_keys(index, item)
    return blob


def _item_key_error(table: Table, item: Json) -> ValidationException:
    for attribute in table.keys:
        value = item.get(attribute.name)
        if value is None:
            return ValidationException(f"{_INVALID}Missing the key {attribute.name} in the item")
        if attribute.type not in value:
            return ValidationException(
                f"{_INVALID}Type mismatch for key {attribute.name} expected: {attribute.type} "
                f"actual: {next(iter(value))}"
            )
    return _key_value_error(table, item, _NOT_VALID)


def _key_value_error(table: Table, item: Json, prefix: str) -> ValidationException:
    """What is wrong with key values of the right types: empty (E077) or too long (E082, E083)."""
    for attribute in table.keys:
        if attribute.name in item and _is_empty(item[attribute.name], attribute.type):
            return ValidationException(
                f"{prefix}The AttributeValue for a key attribute cannot contain an empty "
                f"{_KINDS[attribute.type]} value. Key: {attribute.name}"
            )
    return _size_error((table.hash,), table.keys[1:], item) or ValidationException(_NO_MATCH)


def check_condition(table: Table, index: Index | None, attributes: Json) -> None:
    """Check values that a key condition gives key attributes (E077, E078, E082, E083)."""
    if index is not None:
        _check_index_keys(index, attributes)
        return
    too_long = _size_error((table.hash,), table.keys[1:], attributes)
    if too_long is not None or any(
        _is_empty(attributes[key.name], key.type) for key in table.keys if key.name in attributes
    ):
        raise _key_value_error(table, attributes, _NOT_VALID)


def _check_index_keys(index: Index, item: Json) -> None:
    for attribute in index.keys:
        value = item.get(attribute.name)
        if value is None:
            continue
        if attribute.type not in value:
            raise _index_type_error(index, attribute, next(iter(value)))
        if _is_empty(value, attribute.type):
            raise ValidationException(
                f"{_NOT_VALID}A value specified for a secondary index key is not supported. "
                f"The AttributeValue for a key attribute cannot contain an empty "
                f"{_KINDS[attribute.type]} value. IndexName: {index.name}, "
                f"IndexKey: {attribute.name}"
            )
    too_long = _size_error(index.hash, index.range, item)
    if too_long is not None:
        raise too_long


def check_updated_index_keys(table: Table, item: Json, updated: Container[str]) -> None:
    """Check the index key attributes among those that an update changed (E079 to E081).

    An item that is older than the index may hold a key attribute that the index cannot take; it
    stays as it is, outside the index, whatever else of it is updated.
    """
    for index in table.indexes:
        changed = [attribute for attribute in index.keys if attribute.name in updated]
        for attribute in changed:
            value = item.get(attribute.name)
            if value is None:
                continue
            if attribute.type not in value:
                raise ValidationException(
                    "The update expression attempted to update the secondary index key to "
                    "unsupported type"
                )
            if _is_empty(value, attribute.type):
                raise ValidationException(
                    f"{_NOT_VALID}The update expression attempted to update a secondary index key "
                    "to a value that is not supported. The AttributeValue for a key attribute "
                    f"cannot contain an empty {_KINDS[attribute.type]} value."
                )
        if changed and _size_error(index.hash, index.range, item) is not None:
            raise ValidationException(
                "The update expression attempted to update the secondary index key beyond "
                "allowed size limits"
            )


def check_update_targets(table: Table, attributes: Iterable[str]) -> None:
    """Refuse an update of a key attribute (E084)."""
    for name in attributes:
        if name in table.key_names:
            raise ValidationException(
                f"{_INVALID}Cannot update attribute {name}. This attribute is part of the key"
            )


def check_update_types(table: Table, types: Mapping[str, str]) -> None:
    """Refuse to give an index key attribute a value whose type is known to be wrong (E076)."""
    for index in table.indexes:
        for attribute in index.keys:
            actual = types.get(attribute.name, attribute.type)
            if actual != attribute.type:
                raise _index_type_error(index, attribute, actual)


def _index_type_error(index: Index, attribute: KeyAttribute, actual: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Type mismatch for Index Key {attribute.name} Expected: {attribute.type} "
        f"Actual: {actual} IndexName: {index.name}"
    )


def check_nested_paths(table: Table, paths: Iterable[tuple[str | int, ...]]) -> None:
    """Refuse a path that goes into a key attribute, which is a scalar (E071, E072)."""
    for path in paths:
        if len(path) < 2:
            continue
        name = str(path[0])
        if name in table.key_names:
            what = "Key"
        elif any(name in index.key_names for index in table.indexes):
            what = "IndexKey"
        else:
            continue
        raise ValidationException(
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
            f"allowed: {what}: {name}"
        )


def check_local_sizes(change: ItemChange, message: str) -> None:
    """An item and its entry in each local index must stay within the item limit together."""
    if change.new is None:
        return
    for index_change in change.indexes:
        entry = index_change.new
        if entry is None or index_change.index.is_global:
            continue
        if change.new.size + entry.size > MAX_ITEM_BYTES:
            raise ValidationException(message)


def has_empty_key(table: Table, attributes: Json) -> bool:
    """Whether a key attribute of the table's own type is empty."""
    return any(
        key.type in attributes.get(key.name, ()) and _is_empty(attributes[key.name], key.type)
        for key in table.keys
    )


def _size_error(
    partition: tuple[KeyAttribute, ...], sort: tuple[KeyAttribute, ...], item: Json
) -> ValidationException | None:
    """What is too long among the key values that are there (E082, E083); numbers always fit.

    The limits hold for the partition keys of an index together, and for its sort keys together.
    """
    if _length(partition, item) > PARTITION_KEY_BYTES_MAX:
        return ValidationException(
            f"{_INVALID}Size of hashkey has exceeded the maximum size limit of"
            f"{PARTITION_KEY_BYTES_MAX} bytes"
        )
    if _length(sort, item) > SORT_KEY_BYTES_MAX:
        return ValidationException(
            f"{_INVALID}Aggregated size of all range keys has exceeded the size limit of "
            f"{SORT_KEY_BYTES_MAX} bytes"
        )
    return None


def _length(attributes: tuple[KeyAttribute, ...], item: Json) -> int:
    length = 0
    for attribute in attributes:
        value = item.get(attribute.name)
        if value is not None and attribute.type in value:
            length += len(value_bytes(value, attribute.type))
    return length


def _is_empty(value: Json, kind: str) -> bool:
    return kind != "N" and not value[kind]
