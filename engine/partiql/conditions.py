"""The conditions, operands and literals of statements: text to the trees of expressions."""

from __future__ import annotations

from collections.abc import Callable

from engine.client.protocol import Json
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
)
from engine.partiql.ast import PARAMETER
from engine.partiql.faults import (
    BAD_DOT,
    UNEXPECTED_KEYWORD,
    UNEXPECTED_TERM,
    UNREADABLE,
    StatementError,
    not_well_formed,
    position,
)
from engine.partiql.lexer import FUNCTIONS, Token, significant
from engine.partiql.values import bag

COMPARATORS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
BOOLEAN_FUNCTIONS = frozenset(
    {"attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"}
)
_SET_FUNCTIONS = frozenset({"set_add", "set_delete"})
# Which functions have no place in conditions, and which have none in values that are SET.
_SET_ONLY = _SET_FUNCTIONS | {"list_append"}
CONDITION_ONLY = BOOLEAN_FUNCTIONS | _SET_FUNCTIONS | {"size"}
# The words of joins, which cannot follow a dot without quotes.
_JOIN_WORDS = frozenset({"CROSS", "FULL", "INNER", "LEFT", "OUTER", "RIGHT"})
_TYPE_NAMES = {
    "STRING": "S",
    "NUMBER": "N",
    "INT": "N",
    "INTEGER": "N",
    "DECIMAL": "N",
    "BINARY": "B",
    "BLOB": "B",
    "BOOL": "BOOL",
    "BOOLEAN": "BOOL",
    "NULL": "NULL",
    "LIST": "L",
    "STRUCT": "M",
    "TUPLE": "M",
    "MAP": "M",
    "SS": "SS",
    "NS": "NS",
    "BS": "BS",
    "S": "S",
    "N": "N",
    "B": "B",
    "L": "L",
    "M": "M",
}
_SCALE_MAX = 2**31 - 1
_DEPTH_MAX = 200

Node = Condition | Operand


class ConditionParser:
    """A position in the tokens of one statement; `parameter_count` counts its question marks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = significant(text)
        self.position = 0
        self.parameter_count = 0
        self.refused_functions = _SET_ONLY
        self._depth = 0

    # Tokens.

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.position]

    def take(self) -> Token:
        """Go on to the next token; the last one stays."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def at(self, symbol: str) -> bool:
        """Whether a symbol comes next."""
        token = self.tokens[self.position]
        return token.text == symbol and token.kind == "symbol"

    def accept(self, symbol: str) -> bool:
        """Take a symbol if it comes next."""
        if self.at(symbol):
            self.position += 1
            return True
        return False

    def expect(self, symbol: str) -> None:
        """Take a symbol that has to come next."""
        if not self.accept(symbol):
            detail = UNEXPECTED_KEYWORD if self.token.kind == "keyword" else UNEXPECTED_TERM
            raise not_well_formed(self.token, detail)

    def accept_word(self, word: str) -> bool:
        """Take a keyword if it comes next."""
        if self.token.word == word:
            self.position += 1
            return True
        return False

    def expect_word(self, word: str) -> None:
        """Take a keyword that has to come next."""
        if not self.accept_word(word):
            detail = UNEXPECTED_KEYWORD if self.token.kind == "keyword" else UNEXPECTED_TERM
            raise not_well_formed(self.token, detail)

    def place(self, start: int, end: int) -> str:
        """A place in the statement as the service prints it."""
        return position(self.text, start, end)

    def _nest(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH_MAX:
            raise not_well_formed(self.token, UNEXPECTED_TERM)

    # Names and paths.

    def name(self) -> str:
        """A bare or a quoted name."""
        token = self.take()
        if token.kind == "name":
            return token.text
        if token.kind == "quoted":
            return token.content
        detail = UNEXPECTED_KEYWORD if token.kind == "keyword" else UNEXPECTED_TERM
        raise not_well_formed(token, detail)

    def path(self) -> Path:
        """A document path."""
        elements: list[str | int] = [self.name()]
        while True:
            if self.accept("."):
                is_join = self.token.kind == "name" and self.token.text.upper() in _JOIN_WORDS
                if is_join or self.token.kind not in ("name", "quoted"):
                    self._refuse_step()
                    raise not_well_formed(self.token, BAD_DOT)
                elements.append(self.name())
            elif self.accept("["):
                step = self.take()
                if step.kind == "string":
                    elements.append(step.content)
                elif step.kind == "number" and step.text.isdigit():
                    elements.append(int(step.text))
                else:
                    self.position -= step.kind != "end"
                    self._refuse_step(any_kind=True)
                self.expect("]")
            else:
                return Path(tuple(elements))

    def _refuse_step(self, *, any_kind: bool = False) -> None:
        """Refuse a wildcard or an expression as a step of a path (P16)."""
        token = self.token
        if token.kind in ("end", "error"):
            raise not_well_formed(token, UNREADABLE)
        if any_kind or (token.kind == "symbol" and token.text == "*"):
            where = self.place(token.start, token.end)
            raise StatementError(f"Unexpected path component at {where}", token.start)

    # Conditions: each level gives a node, which may still turn out to be an operand.

    def condition(self) -> Condition:
        """A condition, by precedence: OR, AND, NOT, then comparisons."""
        start = self.token
        return self._as_condition(self._or(), start)

    def _or(self) -> Node:
        return self._joined("OR", Or, self._and)

    def _and(self) -> Node:
        return self._joined("AND", And, self._not)

    def _joined(self, word: str, joint: type[Or | And], term: Callable[[], Node]) -> Node:
        start = self.token
        node = term()
        while self.token.word == word:
            left = self._as_condition(node, start)
            self.take()
            start = self.token
            node = joint(left, self._as_condition(term(), start))
        return node

    def _not(self) -> Node:
        if not self.accept_word("NOT"):
            return self._comparison()
        self._nest()
        start = self.token
        inner = self._as_condition(self._not(), start)
        self._depth -= 1
        return Not(inner)

    def _comparison(self) -> Node:
        start = self.token
        node = self._additive()
        token = self.token
        if token.kind == "symbol" and token.text in COMPARATORS:
            self.take()
            return self._compare(COMPARATORS[token.text], node, start)
        if token.word == "BETWEEN":
            operand = self._as_operand(node, start)
            self.take()
            low = self.sum()
            self.expect_word("AND")
            return Between(operand, low, self.sum())
        if token.word == "IN":
            operand = self._as_operand(node, start)
            self.take()
            return In(operand, self._choices())
        if token.word == "IS":
            return self._is(self._as_operand(node, start))
        return node

    def _compare(self, operator: str, node: Node, start: Token) -> Condition:
        right_start = self.token
        right = self._additive()
        if isinstance(node, Call) and node.name in BOOLEAN_FUNCTIONS:
            return _compared_with(operator, node, right) or self._refuse(right_start)
        if isinstance(right, Call) and right.name in BOOLEAN_FUNCTIONS:
            return _compared_with(operator, right, node) or self._refuse(start)
        left = self._as_operand(node, start)
        return Compare(operator, left, self._as_operand(right, right_start))

    def _refuse(self, token: Token) -> Condition:
        raise not_well_formed(token, UNEXPECTED_TERM)

    def _is(self, operand: Operand) -> Condition:
        self.take()
        negated = self.accept_word("NOT")
        token = self.take()
        name = token.text.upper()
        test: Condition
        if token.word == "MISSING":
            test = Call("attribute_not_exists", (operand,))
        elif token.kind in ("name", "keyword") and name in _TYPE_NAMES:
            test = Call("attribute_type", (operand, Literal({"S": _TYPE_NAMES[name]})))
        else:
            raise not_well_formed(token, UNEXPECTED_TERM)
        if not negated:
            return test
        if token.word == "MISSING":
            return Call("attribute_exists", (operand,))
        return Not(test)

    def _choices(self) -> tuple[Operand, ...]:
        closing = "]" if self.accept("[") else ")"
        if closing == ")":
            self.expect("(")
        choices = [self.sum()]
        while self.accept(","):
            choices.append(self.sum())
        self.expect(closing)
        return tuple(choices)

    def _as_condition(self, node: Node, start: Token) -> Condition:
        if isinstance(node, Call) and node.name in BOOLEAN_FUNCTIONS:
            return node
        if isinstance(node, Operand):
            raise not_well_formed(
                start if self.token.kind != "end" else self.token, UNEXPECTED_TERM
            )
        return node

    def _as_operand(self, node: Node, start: Token) -> Operand:
        if isinstance(node, Call) and node.name in BOOLEAN_FUNCTIONS:
            raise not_well_formed(start, UNEXPECTED_TERM)
        if isinstance(node, Operand):
            return node
        raise not_well_formed(start, UNEXPECTED_TERM)

    # Operands.

    def sum(self) -> Operand:
        """An operand, or several with + and - between them."""
        start = self.token
        return self._as_operand(self._additive(), start)

    def _additive(self) -> Node:
        start = self.token
        node = self._primary()
        while self.at("+") or self.at("-"):
            left = self._as_operand(node, start)
            operator = self.take().text
            start = self.token
            node = Arithmetic(operator, left, self._as_operand(self._primary(), start))
        return node

    def _primary(self) -> Node:
        token = self.token
        if self.accept("("):
            self._nest()
            node = self._or()
            self.expect(")")
            self._depth -= 1
            return node
        if self.starts_call():
            return self._call()
        if token.word == "EXISTS":
            raise self.unrecognised(token)
        if token.kind in ("name", "quoted"):
            return self.path()
        return Literal(self.literal())

    def unrecognised(self, token: Token) -> StatementError:
        """A function that has no place here (P15)."""
        where = self.place(token.start, token.end)
        return StatementError(
            f"Unrecognized function: {token.text.lower()} at {where}", token.start
        )

    def starts_call(self) -> bool:
        """Whether a function comes next."""
        following = self.tokens[min(self.position + 1, len(self.tokens) - 1)]
        return self.token.kind == "name" and following.text == "("

    def _call(self) -> Call:
        token = self.take()
        name = token.text.lower()
        self.expect("(")
        self._nest()
        arguments: list[Operand] = []
        if not self.at(")"):
            arguments.append(self.sum())
            while self.accept(","):
                arguments.append(self.sum())
        self.expect(")")
        self._depth -= 1
        if name not in FUNCTIONS or name in self.refused_functions:
            raise self.unrecognised(token)
        return Call(name, tuple(arguments))

    # Literals.

    def literal(self) -> Json:
        """A value, with parameters where there are question marks."""
        if self.starts_call():
            where = self.place(self.token.start, self.token.end)
            raise StatementError(
                f"Unsupported data type: {self.token.text.lower()} under key root at {where}",
                self.token.start,
            )
        token = self.take()
        match token.kind:
            case "string":
                return {"S": token.content}
            case "number":
                return self._number(token, "")
            case "parameter":
                self.parameter_count += 1
                return {PARAMETER: self.parameter_count - 1}
        match token.word:
            case "TRUE" | "FALSE":
                return {"BOOL": token.word == "TRUE"}
            case "NULL":
                return {"NULL": True}
        if token.kind == "symbol":
            match token.text:
                case "-" | "+":
                    return self._number(self.take(), token.text.replace("+", ""))
                case "[":
                    return {"L": self._elements("]")}
                case "<<":
                    return self._bag(token)
                case "{":
                    return {"M": self._members()}
        detail = UNEXPECTED_KEYWORD if token.kind == "keyword" else UNEXPECTED_TERM
        raise not_well_formed(token, detail)

    def _number(self, token: Token, sign: str) -> Json:
        if token.kind != "number":
            raise not_well_formed(token, UNEXPECTED_TERM)
        mantissa, _, exponent = token.text.lower().partition("e")
        digits = exponent.lstrip("+-").lstrip("0")
        scale = len(mantissa.partition(".")[2]) - int(exponent[:12] or "0")
        if len(digits) > 10 or not -_SCALE_MAX <= scale <= _SCALE_MAX:
            raise not_well_formed(token, UNREADABLE)
        return {"N": sign + token.text}

    def _elements(self, closing: str) -> list[Json]:
        self._nest()
        elements: list[Json] = []
        if not self.at(closing):
            elements.append(self.literal())
            while self.accept(","):
                elements.append(self.literal())
        self.expect(closing)
        self._depth -= 1
        return elements

    def _bag(self, token: Token) -> Json:
        members = self._elements(">>")
        if not members:
            raise StatementError("Empty bags are not supported", token.start)
        return bag(members)

    def _members(self) -> Json:
        self._nest()
        members: Json = {}
        while not self.at("}"):
            if members:
                self.expect(",")
            name = self.take()
            if name.kind not in ("string", "quoted"):
                raise not_well_formed(name, UNEXPECTED_TERM)
            self.expect(":")
            members[name.content] = self.literal()
        self.expect("}")
        self._depth -= 1
        return members


def _compared_with(operator: str, call: Call, other: Node) -> Condition | None:
    """A function that is compared with true or false; None for any other comparison."""
    if operator not in ("=", "<>") or not isinstance(other, Literal):
        return None
    wanted = other.value.get("BOOL")
    if wanted is None:
        return None
    return call if wanted is (operator == "=") else Not(call)
