"""`--generate-cli-skeleton`: a request, or an answer, with every member of the model in it."""

from __future__ import annotations

from typing import Any

from engine.model.service import ServiceModel, Shape

SAMPLE_TIME = "1970-01-01T00:00:00"
SAMPLE_NAME = "KeyName"


def skeleton(model: ServiceModel, shape: Shape) -> Any:
    """A value of the shape: text empty or the first that is allowed, numbers 0, booleans true.

    A structure inside itself is empty.
    """
    return _value(model, shape, ())


def _value(model: ServiceModel, shape: Shape, around: tuple[str, ...]) -> Any:
    match shape.type:
        case "structure":
            if shape.name in around:
                return {}
            inner = (*around, shape.name)
            return {
                name: _value(model, model.shape(member.shape_name), inner)
                for name, member in shape.members.items()
            }
        case "list":
            return [_value(model, model.shape(str(shape.element)), around)]
        case "map":
            return {SAMPLE_NAME: _value(model, model.shape(str(shape.value)), around)}
        case "string":
            return shape.enum[0] if shape.enum else ""
        case "boolean":
            return True
        case "timestamp":
            return SAMPLE_TIME
        case "blob":
            return ""
        case "double" | "float":
            return 0.0
    return 0
