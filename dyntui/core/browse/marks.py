"""Items that a person has marked in a grid, by their keys, however far apart they lie."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.client.protocol import Json

Key = tuple[tuple[str, object], ...]


def key_of(item: Json, key_names: Sequence[str]) -> Key:
    """An item's primary key, in a form that can be looked up."""
    return tuple(next(iter(item[name].items())) for name in key_names)


class Marks:
    """The marked items, in the order in which they were marked."""

    def __init__(self, key_names: Sequence[str]) -> None:
        self._key_names = tuple(key_names)
        self._items: dict[Key, Json] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: Json) -> bool:
        return bool(self._items) and self._key(item) in self._items

    @property
    def items(self) -> list[Json]:
        """The marked items as they were read."""
        return list(self._items.values())

    def add(self, items: Iterable[Json]) -> None:
        """Mark items."""
        for item in items:
            self._items[self._key(item)] = item

    def remove(self, items: Iterable[Json]) -> None:
        """Take marks away."""
        for item in items:
            self._items.pop(self._key(item), None)

    def toggle(self, item: Json) -> None:
        """Mark an item, or take its mark away."""
        if item in self:
            self.remove([item])
        else:
            self.add([item])

    def clear(self) -> None:
        """Take all marks away."""
        self._items.clear()

    def _key(self, item: Json) -> Key:
        return key_of(item, self._key_names)
