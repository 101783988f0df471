"""Changing a sealed item: it is read, verified, changed, sealed anew, and written back."""

from __future__ import annotations

from collections.abc import Callable

from engine.client.protocol import Client, Context, Json
from engine.errors import ConditionalCheckFailedException
from engine.expressions.checks import OPERATORS_MAX
from engine.expressions.lexer import EXPRESSION_BYTES_MAX
from engine.itemcrypto.answers import check_key
from engine.itemcrypto.errors import SealedOperationError
from engine.itemcrypto.opening import is_sealed
from engine.itemcrypto.protection import Protection
from engine.itemcrypto.schema import FOOTER, HEADER, Schema


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
        **unchanged_condition(stored, protection.schema),
    }
    client.call("PutItem", put, context)
    return changed


def unchanged_condition(stored: Json, schema: Schema) -> Json:
    """The members of a request that make it depend on an item being as it was read.

    Whoever changes a sealed item makes a new seal: of such an item the seal and what it leaves out
    are compared, of others every attribute. No attribute that the schema knows may have been added.
    Raises SealedOperationError where that is more than a condition holds.
    """
    place = schema.place
    if is_sealed(stored):
        compared = [n for n in stored if n in (HEADER, FOOTER) or place.is_unsigned(n)]
        known = place.unsigned
    else:
        compared = list(stored)
        known = place.unsigned | schema.actions.keys() | {HEADER}
    names = {f"#a{number}": name for number, name in enumerate(compared)}
    absent = {f"#b{number}": name for number, name in enumerate(sorted(known - stored.keys()))}
    terms = [f"{ref} = :{ref[1:]}" for ref in names]
    terms += [f"attribute_not_exists({ref})" for ref in absent]
    condition = " AND ".join(terms)
    if len(condition) > EXPRESSION_BYTES_MAX or len(names) + len(terms) - 1 > OPERATORS_MAX:
        raise SealedOperationError(
            f"no condition compares {len(names):,} attributes and the absence of {len(absent):,} "
            "others, by which a change of the item meanwhile would be noticed"
        ).of_item(place.table, place.key_of(stored))
    return {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names | absent,
        "ExpressionAttributeValues": {f":{ref[1:]}": stored[name] for ref, name in names.items()},
    }
