"""Expressions: condition, filter, key condition, projection and update.

Text → tokens → tree → (with the request's placeholders) a function of an item. Trees are cached by
text.
"""

from engine.expressions.conditions import Condition, compile_condition
from engine.expressions.keyconditions import KeyCondition, KeyTest, bind_key_condition
from engine.expressions.legacy import (
    attribute_updates,
    attributes_to_get,
    expected_condition,
    filter_condition,
    key_conditions,
)
from engine.expressions.placeholders import NO_PLACEHOLDERS, Placeholders
from engine.expressions.projections import Projection, compile_projection
from engine.expressions.updates import Update, compile_update

__all__ = [
    "NO_PLACEHOLDERS",
    "Condition",
    "KeyCondition",
    "KeyTest",
    "Placeholders",
    "Projection",
    "Update",
    "attribute_updates",
    "attributes_to_get",
    "bind_key_condition",
    "compile_condition",
    "compile_projection",
    "compile_update",
    "expected_condition",
    "filter_condition",
    "key_conditions",
]
