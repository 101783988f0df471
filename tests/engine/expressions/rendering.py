"""Trees to text, in one of the many ways in which a text can say the same.

A `Style` chooses blanks, the case of keywords, and parentheses that change nothing.
"""

from __future__ import annotations

from random import Random

from engine.expressions import ast

_BLANKS = (" ", "  ", "\t", "\r\n", " \n ")


class Style:
    """How one text is written; without a seed to choose by, the text is plain."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = None if seed is None else Random(seed)

    def blank(self) -> str:
        """At least one blank."""
        return " " if self._random is None else self._random.choice(_BLANKS)

    def gap(self) -> str:
        """Blanks, perhaps none."""
        return "" if self._random is None else self._random.choice(("", "", *_BLANKS))

    def word(self, keyword: str) -> str:
        """A keyword in any case."""
        if self._random is None:
            return keyword
        return "".join(self._random.choice((c.lower(), c.upper())) for c in keyword)

    def encloses(self) -> bool:
        """Whether to write parentheses that are not needed."""
        return self._random is not None and self._random.random() < 0.25

    def enclosed(self, text: str) -> str:
        """A text in parentheses."""
        return f"({self.gap()}{text}{self.gap()})"

    def separated(self, texts: list[str]) -> str:
        """Texts with commas between them."""
        return f"{self.gap()},{self.gap()}".join(texts)


def path(node: ast.Path, style: Style) -> str:
    """A document path."""
    text = ""
    for element in node.elements:
        if isinstance(element, int):
            text += f"{style.gap()}[{style.gap()}{element}{style.gap()}]"
        else:
            name = element.text if isinstance(element, ast.NameRef) else element
            text += f"{style.gap()}.{style.gap()}{name}" if text else name
    return text


def operand(node: ast.Operand, style: Style) -> str:
    """An operand of a condition or update."""
    if isinstance(node, ast.Arithmetic):
        text = (
            f"{operand(node.left, style)}{style.gap()}{node.operator}{style.gap()}"
            f"{operand(node.right, style)}"
        )
    elif isinstance(node, ast.Path):
        text = path(node, style)
    elif isinstance(node, ast.ValueRef):
        text = node.text
    else:
        assert isinstance(node, ast.Call)
        text = call(node, style)
    return style.enclosed(text) if style.encloses() else text


def call(node: ast.Call, style: Style) -> str:
    """A function with its arguments."""
    arguments = style.separated([operand(argument, style) for argument in node.arguments])
    return f"{node.name}{style.gap()}{style.enclosed(arguments)}"


_STRENGTH = {ast.Or: 1, ast.And: 2, ast.Not: 3}


def condition(node: ast.Condition, style: Style, strength: int = 0) -> str:
    """A condition; in parentheses where what stands around binds more strongly."""
    own = _STRENGTH.get(type(node), 4)
    text = _condition(node, style)
    return style.enclosed(text) if own < strength or style.encloses() else text


def _condition(node: ast.Condition, style: Style) -> str:
    blank = style.blank
    if isinstance(node, ast.Or | ast.And):
        word, own = ("OR", 1) if isinstance(node, ast.Or) else ("AND", 2)
        left = condition(node.left, style, own)
        return f"{left}{blank()}{style.word(word)}{blank()}{condition(node.right, style, own + 1)}"
    if isinstance(node, ast.Not):
        return f"{style.word('NOT')}{blank()}{condition(node.condition, style, 3)}"
    if isinstance(node, ast.Compare):
        left, right = operand(node.left, style), operand(node.right, style)
        return f"{left}{style.gap()}{node.operator}{style.gap()}{right}"
    if isinstance(node, ast.Between):
        first, low, high = (operand(o, style) for o in (node.operand, node.low, node.high))
        between = f"{first}{blank()}{style.word('BETWEEN')}{blank()}"
        return f"{between}{low}{blank()}{style.word('AND')}{blank()}{high}"
    if isinstance(node, ast.In):
        choices = style.separated([operand(choice, style) for choice in node.choices])
        first = operand(node.operand, style)
        return f"{first}{blank()}{style.word('IN')}{style.gap()}{style.enclosed(choices)}"
    return call(node, style)


def projection(node: ast.Projection, style: Style) -> str:
    """A projection."""
    return style.separated([path(one, style) for one in node.paths])


def update(node: ast.Update, style: Style) -> str:
    """An update; clauses of one section that stand together become one section."""
    sections: list[tuple[str, list[str]]] = []
    for action in node.actions:
        text = path(action.path, style)
        if action.section == "SET":
            assert action.value is not None
            text += f"{style.gap()}={style.gap()}{operand(action.value, style)}"
        elif action.value is not None:
            text += f"{style.blank()}{operand(action.value, Style())}"
        if not sections or sections[-1][0] != action.section:
            sections.append((action.section, []))
        sections[-1][1].append(text)
    blank = style.blank
    return blank().join(
        f"{style.word(section)}{blank()}{style.separated(texts)}" for section, texts in sections
    )
