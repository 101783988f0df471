"""What all parsers share: a position in the tokens, paths and operands.

No parser calls itself: thousands of parentheses need a list, not the interpreter's stack.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, NoReturn, TypeVar

from engine.expressions.ast import Call, NameRef, Operand, Path, ValueRef
from engine.expressions.lexer import Token, syntax_error, tokenise

_Node = TypeVar("_Node")


class Parser:
    """A position in the tokens of one expression."""

    # Whether `(a).b` is a path, and `((a))` merely redundant.
    paths_go_on: ClassVar[bool] = False

    def __init__(self, text: str, kind: str) -> None:
        self.text = text
        self.kind = kind
        self.tokens = tokenise(text, kind)
        self.position = 0
        self.redundant = False

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

    def end(self) -> None:
        if self.token.kind != "end":
            self.fail()

    def path(self) -> Path:
        return self.path_on([self._path_name()])

    def path_on(self, elements: list[str | NameRef | int]) -> Path:
        """The path of the elements read so far and those that follow."""
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

    def value_or_path(self) -> ValueRef | Path:
        if self.token.kind == "valueref":
            return ValueRef(self.take().text)
        return self.path()

    def operand(self) -> Operand:
        """A value, a path or a function, each perhaps in parentheses; no arithmetic."""
        opened: list[_Opened] = []
        while True:
            self._open_operand(opened)
            node: Operand = self.value_or_path()
            enclosed = False
            while opened:
                inner = opened[-1]
                if inner.name is not None:
                    inner.arguments.append(node)
                    if self.accept(","):
                        break
                self.expect(")")
                opened.pop()
                if inner.name is not None:
                    node, enclosed = Call(inner.name, tuple(inner.arguments)), False
                else:
                    self.redundant = self.redundant or enclosed
                    behind = self.path_behind(node)
                    node, enclosed = behind, behind is node
            else:
                return node

    def _open_operand(self, opened: list[_Opened]) -> None:
        """Take what stands before an operand: parentheses and names of functions."""
        while True:
            if self.starts_call():
                opened.append(_Opened(self.take().text))
                self.expect("(")
            elif self.token.text != "(":
                return
            elif opened and opened[-1].name is None and not self.paths_go_on:
                self.fail()
            else:
                opened.append(_Opened(None))
                self.take()

    def path_behind(self, node: _Node) -> _Node | Path:
        """The path that goes on behind the parenthesis around its beginning, or `node`."""
        if self.paths_go_on and isinstance(node, Path) and self.token.text in (".", "["):
            return self.path_on(list(node.elements))
        return node


@dataclass(slots=True)
class _Opened:
    """A parenthesis that is open: a function's, with the arguments so far, or one by itself."""

    name: str | None
    arguments: list[Operand] = field(default_factory=list)
