"""Projection expressions: which parts of an item an answer holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.client.protocol import Json
from engine.expressions import ast
from engine.expressions.parser import parse_projection
from engine.expressions.paths import Tree, disjoint_tree, select
from engine.expressions.placeholders import BoundPath, Placeholders, check_path

_KIND = "ProjectionExpression"
_TEXTS_CACHED = 1_024


@dataclass(frozen=True, slots=True)
class Projection:
    """A projection ready to be applied to items."""

    paths: tuple[BoundPath, ...]
    tree: Tree

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that it names."""
        return frozenset(str(path[0]) for path in self.paths)

    def apply(self, item: Json) -> Json:
        """The parts of the item that are named; what is missing is left out."""
        return select(item, self.tree)


@lru_cache(maxsize=_TEXTS_CACHED)
def _parsed(text: str) -> ast.Projection:
    projection = parse_projection(text)
    for path in projection.paths:
        check_path(path, _KIND)
    return projection


def compile_projection(text: str, placeholders: Placeholders) -> Projection:
    """Compile a projection; raises `ValidationException` with the service's texts."""
    paths = tuple(placeholders.path(path, _KIND) for path in _parsed(text).paths)
    return Projection(paths, disjoint_tree(paths, _KIND))
