"""Parsers: text to tree. They know the grammar; what a tree may mean is checked afterwards."""

from __future__ import annotations

from dataclasses import dataclass

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
    Not,
    Operand,
    Or,
    Path,
    Projection,
    Update,
    ValueRef,
)
from engine.expressions.operands import Parser

COMPARATORS = frozenset({"=", "<>", "<", "<=", ">", ">="})
_SECTIONS = frozenset({"SET", "REMOVE", "ADD", "DELETE"})


class _ConditionParser(Parser):
    """Conditions by precedence: comparisons and functions, NOT, AND, OR."""

    paths_go_on = True

    def parse(self) -> Condition:
        groups = [_Group()]
        while True:
            self._open(groups)
            node = self._comparison(self.operand())
            enclosed = False
            while not self._joined(groups[-1], node):
                group = groups[-1]
                if len(groups) == 1:
                    self.end()
                    return group.whole(self._as_condition(node))
                if not group.is_bare:
                    node, enclosed = group.whole(self._as_condition(node)), False
                self.expect(")")
                groups.pop()
                self.redundant = self.redundant or enclosed
                behind = self._comparison(self.path_behind(node))
                node, enclosed = behind, behind is node

    def _open(self, groups: list[_Group]) -> None:
        """Take what stands before a condition: NOT and parentheses."""
        while True:
            if self.token.keyword == "NOT":
                self.take()
                groups[-1].nots += 1
            elif self.accept("("):
                groups.append(_Group())
            else:
                return

    def _joined(self, group: _Group, node: Condition | Operand) -> bool:
        """Whether AND or OR follows, which then are taken."""
        word = self.token.keyword
        if word not in ("AND", "OR"):
            return False
        group.join(word, self._as_condition(node))
        self.take()
        return True

    def _comparison(self, node: Condition | Operand) -> Condition | Operand:
        """The comparison of which `node` is the first operand, or `node` itself."""
        token = self.token
        if token.kind == "symbol" and token.text in COMPARATORS:
            left = self._as_operand(node)
            self.take()
            return Compare(token.text, left, self.operand())
        if token.keyword == "BETWEEN":
            operand = self._as_operand(node)
            self.take()
            low = self.operand()
            if self.token.keyword != "AND":
                self.fail()
            self.take()
            return Between(operand, low, self.operand())
        if token.keyword == "IN":
            operand = self._as_operand(node)
            self.take()
            return In(operand, self._choices())
        return node

    def _choices(self) -> tuple[Operand, ...]:
        self.expect("(")
        choices = [self.operand()]
        while self.accept(","):
            choices.append(self.operand())
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


@dataclass(slots=True)
class _Group:
    """What has been read since a parenthesis: terms joined by OR, factors by AND, and NOTs."""

    either: Condition | None = None
    both: Condition | None = None
    nots: int = 0

    @property
    def is_bare(self) -> bool:
        """Whether nothing stands before the node read last."""
        return self.either is None and self.both is None and not self.nots

    def join(self, word: str, condition: Condition) -> None:
        """Take a condition and the AND or OR behind it."""
        self.both = self._factor(condition)
        if word == "OR":
            self.either = self._term()
            self.both = None

    def whole(self, condition: Condition) -> Condition:
        """The condition of the whole group, of which the last part is given."""
        self.both = self._factor(condition)
        return self._term()

    def _factor(self, condition: Condition) -> Condition:
        for _ in range(self.nots):
            condition = Not(condition)
        self.nots = 0
        return condition if self.both is None else And(self.both, condition)

    def _term(self) -> Condition:
        assert self.both is not None
        return self.both if self.either is None else Or(self.either, self.both)


def parse_condition(text: str, kind: str) -> Condition:
    """A condition, filter or key condition expression (E038 to E040, E046)."""
    parser = _ConditionParser(text, kind)
    condition = parser.parse()
    if parser.redundant:
        raise ValidationException(f"Invalid {kind}: The expression has redundant parentheses;")
    return condition


def parse_projection(text: str) -> Projection:
    """A projection expression."""
    parser = Parser(text, "ProjectionExpression")
    paths = [parser.path()]
    while parser.accept(","):
        paths.append(parser.path())
    parser.end()
    return Projection(tuple(paths))


class _UpdateParser(Parser):
    """Updates: sections of clauses."""

    def parse(self) -> Update:
        actions: list[Action] = []
        seen: set[str] = set()
        repeated: str | None = None
        while self.token.kind != "end" or not actions:
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
        if not self.accept("("):
            return self._sum(self.operand())
        enclosed = self.token.text == "("
        value = self._sum(self.operand())
        self.expect(")")
        # The parenthesis was around the first operand of a sum.
        return value if enclosed or isinstance(value, Arithmetic) else self._sum(value)

    def _sum(self, left: Operand) -> Operand:
        if self.token.kind == "symbol" and self.token.text in ("+", "-"):
            operator = self.take().text
            return Arithmetic(operator, left, self.operand())
        return left


def parse_update(text: str) -> Update:
    """An update expression."""
    return _UpdateParser(text, "UpdateExpression").parse()
