"""Items kept aside: in memory as far as they are few, else in a file without a name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import Any

import orjson

from dyntui.core.formats import json_default

Json = dict[str, Any]

MEMORY_BYTES = 32 * 1024 * 1024


class ItemSpool:
    """Items in their order, to be read as often as they are needed; binary values become base64.

    `count` is how many there are.
    """

    def __init__(self, file: SpooledTemporaryFile[bytes]) -> None:
        self._file = file
        self.count = 0

    def add(self, item: Json) -> None:
        """Keep an item."""
        self._file.write(orjson.dumps(item, default=json_default, option=orjson.OPT_APPEND_NEWLINE))
        self.count += 1

    def items(self) -> Iterator[Json]:
        """The items, from the first on; nothing is added meanwhile."""
        self._file.seek(0)
        for line in self._file:
            yield orjson.loads(line)

    def clear(self) -> None:
        """Drop all items."""
        self._file.seek(0)
        self._file.truncate()
        self.count = 0


@contextmanager
def item_spool() -> Iterator[ItemSpool]:
    """A spool without items; what it kept is gone afterwards."""
    with SpooledTemporaryFile(max_size=MEMORY_BYTES) as file:
        yield ItemSpool(file)
