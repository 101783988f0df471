"""Strategies for trees: any that a text can say, and those that the service accepts.

The accepted ones come with what their placeholders stand for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from engine.expressions import ast
from engine.expressions.checks import ATTRIBUTE_TYPES
from engine.expressions.compare import compare
from engine.expressions.traversal import Term, operands
from tests.engine.expressions import samples
from tests.engine.expressions.samples import BoundPath, Json

_FUNCTIONS = ("attribute_exists", "begins_with", "contains", "size", "f", "if_not_exists")
_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")

# Any tree that a text can say.

_bare = st.sampled_from(("a", "bb", "Name_9", "x"))
_elements = st.one_of(_bare, st.builds(ast.NameRef, st.sampled_from(("#n", "#0_", "#Q"))))
any_paths = st.builds(
    lambda first, rest: ast.Path((first, *rest)),
    _elements,
    st.lists(st.one_of(_elements, st.integers(0, 2**40)), max_size=3),
)
any_values = st.builds(ast.ValueRef, st.sampled_from((":v", ":0", ":_x")))
any_operands: st.SearchStrategy[ast.Operand] = st.recursive(
    st.one_of(any_paths, any_values),
    lambda inner: st.builds(
        lambda name, arguments: ast.Call(name, tuple(arguments)),
        st.sampled_from(_FUNCTIONS),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=4,
)
_any_terms: st.SearchStrategy[ast.Condition] = st.one_of(
    st.builds(ast.Compare, st.sampled_from(_COMPARATORS), any_operands, any_operands),
    st.builds(ast.Between, any_operands, any_operands, any_operands),
    st.builds(
        lambda operand, choices: ast.In(operand, tuple(choices)),
        any_operands,
        st.lists(any_operands, min_size=1, max_size=3),
    ),
    st.builds(
        lambda name, arguments: ast.Call(name, tuple(arguments)),
        st.sampled_from(_FUNCTIONS),
        st.lists(any_operands, min_size=1, max_size=3),
    ),
)


def _joined(inner: st.SearchStrategy[ast.Condition]) -> st.SearchStrategy[ast.Condition]:
    return st.one_of(
        st.builds(ast.And, inner, inner), st.builds(ast.Or, inner, inner), st.builds(ast.Not, inner)
    )


any_conditions = st.recursive(_any_terms, _joined, max_leaves=8)
any_projections = st.builds(
    lambda paths: ast.Projection(tuple(paths)), st.lists(any_paths, min_size=1, max_size=4)
)
_any_sums = st.builds(ast.Arithmetic, st.sampled_from("+-"), any_operands, any_operands)
_any_actions = {
    "SET": st.builds(ast.Action, st.just("SET"), any_paths, st.one_of(any_operands, _any_sums)),
    "REMOVE": st.builds(ast.Action, st.just("REMOVE"), any_paths, st.none()),
    "ADD": st.builds(ast.Action, st.just("ADD"), any_paths, any_values),
    "DELETE": st.builds(ast.Action, st.just("DELETE"), any_paths, any_values),
}


@st.composite
def any_updates(draw: st.DrawFn) -> ast.Update:
    """Updates with each section at most once, in any order."""
    sections = draw(
        st.lists(st.sampled_from(sorted(_any_actions)), min_size=1, max_size=4, unique=True)
    )
    actions = [
        action
        for section in sections
        for action in draw(st.lists(_any_actions[section], min_size=1, max_size=3))
    ]
    return ast.Update(tuple(actions))


# Trees that the service accepts.


@dataclass
class Accepted:
    """Draws parts of an accepted tree and collects its placeholders."""

    data: st.DataObject
    names: dict[str, str] = field(default_factory=dict)
    values: dict[str, Json] = field(default_factory=dict)

    def value(self, strategy: st.SearchStrategy[Json]) -> ast.ValueRef:
        """A placeholder for a drawn value."""
        return self.named(self.data.draw(strategy))

    def named(self, value: Json) -> ast.ValueRef:
        """A placeholder for a value."""
        text = f":{len(self.values)}"
        self.values[text] = value
        return ast.ValueRef(text)

    def path(self, bound: BoundPath) -> ast.Path:
        """A path, written in full or with placeholders."""
        return ast.Path(tuple(self._element(element) for element in bound))

    def _element(self, element: str | int) -> str | int | ast.NameRef:
        if isinstance(element, int):
            return element
        if " " not in element and self.data.draw(st.booleans()):
            return element
        text = f"#{len(self.names)}"
        self.names[text] = element
        return ast.NameRef(text)

    def some_path(self) -> ast.Path:
        """A drawn path."""
        return self.path(self.data.draw(samples.paths))

    def operand(self, constants: st.SearchStrategy[Json]) -> ast.Operand:
        """A path, a constant, or the size of either."""
        which = self.data.draw(st.integers(0, 5))
        if which < 3:
            return self.some_path()
        if which < 5:
            return self.value(constants)
        if self.data.draw(st.booleans()):
            return ast.Call("size", (self.some_path(),))
        return ast.Call("size", (self.value(_sized),))

    def term(self) -> ast.Condition:
        """A comparison or function."""
        term = self._any_term()
        paths = [self._bound(operand) for operand in operands(term)]
        if paths[0] is not None and paths[0] in paths[1:]:
            # The service refuses the same path twice.
            return ast.Call("attribute_exists", operands(term)[:1])
        return term

    def _bound(self, operand: ast.Operand) -> BoundPath | None:
        if not isinstance(operand, ast.Path):
            return None
        return tuple(
            self.names[element.text] if isinstance(element, ast.NameRef) else element
            for element in operand.elements
        )

    def _any_term(self) -> Term:
        which = self.data.draw(st.integers(0, 9))
        if which < 4:
            operator = self.data.draw(st.sampled_from(_COMPARATORS))
            constants = samples.values if operator in ("=", "<>") else _ordered
            return ast.Compare(operator, self.operand(constants), self.operand(constants))
        if which == 4:
            return self._between()
        if which == 5:
            choices = range(self.data.draw(st.integers(1, 4)))
            constants = self.data.draw(st.sampled_from([samples.values, _ordered]))
            return ast.In(
                self.operand(samples.values), tuple(self.operand(constants) for _ in choices)
            )
        return self._function(which)

    def _function(self, which: int) -> ast.Call:
        if which == 6:
            exists = self.data.draw(st.sampled_from(("attribute_exists", "attribute_not_exists")))
            return ast.Call(exists, (self.some_path(),))
        if which == 7:
            kind = self.value(st.sampled_from([{"S": name} for name in ATTRIBUTE_TYPES]))
            return ast.Call("attribute_type", (self.operand(samples.values), kind))
        if which == 8:
            return ast.Call("begins_with", (self._text(), self._text()))
        return ast.Call("contains", (self.operand(samples.values), self.operand(samples.values)))

    def _text(self) -> ast.Operand:
        return self.some_path() if self.data.draw(st.booleans()) else self.value(_prefixes)

    def _between(self) -> ast.Between:
        if self.data.draw(st.booleans()):
            low, high = self.data.draw(st.tuples(_ordered, _ordered).filter(_same_type))
            if compare(">", low, high):
                low, high = high, low
            return ast.Between(self.operand(_ordered), self.named(low), self.named(high))
        return ast.Between(self.operand(_ordered), self.some_path(), self.operand(_ordered))

    def condition(self) -> ast.Condition:
        """Up to six terms, joined at random."""
        parts = [self.term() for _ in range(self.data.draw(st.integers(1, 6)))]
        while len(parts) > 1 or self.data.draw(st.integers(0, 3)) == 3:
            which = self.data.draw(st.integers(0, 4)) if len(parts) > 1 else 0
            if which == 0:
                parts.append(ast.Not(parts.pop(0)))
            else:
                joint = ast.And if which < 3 else ast.Or
                parts.append(joint(parts.pop(0), parts.pop(0)))
        return parts[0]

    def projection(self) -> ast.Projection:
        """Up to four paths."""
        bound = self.data.draw(st.lists(samples.paths, min_size=1, max_size=4))
        return ast.Projection(tuple(self.path(path) for path in disjoint(bound)))

    def update(self) -> ast.Update:
        """Up to five clauses in sections."""
        bound = disjoint(self.data.draw(st.lists(samples.paths, min_size=1, max_size=5)))
        sections = self.data.draw(st.permutations(("SET", "REMOVE", "ADD", "DELETE")))
        chosen = sorted(
            (self.data.draw(st.sampled_from(sections)) for _ in bound), key=sections.index
        )
        return ast.Update(
            tuple(
                ast.Action(section, self.path(path), self._right_side(section))
                for section, path in zip(chosen, bound, strict=True)
            )
        )

    def _right_side(self, section: str) -> ast.Operand | None:
        if section == "REMOVE":
            return None
        if section == "DELETE":
            return self.value(samples.sets)
        if section == "ADD":
            return self.value(st.one_of(samples.sets, _numbers))
        which = self.data.draw(st.integers(0, 4))
        if which == 0:
            operator = self.data.draw(st.sampled_from("+-"))
            return ast.Arithmetic(operator, self._default(_numbers), self._default(_numbers))
        if which == 1:
            return ast.Call("list_append", (self._default(_lists), self._default(_lists)))
        return self._default(samples.values)

    def _default(self, constants: st.SearchStrategy[Json]) -> ast.Operand:
        """A path, a constant, or a path with a default."""
        which = self.data.draw(st.integers(0, 4))
        if which == 0:
            return self.some_path()
        if which < 3:
            return self.value(constants)
        path, other = self.some_path(), self._default(constants)
        if self._bound(path) == self._bound(other):
            return path
        return ast.Call("if_not_exists", (path, other))


_ordered = samples.scalars.filter(lambda value: next(iter(value)) in ("S", "N", "B"))
_prefixes = samples.scalars.filter(lambda value: next(iter(value)) in ("S", "B"))
_sized = samples.values.filter(lambda value: next(iter(value)) not in ("N", "BOOL", "NULL"))


_numbers = samples.scalars.filter(lambda value: "N" in value)
_lists = samples.values.map(lambda value: value if "L" in value else {"L": [value]})


def _same_type(pair: tuple[Json, Json]) -> bool:
    return pair[0].keys() == pair[1].keys()


def disjoint(paths: list[BoundPath]) -> list[BoundPath]:
    """Those of some paths that do not get into the way of one before."""
    kept: list[BoundPath] = []
    for path in paths:
        if not any(_in_the_way(path, other) for other in kept):
            kept.append(path)
    return kept


def _in_the_way(one: BoundPath, two: BoundPath) -> bool:
    for first, second in zip(one, two, strict=False):
        if first != second:
            return isinstance(first, int) != isinstance(second, int)
    return True
