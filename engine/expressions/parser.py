"""Parsers: text to tree. They know the grammar; what a tree may mean is checked afterwards."""

from __future__ import annotations

from typing import NoReturn

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
    NameRef,
    Not,
    Operand,
    Or,
    Path,
    Projection,
    Update,
    ValueRef,
)
from engine.expressions.lexer import Token, syntax_error, tokenise

COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_SECTIONS = frozenset({"SET", "REMOVE", "ADD", "DELETE"})
_CONDITION_KEYWORDS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_IN_OPERANDS_MAX = 100
_DEPTH_MAX = 200


class _Parser:
    """A position in the tokens of one expression."""

    def __init__(self, text: str, kind: str) -> None:
        self.text = text
        self.kind = kind
        self.tokens = tokenise(text, kind)
        self.position = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def fail(self) -> NoReturn:
        raise syntax_error(self.text, self.kind, self.tokens, self.position)

    def take(self) -> Token:
        token = self.token
        self.position += 1
        return token

    def accept(self, symbol: str) -> bool:
        if self.token.kind == "symbol" and self.token.text == symbol:
            self.position += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        if not self.accept(symbol):
            self.fail()

    def accept_keyword(self, word: str) -> bool:
        if self.token.keyword == word:
            self.position += 1
            return True
        return False

    def end(self) -> None:
        if self.token.kind != "end":
            self.fail()

    def nest(self) -> None:
        """Go one level deeper; a text of thousands of parentheses is a syntax error."""
        self.depth += 1
        if self.depth > _DEPTH_MAX:
            self.fail()

    def path(self) -> Path:
        elements: list[str | NameRef | int] = [self._path_name()]
        while True:
            if self.accept("."):
                elements.append(self._path_name())
            elif self.accept("["):
                if self.token.kind != "number":
                    self.fail()
                elements.append(int(self.take().text))
                self.expect("]")
            else:
                return Path(tuple(elements))

    def _path_name(self) -> str | NameRef:
        if self.token.kind == "name":
            return self.take().text
        if self.token.kind != "nameref":
            self.fail()
        return NameRef(self.take().text)

    def starts_call(self) -> bool:
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        return self.token.kind == "name" and following.text == "("

    def call(self) -> Call:
        name = self.take().text
        self.expect("(")
        self.nest()
        arguments = [self.argument()]
        while self.accept(","):
            arguments.append(self.argument())
        self.expect(")")
        self.depth -= 1
        return Call(name, tuple(arguments))

    def argument(self) -> Operand:
        """An operand without arithmetic, one pair of parentheses around it allowed."""
        if self.accept("("):
            operand = self._plain()
            self.expect(")")
            return operand
        return self._plain()

    def _plain(self) -> Operand:
        if self.token.kind == "valueref":
            return ValueRef(self.take().text)
        if self.starts_call():
            return self.call()
        return self.path()


class _ConditionParser(_Parser):
    """Conditions by precedence: OR, AND, NOT, then comparisons and functions."""

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(text, kind)
        self.redundant = False

    def parse(self) -> Condition:
        node, _ = self._or()
        self.end()
        return self._as_condition(node)

    # Each level gives a node, which may still turn out to be an operand, and whether it stands in
    # parentheses of its own.

    def _or(self) -> tuple[Condition | Operand, bool]:
        node, enclosed = self._and()
        while self.token.keyword == "OR":
            left = self._as_condition(node)
            self.take()
            right, _ = self._and()
            node, enclosed = Or(left, self._as_condition(right)), False
        return node, enclosed

    def _and(self) -> tuple[Condition | Operand, bool]:
        node, enclosed = self._not()
        while self.token.keyword == "AND":
            left = self._as_condition(node)
            self.take()
            right, _ = self._not()
            node, enclosed = And(left, self._as_condition(right)), False
        return node, enclosed

    def _not(self) -> tuple[Condition | Operand, bool]:
        if self.token.keyword != "NOT":
            return self._comparison()
        self.take()
        self.nest()
        node, _ = self._not()
        self.depth -= 1
        return Not(self._as_condition(node)), False

    def _comparison(self) -> tuple[Condition | Operand, bool]:
        node, enclosed = self._primary()
        token = self.token
        if token.kind == "symbol" and token.text in COMPARATORS:
            left = self._as_operand(node)
            self.take()
            return Compare(token.text, left, self._right()), False
        if token.keyword == "BETWEEN":
            operand = self._as_operand(node)
            self.take()
            low = self._right()
            if not self.accept_keyword("AND"):
                self.fail()
            return Between(operand, low, self._right()), False
        if token.keyword == "IN":
            operand = self._as_operand(node)
            self.take()
            return In(operand, self._choices()), False
        return node, enclosed

    def _primary(self) -> tuple[Condition | Operand, bool]:
        if not self.accept("("):
            return self._bare(), False
        self.nest()
        node, enclosed = self._or()
        self.expect(")")
        self.depth -= 1
        self.redundant = self.redundant or enclosed
        return node, True

    def _bare(self) -> Operand:
        if self.token.kind == "valueref":
            return ValueRef(self.take().text)
        if self.starts_call() and self.token.keyword not in _CONDITION_KEYWORDS:
            return self.call()
        if self.token.keyword in _CONDITION_KEYWORDS:
            self.fail()
        return self.path()

    def _right(self) -> Operand:
        node, _ = self._primary()
        return self._as_operand(node)

    def _choices(self) -> tuple[Operand, ...]:
        self.expect("(")
        choices = [self._right()]
        while self.accept(","):
            choices.append(self._right())
        self.expect(")")
        return tuple(choices)

    def _as_condition(self, node: Condition | Operand) -> Condition:
        if isinstance(node, Path | ValueRef):
            self.fail()
        assert isinstance(node, Compare | Between | In | Call | Not | And | Or)
        return node

    def _as_operand(self, node: Condition | Operand) -> Operand:
        if not isinstance(node, Path | ValueRef | Call):
            self.fail()
        return node


def parse_condition(text: str, kind: str) -> Condition:
    """A condition, filter or key condition expression (E038 to E040, E046)."""
    parser = _ConditionParser(text, kind)
    condition = parser.parse()
    if parser.redundant:
        raise ValidationException(f"Invalid {kind}: The expression has redundant parentheses;")
    return condition


def parse_projection(text: str) -> Projection:
    """A projection expression."""
    parser = _Parser(text, "ProjectionExpression")
    paths = [parser.path()]
    while parser.accept(","):
        paths.append(parser.path())
    parser.end()
    return Projection(tuple(paths))


class _UpdateParser(_Parser):
    """Updates: sections of clauses."""

    def parse(self) -> Update:
        actions: list[Action] = []
        seen: set[str] = set()
        repeated: str | None = None
        while True:
            section = self.token.keyword
            if section not in _SECTIONS:
                self.fail()
            self.take()
            if section in seen:
                repeated = repeated or section
            seen.add(section)
            actions.append(self._action(section))
            while self.accept(","):
                actions.append(self._action(section))
            if self.token.kind == "end":
                return Update(tuple(actions), repeated)

    def _action(self, section: str) -> Action:
        path = self.path()
        if section == "REMOVE":
            return Action(section, path, None)
        if section == "SET":
            self.expect("=")
            return Action(section, path, self._value())
        if self.token.kind != "valueref":
            self.fail()
        return Action(section, path, ValueRef(self.take().text))

    def _value(self) -> Operand:
        """The right side of SET: an operand or a sum, one pair of parentheses around it allowed."""
        if self.token.text == "(" and not self._encloses_first_operand():
            self.take()
            value = self._sum()
            self.expect(")")
            return value
        return self._sum()

    def _encloses_first_operand(self) -> bool:
        """Whether the parenthesis that opens here closes before an arithmetic sign follows."""
        depth = 0
        for place in range(self.position, len(self.tokens)):
            text = self.tokens[place].text
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return self.tokens[place + 1].text in ("+", "-")
        return False

    def _sum(self) -> Operand:
        left = self.argument()
        if self.token.kind == "symbol" and self.token.text in ("+", "-"):
            operator = self.take().text
            return Arithmetic(operator, left, self.argument())
        return left


def parse_update(text: str) -> Update:
    """An update expression."""
    return _UpdateParser(text, "UpdateExpression").parse()


def check_in_operands(condition: In, kind: str) -> None:
    """IN takes at most 100 operands."""
    if len(condition.choices) > _IN_OPERANDS_MAX:
        raise ValidationException(
            f"Invalid {kind}: Incorrect number of operands for operator or function; "
            f"operator or function: IN, number of operands: {len(condition.choices) + 1}"
        )
