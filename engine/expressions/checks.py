"""What a parsed condition may mean, in the service's order of checks.

Unknown and misused functions and reserved words do not depend on the request and are checked once
per text; placeholders, operand counts, distinct operands and operand types once per request.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.ast import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Condition,
    In,
    Literal,
    Not,
    Operand,
    Or,
    Path,
    ValueRef,
)
from engine.expressions.compare import ORDERED_TYPES, compare, type_of
from engine.expressions.parser import check_in_operands
from engine.expressions.placeholders import Placeholders, check_reserved, show_path

OPERATORS_MAX = 300
ATTRIBUTE_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_OPERANDS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
_UPDATE_FUNCTIONS = frozenset({"if_not_exists", "list_append"})
_ORDERING = frozenset({"<", "<=", ">", ">="})
_SIZED = frozenset({"S", "B", "SS", "NS", "BS", "L", "M"})


def conditions(root: Condition) -> Iterator[Condition]:
    """All conditions of a tree, in the order of the text."""
    if isinstance(root, And | Or):
        yield from conditions(root.left)
        yield root
        yield from conditions(root.right)
    elif isinstance(root, Not):
        yield root
        yield from conditions(root.condition)
    else:
        yield root


def operands(condition: Condition) -> tuple[Operand, ...]:
    """The operands of one comparison or function."""
    if isinstance(condition, Compare):
        return (condition.left, condition.right)
    if isinstance(condition, Between):
        return (condition.operand, condition.low, condition.high)
    if isinstance(condition, In):
        return (condition.operand, *condition.choices)
    return condition.arguments if isinstance(condition, Call) else ()


def leaves(operand: Operand) -> Iterator[Path | ValueRef | Literal]:
    """The paths and values of an operand, in the order of the text."""
    if isinstance(operand, Call):
        for argument in operand.arguments:
            yield from leaves(argument)
    elif isinstance(operand, Arithmetic):
        yield from leaves(operand.left)
        yield from leaves(operand.right)
    else:
        yield operand


def check_text(root: Condition, kind: str) -> None:
    """The checks that the text alone decides (E047, E048, E041, E053)."""
    found = list(conditions(root))
    calls = [(call, True) for call in found if isinstance(call, Call)]
    for condition in found:
        for operand in operands(condition):
            calls += [(call, False) for call in _calls(operand)]
    for call, _ in calls:
        if (
            call.name not in _OPERANDS
            and call.name != "size"
            and call.name not in _UPDATE_FUNCTIONS
        ):
            raise ValidationException(
                f"Invalid {kind}: Invalid function name; function: {call.name}"
            )
    for call, is_condition in calls:
        _check_use(call, is_condition, kind)
    for condition in found:
        for operand in operands(condition):
            for leaf in leaves(operand):
                if isinstance(leaf, Path):
                    check_reserved(leaf, kind)
    count = sum(not isinstance(condition, Call) for condition in found)
    check_operator_count(count, kind)


def check_operator_count(count: int, kind: str) -> None:
    """At most 300 operators (E053)."""
    if count > OPERATORS_MAX:
        raise ValidationException(
            f"Invalid {kind}: The expression contains too many operators; operator count: {count}"
        )


def _calls(operand: Operand) -> Iterator[Call]:
    if isinstance(operand, Call):
        yield operand
        for argument in operand.arguments:
            yield from _calls(argument)


def _check_use(call: Call, is_condition: bool, kind: str) -> None:
    if call.name in _UPDATE_FUNCTIONS:
        raise ValidationException(
            f"Invalid {kind}: The function is not allowed in a condition expression; "
            f"function: {call.name}"
        )
    if is_condition != (call.name in _OPERANDS):
        raise ValidationException(
            f"Invalid {kind}: The function is not allowed to be used this way in an expression; "
            f"function: {call.name}"
        )


def check_bound(root: Condition, placeholders: Placeholders, kind: str) -> None:
    """The checks that need the placeholders (E042, E043, E049 to E056)."""
    found = list(conditions(root))
    for condition in found:
        for operand in operands(condition):
            for leaf in leaves(operand):
                if isinstance(leaf, Path):
                    placeholders.path(leaf, kind)
                else:
                    placeholders.value(leaf, kind)
    for condition in found:
        _check_counts(condition, kind)
    for condition in found:
        _check_distinct(condition, placeholders, kind)
    for condition in found:
        _check_types(condition, placeholders, kind)


def _check_counts(condition: Condition, kind: str) -> None:
    if isinstance(condition, In):
        check_in_operands(condition, kind)
    calls = [condition] if isinstance(condition, Call) else []
    for operand in operands(condition):
        calls += _calls(operand)
    for call in calls:
        if len(call.arguments) != _OPERANDS.get(call.name, 1):
            raise ValidationException(
                f"Invalid {kind}: Incorrect number of operands for operator or function; "
                f"operator or function: {call.name}, number of operands: {len(call.arguments)}"
            )


def _check_distinct(condition: Condition, placeholders: Placeholders, kind: str) -> None:
    """The same path may not stand on both sides (E051)."""
    if isinstance(condition, Compare):
        operator = condition.operator
    elif isinstance(condition, Call) and len(condition.arguments) > 1:
        operator = condition.name
    else:
        return
    first, second = operands(condition)
    if not isinstance(first, Path) or not isinstance(second, Path):
        return
    path = placeholders.path(first, kind)
    if path == placeholders.path(second, kind):
        raise ValidationException(
            f"Invalid {kind}: The first operand must be distinct from the remaining operands for "
            f"this operator or function; operator: {operator}, first operand: {show_path(path)}"
        )


def _check_types(condition: Condition, placeholders: Placeholders, kind: str) -> None:
    for operand in operands(condition):
        for call in _calls(operand):
            _check_size(call, placeholders, kind)
    if isinstance(condition, Call):
        _check_function(condition, placeholders, kind)
    elif isinstance(condition, Compare) and condition.operator in _ORDERING:
        for operand in (condition.left, condition.right):
            _check_ordered(condition.operator, operand, placeholders, kind)
    elif isinstance(condition, Between):
        for operand in operands(condition):
            _check_ordered("BETWEEN", operand, placeholders, kind)
        _check_bounds(condition, placeholders, kind)


def _constant(operand: Operand, placeholders: Placeholders, kind: str) -> Json | None:
    if isinstance(operand, ValueRef | Literal):
        return placeholders.value(operand, kind)
    return None


def _check_ordered(operator: str, operand: Operand, placeholders: Placeholders, kind: str) -> None:
    value = _constant(operand, placeholders, kind)
    if value is not None and type_of(value) not in ORDERED_TYPES:
        raise _wrong_type(operator, value, kind)


def _check_size(call: Call, placeholders: Placeholders, kind: str) -> None:
    argument = call.arguments[0]
    if isinstance(argument, Call):
        raise _path_required(call, kind)
    value = _constant(argument, placeholders, kind)
    if value is not None and type_of(value) not in _SIZED:
        raise _wrong_type(call.name, value, kind)


def _check_function(call: Call, placeholders: Placeholders, kind: str) -> None:
    first = call.arguments[0]
    if call.name.startswith("attribute_") and call.name != "attribute_type":
        if not isinstance(first, Path):
            raise _path_required(call, kind)
        return
    second = call.arguments[1]
    if call.name == "attribute_type":
        _check_attribute_type(call, second, placeholders, kind)
    elif call.name == "begins_with":
        for operand in (first, second):
            value = _constant(operand, placeholders, kind)
            if value is not None and type_of(value) not in ("S", "B"):
                raise _wrong_type(call.name, value, kind)
            if isinstance(operand, Call):
                raise _wrong_type(call.name, {"N": "0"}, kind)


def _check_attribute_type(
    call: Call, operand: Operand, placeholders: Placeholders, kind: str
) -> None:
    """The second operand names a type (E050, E054)."""
    value = _constant(operand, placeholders, kind)
    if value is None:
        raise ValidationException(
            f"Invalid {kind}: Incorrect operand type for operator or function; "
            f"operator or function: {call.name}, operand type: PATH"
        )
    if "S" not in value:
        raise _wrong_type(call.name, value, kind)
    if value["S"] not in ATTRIBUTE_TYPES:
        raise ValidationException(
            f"Invalid {kind}: Invalid attribute type name found; type: {value['S']}, "
            f"valid types: {{{','.join(ATTRIBUTE_TYPES)}}}"
        )


def _check_bounds(condition: Between, placeholders: Placeholders, kind: str) -> None:
    """Two constant bounds have one type and the right order (E055, E056)."""
    low = _constant(condition.low, placeholders, kind)
    high = _constant(condition.high, placeholders, kind)
    if low is None or high is None:
        return
    shown = f"lower bound operand: {_show(low)}, upper bound operand: {_show(high)}"
    if type_of(low) != type_of(high):
        raise ValidationException(
            f"Invalid {kind}: The BETWEEN operator requires same data type for lower and upper "
            f"bounds; {shown}"
        )
    if compare(">", low, high):
        raise ValidationException(
            f"Invalid {kind}: The BETWEEN operator requires upper bound to be greater than or "
            f"equal to lower bound; {shown}"
        )


def _show(value: Json) -> str:
    kind = type_of(value)
    return f"AttributeValue: {{{kind}:{value[kind]}}}"


def _wrong_type(operator: str, value: Json, kind: str) -> ValidationException:
    return ValidationException(
        f"Invalid {kind}: Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {type_of(value)}"
    )


def _path_required(call: Call, kind: str) -> ValidationException:
    return ValidationException(
        f"Invalid {kind}: Operator or function requires a document path; "
        f"operator or function: {call.name}"
    )
