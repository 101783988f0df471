"""The member constraints that a request breaks, in the service's words (E029 to E037).

Each violation names a member by its path: names begin in lower case, an element of a list is
`<n>.member` counted from 1, a value of a map is `<key>.member`. What a list's scalar elements, a
map's keys or a map's scalar or collection values break is said of the list or map as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.model.constraints import key_limits_of, limits_of, needed_members
from engine.model.fast_check import ATTRIBUTE_VALUE
from engine.model.service import ServiceModel, Shape

MAP_KEYS = "Map keys must satisfy constraint:"
_NOT_NULL = "Member must not be null"

# Members of structures inside a request that are told of before the others.
_FIRST_INSIDE = {
    "AttributeDefinition": ("AttributeType",),
    "ProvisionedThroughput": ("WriteCapacityUnits",),
    "TimeToLiveSpecification": ("AttributeName",),
}

# A collection is printed for the reader's orientation; a batch can hold 16 MB of it.
_MAX_DUMP = 1_000
_MAX_DUMP_DEPTH = 30


def violations(
    model: ServiceModel, shape: Shape, value: Any, path: str = "", first: Sequence[str] = ()
) -> Iterator[str]:
    """The violations inside a structure of the right types.

    They come in the model's order of members, but for those that are named to come first.
    """
    first = first or _FIRST_INSIDE.get(shape.name, ())
    needed = needed_members(shape)
    others = [name for name in shape.members if name not in first]
    for member in (shape.members[name] for name in (*first, *others)):
        member_path = f"{path}.{_lower_first(member.name)}".removeprefix(".")
        content = value.get(member.name)
        if content is not None:
            yield from _of_value(model, model.shape(member.shape_name), content, member_path)
        elif member.name in needed:
            yield f"Value null at '{member_path}' failed to satisfy constraint: {_NOT_NULL}"


def _of_value(model: ServiceModel, shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.name == ATTRIBUTE_VALUE:
        return
    if shape.type == "structure":
        yield from violations(model, shape, value, path)
        return
    for text in limits_of(shape).violations(value):
        yield _violation(model, shape, value, path, text)
    yield from _inside(model, shape, value, path)


def _inside(model: ServiceModel, shape: Shape, value: Any, path: str) -> Iterator[str]:
    """What a list's elements or a map's keys and values break."""
    if shape.type == "list":
        inner = model.shape(str(shape.element))
        entries = [(str(number), element) for number, element in enumerate(value, start=1)]
        subject = "Member"
    elif shape.type == "map":
        inner = model.shape(str(shape.value))
        entries = list(value.items())
        subject = "Map value"
        if inner.name != ATTRIBUTE_VALUE:
            limits = key_limits_of(model.shape(str(shape.key)))
            if any(limits.violations(key) for key in value):
                text = f"{MAP_KEYS} [{', '.join(limits.texts())}]"
                yield _violation(model, shape, value, path, text)
    else:
        return
    if inner.name == ATTRIBUTE_VALUE:
        return
    limits = limits_of(inner)
    if any(content is None or limits.violations(content) for _, content in entries):
        texts = limits.texts()
        if any(content is None for _, content in entries):
            texts.append(_NOT_NULL)
        text = f"{subject} must satisfy constraint: [{', '.join(texts)}]"
        yield _violation(model, shape, value, path, text)
    for key, content in entries:
        if content is None:
            continue
        entry_path = f"{path}.{key}.member"
        if inner.type == "structure":
            yield from violations(model, inner, content, entry_path)
        else:
            yield from _inside(model, inner, content, entry_path)


def _violation(model: ServiceModel, shape: Shape, value: Any, path: str, text: str) -> str:
    printed = _printed(model, shape, value)
    if shape.type in ("list", "map") and len(printed) > _MAX_DUMP:
        printed = printed[:_MAX_DUMP] + "..."
    return f"Value '{printed}' at '{path}' failed to satisfy constraint: {text}"


def _printed(model: ServiceModel, shape: Shape, value: Any, depth: int = 0) -> str:
    """A value as Java prints it."""
    if value is None:
        return "null"
    if depth > _MAX_DUMP_DEPTH:
        return "..."
    if shape.type == "structure":
        members = (
            f"{_lower_first(member.name)}="
            + _printed(model, model.shape(member.shape_name), value[member.name], depth + 1)
            for member in shape.members.values()
            if value.get(member.name) is not None
        )
        return f"{shape.name}({', '.join(members)})"
    if shape.type == "list":
        inner = model.shape(str(shape.element))
        return f"[{', '.join(_printed(model, inner, element, depth + 1) for element in value)}]"
    if shape.type == "map":
        inner = model.shape(str(shape.value))
        entries = (
            f"{key}={_printed(model, inner, content, depth + 1)}" for key, content in value.items()
        )
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _lower_first(name: str) -> str:
    return name[:1].lower() + name[1:]
