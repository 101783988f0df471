"""An item collection as a tree: its sort keys, parted at their separator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.client.protocol import Json


@dataclass(slots=True)
class Branch:
    """Keys that begin alike. `text` is what it adds to the branch above, `prefix` the whole of it;
    `item` is the one whose key ends here, if there is one."""

    text: str
    prefix: str
    item: Json | None = None
    children: list[Branch] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many items there are in it."""
        return (self.item is not None) + sum(child.count for child in self.children)


def key_tree(rows: Iterable[tuple[str, Json]], separator: str) -> list[Branch]:
    """The branches of sort keys with their items, in the order of the keys.

    A branch that leads to one branch only is one with it.
    """
    root = Branch("", "")
    for key, item in rows:
        place = root
        for text in _steps(key, separator):
            child = next((one for one in place.children[-1:] if one.text == text), None)
            if child is None:
                child = Branch(text, place.prefix + text)
                place.children.append(child)
            place = child
        place.item = item
    return [_joined(child) for child in root.children]


def _steps(key: str, separator: str) -> Sequence[str]:
    """The pieces of a key, each with the separator that ends it."""
    if not separator:
        return [key]
    *pieces, last = key.split(separator)
    return [*(piece + separator for piece in pieces), last]


def _joined(branch: Branch) -> Branch:
    """A branch with all of those that are its only way on."""
    while branch.item is None and len(branch.children) == 1:
        (child,) = branch.children
        branch = Branch(branch.text + child.text, child.prefix, child.item, child.children)
    branch.children = [_joined(child) for child in branch.children]
    return branch
