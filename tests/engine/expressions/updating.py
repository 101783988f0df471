"""One update on one item, for tests."""

from __future__ import annotations

from copy import deepcopy

import pytest

from engine.errors import ValidationException
from engine.expressions import Placeholders, compile_update
from tests.engine.expressions.samples import Json, s

KEY: Json = {"p": s("key")}
A_SET: Json = {"SS": ["x"]}


def updated(text: str, item: Json | None, **values: Json) -> Json | None:
    """The item after an update, without its key; `values` without their colons."""
    bound = Placeholders(None, {f":{name}": value for name, value in values.items()} or None)
    update = compile_update(text, bound)
    bound.check_all_used()
    old = None if item is None else KEY | deepcopy(item)
    before = deepcopy(old)
    new = update.apply(old, KEY)
    assert old == before
    if new is None:
        return None
    assert new.pop("p") == KEY["p"]
    return new


def refusal(text: str, item: Json, **values: Json) -> str:
    """The text with which the item does not allow an update."""
    with pytest.raises(ValidationException) as caught:
        updated(text, item, **values)
    return caught.value.message
