"""Parameters in their places: a parsed statement becomes one with canonical values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.ast import (
    Action,
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
)
from engine.model.values import normalise_value
from engine.partiql.ast import PARAMETER, Delete, Exists, Insert, Select, Statement, Update
from engine.partiql.values import canonical, fill


def bind(statement: Statement, count: int, parameters: Sequence[Json]) -> Statement:
    """The statement with its `count` question marks replaced by the values of the request (P32).

    Raises `ValidationException` for a value that is none (P06 to P10, P35).
    """
    if len(parameters) != count:
        raise ValidationException("Number of parameters in request and statement don't match.")
    values = [normalise_value(parameter)[0] for parameter in parameters]
    return _Binder(values).statement(statement)


class _Binder:
    """Puts values into the literals of trees."""

    def __init__(self, values: Sequence[Json]) -> None:
        self._values = values

    def statement(self, node: Statement) -> Statement:
        match node:
            case Exists(select):
                return Exists(self._select(select))
            case Select():
                return self._select(node)
            case Insert(source, item):
                return Insert(source, self._item(item))
            case Update():
                actions = tuple(map(self._action, node.actions))
                return replace(node, actions=actions, where=self._where(node.where))
            case Delete():
                return replace(node, where=self._where(node.where))

    def _item(self, item: Json) -> Json:
        filled = {name: fill(value, self._values) for name, value in item.items()}
        try:
            whole: Json = normalise_value({"M": filled})[0]["M"]
        except ValidationException:
            # Again one by one, since it is told where a number is wrong.
            return {name: canonical(value, "root") for name, value in filled.items()}
        return whole

    def _select(self, node: Select) -> Select:
        if node.where is None:
            return node
        return Select(node.source, node.paths, self._condition(node.where), node.order)

    def _where(self, node: Condition | None) -> Condition | None:
        return None if node is None else self._condition(node)

    def _action(self, action: Action) -> Action:
        if action.value is None:
            return action
        return replace(action, value=self._operand(action.value))

    def _condition(self, node: Condition) -> Condition:
        match node:
            case And(left, right):
                return And(self._condition(left), self._condition(right))
            case Or(left, right):
                return Or(self._condition(left), self._condition(right))
            case Not(inner):
                return Not(self._condition(inner))
            case Compare(operator, one, other):
                return Compare(operator, self._operand(one), self._operand(other))
            case Between(operand, low, high):
                return Between(self._operand(operand), self._operand(low), self._operand(high))
            case In(operand, choices):
                return In(self._operand(operand), tuple(map(self._operand, choices)))
            case Call(name, arguments):
                return Call(name, tuple(map(self._operand, arguments)))

    def _operand(self, node: Operand) -> Operand:
        match node:
            case Literal(value):
                if PARAMETER in value:
                    # In canonical form already.
                    return Literal(self._values[value[PARAMETER]])
                return Literal(canonical(fill(value, self._values), "root"))
            case Call(name, arguments):
                return Call(name, tuple(map(self._operand, arguments)))
            case Arithmetic(operator, left, right):
                return Arithmetic(operator, self._operand(left), self._operand(right))
            case _:
                return node
