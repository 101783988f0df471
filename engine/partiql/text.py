"""Trees as statements: what `parser` reads."""

from __future__ import annotations

import re

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
    NameRef,
    Not,
    Operand,
    Or,
    Path,
    ValueRef,
)
from engine.partiql.ast import Delete, Exists, Insert, Returning, Select, Source, Statement, Update
from engine.partiql.lexer import KEYWORDS
from engine.partiql.values import literal, quoted_name, quoted_text

_PLAIN = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\Z")
_SET_FUNCTIONS = {"ADD": "set_add", "DELETE": "set_delete"}


def name_text(name: str) -> str:
    """A name, quoted where it has to be."""
    return name if _PLAIN.match(name) and name.upper() not in KEYWORDS else quoted_name(name)


def path_text(path: Path) -> str:
    """A document path."""
    text = ""
    for element in path.elements:
        assert not isinstance(element, NameRef)
        if isinstance(element, int):
            text += f"[{element}]"
        else:
            text += f".{name_text(element)}" if text else name_text(element)
    return text


def shown_name(path: tuple[str | int, ...]) -> str:
    """The attribute under which a path of SELECT is shown."""
    last = max(i for i, element in enumerate(path) if isinstance(element, str))
    return str(path[last]) + "".join(f"[{element}]" for element in path[last + 1 :])


def statement_text(statement: Statement) -> str:
    """A statement; raises `ValueError` where it holds a binary value."""
    match statement:
        case Select(source, paths, where, order):
            what = "*" if paths is None else ", ".join(map(path_text, paths))
            text = f"SELECT {what} FROM {_source(source)}{_where(where)}"
            if order:
                keys = ", ".join(
                    name_text(key.name) + (" DESC" if key.descending else "") for key in order
                )
                text += f" ORDER BY {keys}"
            return text
        case Insert(source, item):
            members = ", ".join(f"{quoted_text(n)}: {literal(v)}" for n, v in item.items())
            return f"INSERT INTO {_source(source)} VALUE {{{members}}}"
        case Update(source, actions, where, returning):
            clauses = " ".join(map(_action, actions))
            return f"UPDATE {_source(source)} {clauses}{_where(where)}{_returning(returning)}"
        case Delete(source, where, returning):
            return f"DELETE FROM {_source(source)}{_where(where)}{_returning(returning)}"
        case Exists(select):
            return f"EXISTS({statement_text(select)})"


def _source(source: Source) -> str:
    table = quoted_name(source.table)
    return table if source.index is None else f"{table}.{quoted_name(source.index)}"


def _where(where: Condition | None) -> str:
    return "" if where is None else f" WHERE {condition_text(where)}"


def _returning(returning: Returning | None) -> str:
    return "" if returning is None else f" RETURNING {returning.scope} {returning.image} *"


def _action(action: Action) -> str:
    path = path_text(action.path)
    if action.value is None:
        return f"REMOVE {path}"
    value = operand_text(action.value)
    function = _SET_FUNCTIONS.get(action.section)
    return f"SET {path} = {value if function is None else f'{function}({path}, {value})'}"


def condition_text(node: Condition) -> str:
    """A condition, with parentheses where they are needed."""
    match node:
        case And(left, right):
            right_text = _enclosed(right, (Or, And))
            return f"{_enclosed(left, (Or,))} AND {right_text}"
        case Or(left, right):
            return f"{condition_text(left)} OR {_enclosed(right, (Or,))}"
        case Not(inner):
            return f"NOT {_enclosed(inner, (Or, And))}"
        case Compare(operator, one, other):
            return f"{operand_text(one)} {operator} {operand_text(other)}"
        case Between(operand, low, high):
            return f"{operand_text(operand)} BETWEEN {operand_text(low)} AND {operand_text(high)}"
        case In(operand, choices):
            return f"{operand_text(operand)} IN [{', '.join(map(operand_text, choices))}]"
        case Call("attribute_not_exists", (operand,)):
            return f"{operand_text(operand)} IS MISSING"
        case Call():
            return operand_text(node)


def _enclosed(node: Condition, kinds: tuple[type, ...]) -> str:
    text = condition_text(node)
    return f"({text})" if isinstance(node, kinds) else text


def operand_text(node: Operand) -> str:
    """An operand."""
    match node:
        case Literal(value):
            return literal(value)
        case Path():
            return path_text(node)
        case Call(name, arguments):
            return f"{name}({', '.join(map(operand_text, arguments))})"
        case Arithmetic(operator, left, right):
            right_text = operand_text(right)
            if isinstance(right, Arithmetic):
                right_text = f"({right_text})"
            return f"{operand_text(left)} {operator} {right_text}"
        case ValueRef(text):
            return text
