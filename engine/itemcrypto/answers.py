"""Items of answers: opened, and found to be those that were asked for.

Every item of a table has a right seal of its own, so that one in place of another would open too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.client.protocol import Json
from engine.errors import ApiError
from engine.expressions import Placeholders, compile_condition
from engine.itemcrypto.errors import ItemTamperedError
from engine.itemcrypto.protection import Protection
from engine.model.values import normalise_item, normalise_value

_KEYS = "KeyConditionExpression"


def opened_at(item: Json, keys: Sequence[Any], protection: Protection) -> Json:
    """The plain item of an answer about items with those keys; raises ItemRefusedError."""
    plain = protection.open(item)
    check_key(item, keys, protection)
    return plain


def check_key(item: Json, keys: Sequence[Any], protection: Protection) -> None:
    """Raises ItemTamperedError where an item of an answer has none of the keys asked for."""
    if not any(_has_key(item, key) for key in keys):
        place = protection.schema.place
        raise ItemTamperedError("the answer has it in place of another item").of_item(
            place.table, place.key_of(item)
        )


def _has_key(item: Json, key: Any) -> bool:
    if not isinstance(key, dict) or not key.keys() <= item.keys():
        return False
    try:
        return normalise_item(key)[0] == normalise_item({name: item[name] for name in key})[0]
    except ApiError:
        return False


def opened_found(items: Sequence[Json], sent: Json, protection: Protection) -> list[Json]:
    """The plain items of the answer to a Query or Scan, as it was sent; raises ItemRefusedError.

    The key condition is asked of each stored item again.
    """
    if not items:
        return []
    matches = _key_condition(sent)
    plain = []
    for item in items:
        plain.append(protection.open(item))
        if not matches(normalise_item(item)[0]):
            place = protection.schema.place
            raise ItemTamperedError("the answer has it, and the query did not ask for it").of_item(
                place.table, place.key_of(item)
            )
    return plain


def _key_condition(sent: Json) -> Callable[[Json], bool]:
    text = sent.get(_KEYS)
    if not isinstance(text, str):
        return _any_item
    given = sent.get("ExpressionAttributeValues") or {}
    values = {ref: normalise_value(value)[0] for ref, value in given.items()}
    names = sent.get("ExpressionAttributeNames")
    return compile_condition(text, Placeholders(names, values), _KEYS).matches


def _any_item(_: Json) -> bool:
    return True
