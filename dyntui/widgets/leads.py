"""What one looks at leads somewhere else: from a place or a tab to a table, and to items of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from textual.message import Message

from engine.client.protocol import Json

ITEMS, SETTINGS, CAPACITY, TIMELINE, STREAMS = range(1, 6)
"""The numbers of a table's tabs."""


class Moved(Message):
    """Another tab, table or place is shown, or another part of one: see its `crumbs`."""


@dataclass
class Leads(Message):
    """A tab of a table is to be shown; the step can be gone back.

    With an `item`, its key is queried: that of the table, or of `index`; the item may be no more
    than the key, or the partition key. With `at_s`, the table is browsed as of then.
    """

    table: str
    tab: int = ITEMS
    index: str | None = None
    item: Json = field(default_factory=dict)
    at_s: float | None = None
