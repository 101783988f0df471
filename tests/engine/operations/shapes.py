"""Random requests made from the shapes of the service model, right, nearly right, and wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.model.service import ServiceModel, Shape, model_of

Json = dict[str, Any]

TABLES = ("hash", "ranged", "local", "missing")
_NAMES = st.sampled_from(["p", "r", "g", "l", "v", "a.b", "#n", "", "size", "x" * 300])
_EXPRESSIONS = st.sampled_from(
    [
        "p = :v",
        "p = :v AND begins_with(r, :w)",
        "attribute_exists(v.w[1]) OR NOT contains(v, :v)",
        "size(#n) BETWEEN :v AND :w",
        "SET v = if_not_exists(v, :v) + :w REMOVE g",
        "ADD v :v DELETE w :w",
        "SET #n = list_append(v, :v)",
        "p, v.w, l[0]",
        "((p = :v))",
        "",
        "!",
        "a" * 4_097,
    ]
)
_SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)
)


def attribute_values(depth: int = 2) -> st.SearchStrategy[Any]:
    """Attribute values, most of them right."""
    numbers = st.one_of(
        st.integers(-(10**6), 10**6).map(str), st.sampled_from(["1e125", "x", "", "1e130", "0.5"])
    )
    scalars = st.one_of(
        st.builds(lambda text: {"S": text}, st.text(max_size=4)),
        st.builds(lambda text: {"N": text}, numbers),
        st.builds(lambda raw: {"B": raw}, st.binary(max_size=4)),
        st.sampled_from([{"NULL": True}, {"NULL": False}, {"BOOL": True}, {}, {"S": 1}]),
        st.builds(lambda texts: {"SS": texts}, st.lists(st.text(max_size=2), max_size=3)),
        st.builds(lambda texts: {"NS": texts}, st.lists(numbers, max_size=3)),
    )
    if depth == 0:
        return scalars
    inner = attribute_values(depth - 1)
    return st.one_of(
        scalars,
        st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=3)),
        st.builds(lambda members: {"M": members}, st.dictionaries(_NAMES, inner, max_size=3)),
    )


def requests(operation: str) -> st.SearchStrategy[Json]:
    """Requests of an operation; now and then a member has a value of a wrong type."""
    model = model_of(operation)
    return _structure(model, model.input_shape(operation), 0)


def _structure(model: ServiceModel, shape: Shape, depth: int) -> st.SearchStrategy[Json]:
    required: Json = {}
    optional: Json = {}
    for member in shape.members.values():
        value = _value(model, member.name, model.shape(member.shape_name), depth + 1)
        (required if member.required else optional)[member.name] = value
    few = st.lists(st.sampled_from(sorted(optional)), max_size=4) if optional else st.just([])
    return few.flatmap(
        lambda names: st.fixed_dictionaries(required | {name: optional[name] for name in names})
    )


def _value(model: ServiceModel, name: str, shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    right = _right_value(model, name, shape, depth)
    return st.integers(0, 19).flatmap(lambda roll: _SCALARS if roll == 0 else right)


def _right_value(
    model: ServiceModel, name: str, shape: Shape, depth: int
) -> st.SearchStrategy[Any]:
    if shape.name == "AttributeValue":
        return attribute_values()
    if depth > 6:
        return st.none()
    if shape.type == "structure":
        return _structure(model, shape, depth)
    if shape.type == "list":
        element = _value(model, name, model.shape(str(shape.element)), depth + 1)
        return st.lists(element, min_size=shape.minimum or 0, max_size=3)
    if shape.type == "map":
        return st.dictionaries(
            _map_key(name),
            _value(model, name, model.shape(str(shape.value)), depth + 1),
            max_size=3,
        )
    return _scalar(name, shape)


def _map_key(name: str) -> st.SearchStrategy[str]:
    if name == "RequestItems":
        return st.sampled_from(TABLES)
    if name == "ExpressionAttributeNames":
        return st.sampled_from(["#n", "#m", "n"])
    if name == "ExpressionAttributeValues":
        return st.sampled_from([":v", ":w", "v"])
    return _NAMES


def _scalar(name: str, shape: Shape) -> st.SearchStrategy[Any]:
    if name == "TableName":
        return st.sampled_from(TABLES)
    if name == "IndexName":
        return st.sampled_from(["by-g", "by-l", "new"])
    if "Expression" in name:
        return _EXPRESSIONS
    if shape.enum:
        return st.sampled_from([*shape.enum, "OTHER"])
    if shape.type == "string":
        return _NAMES
    if shape.type in ("integer", "long", "double"):
        return st.integers(-1, 200)
    if shape.type == "boolean":
        return st.booleans()
    return st.binary(max_size=4) if shape.type == "blob" else st.integers(0, 2_000_000_000)
