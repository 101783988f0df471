"""Changes to one item: what SET, REMOVE, ADD and DELETE do at the end of a path."""

from __future__ import annotations

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.compare import type_of
from engine.expressions.paths import child
from engine.expressions.placeholders import BoundPath
from engine.model import numbers
from engine.model.values import check_nesting

WRONG_OPERAND = "An operand in the update expression has an incorrect data type"  # E070


class Edit:
    """The changes to one item; positions in lists are those before the update."""

    def __init__(self, item: Json) -> None:
        self._root: Json = {"M": item}
        self._appends: list[tuple[list[Json], int, Json]] = []
        self._removals: list[tuple[list[Json], int]] = []

    def carry_out(self, section: str, path: BoundPath, value: Json | None) -> None:
        """Carry out one clause; appends and removals of list elements wait for `finish`.

        Raises `ValidationException` (E058, E070, E019, E010, E014).
        """
        parent = self._parent(path)
        last = path[-1]
        if section == "REMOVE":
            self._remove(parent, last)
            return
        assert value is not None
        if section == "SET":
            # At the top a value is no deeper than where it came from.
            if len(path) > 1:
                check_nesting(value, len(path))
            self._set(parent, last, value)
            return
        current = child(parent, last)
        if section == "ADD":
            self._set(parent, last, _added(current, value))
            return
        left = _without(current, value)
        if left is not None:
            self._set(parent, last, left)
        elif current is not None:
            self._remove(parent, last)

    def _parent(self, path: BoundPath) -> Json:
        value: Json | None = self._root
        for element in path[:-1]:
            value = child(value, element) if value is not None else None
        wanted = "M" if isinstance(path[-1], str) else "L"
        if value is None or wanted not in value:
            raise ValidationException(
                "The document path provided in the update expression is invalid for update"
            )
        return value

    def _set(self, parent: Json, last: str | int, value: Json) -> None:
        if isinstance(last, str):
            parent["M"][last] = value
        elif last < len(parent["L"]):
            parent["L"][last] = value
        else:
            self._appends.append((parent["L"], last, value))

    def _remove(self, parent: Json, last: str | int) -> None:
        if isinstance(last, str):
            parent["M"].pop(last, None)
        elif last < len(parent["L"]):
            self._removals.append((parent["L"], last))

    def finish(self) -> None:
        """Remove list elements from the back, then append by ascending index."""
        for elements, index in sorted(self._removals, key=lambda entry: -entry[1]):
            del elements[index]
        for elements, _, value in sorted(self._appends, key=lambda entry: entry[1]):
            elements.append(value)


def _added(current: Json | None, operand: Json) -> Json:
    """ADD: a number to a number, members to a set; what is missing counts as zero or empty."""
    if current is None:
        return operand
    kind = type_of(operand)
    if kind not in current:
        raise wrong_operand()
    if kind == "N":
        return {"N": numbers.add(current["N"], operand["N"])}
    return {kind: list(dict.fromkeys(current[kind] + operand[kind]))}


def _without(current: Json | None, operand: Json) -> Json | None:
    """DELETE: a set without some members; None where nothing is left."""
    if current is None:
        return None
    kind = type_of(operand)
    if kind not in current:
        raise wrong_operand()
    gone = set(operand[kind])
    left = [member for member in current[kind] if member not in gone]
    return {kind: left} if left else None


def wrong_operand() -> ValidationException:
    """A value in the item has a type that the update cannot take (E070)."""
    return ValidationException(WRONG_OPERAND)
