"""How a read is carried out: which keys a condition pins, and on which ranges that reads.

A condition pins the partition key where every way to make it true names its value: `pk = v`,
`pk IN […]`, or an OR of such, each perhaps ANDed with more. Everything else is a full scan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product

import orjson

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.ast import (
    And,
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
)
from engine.expressions.compare import FLIPPED, order_key
from engine.expressions.keyconditions import KeyTest
from engine.partiql.ast import OrderKey, Select

PARTITION_VALUES_MAX = 50
_RANGED = frozenset({"=", "<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class KeySchema:
    """Names and types of the keys of a table or index, partition keys first."""

    partition: tuple[tuple[str, str], ...]
    sort: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All key attributes."""
        return tuple(name for name, _ in self.partition + self.sort)

    @property
    def types(self) -> dict[str, str]:
        """The types by name."""
        return dict(self.partition + self.sort)


@dataclass(slots=True)
class Access:
    """One item collection to read: the partition key's values, and tests of the sort key.

    `excludes` says that the condition names sort keys that are not meant, by NOT or `<>`.
    """

    partition: dict[str, Json]
    sort: dict[str, KeyTest] = field(default_factory=dict)
    excludes: bool = False

    def is_item(self, schema: KeySchema) -> bool:
        """Whether it can be one item at most: every key attribute is given."""
        return all(name in self.sort and self.sort[name].operator == "=" for name, _ in schema.sort)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a read does: collections in their order, or, where that is None, a scan of all."""

    accesses: tuple[Access, ...] | None
    descending: bool = False

    def operation(self, schema: KeySchema, *, of_index: bool) -> str:
        """The classic operation that does the same: GetItem, which indexes have not, Query or
        Scan."""
        if self.accesses is None:
            return "Scan"
        if not of_index and len(self.accesses) == 1 and self.accesses[0].is_item(schema):
            return "GetItem"
        return "Query"


def plan_select(select: Select, schema: KeySchema) -> Plan:
    """Plan a read of a table or index; raises `ValidationException` (P23, rules of ORDER BY)."""
    accesses = None if select.where is None else _accesses(select.where, schema)
    order = _order(select.order, schema, accesses, select.where is not None)
    if accesses is None:
        return Plan(None)
    distinct = _distinct(_merged(accesses))
    _check_overlaps(distinct)
    return Plan(tuple(order.arranged(distinct)), order.descending)


# Which collections a condition pins.


def _accesses(where: Condition, schema: KeySchema) -> list[Access] | None:
    """The collections in which alone the condition can be true; None if it may be anywhere."""
    branches = list(_branches(where))
    found: list[Access] = []
    for branch in branches:
        pinned = _pinned(branch, schema)
        if pinned is None:
            return None
        found += pinned
    return found


def _branches(where: Condition) -> Iterator[list[Condition]]:
    """The alternatives of a condition, each a conjunction of its terms.

    An OR below an AND is one term, unless the AND has no other way to name a key.
    """
    if isinstance(where, Or):
        yield from _branches(where.left)
        yield from _branches(where.right)
        return
    yield conjunction(where)


def conjunction(where: Condition) -> list[Condition]:
    """The terms that AND joins."""
    if isinstance(where, And):
        return conjunction(where.left) + conjunction(where.right)
    return [where]


def equality(term: Condition) -> tuple[str, Json] | None:
    """The attribute that a term sets equal to a constant, and that; None for all other terms."""
    if not isinstance(term, Compare) or term.operator != "=":
        return None
    for path, value in ((term.left, term.right), (term.right, term.left)):
        if isinstance(path, Path) and len(path.elements) == 1 and isinstance(value, Literal):
            return str(path.elements[0]), value.value
    return None


def _pinned(terms: Sequence[Condition], schema: KeySchema) -> list[Access] | None:
    """The collections that a conjunction names; None if it names no partition."""
    values: list[list[Json]] = []
    for name, kind in schema.partition:
        choices = _choices(terms, name, kind)
        if choices is None:
            return _pinned_below(terms, schema)
        values.append(choices)
    sort = _sort_tests(terms, schema)
    names = [name for name, _ in schema.partition]
    sort_names = {name for name, _ in schema.sort}
    excludes = any(_excludes(term, sort_names) for term in terms)
    return [
        Access(dict(zip(names, combination, strict=True)), dict(sort), excludes)
        for combination in product(*values)
    ]


def _pinned_below(terms: Sequence[Condition], schema: KeySchema) -> list[Access] | None:
    """An OR among the terms that names a partition in each of its alternatives."""
    for position, term in enumerate(terms):
        if isinstance(term, Or):
            others = [*terms[:position], *terms[position + 1 :]]
            found: list[Access] = []
            for branch in _branches(term):
                pinned = _pinned([*branch, *others], schema)
                if pinned is None:
                    break
                found += pinned
            else:
                return found
    return None


def _excludes(term: Condition, names: set[str]) -> bool:
    """Whether a term says by NOT or `<>` which values of an attribute are not meant."""
    if isinstance(term, Not):
        return any(name in names for name in _named(term.condition))
    return (
        isinstance(term, Compare) and term.operator == "<>" and not names.isdisjoint(_named(term))
    )


def _named(condition: Condition) -> Iterator[str]:
    """The attributes that a condition compares or hands to functions."""
    operands: tuple[Operand, ...] = ()
    match condition:
        case And(left, right) | Or(left, right):
            yield from _named(left)
            yield from _named(right)
        case Not(inner):
            yield from _named(inner)
        case Compare(_, one, other):
            operands = (one, other)
        case Between(operand, _, _) | In(operand, _):
            operands = (operand,)
        case Call(_, arguments):
            operands = arguments
    for operand in operands:
        if isinstance(operand, Path):
            yield str(operand.elements[0])


def _choices(terms: Sequence[Condition], name: str, kind: str) -> list[Json] | None:
    """The values that a partition key attribute may have; None if any."""
    for term in terms:
        if isinstance(term, Compare) and term.operator == "=":
            value = _compared(term, name)
            if value is not None:
                return [value[1]] if kind in value[1] else []
    for term in terms:
        if isinstance(term, In) and _is_name(term.operand, name):
            found = [choice.value for choice in term.choices if isinstance(choice, Literal)]
            if len(found) == len(term.choices):
                if len(found) > PARTITION_VALUES_MAX:
                    raise ValidationException(
                        "Incorrect number of operands for operator or function; operator or "
                        f"function: IN, number of operands: {len(found) + 1}"
                    )
                return [value for value in found if kind in value]
    return None


def _sort_tests(terms: Sequence[Condition], schema: KeySchema) -> dict[str, KeyTest]:
    """Tests of sort key attributes that make one range: a prefix of equalities, then one range."""
    tests: dict[str, KeyTest] = {}
    for name, kind in schema.sort:
        test = _sort_test(terms, name, kind)
        if test is None:
            break
        tests[name] = test
        if test.operator != "=":
            break
    return tests


def _sort_test(terms: Sequence[Condition], name: str, kind: str) -> KeyTest | None:
    found: KeyTest | None = None
    for term in terms:
        test = _key_test(term, name)
        if test is None or any(kind not in operand for operand in test.operands):
            continue
        if test.operator == "=":
            return test
        found = found or test
    return found


def _key_test(term: Condition, name: str) -> KeyTest | None:
    if isinstance(term, Compare) and term.operator in _RANGED:
        compared = _compared(term, name)
        return None if compared is None else KeyTest(compared[0], (compared[1],))
    if isinstance(term, Between) and _is_name(term.operand, name):
        if isinstance(term.low, Literal) and isinstance(term.high, Literal):
            return KeyTest("BETWEEN", (term.low.value, term.high.value))
    elif isinstance(term, Call) and term.name == "begins_with":
        path, prefix = term.arguments
        if _is_name(path, name) and isinstance(prefix, Literal):
            return KeyTest("begins_with", (prefix.value,))
    return None


def _compared(term: Compare, name: str) -> tuple[str, Json] | None:
    """Operator and value of a comparison of an attribute with a constant, on either side."""
    if _is_name(term.left, name) and isinstance(term.right, Literal):
        return term.operator, term.right.value
    if _is_name(term.right, name) and isinstance(term.left, Literal):
        return FLIPPED[term.operator], term.left.value
    return None


def _is_name(operand: Operand, name: str) -> bool:
    return isinstance(operand, Path) and operand.elements == (name,)


# Several collections.


def _identity(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _merged(accesses: Sequence[Access]) -> list[Access]:
    """A collection from which sort keys are excluded is read once and whole, whatever else is."""
    whole = [access.partition for access in accesses if access.excludes]
    if not whole or len(accesses) == 1:
        return list(accesses)
    return [Access(a.partition) if a.partition in whole else a for a in accesses]


def _distinct(accesses: Sequence[Access]) -> list[Access]:
    """Each collection and range once."""
    seen: dict[bytes, Access] = {}
    for access in accesses:
        tests = {name: [test.operator, *test.operands] for name, test in access.sort.items()}
        seen.setdefault(_identity([access.partition, tests]), access)
    return list(seen.values())


def _check_overlaps(accesses: Sequence[Access]) -> None:
    """Two ranges of one collection that may overlap are refused (P23)."""
    for one, two in combinations(accesses, 2):
        if one.partition == two.partition and not _apart(one.sort, two.sort):
            raise ValidationException(
                "Overlapping conditions with range keys are not supported in where clause"
            )


def _apart(one: dict[str, KeyTest], two: dict[str, KeyTest]) -> bool:
    """Whether two ranges have no key in common, as far as their tests tell: two equalities do."""
    return any(
        name in two and test.operator == two[name].operator == "=" and test != two[name]
        for name, test in one.items()
    )


# Order.


@dataclass(frozen=True, slots=True)
class _Order:
    """The order in which collections and their items are read."""

    by_partition: bool = False
    partition_descending: bool = False
    descending: bool = False

    def arranged(self, accesses: list[Access]) -> list[Access]:
        """The collections in their order; as they are written where there is none."""
        if not self.by_partition:
            return accesses
        return sorted(accesses, key=_partition_order, reverse=self.partition_descending)


def _partition_order(access: Access) -> list[object]:
    pairs = (next(iter(value.items())) for value in access.partition.values())
    return [order_key(kind)(content) for kind, content in pairs]


def _order(
    keys: Sequence[OrderKey],
    schema: KeySchema,
    accesses: list[Access] | None,
    has_where: bool,
) -> _Order:
    if not keys:
        return _Order()
    if not has_where:
        raise ValidationException(
            "Must have WHERE clause in the statement when using ORDER BY clause."
        )
    if accesses is None:
        raise ValidationException(
            "Must have at least one non-optional hash key condition in WHERE clause when using "
            "ORDER BY clause."
        )
    for key in keys:
        if key.name not in schema.names:
            raise ValidationException(
                f"Variable reference {key.name} in ORDER BY clause must be part of the primary key"
            )
    partition_names = [name for name, _ in schema.partition]
    partition = [key for key in keys if key.name in partition_names]
    sort = [key for key in keys if key.name not in partition_names]
    return _Order(
        bool(partition),
        bool(partition) and partition[0].descending,
        bool(sort) and sort[0].descending,
    )
