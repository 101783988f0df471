"""What a parsed condition may mean, in the service's order of checks.

Unknown and misused functions and reserved words do not depend on the request and are checked once
per text, over the whole text. The placeholders, operand counts, distinct operands and operand types
are checked once per request, one comparison or function after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.ast import (
    Between,
    Call,
    Condition,
    In,
    Literal,
    Operand,
    Path,
    ValueRef,
)
from engine.expressions.compare import ORDERED_TYPES, SIZED_TYPES, compare, type_of
from engine.expressions.placeholders import Placeholders, check_path, show_path, show_value
from engine.expressions.traversal import (
    Term,
    conditions,
    inner_calls,
    leaves,
    operands,
    operator_count,
    operator_of,
    parts,
)

OPERATORS_MAX = 300
IN_OPERANDS_MAX = 100
ATTRIBUTE_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
CONDITION_FUNCTIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
OPERAND_FUNCTIONS = {"size": 1}
UPDATE_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}
_COUNTS = CONDITION_FUNCTIONS | OPERAND_FUNCTIONS | UPDATE_FUNCTIONS
# What the service calls the type of a path where it needs a value.
_ANY_TYPE = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
_ORDERING = frozenset({"<", "<=", ">", ">=", "BETWEEN"})
_PREFIXED = frozenset({"S", "B"})


def invalid(kind: str, problem: str) -> ValidationException:
    """The error of an expression; `kind` is the parameter's name."""
    return ValidationException(f"Invalid {kind}: {problem}")


def wrong_type(kind: str, operator: str, type_name: str) -> ValidationException:
    """An operand of a type that the operator or function does not take (E050)."""
    return invalid(
        kind,
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {type_name}",
    )


def path_required(kind: str, function: str) -> ValidationException:
    """An operand that is not a path where the function needs one (E052)."""
    return invalid(
        kind, f"Operator or function requires a document path; operator or function: {function}"
    )


# Once per text.


def check_text(root: Condition, kind: str) -> None:
    """The checks that the text alone decides (E053, E047, E048, E041)."""
    check_operator_count(operator_count(root), kind)
    found = list(conditions(root))
    uses = [use for condition in found for use in _uses(condition)]
    for call, _ in uses:
        if call.name not in _COUNTS:
            raise unknown_function(kind, call.name)
    for call, is_condition in uses:
        _check_use(call, is_condition, kind)
    for condition in found:
        for operand in operands(condition):
            for leaf in leaves(operand):
                if isinstance(leaf, Path):
                    check_path(leaf, kind)


def check_operator_count(count: int, kind: str) -> None:
    """At most 300 operators (E053)."""
    if count > OPERATORS_MAX:
        raise invalid(kind, f"The expression contains too many operators; operator count: {count}")


def unknown_function(kind: str, name: str) -> ValidationException:
    """A function that there is not (E047)."""
    return invalid(kind, f"Invalid function name; function: {name}")


def _uses(condition: Term) -> Iterator[tuple[Call, bool]]:
    """The functions of a condition, and whether they stand where a condition is wanted."""
    if isinstance(condition, Call):
        yield condition, True
    for operand in operands(condition):
        for part in parts(operand):
            if isinstance(part, Call):
                yield part, False


def _check_use(call: Call, is_condition: bool, kind: str) -> None:
    if call.name in UPDATE_FUNCTIONS:
        raise invalid(
            kind,
            f"The function is not allowed in a condition expression; function: {call.name}",
        )
    if is_condition != (call.name in CONDITION_FUNCTIONS):
        raise misused_function(kind, call.name)


def misused_function(kind: str, name: str) -> ValidationException:
    """A function where it may not stand (E048)."""
    return invalid(
        kind,
        f"The function is not allowed to be used this way in an expression; function: {name}",
    )


# Once per request.


def check_bound(root: Condition, placeholders: Placeholders, kind: str) -> None:
    """The checks that need the placeholders (E042, E043, E049 to E052, E054 to E056)."""
    for condition in conditions(root):
        _Bound(condition, placeholders, kind).check()


class _Bound:
    """One comparison or function, with the placeholders of a request."""

    def __init__(self, condition: Term, placeholders: Placeholders, kind: str) -> None:
        self._condition = condition
        self._operands = operands(condition)
        self._placeholders = placeholders
        self._kind = kind

    def check(self) -> None:
        """All checks in the service's order."""
        self._placeholders.check_defined(self._operands, self._kind)
        # Inner functions before those around them.
        calls = [call for operand in self._operands for call in inner_calls(operand)]
        self._check_counts(calls)
        operator = operator_of(self._condition)
        check_distinct(operator, self._operands, self._placeholders, self._kind)
        for call in calls:
            found = self._type(call.arguments[0])
            if found is not None and found not in SIZED_TYPES:
                raise wrong_type(self._kind, call.name, found)
        self._check_types(operator)

    def _check_counts(self, calls: list[Call]) -> None:
        condition = self._condition
        for call in (*calls, condition) if isinstance(condition, Call) else calls:
            check_count(call, self._kind)
        if isinstance(condition, In) and len(condition.choices) > IN_OPERANDS_MAX:
            raise invalid(
                self._kind,
                "The IN operator is provided with too many operands; "
                f"number of operands: {len(condition.choices)}",
            )

    def _value(self, operand: Operand) -> Json | None:
        if isinstance(operand, ValueRef | Literal):
            return self._placeholders.value(operand, self._kind)
        return None

    def _type(self, operand: Operand) -> str | None:
        """The type of a value, or of what a function gives; None of a path."""
        if isinstance(operand, Path):
            return None
        value = self._value(operand)
        return "N" if value is None else type_of(value)

    def _check_types(self, operator: str) -> None:
        first = self._operands[0]
        if operator in ("attribute_exists", "attribute_not_exists"):
            if not isinstance(first, Path):
                raise path_required(self._kind, operator)
        elif operator == "attribute_type":
            self._check_attribute_type(self._operands[1])
        elif operator == "begins_with":
            self._check_all(operator, _PREFIXED)
        elif operator in _ORDERING:
            self._check_all(operator, ORDERED_TYPES)
        if isinstance(self._condition, Between):
            self._check_bounds(self._condition)

    def _check_all(self, operator: str, allowed: frozenset[str]) -> None:
        for operand in self._operands:
            found = self._type(operand)
            if found is not None and found not in allowed:
                raise wrong_type(self._kind, operator, found)

    def _check_attribute_type(self, operand: Operand) -> None:
        """The second operand is a string that names a type (E050, E054)."""
        value = self._value(operand)
        if value is None or "S" not in value:
            raise wrong_type(self._kind, "attribute_type", self._type(operand) or _ANY_TYPE)
        if value["S"] not in ATTRIBUTE_TYPES:
            raise invalid(
                self._kind,
                f"Invalid attribute type name found; type: {value['S']}, "
                f"valid types: {{{','.join(ATTRIBUTE_TYPES)}}}",
            )

    def _check_bounds(self, condition: Between) -> None:
        """Two bounds that are values have one type and the right order (E055, E056)."""
        low, high = self._value(condition.low), self._value(condition.high)
        if low is None or high is None:
            return
        shown = f"lower bound operand: {show_value(low)}, upper bound operand: {show_value(high)}"
        if type_of(low) != type_of(high):
            raise invalid(
                self._kind,
                "The BETWEEN operator requires same data type for lower and upper bounds; " + shown,
            )
        if compare(">", low, high):
            raise invalid(
                self._kind,
                "The BETWEEN operator requires upper bound to be greater than or equal to lower "
                "bound; " + shown,
            )


def check_count(call: Call, kind: str) -> None:
    """A function has its number of operands (E049)."""
    if len(call.arguments) != _COUNTS[call.name]:
        raise invalid(
            kind,
            "Incorrect number of operands for operator or function; "
            f"operator or function: {call.name}, number of operands: {len(call.arguments)}",
        )


def check_distinct(
    operator: str, given: Sequence[Operand], placeholders: Placeholders, kind: str
) -> None:
    """A path that comes first may not come again (E051)."""
    first = given[0]
    if not isinstance(first, Path):
        return
    path = placeholders.path(first, kind)
    for other in given[1:]:
        if isinstance(other, Path) and placeholders.path(other, kind) == path:
            raise invalid(
                kind,
                "The first operand must be distinct from the remaining operands for this operator "
                f"or function; operator: {operator}, first operand: {show_path(path)}",
            )
