"""ExpressionAttributeNames and ExpressionAttributeValues: what `#name` and `:value` stand for."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Sequence

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.ast import Literal, NameRef, Operand, Path, ValueRef
from engine.expressions.reserved import is_reserved
from engine.expressions.traversal import leaves
from engine.model.values import value_size

BoundPath = tuple[str | int, ...]
_PATH_DEPTH_MAX = 32
_INDEX_MAX = 2_147_483_647


class Placeholders:
    """The placeholders of one request; remembers which of them its expressions used.

    `values` are canonical attribute values.
    """

    def __init__(self, names: dict[str, str] | None, values: dict[str, Json] | None) -> None:
        self._names = names
        self._values = values
        self._unused_names = dict.fromkeys(names or ())
        self._unused_values = dict.fromkeys(values or ())

    @property
    def values_bytes(self) -> int:
        """The size of all values."""
        return sum(map(value_size, (self._values or {}).values()))

    def path(self, path: Path, kind: str) -> BoundPath:
        """The path with its names in place (E042)."""
        bound: list[str | int] = []
        for element in path.elements:
            if isinstance(element, NameRef):
                if self._names is None or element.text not in self._names:
                    raise ValidationException(
                        f"Invalid {kind}: An expression attribute name used in the document path "
                        f"is not defined; attribute name: {element.text}"
                    )
                self._unused_names.pop(element.text, None)
                bound.append(self._names[element.text])
            else:
                bound.append(element)
        return tuple(bound)

    def value(self, operand: ValueRef | Literal, kind: str) -> Json:
        """The value of a placeholder (E043), or of a literal."""
        if isinstance(operand, Literal):
            return operand.value
        if self._values is None or operand.text not in self._values:
            raise ValidationException(
                f"Invalid {kind}: An expression attribute value used in expression is not defined; "
                f"attribute value: {operand.text}"
            )
        self._unused_values.pop(operand.text, None)
        return self._values[operand.text]

    def check_defined(self, operands: Sequence[Operand], kind: str) -> None:
        """Every placeholder in some operands is defined (E042, E043)."""
        for operand in operands:
            for leaf in leaves(operand):
                if isinstance(leaf, Path):
                    self.path(leaf, kind)
                else:
                    self.value(leaf, kind)

    def check_all_used(self) -> None:
        """Refuse placeholders that no expression used (E044, E045)."""
        if self._unused_names:
            raise ValidationException(
                "Value provided in ExpressionAttributeNames unused in expressions: "
                f"keys: {{{', '.join(self._unused_names)}}}"
            )
        if self._unused_values:
            raise ValidationException(
                "Value provided in ExpressionAttributeValues unused in expressions: "
                f"keys: {{{', '.join(self._unused_values)}}}"
            )


NO_PLACEHOLDERS = Placeholders(None, None)


def check_path(path: Path, kind: str) -> None:
    """What the text of a path alone decides.

    No reserved word as a bare name, at any depth (E041), no index that no list has, not too deep.
    """
    for element in path.elements:
        if isinstance(element, int):
            if element > _INDEX_MAX:
                raise ValidationException(
                    f"Invalid {kind}: List index is not within the allowable range; "
                    f"index: [{element}]"
                )
        elif isinstance(element, str) and is_reserved(element):
            raise ValidationException(
                f"Invalid {kind}: Attribute name is a reserved keyword; reserved keyword: {element}"
            )
    if len(path.elements) > _PATH_DEPTH_MAX:
        raise ValidationException(
            f"Invalid {kind}: The document path has too many nesting levels; "
            f"nesting levels: {len(path.elements)}"
        )


def show_path(path: BoundPath) -> str:
    """A path as the API's texts print it: `[a, b, [1]]`."""
    return f"[{', '.join(e if isinstance(e, str) else f'[{e}]' for e in path)}]"


def show_value(value: Json) -> str:
    """A string, number or binary value as the API's texts print it: `AttributeValue: {N:1}`."""
    [(kind, content)] = value.items()
    if kind == "B":
        size = len(b64decode(content))
        content = f"java.nio.HeapByteBuffer[pos=0 lim={size} cap={size}]"
    return f"AttributeValue: {{{kind}:{content}}}"
