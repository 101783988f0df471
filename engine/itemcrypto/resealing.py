"""Changing a sealed item: it is read, verified, changed, sealed anew, and written back."""

from __future__ import annotations

from collections.abc import Callable

from engine.client.protocol import Client, Context, Json
from engine.errors import ConditionalCheckFailedException
from engine.itemcrypto.answers import check_key
from engine.itemcrypto.errors import SealedOperationError
from engine.itemcrypto.protection import Protection


def resealed(
    client: Client,
    table: str,
    key: Json,
    change: Callable[[Json], Json],
    protection: Protection,
    context: Context,
    read: Callable[[Json], Json],
    stored: Json | None = None,
) -> Json:
    """See `EncryptedClient.reseal`; `client` gives and takes items as they are stored.

    `read` verifies and opens the stored item, which is read where it is not given.
    """
    if stored is None:
        request = {"TableName": table, "Key": key, "ConsistentRead": True}
        stored = client.call("GetItem", request, context).get("Item")
    if not stored:
        raise ConditionalCheckFailedException("The conditional request failed")
    opened = read(stored)
    check_key(stored, [key], protection)
    place = protection.schema.place
    changed = change(dict(opened))
    if place.key_of(changed) != place.key_of(opened):
        raise SealedOperationError("an item keeps its key when it is resealed").of_item(
            place.table, place.key_of(opened)
        )
    put = {
        "TableName": table,
        "Item": protection.seal(changed),
        **unchanged_condition(stored, place.unsigned),
    }
    client.call("PutItem", put, context)
    return changed


def unchanged_condition(stored: Json, unsigned: frozenset[str]) -> Json:
    """The members of a request that make it depend on an item being as it was read.

    Every attribute is compared: those that a seal covers, and those that it leaves out.
    """
    names = {f"#a{number}": name for number, name in enumerate(stored)}
    absent = {f"#b{number}": name for number, name in enumerate(sorted(unsigned - stored.keys()))}
    terms = [f"{ref} = :{ref[1:]}" for ref in names]
    terms += [f"attribute_not_exists({ref})" for ref in absent]
    return {
        "ConditionExpression": " AND ".join(terms),
        "ExpressionAttributeNames": names | absent,
        "ExpressionAttributeValues": {f":{ref[1:]}": stored[name] for ref, name in names.items()},
    }
