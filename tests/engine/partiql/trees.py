"""Random statements, as trees."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.expressions import ast as e
from engine.partiql import ast
from engine.partiql.lexer import KEYWORDS

Json = dict[str, Any]

NAMES = st.one_of(
    st.sampled_from(["a", "b", "pk", "sk", "size", "contains", "Value"]),
    st.sampled_from(sorted(KEYWORDS)),
    st.text(min_size=1, max_size=4),
)
NUMBERS = st.one_of(
    st.integers(-(10**9), 10**9).map(str), st.sampled_from(["0.5", "-12.25", "1e3", "7.31E+6"])
)
SCALARS = st.one_of(
    st.text(max_size=5).map(lambda text: {"S": text}),
    NUMBERS.map(lambda text: {"N": text}),
    st.booleans().map(lambda flag: {"BOOL": flag}),
    st.just({"NULL": True}),
    st.lists(st.text(max_size=3), min_size=1, max_size=3, unique=True).map(lambda m: {"SS": m}),
    st.lists(NUMBERS, min_size=1, max_size=3, unique=True).map(lambda m: {"NS": m}),
)
VALUES: st.SearchStrategy[Json] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda elements: {"L": elements}),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda members: {"M": members}),
    ),
    max_leaves=6,
)
LITERALS = VALUES.map(e.Literal)
PATHS = st.builds(
    lambda first, rest: e.Path((first, *rest)),
    NAMES,
    st.lists(st.one_of(NAMES, st.integers(0, 99)), max_size=3),
)
SIZES = PATHS.map(lambda path: e.Call("size", (path,)))


def operands(*leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Leaves, and sums of them."""
    leaf = st.one_of(*leaves)
    return st.recursive(
        leaf,
        lambda inner: st.builds(e.Arithmetic, st.sampled_from("+-"), inner, inner),
        max_leaves=3,
    )


OPERANDS = operands(PATHS, LITERALS, SIZES)
COMPARISONS = st.one_of(
    st.builds(e.Compare, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), OPERANDS, OPERANDS),
    st.builds(e.Between, OPERANDS, OPERANDS, OPERANDS),
    st.builds(e.In, OPERANDS, st.lists(OPERANDS, min_size=1, max_size=3).map(tuple)),
    st.builds(
        lambda name, path, literal: e.Call(name, (path, literal)),
        st.sampled_from(["begins_with", "contains", "attribute_type"]),
        PATHS,
        LITERALS,
    ),
    st.builds(
        lambda name, path: e.Call(name, (path,)),
        st.sampled_from(["attribute_exists", "attribute_not_exists"]),
        PATHS,
    ),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(e.And, inner, inner), st.builds(e.Or, inner, inner), st.builds(e.Not, inner)
    ),
    max_leaves=6,
)
SOURCES = st.builds(ast.Source, NAMES, st.none() | NAMES)
TABLES = st.builds(ast.Source, NAMES)
ORDERS = st.lists(st.builds(ast.OrderKey, NAMES, st.booleans()), max_size=2).map(tuple)
WHERES = st.none() | CONDITIONS
RETURNINGS = st.none() | st.builds(
    ast.Returning, st.sampled_from(["ALL", "MODIFIED"]), st.sampled_from(["OLD", "NEW"])
)
SETS = st.sampled_from([{"SS": ["x"]}, {"NS": ["1", "2"]}]).map(e.Literal)
ACTIONS = st.one_of(
    st.builds(e.Action, st.just("REMOVE"), PATHS, st.none()),
    st.builds(e.Action, st.just("SET"), PATHS, operands(PATHS, LITERALS)),
    st.builds(e.Action, st.sampled_from(["ADD", "DELETE"]), PATHS, SETS),
)
SELECTS = st.builds(
    ast.Select,
    SOURCES,
    st.none() | st.lists(PATHS, min_size=1, max_size=3).map(tuple),
    WHERES,
    ORDERS,
)
STATEMENTS: st.SearchStrategy[ast.Statement] = st.one_of(
    SELECTS,
    st.builds(ast.Insert, TABLES, st.dictionaries(NAMES, VALUES, max_size=3)),
    st.builds(
        ast.Update, TABLES, st.lists(ACTIONS, min_size=1, max_size=3).map(tuple), WHERES, RETURNINGS
    ),
    st.builds(ast.Delete, TABLES, WHERES, RETURNINGS),
    st.builds(ast.Exists, SELECTS),
)
