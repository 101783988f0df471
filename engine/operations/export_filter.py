"""Which items an export takes, and what of them: FilterSpecification."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from engine.client.protocol import Json
from engine.expressions import Condition, bind_key_condition
from engine.expressions.projections import Projection
from engine.model.values import normalise_item, to_json
from engine.operations.parameters import placeholders
from engine.operations.query import check_filter, key_range
from engine.operations.reads import prepare_read
from engine.storage.catalog import Table
from engine.storage.keys import EVERYTHING, KeyRange

_EXPRESSIONS = ("FilterExpression", "KeyConditionExpression", "ProjectionExpression")
_VALUES = "ExpressionAttributeValues"


@dataclass(frozen=True, slots=True)
class Selection:
    """The range of keys that is exported, and what becomes of each item in it."""

    keys: KeyRange = EVERYTHING
    condition: Condition | None = None
    projection: Projection | None = None

    def taken(self, raw: bytes) -> bytes | None:
        """What is exported of an item as stored; None where it is left out."""
        if self.condition is None and self.projection is None:
            return raw
        item: Json = orjson.loads(raw)
        if self.condition is not None and not self.condition.matches(item):
            return None
        return raw if self.projection is None else to_json(self.projection.apply(item))


def kept(specification: Json) -> Json:
    """A specification as it is kept: values canonical, binary ones as text."""
    values = specification.get(_VALUES)
    return specification | ({_VALUES: normalise_item(values)[0]} if values else {})


def selection(table: Table, specification: Json | None) -> Selection:
    """What a specification selects of a table; raises `ValidationException` as Query does."""
    if not specification:
        return Selection()
    bound = placeholders(specification, _EXPRESSIONS)
    text = specification.get("KeyConditionExpression")
    key_condition = None if text is None else bind_key_condition(text, bound)
    parameters = prepare_read(specification, bound)
    bound.check_all_used()
    keys = EVERYTHING
    if key_condition is not None:
        keys, _ = key_range(table, None, key_condition.narrow())
        check_filter(table, None, parameters.condition, "Filter Expression")
    return Selection(keys, parameters.condition, parameters.projection)
